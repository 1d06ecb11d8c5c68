// Structural zeros stay zero in both modes and both orders: what a mask, pad or gather leaves out has no derivative,
// whatever the slope there.

import { expect, test } from 'vitest';
import { createBuilder } from '../../engine/ir/builder.ts';
import { tensorOf, toNumbers } from '../../engine/ir/tensor.ts';
import type { Body } from '../calculus/functions.ts';
import { compile, pullback, pushforward, testContext } from '../calculus/functions.ts';
import { plain, run } from '../engine/requests.ts';

// The root has the value NaN at -1 and the slope ∞ at 0; only 4 is looked at.
const x = tensorOf('float64', [3], [-1, 0, 4]);
const ones = tensorOf('float64', [3], [1, 1, 1]);

const cases: Readonly<Record<string, Body>> = {
  'a mask': (b, [v]) => [b.sum(b.where(b.greater(v, 0), b.sqrt(v), 0))],
  'a mask on the other side': (b, [v]) => [b.sum(b.where(b.less(v, 1), 0, b.sqrt(v)))],
  'a mask above a sum': (b, [v]) => {
    const rows = b.reshape(b.sqrt(v), { shape: [3, 1] });
    return [b.sum(b.where(b.greater(v, 0), b.sum(rows, { axis: 1 }), 0))];
  },
  'a mask above a repetition': (b, [v]) => {
    const grid = b.broadcast_to(b.sqrt(v), { shape: [2, 3] });
    return [b.divide(b.sum(b.where(b.broadcast_to(b.greater(v, 0), { shape: [2, 3] }), grid, 0)), 2)];
  },
  'a slice': (b, [v]) => [b.sum(b.slice(b.sqrt(v), { start: [2], stop: [3] }))],
  'a slice of a slice, divided': (b, [v]) => {
    const root = b.slice(b.sqrt(b.slice(v, { start: [1], stop: [3] })), { start: [1], stop: [2] });
    return [b.sum(b.divide(b.multiply(root, 4), 4))];
  },
  'a gather': (b, [v]) => [b.divide(b.sum(b.gather(b.sqrt(v), b.constant(tensorOf('int64', [2], [2, 2])))), 2)],
  'a gather of what is masked': (b, [v]) => {
    const all = b.constant(tensorOf('int64', [6], [0, 1, 2, 2, 1, 0]));
    const masked = b.where(b.greater(v, 0), b.sqrt(v), 0);
    const twice = b.gather(masked, all);
    return [b.divide(b.sum(b.divide(b.multiply(twice, twice), b.add(1, twice))), 8 / 3)];
  },
  'parts side by side': (b, [v]) => {
    const root = b.sqrt(v);
    const part = (start: number, stop: number) => b.slice(root, { start: [start], stop: [stop] });
    const masked = b.where(b.greater(b.slice(v, { start: [0], stop: [2] }), 0), part(0, 2), 0);
    return [b.add(b.sum(masked), b.sum(b.square(part(2, 3))))];
  },
  'a flip of a pad': (b, [v]) => {
    const kept = b.slice(b.sqrt(v), { start: [2], stop: [3] });
    return [b.sum(b.flip(b.zero_pad(b.negative(kept), { low: [1], high: [1], interior: [0] }), { axis: 0 }))];
  },
};

test.each(Object.entries(cases))('%s', (_name, body) => {
  const fn = { inputs: [{ dtype: 'float64', shape: [3] } as const], body };
  const scalar = [{ dtype: 'float64', shape: [] } as const];
  const reverse = pullback(fn, scalar);
  const one = tensorOf('float64', [], [1]);
  const [slopes] = compile(reverse).run([x, one]).map(toNumbers);
  expect(slopes.slice(0, 2).map(Math.abs)).toEqual([0, 0]);
  expect(slopes[2]).not.toBe(0);
  expect(compile(pushforward(fn)).run([x, ones]).map(toNumbers)[0][0]).toBeCloseTo(slopes[2], 12);

  // Second order: forward over reverse, reverse over reverse and reverse over forward give the same curvature.
  const [forwardReverse] = compile(pushforward(reverse, [0]))
    .run([x, one, ones])
    .map(toNumbers);
  const [reverseReverse] = compile(pullback(reverse, [fn.inputs[0]], [0]))
    .run([x, one, ones])
    .map(toNumbers);
  const [reverseForward] = compile(pullback(pushforward(fn), scalar, [0]))
    .run([x, ones, one])
    .map(toNumbers);
  for (const curvature of [forwardReverse, reverseReverse, reverseForward]) {
    expect(curvature.slice(0, 2).map(Math.abs)).toEqual([0, 0]);
    expect(curvature[2]).toBeCloseTo(forwardReverse[2], 12);
  }
});

test('a long chain of masks makes a graph that grows with its length', () => {
  const masked =
    (steps: number): Body =>
    (b, [v]) => {
      let y = v;
      for (let i = 0; i < steps; i++) y = b.where(b.less(y, 5), b.multiply(b.sin(y), v), 0);
      return [b.sum(y)];
    };
  const size = (steps: number): number => {
    const fn = { inputs: [{ dtype: 'float64', shape: [3] } as const], body: masked(steps) };
    const b = createBuilder(testContext);
    pullback(fn, [{ dtype: 'float64', shape: [] }]).body(b, [
      b.placeholder(fn.inputs[0]),
      b.placeholder({ dtype: 'float64', shape: [] }),
    ]);
    return b.nodes.length;
  };
  expect(size(400) / size(200)).toBeLessThan(2.1);
});

test('a zero that is written down as a tangent or a cotangent is no perturbation', () => {
  const program = [
    'def f(x, y):',
    '  return jnp.sqrt(x) * y, y',
    'tangent = jax.jvp(f, (x, 3.0), (0.0, 1.0))[1][0]',
    'cotangent = jax.vjp(f, x, 3.0)[1]((0.0, 1.0))[0]',
  ].join('\n');
  // The slope of the root is infinite at 0: 0 · ∞ would be NaN.
  const { outputs } = run({ program, inputs: { x: 0 }, outputs: ['tangent', 'cotangent'] });
  expect(Object.values(outputs).map(plain)).toEqual([0, 0]);
});
