// A request's memory_limit, and the service's own: what does not fit is computed again, with the same bits, and what that costs is told.

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ComputeRequest, ComputeResponse, EngineContext, Tensor } from '../../engine/index.ts';
import { createMachine, createPlanCache, explain } from '../../engine/index.ts';
import { context, limits, refused, run } from './requests.ts';

const machine = createMachine({ wide: false, fma: true });
const compiled = (): EngineContext => ({ ...context, machine, plans: createPlanCache(1e8) });
const hosts = { compiled, interpreted: () => context };

const waves = (shape: readonly number[], phase: number) => ({
  dtype: 'float64' as const,
  shape,
  data: Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => Math.sin(1.3 * i + phase) / 2),
});

/** A digest of every element of every result. */
const bits = ({ outputs, gradients }: ComputeResponse): string => {
  const hash = createHash('sha256');
  for (const { dtype, shape, data } of [...Object.values(outputs), ...gradients.flatMap((g) => Object.values(g.wrt))]) {
    hash.update(`${dtype} ${shape.join()}`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex').slice(0, 16);
};

const layers: ComputeRequest = {
  program: 'h = x\nfor i in range(16):\n    h = jnp.tanh(h @ w + jnp.cumsum(h, axis=1) / 64)\nloss = jnp.mean(h * h)',
  inputs: { x: waves([128, 16], 0), w: waves([16, 16], 1) },
  outputs: ['loss'],
  gradients: [{ of: 'loss', wrt: ['w', 'x'] }],
};

describe.each(Object.entries(hosts))('%s: memory_limit', (name, host) => {
  const free = run(layers, host());
  const { peak_bytes, flops } = free.stats;

  test.each([0.9, 0.6, 0.4])('at %d of what a plan takes', (fraction) => {
    const memory_limit = Math.floor(fraction * peak_bytes);
    const tight = run({ ...layers, memory_limit }, host());
    expect(bits(tight)).toBe(bits(free));
    expect(tight.stats.peak_bytes).toBeLessThanOrEqual(memory_limit);
    const { recompute } = tight.stats;
    expect(recompute).toEqual({
      flops: tight.stats.flops,
      peak_bytes: tight.stats.peak_bytes,
      without: { flops, peak_bytes },
    });
    expect(recompute!.flops).toBeGreaterThanOrEqual(flops);
    expect(recompute!.flops).toBeLessThan(2.5 * flops);
    const explained = explain({ ...layers, memory_limit }, host());
    expect(explained).toMatchObject({ recompute, flops: recompute!.flops, peak_bytes: recompute!.peak_bytes });
  });

  test('changes nothing where everything fits', () => {
    const loose = run({ ...layers, memory_limit: peak_bytes }, host());
    expect(bits(loose)).toBe(bits(free));
    expect(loose.stats).toEqual(free.stats);
    expect(run({ ...layers, memory_limit: 1e15 }, host()).stats).toEqual(free.stats);
  });

  test('that cannot be kept is refused, and the least that can be is told', () => {
    const error = refused({ ...layers, memory_limit: 70_000 }, host());
    expect(error.code).toBe('E_LIMIT');
    const [{ pointer, message }] = error.issues;
    expect(pointer).toBe('/memory_limit');
    const least = Number(/needs (\d+) bytes/.exec(message)![1]);
    expect(least).toBeLessThan(peak_bytes / 2);
    expect(run({ ...layers, memory_limit: least }, host()).stats.peak_bytes).toBeLessThanOrEqual(least);
    expect(() => explain({ ...layers, memory_limit: least - 1 }, host())).toThrow(`"memory_limit" is ${least - 1}`);
    // Inputs and results alone: nothing needs to be planned.
    expect(refused({ ...layers, memory_limit: 1 }, host()).issues[0].pointer).toBe('/memory_limit');
  });

  test("the service's limit is kept in the same way", () => {
    const bytes = Math.floor(0.6 * peak_bytes);
    const tight = run(layers, { ...host(), limits: { ...limits, bytes } });
    expect(tight.stats.peak_bytes).toBeLessThanOrEqual(bytes);
    expect(tight.stats.recompute?.without.peak_bytes).toBe(peak_bytes);
    if (name === 'interpreted') expect(bits(tight)).toBe(bits(free));
    const error = refused(layers, { ...host(), limits: { ...limits, bytes: 70_000 } });
    expect(error.issues[0]).toMatchObject({
      pointer: '',
      message: expect.stringContaining('the limit is 70000') as string,
    });
  });
});

test('plans with and without a limit are kept side by side', () => {
  const host = compiled();
  const memory_limit = Math.floor(run(layers, host).stats.peak_bytes / 2);
  const asked = [layers, { ...layers, memory_limit }, { ...layers, memory_limit: memory_limit - 1000 }];
  const first = asked.map((request) => run(request, host).stats);
  const later = asked.map((request) => run(request, host).stats);
  expect(first.map((s) => s.plan)).toEqual(['cached', 'compiled', 'compiled']);
  expect(later.map((s) => s.plan)).toEqual(['cached', 'cached', 'cached']);
  expect(later.map((s) => s.peak_bytes)).toEqual(first.map((s) => s.peak_bytes));
});

/** Loops of n turns whose gradient needs every turn, by name. */
const scans: Readonly<Record<string, (n: number) => ComputeRequest>> = {
  'a state': (n) => ({
    program: `def step(h, t):
    return jnp.tanh(w @ h + t * jnp.sin(h)), None
h, _ = lax.scan(step, x, ts)
y = jnp.sum(h * h)`,
    inputs: { w: waves([24, 24], 0), x: waves([24], 1), ts: waves([n], 2) },
    gradients: [{ of: 'y', wrt: ['w', 'x', 'ts'] }],
  }),
  'states, from the last element on, and what each turn gives': (n) => ({
    program: `def step(c, t):
    h, s = c
    h = jnp.tanh(w @ h + t)
    return (h, s + jnp.sum(h)), (jnp.cumsum(h)[::8] * s, jnp.sum(t))
(h, s), (ys, sums) = lax.scan(step, (x, 0.5), ts, reverse=True)
y = jnp.sum(ys ** 2) * s + jnp.sum(h) + jnp.mean(sums)`,
    inputs: { w: waves([24, 24], 0), x: waves([24], 1), ts: waves([n, 24], 2) },
    outputs: ['y', 'ys'],
    gradients: [{ of: 'y', wrt: ['w', 'x', 'ts'] }],
  }),
  'the number of the turn': (n) => ({
    program: `def body(i, h):
    return jnp.where(i % 3 == 1, jnp.sin(h) * (i + 1) / ${n}, h * jnp.cos(h)) + x
y = jnp.sum(lax.fori_loop(0, ${n}, body, x))`,
    inputs: { x: waves([64], 1) },
    gradients: [{ of: 'y', wrt: ['x'] }],
  }),
  'a loop in a loop': (n) => ({
    program: `def inner(h, t):
    return jnp.sin(h) + t * x, None
def outer(h, ts):
    return lax.scan(inner, h, ts)[0] * 0.9, None
h, _ = lax.scan(outer, x, ts)
y = jnp.sum(h * h)`,
    inputs: { x: waves([40], 1), ts: waves([n, 12], 2) },
    gradients: [{ of: 'y', wrt: ['x', 'ts'] }],
  }),
};

describe.each(Object.entries(hosts))('%s: loops in segments', (name, host) => {
  const cases = Object.keys(scans).flatMap((kind) =>
    (kind === 'a loop in a loop' ? [97] : [64, 97, 300]).map((n) => [kind, n] as const),
  );
  test.each(cases)('%s, %i turns', (kind, n) => {
    const request = scans[kind](n);
    const free = run(request, host());
    const peaks: number[] = [];
    for (const fraction of [0.9, 0.7, 0.5]) {
      const memory_limit = Math.floor(fraction * free.stats.peak_bytes);
      try {
        const tight = run({ ...request, memory_limit }, host());
        expect(bits(tight), `at ${fraction}`).toBe(bits(free));
        expect(tight.stats.peak_bytes).toBeLessThanOrEqual(memory_limit);
        peaks.push(tight.stats.peak_bytes);
      } catch (error) {
        expect(error).toHaveProperty('code', 'E_LIMIT');
      }
    }
    // What is not kept is most of a long loop.
    if (n === 300 && name === 'compiled') expect(peaks.length).toBeGreaterThan(0);
  });

  test('gradients of large weights are added up segment by segment', () => {
    const request: ComputeRequest = {
      program: `h, _ = lax.scan(lambda h, t: (jnp.tanh(w @ h + t), None), x, ts)
y = jnp.sum(h * h)`,
      inputs: { w: waves([40, 40], 0), x: waves([40], 1), ts: waves([400], 2) },
      gradients: [{ of: 'y', wrt: ['w'] }],
    };
    const free = run(request, host());
    const memory_limit = Math.floor(0.6 * free.stats.peak_bytes);
    const tight = run({ ...request, memory_limit }, host());
    expect(tight.stats.peak_bytes).toBeLessThanOrEqual(memory_limit);
    const { data } = free.gradients[0].wrt['w'];
    tight.gradients[0].wrt['w'].data.forEach((x, i) =>
      expect(Math.abs(Number(x) - Number(data[i]))).toBeLessThan(1e-13),
    );
    if (name === 'interpreted') expect(bits(tight)).toBe(bits(free));
  });

  test('segments within segments', () => {
    const request = scans['the number of the turn'](name === 'compiled' ? 3000 : 600);
    const free = run(request, host());
    const peaks = [0.3, name === 'compiled' ? 0.04 : 0.1].map((fraction) => {
      const tight = run({ ...request, memory_limit: Math.floor(fraction * free.stats.peak_bytes) }, host());
      expect(bits(tight)).toBe(bits(free));
      return tight.stats;
    });
    const [once, twice] = peaks.map((s) => s.recompute!.flops / s.recompute!.without.flops);
    expect(once).toBeGreaterThan(1);
    expect(twice).toBeGreaterThanOrEqual(once);
    expect(twice).toBeLessThan(3);
  });
});

describe('a loop that nobody has counted', () => {
  const turns = 60_000;
  const euler = (n: number): ComputeRequest => ({
    program: `def body(s):
    i, y = s
    return i + 1, y + 1e-4 * (jnp.sin(y * x) - y)
i, y = lax.while_loop(lambda s: s[0] < n, body, (0, x))`,
    inputs: { x: 0.7, n: { dtype: 'int64', shape: [], data: n } },
    outputs: ['y'],
    gradients: [{ of: 'y', wrt: ['x'] }],
  });
  const host = compiled();
  const free = run(euler(turns), host);

  test('keeps the starts of segments where all turns do not fit', () => {
    expect(free.stats.peak_bytes).toBeGreaterThan(8 * turns);
    expect(free.stats.recompute).toBe(undefined);
    const first = run({ ...euler(turns), memory_limit: 300_000 }, host);
    const later = run({ ...euler(turns), memory_limit: 300_000 }, host);
    for (const tight of [first, later]) {
      expect(bits(tight)).toBe(bits(free));
      expect(tight.stats.peak_bytes).toBeLessThan(200_000);
      expect(tight.stats.loop_turns).toBe(turns);
      expect(tight.stats.recompute!.peak_bytes).toBe(tight.stats.peak_bytes);
    }
    expect(later.stats.plan).toBe('cached');
  });

  test("keeps them under the service's limit, too", () => {
    const tight = run(euler(turns), { ...compiled(), limits: { ...limits, bytes: 300_000 } });
    expect(bits(tight)).toBe(bits(free));
    expect(tight.stats.loop_turns).toBe(turns);
  });

  test.each([0, 1, 3, 4, 5, 12, 13, 1000])('of %i turns', (n) => {
    const tight = compiled();
    run({ ...euler(turns), memory_limit: 300_000 }, tight);
    expect(bits(run({ ...euler(n), memory_limit: 300_000 }, tight))).toBe(bits(run(euler(n), host)));
  });

  test('makes no more turns than it may', () => {
    const bounded = { ...compiled(), limits: { ...limits, loop_turns: 50_000 } };
    const error = refused({ ...euler(turns), memory_limit: 200_000 }, bounded);
    expect(error.message).toContain('has made 50000 turns');
  });

  test('is refused where its segments do not fit', () => {
    const error = refused({ ...euler(turns), memory_limit: 2000 }, host);
    expect(error.issues[0].pointer).toBe('/memory_limit');
  });

  test('is the same in a batch and with a carry of arrays', () => {
    const request: ComputeRequest = {
      program: `def body(s):
    i, y, z = s
    return i + 1, jnp.sin(w @ y) + 0.1 * z, z * 0.99
_, y, z = lax.while_loop(lambda s: jnp.sum(s[2]) > 1e-3, body, (0, x, jnp.cos(x)))
f = jnp.sum(y * y) + jnp.sum(z)`,
      inputs: { x: waves([16], 0), w: waves([16, 16], 1) },
      outputs: ['f'],
      gradients: [{ of: 'f', wrt: ['x', 'w'] }],
    };
    const whole = run(request, host);
    expect(whole.stats.peak_bytes).toBeGreaterThan(150_000);
    const tight = run({ ...request, memory_limit: 120_000 }, host);
    expect(bits(tight)).toBe(bits(whole));
    expect(tight.stats.loop_turns).toBe(whole.stats.loop_turns);
  });
});

describe('jax.checkpoint', () => {
  const program = (decorator: string): string => `${decorator}
def block(h):
    for _ in range(4):
        h = jnp.tanh(h @ w + jnp.cumsum(h, axis=1) / 64)
    return h
h = x
for i in range(6):
    h = block(h) + h / 2
loss = jnp.mean(h * h)`;
  const request = (decorator: string): ComputeRequest => ({ ...layers, program: program(decorator) });

  test.each(['@jax.checkpoint', '@jax.remat'])('%s keeps the arguments alone', (decorator) => {
    const [plain, checkpointed] = [run(request(''), compiled()), run(request(decorator), compiled())];
    // Cotangents of what several blocks use are added up in each block first.
    for (const [name, { data }] of Object.entries(plain.gradients[0].wrt)) {
      checkpointed.gradients[0].wrt[name].data.forEach((x, i) =>
        expect(Math.abs(Number(x) - Number(data[i]))).toBeLessThan(1e-16),
      );
    }
    expect(checkpointed.stats.peak_bytes).toBeLessThan(0.6 * plain.stats.peak_bytes);
    expect(checkpointed.stats.flops).toBeGreaterThan(1.2 * plain.stats.flops);
    expect(run(request(decorator), context).outputs).toEqual(run(request(''), context).outputs);
  });

  test('of a graph', () => {
    const graph = (op: string) => ({
      nodes: [
        { name: 'y', op, inputs: ['x'], attrs: op === 'checkpoint' ? { fun: 'f' } : {} },
        { name: 's', op: 'sum', inputs: ['y'] },
      ],
      outputs: ['s'],
      functions: { f: { inputs: [{ name: 'v' }], nodes: [{ name: 'u', op: 'sin', inputs: ['v'] }], outputs: ['u'] } },
    });
    const [whole, plain] = ['checkpoint', 'sin'].map((op) =>
      run({ graph: graph(op), inputs: { x: [0.5, 2] }, gradients: [{ of: 's', wrt: ['x'] }] }, compiled()),
    );
    expect(bits(whole)).toBe(bits(plain));
  });

  test('keeps zeros that are there by structure', () => {
    const gradient = (f: string, program = `y = jnp.sum(jnp.where(x > 0, ${f}(x), 0.0))`): Tensor =>
      run({ program, inputs: { x: [4, 0, -1] }, gradients: [{ of: 'y', wrt: ['x'] }] }, compiled()).gradients[0].wrt[
        'x'
      ];
    expect([...gradient('jax.checkpoint(jnp.sqrt)').data]).toEqual([...gradient('jnp.sqrt').data]);
  });

  test('has no policies', () => {
    const error = refused({ ...layers, program: 'f = jax.checkpoint(jnp.sin, policy=jnp.sin)\ny = f(x)' });
    expect(error.issues[0].hint).toContain('memory_limit');
  });
});
