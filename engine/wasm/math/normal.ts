// The standard normal distribution on vectors: its distribution function Φ, log Φ and the GELU x Φ(x).

import type { Lanes, Vec } from '../lanes.ts';
import { compactOf } from './compact.ts';
import { polynomial } from './polynomial.ts';
import type { Table } from './polynomial.ts';
import { exp, log } from './provisional.ts';
import { squareOf } from './square.ts';

/** (x + 6) e^(x²/2) Φ(−x) in s = (x − 6) / (x + 6), for x ≥ 0. */
const mills: Table = {
  f32: [
    0.777351772, -0.701009022, 0.568968853, -0.413903807, 0.267974966, -0.152678413, 0.075167052, -0.0309914515,
    0.0100451675, -0.00212229591, 8.19754241e-6, 0.000176131629, -4.48690407e-5,
  ],
  f64: [
    0.7773517718933622, -0.7010090295908659, 0.5689688918147843, -0.4139035857755594, 0.26797424584162044,
    -0.15268023206545966, 0.07517191566972832, -0.030985315493605142, 0.01002982063239342, -0.002131605323239987,
    3.287006309171587e-5, 0.00018136097542408838, -6.475211763823733e-5, 1.0738494326428488e-6, 6.796445718275029e-6,
    -1.7962231511436035e-6, -4.291984852345346e-7, 3.0613422710477775e-7, 6.603905029515716e-9, -4.039613046503053e-8,
    2.9320391506544507e-9, 4.403113482160712e-9, -3.7980300580124474e-10, -2.934692913397748e-10,
  ],
};

/** Mills' ratio by its density, Φ(−x) e^(x²/2), for x ≥ 0 with 0 at +∞. Source: as erfcx in erf.ts. */
function millsOf(v: Lanes, x: Vec): Vec {
  const { t, s } = compactOf(v, x, 6);
  return v.mul(t, polynomial(v, mills, s));
}

/** e^(−x²/2), with x² carried exactly: its error would grow with x². */
function bell(v: Lanes, x: Vec): Vec {
  const { high, low } = squareOf(v, x);
  const half = v.const(0.5);
  const e = exp(v, v.neg(v.mul(high, half)));
  return v.nfma(e, v.mul(low, half), e);
}

/** |x|, or where Φ(−x) has long been zero. */
const bounded = (v: Lanes, x: Vec): Vec => v.pmin(v.abs(x), v.const(v.type === 'f32' ? 15 : 40));

/**
 * Φ(x), for every x; its relative accuracy lasts to the underflow at −38.5 (float32: −14.2).
 * Source: DLMF 7.18 and 7.2.2.
 */
export function ndtr(v: Lanes, x: Vec): Vec {
  const size = bounded(v, x);
  const y = v.mul(millsOf(v, size), bell(v, size));
  return v.select(v.lt(x, v.const(0)), y, v.sub(v.const(1), y));
}

/** x Φ(x), for every x; −0 at −∞. */
export function geluExact(v: Lanes, x: Vec): Vec {
  const size = bounded(v, x);
  const [ratio, e] = [millsOf(v, size), bell(v, size)];
  // Φ alone would underflow before x Φ(x).
  const left = v.neg(v.mul(v.mul(size, ratio), e));
  return v.select(v.lt(x, v.const(0)), left, v.mul(x, v.nfma(ratio, e, v.const(1))));
}

/**
 * log Φ(x), for every x, accurate in both tails; −0 at +∞.
 * On the left −x²/2 + log of Mills' ratio, on the right log1p(−Φ(−x)), of which log takes the rounding of 1 − Φ(−x) back.
 * Source: as ndtr.
 */
export function logNdtr(v: Lanes, x: Vec): Vec {
  const size = v.abs(x);
  const ratio = millsOf(v, size);
  const q = v.mul(ratio, bell(v, bounded(v, x)));
  const one = v.const(1);
  const p = v.sub(one, q);
  const lost = v.sub(v.sub(one, p), q);
  const left = v.lt(x, v.const(0));
  const rest = v.select(left, v.mul(v.mul(size, v.const(-0.5)), size), v.fma(lost, q, lost));
  // Nowhere positive: at +∞ the zero takes its sign here.
  return v.or(v.add(log(v, v.select(left, ratio, p)), rest), v.const(-0));
}
