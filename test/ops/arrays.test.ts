// Array ops against recorded runs of JAX, and at the points where a rule of our own is pinned.

import { describe, expect, test } from 'vitest';
import { EngineError } from '../../engine/errors.ts';
import type { DType } from '../../engine/ir/aval.ts';
import { isFloat } from '../../engine/ir/aval.ts';
import type { Builder } from '../../engine/ir/builder.ts';
import type { Value } from '../../engine/ir/graph.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { tensorOf, toNumbers } from '../../engine/ir/tensor.ts';
import type { Attrs } from '../../engine/op.ts';
import { ops } from '../../engine/ops/index.ts';
import type { Fn } from '../calculus/functions.ts';
import { compile, pullback } from '../calculus/functions.ts';
import { callOf } from './contract/cases.ts';
import recorded from './arrays.fixture.json' with { type: 'json' };

interface Recorded {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}

const tensorIn = ({ dtype, shape, data }: Recorded): Tensor => tensorOf(dtype as DType, shape, data.map(Number));
const avalIn = ({ dtype, shape }: { dtype: string; shape: readonly number[] }) => ({ dtype: dtype as DType, shape });

/** The cotangents that the fixture pulls back: 1, 1.5, 2, 2.5, 1, … through all float outputs. */
function weights(outputs: readonly Tensor[]): Tensor[] {
  let at = 0;
  return outputs
    .filter((y) => isFloat(y.dtype))
    .map((y) =>
      tensorOf(
        y.dtype,
        y.shape,
        toNumbers(y).map(() => 1 + 0.5 * (at++ % 4)),
      ),
    );
}

function expectClose(found: Tensor, wanted: Recorded, what: string): void {
  expect(found.dtype, what).toBe(wanted.dtype);
  expect(found.shape, what).toEqual(wanted.shape);
  const numbers = wanted.data.map(Number);
  toNumbers(found).forEach((x, i) => {
    const y = numbers[i];
    if (Number.isFinite(y))
      expect(Math.abs(x - y), `${what}[${i}]: ${x}, not ${y}`).toBeLessThanOrEqual(1e-12 * (1 + Math.abs(y)));
    else expect(x, `${what}[${i}]`).toBe(y);
  });
}

describe('agrees with recorded runs', () => {
  const cases = recorded.map((c, k) => [`${k} ${c.op} ${JSON.stringify(c.attrs)}`, c] as const);
  test.each(cases)('%s', (_label, c) => {
    const op = ops.find((o) => o.name === c.op)!;
    // A keyword operand stands last: "$where": 1 says that the second operand is `where`.
    const named = Object.entries(c.attrs).filter(([name]) => name.startsWith('$'));
    const attrs = Object.fromEntries(Object.entries(c.attrs).filter(([name]) => !name.startsWith('$'))) as Attrs;
    const fn: Fn = {
      inputs: c.operands.map(avalIn),
      body(b, xs) {
        const keyword = Object.fromEntries(named.map(([name, k]) => [name.slice(1), xs[Number(k)]]));
        const positional = xs.filter((_x, i) => !named.some(([, k]) => Number(k) === i));
        return callOf(op, { operands: [], attrs: { ...attrs, ...keyword } as Attrs }, []).body(b, positional);
      },
    };
    const at = (c.operands as readonly Recorded[]).map(tensorIn);
    const { outputs, run } = compile(fn);
    const found = run(at);
    expect(found.length).toBe(c.outputs.length);
    found.forEach((y, i) => expectClose(y, c.outputs[i], `output ${i}`));
    if (c.gradients.length === 0) return;
    const gradients = compile(pullback(fn, outputs)).run([...at, ...weights(found)]);
    gradients.forEach((g, i) => expectClose(g, c.gradients[i], `gradient ${i}`));
  });
});

// -- pinned --------------------------------------------------------------------------------------------------------

type Build = (b: Builder, ...xs: Value[]) => Value;

const vector = (data: readonly number[]): Tensor => tensorOf('float64', [data.length], data);
const functionOf = (build: Build, at: readonly Tensor[]): Fn => ({ inputs: at, body: (b, xs) => [build(b, ...xs)] });

/** The value, and the cotangents of all float operands for a cotangent of ones. */
function differentiated(build: Build, ...at: Tensor[]): { value: number[]; gradients: number[][] } {
  const fn = functionOf(build, at);
  const { outputs, run } = compile(fn);
  const ones = outputs.map((y) =>
    tensorOf(y.dtype, y.shape, new Array<number>(y.shape.reduce((n, d) => n * d, 1)).fill(1)),
  );
  return {
    value: toNumbers(run(at)[0]),
    gradients: compile(pullback(fn, outputs))
      .run([...at, ...ones])
      .map(toNumbers),
  };
}

