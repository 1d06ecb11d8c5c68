// The modified Bessel functions I₀, I₁ and I₂ on vectors, plain and scaled by e^−|x|.

import type { Lanes, Lower, Vec } from '../lanes.ts';
import { either, withSign } from './parts.ts';
import { polynomial } from './polynomial.ts';
import { near0, far0, near1, far1, near2, far2 } from './special-tables.ts';

const near = [near0, near1, near2];
const far = [far0, far1, far2];

/** xⁿ p(x²/4) for |x| ≤ 8, and √(1/|x|) p(1/|x|), which is e^−|x| Iₙ(|x|), beyond. */
function piecesOf(v: Lanes, n: number, x: Vec, size: Vec): { readonly small: Vec; readonly large: Vec } {
  const half = v.mul(v.pmin(size, v.const(8)), v.const(0.5));
  const even = polynomial(v, near[n], v.mul(half, half));
  const small = n === 0 ? even : v.mul(n === 1 ? x : v.mul(x, x), even);
  const r = v.div(v.const(1), size);
  const large = v.mul(v.sqrt(r), polynomial(v, far[n], v.fma(r, v.const(16), v.const(-1))));
  return { small, large };
}

const signed = (v: Lanes, n: number, y: Vec, x: Vec): Vec => (n === 1 ? withSign(v, y, x) : y);

/**
 * e^−|x| Iₙ(x) for n of 0, 1 and 2, and every x; zero at ±∞.
 * A polynomial in x² up to 8, in 1/x beyond. Measured: 5 ulp.
 * Source: DLMF 10.25.2, 10.40.1; tables by test/wasm/fit_special.py.
 */
export const besselScaled =
  (n: 0 | 1 | 2): Lower =>
  (v, x) => {
    const size = v.abs(x);
    const { small, large } = piecesOf(v, n, x, size);
    const inner = v.mul(small, v.use('exp', v.neg(v.pmin(size, v.const(8)))));
    return v.select(v.lt(size, v.const(8)), inner, signed(v, n, large, x));
  };

/** Iₙ(x) for n of 0, 1 and 2, and every x; infinite beyond some ±714 (float32: ±92). Measured: 6 ulp. Source: as {@link besselScaled}. */
export const bessel =
  (n: 0 | 1 | 2): Lower =>
  (v, x) => {
    const size = v.pmin(v.abs(x), either(v, 95, 720));
    const { small, large } = piecesOf(v, n, x, size);
    // In two steps, since eˣ overflows before Iₙ does; the difference is exact.
    const e = v.use('exp', v.sub(size, v.const(8)));
    const grown = v.mul(v.mul(large, e), v.const(Math.exp(8)));
    return v.select(v.lt(size, v.const(8)), small, signed(v, n, grown, x));
  };
