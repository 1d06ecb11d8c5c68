// x y + z with one rounding, where the machine at hand has no such instruction that JavaScript could name.

import { twoProduct, twoSum } from './doubledouble.ts';

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
const low = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;

/** high + rest rounded to the neighbour with an odd last bit unless exact: rounding that once more is as rounding once. */
function toOdd(high: number, rest: number): number {
  if (rest === 0 || !Number.isFinite(high)) return high;
  float[0] = high;
  if ((words[low] & 1) === 1) return high;
  if (rest > 0 === high > 0) words[low] |= 1;
  else {
    if (words[low] === 0) words[1 - low]--;
    words[low]--;
  }
  return float[0];
}

/**
 * x y + z, rounded once to float64; rounded twice where the product is beyond 2^990 or below 2^−960.
 * Source: Boldo and Melquiond, Emulation of a FMA and correctly rounded sums, IEEE Trans. Computers 57 (2008).
 */
export function fma(x: number, y: number, z: number): number {
  const plain = x * y + z;
  const size = Math.abs(x * y);
  const safe = size < 2 ** 990 && size > 2 ** -960 && Math.abs(x) < 2 ** 990 && Math.abs(y) < 2 ** 990;
  if (!safe || !Number.isFinite(plain) || Math.abs(z) > 2 ** 1000) return plain;
  const product = twoProduct(x, y);
  const small = twoSum(z, product.low);
  const large = twoSum(product.high, small.high);
  const rest = twoSum(small.low, large.low);
  return large.high + toOdd(rest.high, rest.low);
}

/** x y + z of float32 numbers, rounded once to float32. */
export function fma32(x: number, y: number, z: number): number {
  const product = x * y;
  const sum = twoSum(product, z);
  return Math.fround(Number.isFinite(sum.high) ? toOdd(sum.high, sum.low) : product + z);
}
