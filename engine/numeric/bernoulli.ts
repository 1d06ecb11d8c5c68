// Bernoulli's numbers, for the asymptotic series of Γ, ψ and ζ.

import { divide, type Pair, pair } from './doubledouble.ts';

/** B₂, B₄, … as fractions. */
const fractions: readonly (readonly [number, number])[] = [
  [1, 6],
  [-1, 30],
  [1, 42],
  [-1, 30],
  [5, 66],
  [-691, 2730],
  [7, 6],
  [-3617, 510],
  [43867, 798],
  [-174611, 330],
  [854513, 138],
  [-236364091, 2730],
  [8553103, 6],
];

export const bernoulli = fractions.map(([top, bottom]) => top / bottom);

/** B₂ₖ₊₂ / d(2k + 2) for k = 0, 1, … in double-double: the terms of Stirling's series with d(n) = n (n − 1), of ψ's with n. */
export const bernoulliOver = (d: (n: number) => number): Pair[] =>
  fractions.map(([top, bottom], k) => divide(pair(top), pair(bottom * d(2 * k + 2))));