const gradient = (build: Build, ...at: Tensor[]): number[] => differentiated(build, ...at).gradients[0];

/** Row by row, the second derivatives of a scalar function of a vector. */
function hessian(build: Build, at: readonly number[]): number[][] {
  const x = vector(at);
  const scalar = functionOf(build, [x]);
  const slope = pullback(scalar, [{ dtype: 'float64', shape: [] }]);
  const one = tensorOf('float64', [], [1]);
  return at.map((_x, i) => {
    const row = compile(pullback({ inputs: [x], body: (b, [v]) => slope.body(b, [v, b.constant(one)]) }, [x])).run([
      x,
      vector(at.map((_y, j) => (i === j ? 1 : 0))),
    ]);
    return toNumbers(row[0]);
  });
}

function complaint(build: (b: Builder) => unknown): { code: string; message: string; hint: string | undefined } {
  try {
    compile({ inputs: [], body: (b) => (build(b), []) });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { code: error.code, message: error.issues[0].message, hint: error.issues[0].hint };
  }
  throw new Error('nothing was wrong');
}

describe('ties and kinks', () => {
  test('extrema share their gradient evenly', () => {
    expect(gradient((b, x) => b.max(x), vector([1, 1, 0]))).toEqual([0.5, 0.5, 0]);
    expect(gradient((b, x) => b.min(x), vector([1, 0, 0]))).toEqual([0, 0.5, 0.5]);
    expect(differentiated((b, x) => b.max(x), vector([1, NaN, 5, NaN]))).toEqual({
      value: [NaN],
      gradients: [[0, 0.5, 0, 0.5]],
    });
  });

  test('a running extremum belongs to the latest element that attains it', () => {
    expect(gradient((b, x) => b.cummax(x), vector([1, 1, 0, 1]))).toEqual([1, 2, 0, 1]);
    expect(gradient((b, x) => b.cummin(x), vector([0, 1, 0]))).toEqual([2, 0, 1]);
    expect(differentiated((b, x) => b.cummax(x), vector([1, NaN, 3])).value).toEqual([1, NaN, NaN]);
  });

  test('sorting is stable and the gradient follows the elements', () => {
    const weighted = (b: Builder, y: Value): Value => b.multiply(y, b.constant(vector([1, 2, 3])));
    expect(gradient((b, x) => weighted(b, b.sort(x)), vector([2, 1, 1]))).toEqual([3, 1, 2]);
    expect(gradient((b, x) => weighted(b, b.sort(x, { descending: true })), vector([1, 2, 2]))).toEqual([3, 1, 2]);
    expect(gradient((b, x) => b.topk(x, { k: 1 })[0], vector([0, 3, 3]))).toEqual([0, 1, 0]);
    expect(gradient((b, x) => b.median(x), vector([1, 5, 1, 1]))).toEqual([0, 0, 0.5, 0.5]);
  });

  test('an update that is overwritten has no gradient', () => {
    const set: Build = (b, x, y) =>
      b.index_update(x, y, [b.constant(tensorOf('int64', [3], [1, 0, 1]))], { index: [{ array: 0 }] });
    expect(differentiated(set, vector([9, 9, 9]), vector([1, 2, 3]))).toEqual({
      value: [2, 3, 9],
      gradients: [
        [0, 0, 1],
        [0, 1, 1],
      ],
    });
  });

  test('all that attain a scattered extremum share its gradient, the base included', () => {
    const update =
      (mode: string): Build =>
      (b, x, y) =>
        b.index_update(x, y, [b.constant(tensorOf('int64', [2], [0, 0]))], { index: [{ array: 0 }], mode });
    expect(differentiated(update('max'), vector([3, 1]), vector([3, 3]))).toEqual({
      value: [3, 1],
      gradients: [
        [1 / 3, 1],
        [1 / 3, 1 / 3],
      ],
    });
    expect(differentiated(update('min'), vector([4, 1]), vector([2, 3]))).toEqual({
      value: [2, 1],
      gradients: [
        [0, 1],
        [1, 0],
      ],
    });
  });

  test('scattered products are exact with duplicates and zeros', () => {
    const times: Build = (b, x, y) =>
      b.index_update(x, y, [b.constant(tensorOf('int64', [4], [1, 0, 1, 1]))], {
        index: [{ array: 0 }],
        mode: 'multiply',
      });
    expect(differentiated(times, vector([2, 3]), vector([5, 7, 0, 11]))).toEqual({
      value: [14, 0],
      gradients: [
        [7, 0],
        [0, 2, 165, 0],
      ],
    });
  });
});

