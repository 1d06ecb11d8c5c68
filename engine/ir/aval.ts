// An abstract value: what is known of a tensor before it exists, its dtype and its static shape.

import { fail } from '../errors.ts';

/** The element types, in promotion order within a kind. */
export const dtypes = ['bool', 'uint8', 'int32', 'int64', 'float32', 'float64'] as const;
export type DType = (typeof dtypes)[number];
export type FloatDType = 'float32' | 'float64';
export type Shape = readonly number[];

export interface Aval {
  readonly dtype: DType;
  readonly shape: Shape;
  /** True of what came from bare Python-like numbers alone: it gives way to any declared dtype of its kind. */
  readonly weak?: boolean;
  /**
   * One element of this type for each turn of a loop whose number is known only when it runs. Only loops make and read
   * such values; a mapped one has the batch axis first within each turn's element.
   */
  readonly stacked?: true;
}

export const isFloat = (dtype: DType): dtype is FloatDType => dtype === 'float32' || dtype === 'float64';
export const isInteger = (dtype: DType): boolean => dtype === 'uint8' || dtype === 'int32' || dtype === 'int64';

const bytesOf: Record<DType, number> = { bool: 1, uint8: 1, int32: 4, int64: 8, float32: 4, float64: 8 };
export const itemBytes = (dtype: DType): number => bytesOf[dtype];

/** Axes an array may have, as in NumPy and PyTorch. */
export const maxRank = 64;

/** The number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let n = 1;
  for (const d of shape) n *= d;
  return n;
}

/**
 * What a shape takes to be written down: its elements or, where it has none, the lists that would hold them. A shape
 * of (10⁹, 0) has no element and yet 10⁹ rows.
 */
export const spanOf = (shape: Shape): number => sizeOf(shape.filter((d) => d !== 0));

export const bytesOfAval = (aval: Aval): number => sizeOf(aval.shape) * itemBytes(aval.dtype);

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

export const sameAval = (a: Aval, b: Aval): boolean =>
  a.dtype === b.dtype && a.stacked === b.stacked && sameShape(a.shape, b.shape);

/** A type with a dtype of its own, of one element where it is stacked. */
export const strong = ({ dtype, shape }: Aval): Aval => ({ dtype, shape });

/** `float64[2,5]`, as it stands in messages and in the printed graph. */
export const showAval = ({ dtype, shape, stacked }: Aval): string =>
  `${dtype}[${(stacked === true ? ['*', ...shape] : shape).join(',')}]`;
export const showShape = (shape: Shape): string => `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

/** NumPy's broadcasting of several shapes; a mistake names the operands. */
export function broadcastShapes(shapes: readonly Shape[], names?: readonly string[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const out = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const at = rank - shape.length + i;
      const d = shape[i];
      if (d === 1 || d === out[at]) continue;
      if (out[at] === 1) out[at] = d;
      else {
        const list = shapes.map((s, k) => `${names?.[k] ?? `operand ${k + 1}`} ${showShape(s)}`).join(', ');
        fail(
          'E_SHAPE_MISMATCH',
          `The shapes do not broadcast: ${list}: axis ${at - rank} has ${out[at]} and ${d}.`,
          'Two axes fit when they are equal or one of them is 1, counted from the last.',
        );
      }
    }
  }
  return out;
}

/**
 * The dtype that holds both: the Array API's lattice within a kind, integer with float gives that float, as JAX does.
 * A weak operand gives way to any strong one of the same or a higher kind.
 */
export function promote(
  avals: readonly { readonly dtype: DType; readonly weak?: boolean }[],
  defaultFloat: FloatDType,
): {
  dtype: DType;
  weak: boolean;
} {
  const strong = avals.filter((a) => !a.weak).map((a) => a.dtype);
  const weak = avals.filter((a) => a.weak).map((a) => a.dtype);
  const strongest = strong.reduce<DType | undefined>((m, d) => (m === undefined ? d : join(m, d)), undefined);
  const weakest = weak.reduce<DType | undefined>((m, d) => (m === undefined ? d : join(m, d)), undefined);
  if (strongest === undefined) return { dtype: weakest ?? defaultFloat, weak: weakest !== undefined };
  if (weakest === undefined || kindRank(weakest) <= kindRank(strongest)) return { dtype: strongest, weak: false };
  // A weak number of a higher kind decides the kind but stays weak, as in JAX: int32 times 2.0 is a weak float.
  return { dtype: isFloat(weakest) ? defaultFloat : weakest, weak: true };
}

const kindRank = (dtype: DType): number => (dtype === 'bool' ? 0 : isFloat(dtype) ? 2 : 1);

function join(a: DType, b: DType): DType {
  return dtypes.indexOf(a) >= dtypes.indexOf(b) ? a : b;
}

/** Turns an axis that may count from the end into one from the start. */
export function normalizeAxis(axis: number, rank: number, what = 'axis'): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || at < 0 || at >= rank) {
    const range = rank === 0 ? 'a scalar has no axes' : `an array of ${rank} axes takes ${-rank} to ${rank - 1}`;
    fail('E_AXIS', `${what} ${axis} is out of range: ${range}.`);
  }
  return at;
}

/** Axes as a sorted list without repeats; null or undefined means all of them. */
export function normalizeAxes(axis: number | readonly number[] | null | undefined, rank: number): number[] {
  if (axis === null || axis === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = (typeof axis === 'number' ? [axis] : axis).map((a) => normalizeAxis(a, rank));
  const sorted = [...list].sort((a, b) => a - b);
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i] === sorted[i - 1]) fail('E_AXIS', `axis ${sorted[i]} stands twice in (${list.join(', ')}).`);
  }
  return sorted;
}
