// The laws catch lies: ops with a wrong derivative, a wrong transpose, a false claim of linearity or a wrong batching rule.

import { expect, test } from 'vitest';
import { elementwise } from '../../engine/families/elementwise.ts';
import { structural } from '../../engine/families/structural.ts';
import type { Op, Operand } from '../../engine/op.ts';
import { linearityHolds, linearSites } from '../ops/contract/linear.ts';
import type { Fn } from './functions.ts';
import { compile } from './functions.ts';
import { adjointHolds, batchingAgrees, differencesAgree, jacobiansAgree } from './laws.ts';
import { createRandom } from './random.ts';
import { drawTensor } from './tensors.ts';

const random = createRandom('laws');
const vector = { dtype: 'float64', shape: [4] } as const;
const point = (n: number) => Array.from({ length: n }, () => drawTensor(random, vector, [0.5, 2]));

const apply = (op: Op, operands = 1): Fn => ({
  inputs: Array.from({ length: operands }, () => vector),
  body: (b, xs) => [b.emitOne(op, xs)],
});

const one = { doc: { text: 'A lie.' }, accepts: 'float' } as const;
const cube = (slope: number) =>
  elementwise({
    ...one,
    name: 'cube',
    operands: ['x'],
    eval: (x) => x ** 3,
    partials: [(b, [x]) => b.multiply(slope, b.multiply(x, x))],
  });

test('a partial that is off by a hundred-thousandth is caught', () => {
  expect(differencesAgree(apply(cube(3)), point(1), random)).toBeNull();
  expect(differencesAgree(apply(cube(3.00003)), point(1), random)).toMatch(/J v is .* differences give/);
});

const twice = (back: number) => {
  const op: Op = elementwise({
    ...one,
    name: 'twice',
    operands: ['x'],
    eval: (x) => 2 * x,
    jvp: (b, { tangents }) => b.emitOne(op, [tangents[0]!]),
    linear: [0],
    transpose: [(b, ct) => b.multiply(back, ct)],
  });
  return op;
};

test('a transpose that is not the adjoint is caught', () => {
  expect(adjointHolds(apply(twice(2)), point(1), random)).toBeNull();
  expect(adjointHolds(apply(twice(3)), point(1), random)).toMatch(/⟨J v, w⟩ is/);
  expect(jacobiansAgree(apply(twice(3)), point(1))).toMatch(/by rows .* as by columns/);
});

test('a false claim of linearity is caught by superposition', () => {
  const ratio = elementwise({
    ...one,
    name: 'ratio',
    operands: ['x', 'y'],
    eval: (x, y) => x / y,
    linear: [0, 1],
    transpose: [(b, ct, [, y]) => b.divide(ct, y), (b, ct, [x, y]) => b.divide(b.multiply(ct, x), b.multiply(y, y))],
  });
  const [site] = linearSites(compile(apply(ratio, 2)), point(2));
  expect(linearityHolds(site, random)).toMatch(/ratio is not linear in operand 1/);
});

test('a batching rule that forgets to move its axis is caught', () => {
  const reversed = (axis: number) =>
    structural({
      name: 'reversed',
      doc: one.doc,
      params: [{ name: 'x', kind: 'tensor' }],
      samples: [],
      call: (b, args, emit) => emit(b.lift(args['x'] as Operand), {}),
      infer: (x) => x,
      source: (x) => Int32Array.from({ length: x.shape[0] }, (_, i) => x.shape[0] - 1 - i),
      transpose: (_b, ct) => ct,
      batch: (b, x) => b.flip(x, { axis }),
      embeds: 'moves',
    });
  const points = [point(1), point(1), point(1)];
  expect(batchingAgrees(apply(reversed(1)), points)).toBeNull();
  expect(batchingAgrees(apply(reversed(0)), points)).toMatch(/with inputs \{0\} mapped, the batched output 0 element/);
});
