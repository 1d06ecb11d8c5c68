// Rounding to integers, remainders and the neighbours of a float64.

/** The nearest integer, the even one of two equally near; keeps ±0, ±∞ and NaN. Exact. */
export function roundHalfEven(x: number): number {
  const size = Math.abs(x);
  // From 2^52 on every float64 is an integer; adding and taking away 2^52 rounds the others by IEEE's own rule.
  if (!(size < 2 ** 52)) return x;
  const y = size + 2 ** 52 - 2 ** 52;
  return x < 0 || Object.is(x, -0) ? -y : y;
}

/** x − y trunc(x/y), with the sign of x, as C's fmod; NaN for y = 0 or x = ±∞. Exact. */
export const fmod = (x: number, y: number): number => x % y;

/**
 * x − y floor(x/y), with the sign of y, as Python's % and numpy.remainder; a zero result has the sign of y. NaN for y = 0 or
 * x = ±∞; for y = ±∞ x itself, or y where their signs differ. Within half an ulp.
 */
export function remainder(x: number, y: number): number {
  const r = x % y;
  if (r === 0) return y < 0 ? -0 : 0;
  return r < 0 === y < 0 || Number.isNaN(r) ? r : r + y;
}

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);

/** The float64 after x on the way to `towards`; x itself where they are equal, NaN where either is. Exact. */
export function nextafter(x: number, towards: number): number {
  if (Number.isNaN(x) || Number.isNaN(towards)) return NaN;
  if (x === towards) return towards;
  if (x === 0) return towards > 0 ? 5e-324 : -5e-324;
  float[0] = x;
  bits[0] += towards > x === x > 0 ? 1n : -1n;
  return float[0];
}
