// Layers against recorded runs of PyTorch, and at the points where a rule of our own is pinned.

import { describe, expect, test } from 'vitest';
import { EngineError } from '../../engine/errors.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { tensorOf, toNumbers } from '../../engine/ir/tensor.ts';
import type { Body } from '../calculus/functions.ts';
import { compile, pullback, testContext } from '../calculus/functions.ts';
import recorded from './layers.fixture.json' with { type: 'json' };
import { expectRecorded } from './recorded.ts';

describe('agrees with recorded runs', () => {
  const cases = recorded.map((c, k) => [`${k} ${c.op} ${JSON.stringify(c.attrs)}`, c] as const);
  test.each(cases)('%s', (_label, c) => expectRecorded(c, 1e-12));
});

const of = (shape: readonly number[], ...data: number[]): Tensor => tensorOf('float64', shape, data);

/** The first output, and the cotangents of all operands for a cotangent of ones in it. */
function differentiated(body: Body, ...at: Tensor[]): { value: number[]; gradients: number[][] } {
  const fn = { inputs: at, body: ((b, xs) => body(b, xs).slice(0, 1)) satisfies Body };
  const { outputs, run } = compile(fn);
  const [y] = run(at);
  const ones = tensorOf(y.dtype, y.shape, new Array<number>(y.data.length).fill(1));
  return {
    value: toNumbers(y),
    gradients: compile(pullback(fn, outputs))
      .run([...at, ones])
      .map(toNumbers),
  };
}

function complaint(body: Body, ...at: Tensor[]): string {
  try {
    compile({ inputs: at, body }).run(at);
  } catch (error) {
    if (error instanceof EngineError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'none';
}

describe('normalisation', () => {
  test('a vector of zeros normalises to zeros, with derivative 0', () => {
    const { value, gradients } = differentiated((b, [x]) => [b.normalize(x)], of([2, 2], 0, 0, 3, 4));
    expect(value).toEqual([0, 0, 0.6, 0.8]);
    expect(gradients[0].slice(0, 2)).toEqual([0, 0]);
  });

  test('the cosine with a vector of zeros is 0, with derivative 0', () => {
    const { value, gradients } = differentiated(
      (b, [x, y]) => [b.cosine_similarity(x, y)],
      of([1, 2], 0, 0),
      of([1, 2], 3, 4),
    );
    expect([value, ...gradients]).toEqual([[0], [0, 0], [0, 0]]);
  });

  test('a batch of one value a channel cannot train', () => {
    const body: Body = (b, [x, m]) => b.batch_norm(x, m, m, null, null, { training: true });
    expect(complaint(body, of([1, 2], 1, 2), of([2], 1, 1))).toMatch(
      /^E_SHAPE_MISMATCH.*more than one value a channel/,
    );
  });

  test('the mode of the request says whether a batch trains', () => {
    const at = [of([2, 1], 1, 3), of([1], 0), of([1], 1)];
    const body: Body = (b, [x, m, v]) => b.batch_norm(x, m, v, null, null, { eps: 0, momentum: 0.5 });
    expect(compile({ inputs: at, body }).run(at).map(toNumbers)).toEqual([[1, 3], [0], [1]]);
    const train = compile({ inputs: at, body }, { ...testContext, training: true });
    expect(train.run(at).map(toNumbers)).toEqual([[-1, 1], [1], [1.5]]);
  });
});

describe('convolution', () => {
  test('what does not fit says so', () => {
    const conv: Body = (b, [x, w]) => [b.conv2d(x, w)];
    const [x, small] = [of([1, 1, 2, 2], 1, 2, 3, 4), of([1, 1, 3, 1], 1, 2, 3)];
    expect(complaint(conv, x, small)).toMatch(/^E_SHAPE_MISMATCH: A kernel of extent 3 does not fit axis 2 of x/);
    expect(complaint(conv, x, of([1, 2, 1, 1], 1, 2))).toMatch(/^E_SHAPE_MISMATCH: A convolution in 1 group takes/);
  });

  test('padding may be named, in either spelling', () => {
    const x = of([1, 1, 5], 1, 2, 3, 4, 5);
    const w = of([1, 1, 2], 1, 10);
    const value = (padding: string, stride: number): number[] =>
      differentiated((b, [u, v]) => [b.conv1d(u, v, null, { padding, stride: [stride] })], x, w).value;
    expect(value('same', 1)).toEqual([21, 32, 43, 54, 5]);
    expect(value('SAME', 2)).toEqual([21, 43, 5]);
    expect(value('SAME_LOWER', 2)).toEqual([10, 32, 54]);
    expect(value('VALID', 2)).toEqual([21, 43]);
  });
});

describe('attention', () => {
  const [q, k, v] = [of([2, 1], 1, 2), of([2, 1], 3, 4), of([2, 1], 5, 6)];

  test('a query that attends to nothing gets 0, with derivative 0', () => {
    const mask = tensorOf('bool', [2, 2], [0, 0, 1, 0]);
    const { value, gradients } = differentiated(
      (b, [x, y, z]) => [b.scaled_dot_product_attention(x, y, z, b.constant(mask))],
      q,
      k,
      v,
    );
    expect(value).toEqual([0, 5]);
    expect(gradients).toEqual([
      [0, 0],
      [0, 0],
      [1, 0],
    ]);
  });

  test('so does one whose added mask is all -inf', () => {
    const mask = of([2, 2], -Infinity, -Infinity, 0, -Infinity);
    const { value, gradients } = differentiated(
      (b, [x, y, z]) => [b.scaled_dot_product_attention(x, y, z, b.constant(mask))],
      q,
      k,
      v,
    );
    expect(value).toEqual([0, 5]);
    expect(gradients).toEqual([
      [0, 0],
      [0, 0],
      [1, 0],
    ]);
  });
});

test('a max pool with NaN in a window is NaN there, and its derivative goes to the NaN', () => {
  const { value, gradients } = differentiated(
    (b, [x]) => [b.max_pool1d(x, { kernel_size: [2] })],
    of([1, 4], 1, NaN, 3, 3),
  );
  expect(value).toEqual([NaN, 3]);
  expect(gradients).toEqual([[0, 1, 1, 0]]);
});
