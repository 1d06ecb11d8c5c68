// Whether a tensor has NaN or infinities: asked of every answer, so without a call or a branch for each element.

import type { Tensor } from '../ir/tensor.ts';

/** x − x is 0 where x is finite, and NaN where it is not; a sum of such is 0 or NaN. */
export function hasNonFinite({ data }: Tensor): boolean {
  if (data instanceof Float64Array) return nonFinite64(data);
  return data instanceof Float32Array && nonFinite32(data);
}

export function hasNaN({ data }: Tensor): boolean {
  if (data instanceof Float64Array) return nan64(data);
  return data instanceof Float32Array && nan32(data);
}

// One function for each type of array: code that has met both is slower on either.

function nonFinite64(x: Float64Array): boolean {
  const n = x.length;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const a = x[i];
    const b = x[i + 1];
    const c = x[i + 2];
    const d = x[i + 3];
    if (a - a + (b - b) + (c - c) + (d - d) !== 0) return true;
  }
  for (; i < n; i++) if (x[i] - x[i] !== 0) return true;
  return false;
}

function nonFinite32(x: Float32Array): boolean {
  const n = x.length;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const a = x[i];
    const b = x[i + 1];
    const c = x[i + 2];
    const d = x[i + 3];
    if (a - a + (b - b) + (c - c) + (d - d) !== 0) return true;
  }
  for (; i < n; i++) if (x[i] - x[i] !== 0) return true;
  return false;
}

function nan64(x: Float64Array): boolean {
  for (let i = 0; i < x.length; i++) if (x[i] !== x[i]) return true;
  return false;
}

function nan32(x: Float32Array): boolean {
  for (let i = 0; i < x.length; i++) if (x[i] !== x[i]) return true;
  return false;
}
