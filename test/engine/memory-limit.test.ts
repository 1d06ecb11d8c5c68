// The memory limit is held against what a plan takes as it runs, known before it does, and told alike by every answer.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest, EngineContext } from '../../engine/index.ts';
import { createMachine, createPlanCache, explain } from '../../engine/index.ts';
import { context, limits, refused, run } from './requests.ts';

const machine = createMachine({ wide: false, fma: true });
const compiled: EngineContext = { ...context, machine, plans: createPlanCache(1e8) };
const within = (bytes: number): EngineContext => ({
  ...compiled,
  plans: createPlanCache(1e8),
  limits: { ...limits, bytes },
});

const x = { dtype: 'float64', shape: [500, 40] } as const;
const numbers = { ...x, data: Array.from({ length: 20_000 }, (_, i) => Math.sin(i)) };
/** Fused: the interpreter keeps every step for the way back. */
const chain: ComputeRequest = {
  program: 'y = x\nfor i in range(10):\n    y = jnp.tanh(y * 2)\nz = jnp.sum(y)',
  inputs: { x: numbers },
  outputs: ['z'],
  gradients: [{ of: 'z', wrt: ['x'] }],
};
/** Sorted in scratch, which the interpreter does without. */
const sorted: ComputeRequest = { program: 'y = jnp.sort(x, axis=0)', inputs: { x: numbers } };

describe.each(Object.entries({ chain, sorted }))('the plan of a %s', (_name, request) => {
  test('is said to take the same by answers and explanations, first and later, with data and without', () => {
    const { peak_bytes } = explain(request, compiled);
    expect(run(request, compiled).stats.peak_bytes).toBe(peak_bytes);
    expect(run(request, compiled).stats.peak_bytes).toBe(peak_bytes);
    expect(explain({ ...request, inputs: { x: x as never } }, compiled).peak_bytes).toBe(peak_bytes);
    expect(peak_bytes).toBeGreaterThan(8 * 2 * 20_000);
  });
});

test('a plan is refused by what it takes compiled, before it runs', () => {
  const { peak_bytes, passes } = explain(chain, compiled);
  expect(peak_bytes).toBeLessThan(explain(chain, context).peak_bytes / 4);
  expect(passes.map((pass) => pass.name)).toEqual([
    'loops',
    'simplify',
    'straighten',
    'order',
    'fuse',
    'lay out',
    'place',
    'recompute',
    'emit',
  ]);
  expect(passes.find((pass) => pass.name === 'place')!.result).toContain(`${peak_bytes} bytes`);
  expect(run(chain, within(peak_bytes)).stats.peak_bytes).toBe(peak_bytes);
  const error = refused(chain, within(peak_bytes - 1));
  expect(error.code).toBe('E_LIMIT');
  expect(error.message).toContain(`${peak_bytes} bytes of memory`);
  expect(() => explain(chain, within(peak_bytes - 1))).toThrow(error.message);
});

test('a plan that fits as it is interpreted alone is interpreted', () => {
  const interpreted = explain(sorted, context);
  const { peak_bytes } = explain(sorted, compiled);
  expect(interpreted.passes).toEqual([]);
  expect(interpreted.peak_bytes).toBeLessThan(peak_bytes);
  const between = within(peak_bytes - 1);
  expect(explain(sorted, between)).toMatchObject({ peak_bytes: interpreted.peak_bytes, passes: [] });
  const { outputs, stats } = run(sorted, between);
  expect(stats.peak_bytes).toBe(interpreted.peak_bytes);
  expect(outputs).toEqual(run(sorted, context).outputs);
  expect(refused(sorted, within(interpreted.peak_bytes - 1)).code).toBe('E_LIMIT');
});

test('with debug_nans the interpreter runs, by its own measure', () => {
  const { peak_bytes } = explain(chain, context);
  expect(run({ ...chain, debug_nans: true }, compiled).stats.peak_bytes).toBe(peak_bytes);
  const tight = run({ ...chain, debug_nans: true }, within(peak_bytes / 2));
  expect(tight.stats.peak_bytes).toBeLessThanOrEqual(peak_bytes / 2);
  expect(tight.gradients).toEqual(run({ ...chain, debug_nans: true }, compiled).gradients);
  expect(refused({ ...chain, debug_nans: true }, within(peak_bytes / 8)).message).toContain('bytes of memory');
});

test('what the interpreter would have to find out is left open where that takes more than the limit', () => {
  const { program } = chain;
  const nan = { ...chain, program: `${program!}\nw = jnp.log(z - 1e9)`, outputs: ['w'], gradients: [] };
  const kept = { ...nan, gradients: [{ of: 'z', wrt: ['x'] }] };
  expect(run(kept, compiled).warnings).toMatchObject([{ code: 'nan', node: 'w' }]);
  const { peak_bytes } = explain(kept, compiled);
  expect(run(kept, within(peak_bytes)).warnings).toMatchObject([{ code: 'nan', node: null }]);

  const picked: ComputeRequest = {
    ...chain,
    program: `${program!}\nw = y[k]`,
    inputs: { x: numbers, k: { dtype: 'int64', data: 500 } },
    outputs: ['w'],
  };
  expect(refused(picked, compiled).code).toBe('E_INDEX_OUT_OF_BOUNDS');
  const error = refused(picked, within(explain(picked, compiled).peak_bytes));
  expect(error.code).toBe('E_LIMIT');
  expect(error.message).toContain('A value stopped the computation');
});

test('inputs and outputs that are over the limit are refused at once', () => {
  const big: ComputeRequest = { program: 'y = jnp.broadcast_to(x, (1000, 1000))', inputs: { x: 1 } };
  expect(refused(big, within(1e6)).message).toContain('bytes of memory at its peak; the limit is 1000000.');
});
