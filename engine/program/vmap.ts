// vmap inside programs: a function over an axis of its arguments, and axes given for trees of them.

import { located } from '../errors.ts';
import { normalizeAxis } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { batch, batchMapped } from '../transform/batch.ts';
import { argument, functionOf, ordered } from './calls.ts';
import type { Call, PyFunction, PyValue, Site } from './values.ts';
import { capital, describe, failAt, isKind, staticInt } from './values.ts';
import { childrenOf, flatten } from './trees.ts';

/** The axis of each leaf of a value: an int or None stands for all that is below it, a container mirrors the value. */
function axesOf(axes: PyValue, v: PyValue, what: string, site: Site): (number | null)[] {
  const node = childrenOf(v);
  const spec = axes === null ? null : childrenOf(axes);
  if (spec === null) {
    const axis = axes === null ? null : staticInt(axes, what, site);
    if (node === null) return [axis];
    return node.children.flatMap((child) => axesOf(axes, child, what, site));
  }
  if (node === null || node.kind !== spec.kind || node.children.length !== spec.children.length) {
    failAt(
      site.place,
      'E_PROGRAM_TYPE',
      `${capital(what)} has ${describe(axes)} for ${describe(v)}: an int, None, or the same structure was expected.`,
    );
  }
  return node.children.flatMap((child, i) => axesOf(spec.children[i], child, what, site));
}

/** vmap(fun, in_axes=0, out_axes=0, axis_name=None, axis_size=None) */
function vmapTransform(outer: Call): PyFunction {
  const call = ordered(outer, ['fun', 'in_axes', 'out_axes', 'axis_name', 'axis_size']);
  const f = functionOf(call.args[0], 'vmap', call.site);
  // None is an axis of its own: no axis.
  const axes = (at: number, name: string): PyValue => {
    if (call.args.length > at) return call.args[at];
    return call.keywords.has(name) ? (call.keywords.get(name) ?? null) : 0n;
  };
  const [inAxes, outAxes] = [axes(1, 'in_axes'), axes(2, 'out_axes')];
  const axisSize = argument(call, 4, 'axis_size') ?? null;
  return {
    kind: 'function',
    name: `vmap(${f.name})`,
    call: ({ args, keywords, site }) => {
      const batched = isKind(inAxes, 'tuple') || isKind(inAxes, 'list') ? inAxes.items : args.map(() => inAxes);
      if (batched.length !== args.length) {
        failAt(
          site.place,
          'E_PROGRAM_TYPE',
          `in_axes has ${batched.length} entries, and ${f.name} is given ${args.length} arguments.`,
        );
      }
      const variables = new Variables(site, axisSize === null ? null : staticInt(axisSize, 'axis_size of vmap', site));
      const fresh = args.map((v, i) => (batched[i] === null ? v : variables.stand(v, batched[i], f.name)));
      // Keyword arguments are mapped over their leading axes.
      const named = new Map([...keywords].map(([key, v]) => [key, variables.stand(v, 0n, f.name)]));
      const n = variables.size;
      if (n === null) {
        failAt(site.place, 'E_PROGRAM_TYPE', 'vmap maps no argument: at least one of in_axes must be an int.');
      }
      const result = f.call({ args: fresh, keywords: named, site });
      const { leaves, rebuild } = flatten(result, `the result of ${f.name}`, site);
      const outs = axesOf(outAxes, result, 'out_axes of vmap', site);
      const b = site.builder;
      const images = batch(b, leaves, variables.mapped, n);
      return rebuild(
        images.map((y, i) =>
          located(site.place, () => {
            const axis = outs[i];
            return axis === null ? oneForAll(leaves[i], y, variables.mapped, n, site) : backAxis(y, axis, site);
          }),
        ),
      );
    },
  };
}

/** What stands for mapped arguments while the function is traced. */
class Variables {
  readonly mapped = new Map<Value, Value>();
  size: number | null;
  readonly #site: Site;

  constructor(site: Site, size: number | null) {
    this.#site = site;
    this.size = size;
  }

  /** An argument with a variable for each leaf that has an axis. */
  stand(v: PyValue, axes: PyValue, name: string): PyValue {
    const site = this.#site;
    const { leaves, rebuild } = flatten(v, `an argument of ${name}`, site);
    const each = axesOf(axes, v, 'in_axes of vmap', site);
    return rebuild(leaves.map((leaf, k) => (each[k] === null ? leaf : this.#variable(leaf, each[k]))));
  }

  #variable(leaf: Value, axis: number): Value {
    const b = this.#site.builder;
    const first = located(this.#site.place, () => frontAxis(b, leaf, axis));
    const [n, ...shape] = first.aval.shape;
    if (this.size !== null && this.size !== n) {
      failAt(this.#site.place, 'E_SHAPE_MISMATCH', `vmap maps axes of different sizes: ${this.size} and ${n}.`);
    }
    this.size = n;
    const variable = b.placeholder({ dtype: first.aval.dtype, shape });
    this.mapped.set(variable, first);
    return variable;
  }
}

function frontAxis(b: Site['builder'], x: Value, axis: number): Value {
  const at = normalizeAxis(axis, x.aval.shape.length, 'in_axes of vmap');
  const others = x.aval.shape.map((_d, i) => i).filter((i) => i !== at);
  return b.permute_dims(x, { axes: [at, ...others] });
}

function backAxis(y: Value, axis: number, site: Site): Value {
  const rank = y.aval.shape.length;
  const at = normalizeAxis(axis, rank, 'out_axes of vmap');
  const others = Array.from({ length: rank - 1 }, (_, i) => i + 1);
  return site.builder.permute_dims(y, { axes: [...others.slice(0, at), 0, ...others.slice(at)] });
}

/** A result that out_axes says is one for the whole batch. */
function oneForAll(y: Value, repeated: Value, mapped: ReadonlyMap<Value, Value>, size: number, site: Site): Value {
  if (batchMapped(site.builder, [y], mapped, size)[0] !== null) {
    failAt(
      site.place,
      'E_PROGRAM_TYPE',
      'out_axes of vmap has None for a result that differs from element to element of the batch.',
    );
  }
  const rest = y.aval.shape;
  const first = site.builder.slice(repeated, { start: [0, ...rest.map(() => 0)], stop: [1, ...rest] });
  return site.builder.reshape(first, { shape: rest });
}

export const vmap: PyFunction = { kind: 'function', name: 'vmap', call: vmapTransform };
