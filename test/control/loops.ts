// Random programs of loops in loops and branches in them, on a few numbers each: what straight code is made of.

import type { Random } from '../calculus/random.ts';

/** A name and its type: a float of a shape, or an integer (below `size` in absolute value where it is an index). */
interface Variable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: 'float' | 'int' | 'bool';
}

/** Elements of an array that is not held in registers. */
export const large = 40;

/** Text of one program: y is a number made from all that loops give; p, q and r are its inputs. */
export class LoopProgram {
  readonly #random: Random;
  #names = 0;
  readonly length: number;

  constructor(random: Random) {
    this.#random = random;
    this.length = random.integer(1, 7);
  }

  text(): string {
    const lines: string[] = [];
    const scope: Variable[] = [
      { name: 'p', shape: [this.length], type: 'float' },
      { name: 'q', shape: [], type: 'float' },
      { name: 'r', shape: [large], type: 'float' },
    ];
    for (let i = this.#random.integer(1, 2); i > 0; i--) this.#loop(lines, '', scope, 0);
    const floats = scope.filter((v) => v.type === 'float').map((v) => `jnp.sum(${v.name})`);
    lines.push(`y = ${floats.join(' + ')}`);
    return lines.join('\n');
  }

  #name(): string {
    return `v${this.#names++}`;
  }

