// Division with a whole quotient, on floats and on integers, as Python defines it.

import { fail } from '../errors.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Lower } from '../wasm/lanes.ts';
import { floorQuotient, floorRest, truncQuotient, truncRest } from '../wasm/math/integers.ts';

/** The quotient rounded down, exact even where x / y is rounded up to a whole number (1 // 0.1 is 9). */
export function floorDivide(x: number, y: number): number {
  if (y === 0) return x / y;
  const rest = x % y;
  const quotient = (x - rest) / y - (rest !== 0 && rest < 0 !== y < 0 ? 1 : 0);
  if (quotient === 0) return x < 0 === y < 0 ? 0 : -0;
  const whole = Math.floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

/** x / y rounded towards zero. */
export const truncDivide = (x: number, y: number): number => Math.trunc(x / y);

export function truncDivideInteger(x: bigint, y: bigint): bigint {
  if (y === 0n) fail('E_INTEGER_DIVISION_BY_ZERO', `${x} is divided by 0.`, 'divide(x, y) divides as floats.');
  return x / y;
}

export function truncRemainderInteger(x: bigint, y: bigint): bigint {
  if (y === 0n) fail('E_INTEGER_DIVISION_BY_ZERO', `The remainder of ${x} by 0 is asked for.`);
  return x % y;
}

export function floorDivideInteger(x: bigint, y: bigint): bigint {
  const quotient = truncDivideInteger(x, y);
  return quotient * y !== x && x < 0n !== y < 0n ? quotient - 1n : quotient;
}

export function floorRemainderInteger(x: bigint, y: bigint): bigint {
  const rest = truncRemainderInteger(x, y);
  return rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest;
}

/** Division of integers on vectors. */
export const onIntegers = {
  floorQuotient,
  floorRest,
  truncQuotient,
  truncRest,
} as const satisfies Record<string, Lower>;

/**
 * The whole number n = (x − z) / y of which z = x − n y is what is left. Worked out from z, where ⌊x / y⌋ might be off by
 * one; its own derivative is zero, without a warning, since z is affine in x and y.
 */
export const quotientOf = (b: Builder, x: Value, y: Value, z: Value): Value =>
  b.stop_gradient(b.round(b.divide(b.subtract(x, z), y)));
