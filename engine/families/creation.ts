// What creation ops share: constants made of counted integers, and shapes checked before memory is taken.

import { fail } from '../errors.ts';
import type { DType, Shape } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { allocate, setElement, tensorOf } from '../ir/tensor.ts';

/** Fails before a constant of that many elements takes memory that no limit allows. */
export function requireSize(b: Builder, elements: number, what: string): void {
  if (elements <= b.context.maxElements) return;
  fail('E_LIMIT', `${what} would make ${elements} elements; the limit is ${b.context.maxElements}.`);
}

/** A shape that was written down: no negative sizes. */
export function requireShape(shape: Shape): Shape {
  if (shape.some((d) => d < 0)) fail('E_ATTRIBUTE', `The shape (${shape.join(', ')}) has a negative size.`);
  return shape;
}

/** 0, 1, …, n − 1 as a constant. */
export function iota(b: Builder, n: number, dtype: DType = 'int64'): Value {
  requireSize(b, n, 'A count');
  const data = allocate(dtype, n);
  for (let i = 0; i < n; i++) setElement(data, i, i);
  return b.constant({ dtype, shape: [n], data });
}

/** 0, 1, … along one axis of a rank, of size 1 elsewhere: it broadcasts to the index of every element on that axis. */
export function iotaAlong(b: Builder, shape: Shape, axis: number): Value {
  return b.reshape(iota(b, shape[axis]), { shape: shape.map((d, i) => (i === axis ? d : 1)) });
}

/** Integers as a constant. */
export function integers(b: Builder, list: readonly number[], shape: Shape = [list.length]): Value {
  return b.constant(tensorOf('int64', shape, list));
}

/** The dtype asked for, or the default float. */
export const dtypeOr = (b: Builder, dtype: unknown): DType => (dtype as DType | null) ?? b.context.defaultFloat;

/** Whether (i, j) lies on the k-th diagonal of an n × m matrix or on one side of it. */
export function triangle(b: Builder, n: number, m: number, k: number, side: 'lower' | 'upper' | 'on'): Value {
  const column = iotaAlong(b, [n, m], 1);
  const diagonal = b.constant(
    tensorOf(
      'int64',
      [n, 1],
      Array.from({ length: n }, (_, i) => i + k),
    ),
  );
  if (side === 'on') return b.equal(column, diagonal);
  return side === 'lower' ? b.less_equal(column, diagonal) : b.greater_equal(column, diagonal);
}