  #some(scope: readonly Variable[], type: Variable['type'] = 'float'): Variable | undefined {
    const fitting = scope.filter((v) => v.type === type);
    return fitting.length === 0 ? undefined : this.#random.pick(fitting);
  }

  /** An expression of a float that is a number, from the scope. */
  #scalar(scope: readonly Variable[]): string {
    const v = this.#some(scope)!;
    if (v.shape.length === 0) return v.name;
    const index = this.#some(scope, 'int');
    if (index !== undefined && index.shape.length === 0 && this.#random.chance(0.4)) {
      return v.shape.length === 1
        ? `${v.name}[${index.name} % ${v.shape[0]}]`
        : `jnp.sum(${v.name}[${index.name} % ${v.shape[0]}])`;
    }
    if (v.shape.length === 1)
      return this.#random.chance(0.6) ? `${v.name}[${this.#random.integer(0, v.shape[0] - 1)}]` : `jnp.sum(${v.name})`;
    return this.#random.pick([`jnp.sum(${v.name})`, `jnp.max(${v.name}[0])`, `${v.name}[-1, 0]`]);
  }

  /** An expression of a shape. */
  #of(scope: readonly Variable[], shape: readonly number[]): string {
    const random = this.#random;
    if (shape.length === 0) return this.#bounded(scope, () => this.#scalar(scope));
    const n = shape[shape.length - 1];
    const same = scope.filter((v) => v.type === 'float' && v.shape.join() === shape.join());
    const own = same.length > 0 ? random.pick(same).name : null;
    if (n === large && shape.length === 1) return this.#large(scope, own!);
    if (shape.length === 2) {
      const row = this.#vector(scope, n);
      return own !== null && random.chance(0.6)
        ? random.pick([
            `${own}[::-1] * 0.7`,
            `0.5 * ${own} + ${row}`,
            `jnp.where(${own} > 0.1, ${own}, ${row})`,
            `jnp.cumsum(${own}, axis=0) * 0.6`,
            `jnp.broadcast_to(jnp.sum(${own}, axis=1)[:, None], (${shape.join(', ')})) * 0.3`,
            `${own}[:, :1] * ${own}`,
            `${own} + jnp.argmax(${own}, axis=0) * 0.1`,
          ])
        : `jnp.stack([${Array.from({ length: shape[0] }, () => this.#vector(scope, n)).join(', ')}])`;
    }
    if (own !== null && random.chance(0.7)) {
      const index = this.#some(scope, 'int');
      const at = index === undefined ? random.integer(0, n - 1) : `${index.name} % ${n}`;
      return random.pick([
        `jnp.tanh(${own} + ${this.#scalar(scope)})`,
        `${own}[::-1] * 0.9`,
        `jnp.concatenate([${own}[1:], ${own}[:1]]) * ${this.#bounded(scope, () => this.#scalar(scope))}`,
        `${own}.at[${at}].set(${this.#bounded(scope, () => this.#scalar(scope))})`,
        `${own}.at[${at}].add(0.1 * ${this.#bounded(scope, () => this.#scalar(scope))})`,
        `jnp.where(${own} > 0.2, jnp.sin(${own}), 0.3 * ${own})`,
        `jnp.maximum(${own}, jnp.outer(${own}, ${own})[0]) * 0.5`,
        `jnp.outer(${own}, ${own}) @ ${own} * 0.1`,
        `jax.lax.dynamic_update_slice(${own}, jnp.tanh(${own}[:1]), (${at},))`,
        `jnp.cumsum(${own} * 0.5)`,
        `jnp.cumsum(${own}[::-1])[::-1] * 0.4`,
        `${own} * ${own}[jnp.argmax(${own})]`,
        `jnp.cumprod(${own}) + jnp.argmin(${own}) * 0.1`,
        `jnp.take(${own}, jnp.array([0, ${n - 1}]))[0] - 0.2 * ${own}`,
      ]);
    }
    return this.#vector(scope, n);
  }

  /** A large array with a few elements changed, as a rule. */
  #large(scope: readonly Variable[], own: string): string {
    const random = this.#random;
    const index = this.#some(scope, 'int');
    const at =
      index === undefined ? random.integer(0, large - 1) : `(${index.name} + ${random.integer(0, 3)}) % ${large}`;
    const x = (): string => this.#bounded(scope, () => this.#scalar(scope));
    return random.pick([
      own,
      `${own}.at[${at}].set(${x()})`,
      `${own}.at[${at}].set(0.5 * ${own}[${at}] + ${own}[2])`,
      `${own}.at[${at}].add(0.3 * ${x()})`,
      `${own}.at[${at}].add(${own}[1] * ${own}[${at}]).at[1].set(${x()})`,
      `${own}.at[jnp.array([1, 3, 1])].add(0.2 * ${x()})`,
      `jax.lax.dynamic_update_slice(${own}, ${own}[:3] * ${own}[1], (${at},))`,
      `jnp.reshape(jnp.reshape(${own}, (5, 8)).at[${at} % 5, 2].set(${x()}), (${large},))`,
      `jnp.reshape(jnp.reshape(${own}, (8, 5)).at[${at} % 8].add(${own}[:5] * 0.1), (${large},))`,
      `0.9 * ${own}`,
    ]);
  }

  #vector(scope: readonly Variable[], n: number): string {
    return `jnp.array([${Array.from({ length: n }, () => this.#bounded(scope, () => this.#scalar(scope))).join(', ')}])`;
  }

  #bounded(scope: readonly Variable[], scalar: () => string): string {
    const x = scalar();
    return this.#random.pick([
      `jnp.tanh(${x})`,
      `jnp.sin(${x})`,
      `0.5 * ${x}`,
      `${x} * jnp.exp(-${x} * ${x})`,
      `jnp.tanh(${x} * ${this.#scalar(scope)})`,
      `jnp.minimum(${x}, 0.7)`,
      `jnp.where(${x} < ${this.#scalar(scope)}, 0.3 * ${x}, jnp.cos(${x}))`,
      `${x} / (1 + ${x} * ${x})`,
    ]);
  }

  /** Statements of a body; some of them are loops. */
  #statements(lines: string[], indent: string, scope: Variable[], depth: number): void {
    for (let i = this.#random.integer(0, 2); i > 0; i--) {
      if (depth < 3 && this.#random.chance(0.35)) this.#loop(lines, indent, scope, depth);
      else {
        const shape = this.#shape();
        const name = this.#name();
        lines.push(`${indent}${name} = ${this.#of(scope, shape)}`);
        scope.push({ name, shape, type: 'float' });
      }
    }
  }

  #shape(): readonly number[] {
    return this.#random.pick([[], [], [2], [3], [4], [2, 2], [2, 3], [large]]);
  }

  #small(): readonly number[] {
    const shape = this.#shape().slice(0, 1);
    return shape[0] === large ? [] : shape;
  }

  #loop(lines: string[], indent: string, scope: Variable[], depth: number): void {
    const random = this.#random;
    const carried = Array.from({ length: random.integer(1, 3) }, () => ({
      name: this.#name(),
      shape: this.#shape(),
      type: 'float' as const,
    }));
    const init = carried.map((v) => this.#of(scope, v.shape));
    const [f, inner] = [`f${this.#names++}`, `${indent}  `];
    const own = (extra: readonly Variable[]): Variable[] => [...scope, ...carried, ...extra];
    const results = (body: readonly Variable[]): string => carried.map((v) => this.#of(body, v.shape)).join(', ');
    const names = carried.map((v) => v.name).join(', ');
    const tuple = (text: string): string => (carried.length === 1 ? text : `(${text})`);
    const unpack = (from: string): void => void lines.push(`${inner}${names} = ${from}`);
    const after = carried.map((v) => ({ ...v, name: this.#name() }));
    const outs = after.map((v) => v.name).join(', ');
    switch (random.pick(['scan', 'scan', 'fori', 'while', 'cond', 'map'])) {
      case 'scan': {
        const lists = scope.filter((v) => v.type === 'float' && v.shape.length > 0);
        const xs = lists.length > 0 && random.chance(0.7) ? random.pick(lists) : null;
        const x: Variable = {
          name: this.#name(),
          shape: xs?.shape.slice(1) ?? [],
          type: xs === null ? 'int' : 'float',
        };
        const length = xs?.shape[0] ?? random.integer(1, 5);
        lines.push(`${indent}def ${f}(c, ${x.name}):`);
        unpack('c');
        const body = own([x]);
        this.#statements(lines, inner, body, depth + 1);
        const y: Variable = { name: this.#name(), shape: this.#small(), type: 'float' };
        lines.push(`${inner}return ${tuple(results(body))}, ${this.#of(body, y.shape)}`);
        const over = xs === null ? `jnp.arange(${length})` : xs.name;
        const reverse = random.chance(0.3) ? ', reverse=True' : '';
        lines.push(
          `${indent}${tuple(outs)}, ${y.name} = jax.lax.scan(${f}, ${tuple(init.join(', '))}, ${over}${reverse})`,
        );
        scope.push({ ...y, shape: [length, ...y.shape] });
        break;
      }
      case 'fori': {
        const i: Variable = { name: this.#name(), shape: [], type: 'int' };
        lines.push(`${indent}def ${f}(${i.name}, c):`);
        unpack('c');
        const body = own([i]);
        this.#statements(lines, inner, body, depth + 1);
        lines.push(`${inner}return ${tuple(results(body))}`);
        const upper = random.chance(0.5)
          ? `${random.integer(0, 4)}`
          : `jnp.astype(3 * jnp.abs(jnp.sin(${this.#scalar(scope)})), int)`;
        lines.push(`${indent}${tuple(outs)} = jax.lax.fori_loop(0, ${upper}, ${f}, ${tuple(init.join(', '))})`);
        break;
      }
      case 'while': {
        const i: Variable = { name: this.#name(), shape: [], type: 'int' };
        lines.push(`${indent}def ${f}(c):`);
        lines.push(`${inner}${i.name}, ${names} = c`);
        const body = own([i]);
        this.#statements(lines, inner, body, depth + 1);
        lines.push(`${inner}return ${i.name} + 1, ${results(body)}`);
        const first = carried[0];
        const test = `lambda c: (c[0] < ${random.integer(1, 5)}) & (jnp.sum(c[1]) < ${first.shape.length === 0 ? '0.8' : '2.5'})`;
        const count = this.#name();
        lines.push(`${indent}${count}, ${outs} = jax.lax.while_loop(${test}, ${f}, (0, ${init.join(', ')}))`);
        scope.push({ name: count, shape: [], type: 'int' });
        break;
      }
      case 'map': {
        const lists = scope.filter((v) => v.type === 'float' && v.shape.length > 0);
        if (lists.length === 0) {
          after.forEach((v, k) => lines.push(`${indent}${v.name} = ${init[k]}`));
          break;
        }
        const xs = random.pick(lists);
        const x: Variable = { name: this.#name(), shape: xs.shape.slice(1), type: 'float' };
        lines.push(`${indent}def ${f}(${x.name}):`);
        after.forEach((v, k) => lines.push(`${inner}${v.name} = ${init[k]}`));
        const body = [...scope, ...after, x];
        this.#statements(lines, inner, body, depth + 1);
        const shape = this.#small();
        lines.push(`${inner}return ${this.#of(body, shape)}`);
        const y = this.#name();
        lines.push(`${indent}${y} = jax.lax.map(${f}, ${xs.name})`);
        scope.push({ name: y, shape: [xs.shape[0], ...shape], type: 'float' });
        return;
      }
      default: {
        for (const g of [`${f}a`, `${f}b`]) {
          lines.push(`${indent}def ${g}(c):`);
          unpack('c');
          const body = own([]);
          this.#statements(lines, inner, body, depth + 1);
          lines.push(`${inner}return ${tuple(results(body))}`);
        }
        const test = `${this.#scalar(scope)} < ${this.#scalar(scope)}`;
        lines.push(`${indent}${tuple(outs)} = jax.lax.cond(${test}, ${f}a, ${f}b, ${tuple(init.join(', '))})`);
      }
    }
    scope.push(...after);
  }
}
