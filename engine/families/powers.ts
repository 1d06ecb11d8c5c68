// Powers with whole exponents, and of integers.

import { fail } from '../errors.ts';
import { pow } from '../numeric/elementary.ts';
import type { Lower } from '../wasm/lanes.ts';
import { naturalPower } from '../wasm/math/integers.ts';
import { integerPow, scalarPow } from '../wasm/math/power.ts';

/** The meaning on vectors of a fixed exponent: whole or not, and of integers, where a negative one is an error. */
export const onVectors = {
  whole:
    (n: number): Lower =>
    (v, x) =>
      integerPow(v, x, n),
  fractional:
    (y: number): Lower =>
    (v, x) =>
      scalarPow(v, x, y),
  ofIntegers: (n: number): Lower | undefined => (n < 0 ? undefined : (v, x) => naturalPower(v, x, n)),
};

/** x^n for an integer n: small powers by multiplication, which rounds less. */
export function integerPower(x: number, n: number): number {
  switch (n) {
    case 0:
      return 1;
    case 1:
      return x;
    case 2:
      return x * x;
    case 3:
      return x * x * x;
    case -1:
      return 1 / x;
    default:
      return pow(x, n);
  }
}

/** x^n in 64 bits, wrapping around. */
export function wrappedPower(x: bigint, n: bigint): bigint {
  requireNatural(n);
  let result = 1n;
  let square = x;
  for (let left = n; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return result;
}

export function requireNatural(n: bigint | number): void {
  if (n < 0) {
    fail(
      'E_NEGATIVE_INTEGER_POWER',
      `An integer is raised to the power ${n}, which is no integer.`,
      "astype(x, 'float64') makes a float.",
    );
  }
}
