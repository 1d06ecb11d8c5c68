// Tensors as vectors: draws, arithmetic and comparison for tests.

import type { Aval, DType } from '../../engine/ir/aval.ts';
import { isFloat, showAval, sizeOf } from '../../engine/ir/aval.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { allocate, tensorOf, toNumbers } from '../../engine/ir/tensor.ts';
import type { Random } from './random.ts';

export const avalOf = (t: Tensor): Aval => ({ dtype: t.dtype, shape: t.shape });

/** Elements uniform in the range; whole numbers where the dtype holds those alone. */
export function drawTensor(random: Random, aval: Aval, [low, high]: readonly [number, number]): Tensor {
  const draw = isFloat(aval.dtype)
    ? () => random.uniform(low, high)
    : () => random.integer(Math.ceil(low), Math.floor(high));
  return tensorOf(aval.dtype, aval.shape, Array.from({ length: sizeOf(aval.shape) }, draw));
}

/** A direction: normal elements. */
export const drawDirection = (random: Random, aval: Aval): Tensor =>
  tensorOf(
    aval.dtype,
    aval.shape,
    Array.from({ length: sizeOf(aval.shape) }, () => random.normal()),
  );

export const filled = (aval: Aval, value: number): Tensor =>
  tensorOf(aval.dtype, aval.shape, new Array<number>(sizeOf(aval.shape)).fill(value));

/** x + h v, in the dtype of x. */
export const moved = (x: Tensor, h: number, v: Tensor): Tensor =>
  tensorOf(
    x.dtype,
    x.shape,
    toNumbers(x).map((e, i) => e + h * Number(v.data[i])),
  );

/** α x + β v. */
export const combined = (alpha: number, x: Tensor, beta: number, v: Tensor): Tensor =>
  tensorOf(
    x.dtype,
    x.shape,
    toNumbers(x).map((e, i) => alpha * e + beta * Number(v.data[i])),
  );

/** Σ x·y over all pairs of tensors, with the sum of absolute terms as the scale of its rounding error. */
export function innerProduct(
  xs: readonly Tensor[],
  ys: readonly Tensor[],
): { readonly value: number; readonly scale: number } {
  let value = 0;
  let scale = 0;
  xs.forEach((x, k) => {
    for (let i = 0; i < x.data.length; i++) {
      const term = Number(x.data[i]) * Number(ys[k].data[i]);
      value += term;
      scale += Math.abs(term);
    }
  });
  return { value, scale };
}

/** Tensors of one aval under a new leading axis. */
export function stacked(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  const data = allocate(first.dtype, parts.length * first.data.length);
  parts.forEach((part, i) => data.set(part.data as never, i * first.data.length));
  return { dtype: first.dtype, shape: [parts.length, ...first.shape], data };
}

/** The tensor of another float dtype with the same elements, rounded. */
export const asFloat = (x: Tensor, dtype: DType): Tensor =>
  isFloat(x.dtype) ? tensorOf(dtype, x.shape, toNumbers(x)) : x;

export const sameNumber = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

/**
 * Null when the tensors agree: dtype, shape, and every element exactly or to `tolerance` relative to the larger of
 * `floor` and the element itself. Else a sentence with the worst pair.
 */
export function difference(found: Tensor, wanted: Tensor, tolerance = 0, floor = 1): string | null {
  const [f, w] = [showAval(found), showAval(wanted)];
  if (f !== w) return `is ${f}, and should be ${w}`;
  let worst = 0;
  let at = -1;
  for (let i = 0; i < wanted.data.length; i++) {
    const [x, y] = [Number(found.data[i]), Number(wanted.data[i])];
    if (sameNumber(x, y)) continue;
    const gap = Math.abs(x - y) / Math.max(floor, Math.abs(x), Math.abs(y));
    const excess = Number.isNaN(gap) ? Infinity : gap;
    if (excess > tolerance && excess > worst) [worst, at] = [excess, i];
  }
  if (at < 0) return null;
  return `element ${at} is ${found.data[at]}, and should be ${wanted.data[at]} (off by ${worst.toExponential(2)})`;
}

/** `float64[2] [0.5, 1]`, for messages; long ones are cut. */
export function showTensor(t: Tensor): string {
  const shown = toNumbers(t).slice(0, 12).map(String).join(', ');
  return `${showAval(t)} [${shown}${t.data.length > 12 ? ', …' : ''}]`;
}
