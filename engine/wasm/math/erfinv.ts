// The inverses of erf, erfc and Φ on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import { copySign } from './erf.ts';
import { polynomial } from './polynomial.ts';
import type { Table } from './polynomial.ts';
import { log } from './provisional.ts';

/** erf⁻¹(y)/y in 9/16 − y², for |y| ≤ 3/4: the numerator. */
const centralOver: Table = {
  f32: [1.08455979, 2.79055848, 1.61123359, 0.119179432],
  f64: [
    1.0845597967968248, 6.632740315070826, 15.076561771154639, 15.712302608592134, 7.457735581796727,
    1.3636964665152411, 0.05313050431620184, -0.0006116656632932123,
  ],
};
/** The denominator. */
const centralUnder: Table = {
  f32: [1, 3.09173469, 2.47010643, 0.413130995],
  f64: [
    1.0, 6.634353998067687, 16.723286381453043, 19.99056183748145, 11.520828042882425, 2.8677898187554103,
    0.21874679388749707,
  ],
};
/** erfc⁻¹(q) in r = √(−log q), for q ≤ 1/4 from 2⁻²⁴ (float32) or 2⁻⁵⁴ on: the numerator. */
const tailOver: Table = {
  f32: [-0.0210860545, 0.151071978, 0.413639912, 1.81026044, 0.456475879],
  f64: [
    -0.0010308684739002117, 0.010956986927583609, 0.8332135337072789, 2.8556863536957846, 4.657954741185732,
    5.805278524789795, 3.9827314777104963, 1.0125351329929342, 0.08121060065697167, 0.0015265372244849772,
  ],
};
/** The denominator. */
const tailUnder: Table = {
  f32: [1, 1.1299608, 1.8277827, 0.456094266],
  f64: [
    1.0, 3.0524531318570993, 6.053212763403848, 7.796137481433748, 7.081742188462096, 4.134607509707575,
    1.0167499787183578, 0.08121671180356275, 0.0015265227644318646,
  ],
};
/** The same below: the numerator. */
const farOver: Table = {
  f32: [-0.695915647, 1.69503131, -0.658948172, -0.502812539],
  f64: [
    0.017045236947256445, 0.05163904844792155, 0.5237162087607252, 2.1946236254132208, 1.2317404763114348,
    0.21552983908167692, 0.013577148194654583, 0.0002953781072512565, 1.6781149845503988e-6,
  ],
};
/** The denominator. */
const farUnder: Table = {
  f32: [1, -0.683009333, -0.502131933, -1.09626121e-5],
  f64: [
    1.0, 1.6793797315457306, 2.502170180460582, 1.2578883689819338, 0.2162670642850088, 0.013582735284602507,
    0.0002953804349494346, 1.678112529363026e-6,
  ],
};

/**
 * erf⁻¹(y), given q = 1 − |y| as well, which says more near ±1; ±∞ where q is 0, NaN where it is negative.
 * y times a rational in y² up to 3/4, beyond a rational in √(−log q), and one more below 2⁻⁵⁴ (float32: 2⁻²³) where the
 * caller says that q gets there.
 * Source: M. J. Wichura, Algorithm AS 241 (1988), for the split and the variables; tables by test/wasm/fit_special.py.
 */
function inverse(v: Lanes, y: Vec, q: Vec, reaches: boolean): Vec {
  const z = v.nfma(y, y, v.const(0.5625));
  const r = v.sqrt(v.neg(log(v, q)));
  let over = polynomial(v, tailOver, r);
  let under = polynomial(v, tailUnder, r);
  if (reaches) {
    const beyond = v.gt(r, v.const(v.type === 'f32' ? 4.05 : 6.1));
    over = v.select(beyond, polynomial(v, farOver, r), over);
    under = v.select(beyond, polynomial(v, farUnder, r), under);
  }
  const central = v.ge(q, v.const(0.25));
  const top = v.select(central, v.mul(y, polynomial(v, centralOver, z)), v.xor(over, v.and(y, v.const(-0))));
  const x = v.div(top, v.select(central, polynomial(v, centralUnder, z), under));
  return v.select(v.eq(q, v.const(0)), copySign(v, v.const(Infinity), y), x);
}

/** Inverse of erf on [−1, 1]; ±∞ at ±1, NaN outside. */
export function erfinv(v: Lanes, y: Vec): Vec {
  return inverse(v, y, v.sub(v.const(1), v.abs(y)), false);
}

/** Inverse of erfc on [0, 2]; +∞ at 0, −∞ at 2, NaN outside. */
export function erfcinv(v: Lanes, p: Vec): Vec {
  return inverse(v, v.sub(v.const(1), p), v.pmin(p, v.sub(v.const(2), p)), true);
}

/** Inverse of Φ on [0, 1], √2 erf⁻¹(2p − 1); −∞ at 0, +∞ at 1, NaN outside. */
export function ndtri(v: Lanes, p: Vec): Vec {
  const q = v.pmin(p, v.sub(v.const(1), p));
  return v.mul(inverse(v, v.sub(v.add(p, p), v.const(1)), v.add(q, q), true), v.const(Math.SQRT2));
}
