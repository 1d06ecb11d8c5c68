// What random ops share: keys, and drawing from them.

import { fail } from '../errors.ts';
import type { Aval, FloatDType, Shape } from '../ir/aval.ts';
import { isFloat, isInteger, showAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Args, Attrs, Op, Operand, Param, Sample } from '../op.ts';
import { exponential, gumbel, laplace, logistic, normal, uniform } from '../numeric/random.ts';
import { composite } from './composite.ts';
import { dtypeOr, iotaAlong, requireShape, requireSize } from './creation.ts';
import { gatherAlong } from './indexing.ts';
import { knownTensor } from './known.ts';
import { along } from './manipulation.ts';

export const keyParam: Param = {
  name: 'key',
  kind: 'tensor',
  doc: 'int64[2], two numbers from 0 to 2^32 − 1: random.key(seed) makes one, random.split several of one.',
};
export const shapeParam: Param = { name: 'shape', kind: 'shape', default: [] };
export const floatParam: Param = { name: 'dtype', kind: 'dtype', default: null, doc: 'A float dtype.' };

/** A key for samples. */
export const sampleKey: Sample['operands'][number] = { shape: [2], dtype: 'int64', values: [1832780943, 270669613] };

/** The key operand, as int64[2]. */
export function keyOf(b: Builder, args: Args): Value {
  const key = b.lift(args['key'] as Operand);
  const { dtype, shape } = key.aval;
  if (shape.length !== 1 || shape[0] !== 2) {
    fail(
      'E_SHAPE_MISMATCH',
      `A key is int64[2], and is given as ${showAval(key.aval)}.`,
      'random.key(seed) makes a key.',
    );
  }
  if (!isInteger(dtype)) {
    fail('E_DTYPE', `A key is int64[2], and is given as ${showAval(key.aval)}.`, 'random.key(seed) makes a key.');
  }
  return b.cast(key, 'int64');
}

/** An integer operand; a plain number without a fraction counts, since a front end may not know better. */
export function integerOf(b: Builder, given: Operand, name: string): Value {
  const x = b.lift(typeof given === 'number' && Number.isSafeInteger(given) ? BigInt(given) : given);
  if (isInteger(x.aval.dtype)) return x;
  return fail('E_DTYPE', `${name} must be of integers, and is ${showAval(x.aval)}.`);
}

/** The shape attribute, of a size that may be drawn. */
export function drawShape(b: Builder, args: Args): Shape {
  const shape = requireShape(args['shape'] as Shape);
  requireSize(b, sizeOf(shape), 'A random draw');
  return shape;
}

/** The float dtype asked for, or the default one. */
export function drawDtype(b: Builder, args: Args, op: string): FloatDType {
  const dtype = dtypeOr(b, args['dtype']);
  return isFloat(dtype) ? dtype : fail('E_DTYPE', `${op} draws floats, and dtype is ${dtype}.`);
}

/** A shape that a parameter broadcasts to. */
export function requireBroadcast(x: Value, shape: Shape, name: string): void {
  const from = shape.length - x.aval.shape.length;
  if (from >= 0 && x.aval.shape.every((d, i) => d === 1 || d === shape[from + i])) return;
  fail(
    'E_SHAPE_MISMATCH',
    `${name}, ${showAval(x.aval)}, does not broadcast to the shape (${shape.join(', ')}) to draw.`,
  );
}

/** A distribution without parameters: random.normal, random.exponential, random.gumbel. */
export const drawing = (name: string, distribution: Distribution, text: string, math?: string): Op =>
  composite({
    name,
    family: 'random',
    doc: {
      text,
      ...(math === undefined ? {} : { math }),
      source: `jax.${name}; the same bits in float32, in float64 but for the last of about one draw in a thousand`,
    },
    params: [keyParam, shapeParam, floatParam],
    differentiable: 'no',
    samples: [
      { operands: [sampleKey] },
      { operands: [sampleKey], attrs: { shape: [2, 3] } },
      { operands: [sampleKey], attrs: { shape: [5], dtype: 'float32' } },
    ],
    body: (b, args) =>
      b.threefry_draw(keyOf(b, args), { distribution, shape: drawShape(b, args), dtype: drawDtype(b, args, name) }),
  });

// -- evaluation ----------------------------------------------------------------------------------------------------

/** What {@link drawing} and the distributions with parameters are made of. */
export const distributions = { uniform, normal, exponential, gumbel, laplace, logistic };
export type Distribution = keyof typeof distributions;

/** Each key in a tensor of them, whose last axis has the two halves. */
export function keysIn(keys: Tensor): Uint32Array[] {
  const half = (i: number): number => Number(BigInt.asUintN(32, BigInt(keys.data[i])));
  const count = sizeOf(keys.shape.slice(0, -1));
  return Array.from({ length: count }, (_, i) => Uint32Array.of(half(2 * i), half(2 * i + 1)));
}

/** Keys, as many as each group has, one group after the other. */
export function writeKeys(aval: Aval, groups: readonly Uint32Array[]): Tensor {
  const data = new BigInt64Array(sizeOf(aval.shape));
  let at = 0;
  for (const group of groups) for (const half of group) data[at++] = BigInt(half);
  return { dtype: 'int64', shape: aval.shape, data };
}

/** What a draw of a shape makes of one key or, batched, of many. */
export const drawnShape = (key: Aval, attrs: Attrs): number[] => [
  ...key.shape.slice(0, -1),
  ...(attrs['shape'] as number[]),
];

// -- orders --------------------------------------------------------------------------------------------------------

/** A whole number that is known while the graph is built. */
export function countOf(given: Operand, name: string): number {
  const known = typeof given === 'object' ? knownTensor(given) : null;
  const n =
    typeof given === 'object' ? (known === null || isFloat(known.dtype) ? null : Number(known.data[0])) : Number(given);
  if (n !== null && Number.isSafeInteger(n)) return n;
  return fail(
    'E_DTYPE',
    `${name} must be an array of one axis or more, or an integer that is known before anything runs.`,
  );
}

/** Indices along an axis of a shape in random order: sorted by random numbers, often enough to break their ties. */
export function shuffledIndices(b: Builder, key: Value, shape: Shape, axis: number): Value {
  const size = sizeOf(shape);
  const rounds = Math.ceil((3 * Math.log(Math.max(1, size))) / Math.log(2 ** 32 - 1));
  let order = b.broadcast(iotaAlong(b, shape, axis), shape);
  let rest = key;
  for (let i = 0; i < rounds; i++) {
    const keys = b.random_split(rest);
    rest = row(b, keys, 0);
    const by = b.argsort(b.threefry_bits(row(b, keys, 1), { shape }), { axis });
    order = gatherAlong(b, order, by, axis);
  }
  return order;
}

const row = (b: Builder, keys: Value, i: number): Value => b.reshape(along(b, keys, 0, i, i + 1), { shape: [2] });

// -- draws without a key -------------------------------------------------------------------------------------------

const draws = new WeakMap<Builder, number>();

/**
 * The key of the next draw that is given none: the request's seed with the count of such draws before it, so one request
 * draws the same whatever else runs; null without a seed.
 */
export function ambientKey(b: Builder): Value | null {
  const { seed } = b.context;
  if (seed === undefined) return null;
  const count = draws.get(b) ?? 0;
  draws.set(b, count + 1);
  return b.random_fold_in(b.random_key(BigInt(seed)), BigInt(count));
}
