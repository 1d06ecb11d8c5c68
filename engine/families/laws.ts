// What the laws of ops look for in their operands: numbers that are known, and what has been negated.

import type { DType } from '../ir/aval.ts';
import { isFloat } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import { scalarConstant } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Laws, Literal } from '../op.ts';

const turned = ({ node }: Value): Value | null =>
  node !== undefined && node.op.primitive!.laws?.negates === true ? node.inputs[0] : null;

/** The number that x is the negative of; null where it is no negation. */
export const negated = (x: Value): Value | null => (x.aval.dtype === 'bool' ? null : turned(x));

/** What x says is not so; null where it says something else. */
export const denied = (x: Value): Value | null => (x.aval.dtype === 'bool' ? turned(x) : null);

/** The number that every element is known to be; null where they are not known or differ. */
export function knownNumber(x: Value): number | bigint | null {
  const scalar = scalarConstant(x);
  return scalar === null ? null : scalar.data[0];
}

/** A number in the place, dtype and shape of a value. */
export const numberLike = (b: Builder, x: Value, number: Literal): Value => b.fill(x.aval, number);

/** Neutral elements of both operands by kind of dtype; what stands on one side alone is given for the right one. */
export const neutral =
  (
    numbers: { readonly float?: number; readonly integer?: (dtype: DType) => bigint; readonly bool?: boolean },
    right = false,
  ) =>
  (dtype: DType): ReturnType<NonNullable<Laws['neutral']>> => {
    const number = isFloat(dtype)
      ? (numbers.float ?? null)
      : dtype === 'bool'
        ? (numbers.bool ?? null)
        : (numbers.integer?.(dtype) ?? null);
    return [right ? null : number, number];
  };

/** 1 / c where that is exact and normal, in a dtype: c is a power of two then. */
export function exactReciprocal(c: number, dtype: DType): number | null {
  const r = 1 / c;
  const [least, most] = dtype === 'float32' ? [2 ** -126, 2 ** 127] : [2 ** -1022, 2 ** 1023];
  const powerOfTwo = 2 ** Math.round(Math.log2(Math.abs(c))) === Math.abs(c);
  return powerOfTwo && Math.abs(r) >= least && Math.abs(r) <= most ? r : null;
}
