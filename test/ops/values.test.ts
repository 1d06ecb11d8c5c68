// Elementwise ops, activations, losses and special functions against recorded runs of JAX and PyTorch at ordinary points:
// values, gradients and curvatures.

import { describe, expect, test } from 'vitest';
import type { Attrs } from '../../engine/op.ts';
import { ops } from '../../engine/ops/index.ts';
import { tensorOf, toNumbers } from '../../engine/ir/tensor.ts';
import { compile, pullback, pushforward } from '../calculus/functions.ts';
import { callOf } from './contract/cases.ts';
import recorded from './elementwise.fixture.json' with { type: 'json' };
import type { RecordedCase } from './recorded.ts';
import { expectRecorded, expectTensor, tensorIn } from './recorded.ts';

/** What the recording library itself is good for, relative. */
const tolerances: Readonly<Record<string, number>> = {
  lgamma: 1e-11,
  digamma: 1e-11,
  polygamma: 1e-11,
  betaln: 1e-11,
  // PyTorch adds 1e-12 to what it divides by.
  binary_cross_entropy: 1e-10,
};

/** The derivative of the recorded cotangents along 1, 1.5, 2, 2.5, 1, … in all the operands that have one. */
function expectCurvatures(c: RecordedCase & Pick<(typeof recorded)[number], 'curvatures'>, tolerance: number): void {
  const at = c.operands.map(tensorIn);
  const op = ops.find((o) => o.name === c.op)!;
  const fn = callOf(op, { operands: [], attrs: c.attrs as Attrs }, at);
  const wrt = c.gradients.flatMap((g, i) => (g === null ? [] : [i]));
  const { outputs } = compile(fn);
  const weights = (n: number, start: number): number[] =>
    Array.from({ length: n }, (_, i) => 1 + 0.5 * ((i + start) % 4));
  const cotangent = tensorOf('float64', outputs[0].shape, weights(tensorIn(c.outputs[0]).data.length, 0));
  let next = 0;
  const directions = wrt.map((i) => {
    const { shape, data } = at[i];
    const direction = tensorOf('float64', shape, weights(data.length, next));
    next += data.length;
    return direction;
  });
  const gradient = pullback(fn, outputs, wrt);
  const found = compile(pushforward(gradient, wrt)).run([...at, cotangent, ...directions]);
  found.forEach((h, k) => expectTensor(h, c.curvatures[k], tolerance, `curvature ${k}`));
}

describe('agrees with recorded runs', () => {
  const cases = recorded.map((c, k) => [`${k} ${c.op} ${JSON.stringify(c.attrs)}`, c] as const);
  test.each(cases)('%s', (_label, c) => {
    const tolerance = tolerances[c.op] ?? 1e-12;
    expectRecorded(c, tolerance);
    if (c.pulled[0]) expectCurvatures(c, 50 * tolerance);
  });
});

test('a loss that broadcasts says so', () => {
  const losses = compile({
    inputs: [
      { dtype: 'float64', shape: [2, 1] },
      { dtype: 'float64', shape: [2] },
    ],
    body: (b, [x, y]) => {
      const loss = b.mse_loss(x, y);
      expect(b.warnings.map((w) => w.code)).toEqual(['broadcast_loss']);
      return [loss];
    },
  });
  const at = [tensorOf('float64', [2, 1], [0, 1]), tensorOf('float64', [2], [0, 1])];
  expect(losses.run(at).map(toNumbers)).toEqual([[0.5]]);
});