describe('products with zeros', () => {
  const product: Build = (b, x) => b.prod(x);
  test.each([
    [
      [2, 3, 5],
      [15, 10, 6],
    ],
    [
      [0, 3, 5],
      [15, 0, 0],
    ],
    [
      [0, 3, 0],
      [0, 0, 0],
    ],
  ])('%j', (at, slope) => {
    expect(gradient(product, vector(at))).toEqual(slope);
    const second = at.map((_a, i) =>
      at.map((_b, j) => (i === j ? 0 : at.reduce((p, x, k) => (k === i || k === j ? p : p * x), 1))),
    );
    expect(hessian(product, at)).toEqual(second);
    expect(hessian((b, x) => b.sum(b.slice(b.cumprod(x), { start: [2], stop: [3] })), at)).toEqual(second);
  });
});

describe('at zero', () => {
  const zeros = vector([0, 0, 0]);
  test.each([0.5, 1, 1.5, 2, 3, 'inf'])('the gradient of the %s-norm is zero', (ord) => {
    expect(gradient((b, x) => b.linalg_vector_norm(x, { ord }), zeros)).toEqual([0, 0, 0]);
  });

  test('the second derivative of a norm is zero, and elements that are zero do no harm elsewhere', () => {
    expect(hessian((b, x) => b.linalg_norm(x), [0, 0])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(gradient((b, x) => b.linalg_vector_norm(x, { ord: 0.5 }), vector([0, 4]))).toEqual([0, 1]);
    expect(gradient((b, x) => b.linalg_vector_norm(x, { ord: -1 }), vector([0, 4]))).toEqual([0, 0]);
  });

  test('the deviation of a constant', () => {
    expect(differentiated((b, x) => b.std(x), vector([2, 2, 2]))).toEqual({ value: [0], gradients: [[0, 0, 0]] });
    expect(differentiated((b, x) => b.var(x, { correction: 1 }), vector([2]))).toEqual({
      value: [NaN],
      gradients: [[NaN]],
    });
    expect(differentiated((b, x) => b.mean(x), vector([])).value).toEqual([NaN]);
  });
});

describe('masks and indices', () => {
  const mask = (b: Builder): Value => b.greater(b.constant(vector([1, -1, 2])), 0);

  test('a known mask is an index', () => {
    expect(gradient((b, x) => b.getitem(x, [mask(b)], { index: [{ array: 0 }] }), vector([5, 6, 7]))).toEqual([
      1, 0, 1,
    ]);
    expect(
      differentiated((b, x) => b.index_update(x, 0, [mask(b)], { index: [{ array: 0 }] }), vector([5, 6, 7])).value,
    ).toEqual([0, 6, 0]);
  });

  test('a mask that depends on data is refused, with the way out', () => {
    const { code, hint } = complaint((b) => {
      const x = b.input('x', { dtype: 'float64', shape: [3] });
      return b.getitem(x, [b.greater(x, 0)], { index: [{ array: 0 }] });
    });
    expect(code).toBe('E_INDEX');
    expect(hint).toContain('where(mask, x, 0)');
  });

  test.each([
    [[3], 'E_INDEX_OUT_OF_BOUNDS', 'axis 0 of size 3'],
    [[0, -3], 'E_INDEX_OUT_OF_BOUNDS', 'axis 1 of size 2'],
    [[{ slice: [null, null, 0] }], 'E_INDEX', 'step'],
    [[0, 0, 0], 'E_INDEX', '2 axes'],
    [['...', '...'], 'E_INDEX', 'once'],
    [[{ array: 1 }], 'E_INDEX', 'array 1'],
    [[{ array: 0 }], 'E_INDEX_OUT_OF_BOUNDS', 'axis 0 of size 3'],
  ])('x[%j] of a (3, 2) array: %s', (index, code, message) => {
    const found = complaint((b) =>
      b.getitem(b.zeros({ dtype: 'float64', shape: [3, 2] }), [b.constant(tensorOf('int64', [2], [0, 7]))], {
        index,
      }),
    );
    expect(found.code).toBe(code);
    expect(found.message).toContain(message);
  });
});

describe('mistakes', () => {
  const x = (b: Builder, name: string, ...shape: number[]): Value => b.input(name, { dtype: 'float64', shape });

  test('a product that a transpose would fit', () => {
    expect(complaint((b) => b.matmul(x(b, 'x', 32, 128), x(b, 'w', 10, 128)))).toEqual({
      code: 'E_SHAPE_MISMATCH',
      message: 'x @ w: the last axis of x (float64[32,128]) is 128, the first of w (float64[10,128]) is 10.',
      hint: 'x @ w.T contracts 128 with 128.',
    });
  });

  test.each<[string, (b: Builder) => unknown, string]>([
    ['E_SHAPE_MISMATCH', (b) => b.matmul(x(b, 'x', 2), 3), 'one axis'],
    ['E_OP_ARITY', (b) => b.einsum([x(b, 'x', 2)], { subscripts: 'i,i' }), '2 operands'],
    ['E_SHAPE_MISMATCH', (b) => b.einsum([x(b, 'x', 2), x(b, 'y', 3)], { subscripts: 'i,i' }), '"i" is 2'],
    ['E_ATTRIBUTE', (b) => b.einsum([x(b, 'x', 2)], { subscripts: 'i->j' }), '"j"'],
    ['E_ATTRIBUTE', (b) => b.linalg_norm(x(b, 'x', 2, 2), { ord: 'nuc' }), 'not available'],
    ['E_EMPTY_REDUCTION', (b) => b.max(x(b, 'x', 0)), 'size 0'],
    ['E_EMPTY_REDUCTION', (b) => b.argmax(x(b, 'x', 2, 0), { axis: 1 }), 'size 0'],
    ['E_SHAPE_MISMATCH', (b) => b.squeeze(x(b, 'x', 2), { axis: 0 }), 'size 2'],
    ['E_SHAPE_MISMATCH', (b) => b.split(x(b, 'x', 5), { indices_or_sections: 2 }), 'equal parts'],
    ['E_LIMIT', (b) => b.arange(1e12), 'the limit'],
    ['E_LIMIT', (b) => b.eye({ n_rows: 1_000_000 }), 'the limit'],
    ['E_DTYPE', (b) => b.take(x(b, 'x', 3), x(b, 'i', 1)), 'integers'],
    ['E_DTYPE', (b) => b.index_update(b.constant(tensorOf('int64', [1], [1])), 0.5, [], { index: [0] }), 'fractions'],
  ])('%s: %s', (code, build, message) => {
    const found = complaint(build);
    expect(found.code).toBe(code);
    expect(found.message).toContain(message);
  });
});

describe('creation', () => {
  const made = (build: Build): Tensor => compile(functionOf(build, [])).run([])[0];

  test('lists of numbers and arrays', () => {
    expect(
      made((b) =>
        b.asarray([
          [1n, 2n],
          [3n, 4n],
        ] as never),
      ),
    ).toEqual(tensorOf('int64', [2, 2], [1, 2, 3, 4]));
    expect(made((b) => b.asarray([1n, 2.5] as never))).toEqual(tensorOf('float64', [2], [1, 2.5]));
    expect(made((b) => b.asarray([1.5, b.lift(2)] as never, { dtype: 'float32' }))).toEqual(
      tensorOf('float32', [2], [1.5, 2]),
    );
    expect(made((b) => b.asarray([[], []] as never))).toEqual(tensorOf('float64', [2, 0], []));
    expect(complaint((b) => b.asarray([[1], [1, 2]] as never)).code).toBe('E_SHAPE_MISMATCH');
  });

  test('ranges take their dtype from how their numbers are written', () => {
    expect(made((b) => b.arange(3n))).toEqual(tensorOf('int64', [3], [0, 1, 2]));
    expect(made((b) => b.arange(1n, 2.5, 0.5))).toEqual(tensorOf('float64', [3], [1, 1.5, 2]));
    expect(made((b) => b.arange(5n, 0n, -2n))).toEqual(tensorOf('int64', [3], [5, 3, 1]));
  });

  test('fill values are differentiable', () => {
    expect(gradient((b, x) => b.full(x, { shape: [2, 2] }), tensorOf('float64', [], [3]))).toEqual([4]);
    expect(gradient((b, x) => b.sum(b.linspace(0, x, { num: 4 })), tensorOf('float64', [], [3]))).toEqual([2]);
  });
});
