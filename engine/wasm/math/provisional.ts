// exp and log.

import type { Lanes, Vec } from '../lanes.ts';
import { polynomial } from './polynomial.ts';
import type { Table } from './polynomial.ts';

const inv = (n: number): number[] => {
  const c = [1];
  for (let k = 1; k < n; k++) c.push(c[k - 1] / k);
  return c;
};
const taylor: Table = { f32: inv(8), f64: inv(14) };

export function exp(v: Lanes, x: Vec): Vec {
  const f64 = v.type === 'f64';
  const y = v.pmin(v.pmax(x, v.const(f64 ? -746 : -105)), v.const(f64 ? 710 : 90));
  const magic = v.const(f64 ? 6755399441055744 : 12582912);
  const k = v.sub(v.fma(y, v.const(Math.LOG2E), magic), magic);
  const hi = f64 ? 0.6931471805598903 : 0.693145751953125;
  const lo = f64 ? 5.497923018708371e-14 : 1.428606765330187e-6;
  const r = v.nfma(k, v.const(lo), v.nfma(k, v.const(hi), y));
  const p = polynomial(v, taylor, r);
  const half = v.sub(v.fma(k, v.const(0.5), magic), magic);
  const other = v.sub(k, half);
  const scale = (n: Vec): Vec =>
    v.asFloat(
      v.shl(v.asInt(v.add(n, v.const((f64 ? 6755399441055744 : 12582912) + (f64 ? 1023 : 127)))), f64 ? 52 : 23),
    );
  return v.mul(v.mul(p, scale(half)), scale(other));
}

const atanh: Table = {
  f32: [2 / 3, 2 / 5, 2 / 7, 2 / 9],
  f64: Array.from({ length: 11 }, (_, k) => 2 / (2 * k + 3)),
};

export function log(v: Lanes, x: Vec): Vec {
  const f64 = v.type === 'f64';
  const small = v.lt(x, v.const(f64 ? 2.2250738585072014e-308 : 1.1754943508222875e-38));
  const y = v.select(small, v.mul(x, v.const(f64 ? 2 ** 54 : 2 ** 25)), x);
  const root = f64 ? 0x3fe6a09e667f3bcdn : 0x3f3504f3n;
  const one = f64 ? 0x3ff0000000000000n : 0x3f800000n;
  const moved = v.iadd(v.asInt(y), v.bits(one - root));
  const biased = v.shr(moved, f64 ? 52 : 23);
  const m = v.asFloat(v.iadd(v.and(moved, v.bits(f64 ? 0xfffffffffffffn : 0x7fffffn)), v.bits(root)));
  const exponent = f64
    ? v.sub(v.asFloat(v.or(biased, v.bits(0x4330000000000000n))), v.const(2 ** 52 + 1023))
    : v.sub(v.toFloat(biased), v.const(127));
  const k = v.sub(exponent, v.select(small, v.const(f64 ? 54 : 25), v.const(0)));
  const f = v.sub(m, v.const(1));
  const s = v.div(f, v.add(f, v.const(2)));
  const z = v.mul(s, s);
  const r = v.mul(z, polynomial(v, atanh, z));
  const h = v.mul(v.mul(f, f), v.const(0.5));
  const hi = f64 ? 0.6931471805598903 : 0.693145751953125;
  const lo = f64 ? 5.497923018708371e-14 : 1.428606765330187e-6;
  const low = v.fma(k, v.const(lo), v.mul(s, v.add(h, r)));
  const value = v.fma(k, v.const(hi), v.sub(f, v.sub(h, low)));
  const edge = v.select(v.eq(x, v.const(0)), v.const(-Infinity), v.select(v.lt(x, v.const(0)), v.const(NaN), x));
  const good = v.and(v.gt(x, v.const(0)), v.lt(x, v.const(Infinity)));
  return v.select(good, value, edge);
}
