// Powers and roots on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import { exp2Small, scaleBy } from './exp.ts';
import { split } from './log.ts';
import {
  asExponent,
  either,
  floatType,
  integerToFloat,
  isWhole,
  layoutOf,
  orNaN,
  product,
  quickSum,
  signOf,
  tabled,
  withSign,
} from './parts.ts';
import { cbrtStart, log2Tail } from './tables.ts';

/** 2 log₂ e and a third of it, in two pieces each. */
const linear = {
  f32: [2.885390043258667, 3.851926067000022e-8],
  f64: [2.8853900817779268, 4.0710547481862066e-17],
} as const;
const cubic = {
  f32: [0.9617967009544373, -7.028461812552678e-9],
  f64: [0.9617966939259756, 5.0577616648125907e-17],
} as const;

/**
 * log₂ x in two pieces for x > 0, some ten bits more than the type has; ∓∞ at 0 and ∞.
 * Source: s = (m − 1)/(m + 1), 2 log₂ e (s + s³/3 + …), the first two coefficients and s in two pieces.
 */
function log2Pair(v: Lanes, x: Vec): readonly [high: Vec, low: Vec] {
  const type = floatType(v);
  const { k, m } = split(v, x);
  const one = v.const(1);
  const f = v.sub(m, one);
  const below = v.add(m, one);
  const belowLow = v.sub(m, v.sub(below, one));
  const inverse = v.div(one, below);
  const s = v.mul(f, inverse);
  const [back, backLow] = product(v, s, below);
  const sLow = v.mul(v.nfma(s, belowLow, v.sub(v.sub(f, back), backLow)), inverse);
  const [z, zRounding] = product(v, s, s);
  const zLow = v.fma(v.add(s, s), sLow, zRounding);
  const [a, aRounding] = quickSum(v, v.const(cubic[type][0]), v.mul(z, tabled(v, log2Tail, z)));
  const aLow = v.add(aRounding, v.const(cubic[type][1]));
  const [b, bRounding] = product(v, a, z);
  const bLow = v.fma(a, zLow, v.fma(aLow, z, bRounding));
  const [c, cRounding] = quickSum(v, v.const(linear[type][0]), b);
  const cLow = v.add(v.add(cRounding, v.const(linear[type][1])), bLow);
  const [d, dRounding] = product(v, c, s);
  const dLow = v.fma(c, sLow, v.fma(cLow, s, dRounding));
  const [high, rounding] = quickSum(v, k, d);
  const finite = v.and(v.gt(x, v.const(0)), v.lt(x, v.const(Infinity)));
  const end = v.select(v.eq(x, v.const(0)), v.const(-Infinity), x);
  return [v.select(finite, high, end), v.and(v.add(rounding, dLow), finite)];
}

/** |x|^y, NaN where 0 · ∞ is met; y may go on in a second piece. */
function magnitude(v: Lanes, size: Vec, y: Vec, yLow?: Vec): Vec {
  const [high, low] = log2Pair(v, size);
  const [exponent, rounding] = product(v, y, high);
  const bound = either(v, 200, 1200);
  const inside = v.lt(v.abs(exponent), bound);
  const near = v.pmax(v.pmin(exponent, bound), v.neg(bound));
  const lows = v.fma(y, low, rounding);
  const rest = v.and(yLow === undefined ? lows : v.fma(yLow, high, lows), inside);
  const magic = v.const(layoutOf(v).magic);
  const n = v.sub(v.add(near, magic), magic);
  return scaleBy(v, exp2Small(v, v.add(v.sub(near, n), rest)), n);
}

/** The same for a fixed exponent, which may be no float32. */
function fixedMagnitude(v: Lanes, x: Vec, y: number): Vec {
  const size = v.abs(x);
  const rest = v.type === 'f32' ? y - Math.fround(y) : 0;
  const power = magnitude(v, size, v.const(y), Number.isFinite(rest) && rest !== 0 ? v.const(rest) : undefined);
  return v.select(v.eq(size, v.const(1)), v.const(1), power);
}

/** x^y by IEEE 754. Source: 2^(y log₂ x), the exponent in two pieces. */
export function pow(v: Lanes, x: Vec, y: Vec): Vec {
  const [size, height] = [v.abs(x), v.abs(y)];
  const one = v.const(1);
  const whole = isWhole(v, height);
  const odd = v.andnot(whole, isWhole(v, v.mul(height, v.const(0.5))));
  // 1^y, x^0, and (−1)^±∞.
  const unit = v.or(v.or(v.eq(x, one), v.eq(y, v.const(0))), v.and(v.eq(size, one), v.eq(y, y)));
  const power = v.select(unit, one, magnitude(v, size, y));
  return orNaN(v, v.xor(power, v.and(signOf(v, x), odd)), v.andnot(isNegative(v, x), whole));
}

/** Negative and finite: −∞ is a limit, of which every power is defined. */
const isNegative = (v: Lanes, x: Vec): Vec => v.and(v.lt(x, v.const(0)), v.gt(x, v.const(-Infinity)));

/** x^y for a number y that is no integer. */
export function scalarPow(v: Lanes, x: Vec, y: number): Vec {
  // −0 has a positive root, and −∞ one at all.
  const root = (): Vec => v.sqrt(v.select(v.eq(x, v.const(-Infinity)), v.const(Infinity), v.add(x, v.const(0))));
  switch (y) {
    case 0.5:
      return root();
    case -0.5:
      return v.div(v.const(1), root());
    case 1.5:
      return v.mul(v.abs(x), root());
    case -1.5:
      return v.div(v.div(v.const(1), root()), v.abs(x));
    case 2.5:
      return v.mul(v.mul(v.abs(x), root()), v.abs(x));
    default:
      return orNaN(v, fixedMagnitude(v, x, y), isNegative(v, x));
  }
}

/** x^n for an integer n: by multiplications where those are few. */
export function integerPow(v: Lanes, x: Vec, n: number): Vec {
  if (n === 0) return v.const(1);
  if (n > 0 && n <= 8) return multiplied(v, x, n);
  if (n < 0 && n >= -4) return multiplied(v, v.div(v.const(1), x), -n);
  const power = fixedMagnitude(v, x, n);
  return Math.abs(n % 2) === 1 ? v.xor(power, signOf(v, x)) : power;
}

/** x^n, n ≥ 1, by squaring. */
export function multiplied(v: Lanes, x: Vec, n: number): Vec {
  let result: Vec | undefined;
  let square = x;
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = result === undefined ? square : v.mul(result, square);
    if (left > 1) square = v.mul(square, square);
  }
  return result!;
}

/** Source: y ≈ m^−⅓ by a polynomial and steps of third order, then m y². */
export function cbrt(v: Lanes, x: Vec): Vec {
  const { fraction, bias, magic, normal, one, fractionMask } = layoutOf(v);
  const size = v.abs(x);
  const small = v.lt(size, v.const(normal));
  const bits = v.asInt(v.select(small, v.mul(size, v.const(2 ** 54)), size));
  const m = v.asFloat(v.or(v.and(bits, v.bits(fractionMask)), v.bits(one)));
  const offset = v.select(small, v.const(bias + 54), v.const(bias));
  const k = v.sub(integerToFloat(v, v.shr(bits, fraction)), offset);
  // k = 3 third + rest, |rest| ≤ 1.
  const shift = v.const(magic + bias);
  const sum = v.fma(k, v.const(1 / 3), shift);
  const rest = v.nfma(v.sub(sum, shift), v.const(3), k);
  let y = tabled(v, cbrtStart, m);
  for (let step = v.type === 'f32' ? 1 : 2; step > 0; step--) {
    const h = v.nfma(v.mul(m, y), v.mul(y, y), v.const(1));
    y = v.fma(v.mul(y, h), v.fma(h, v.const(2 / 9), v.const(1 / 3)), y);
  }
  const zero = v.const(0);
  const turned = v.select(
    v.gt(rest, zero),
    v.const(Math.cbrt(2)),
    v.select(v.lt(rest, zero), v.const(Math.cbrt(0.5)), v.const(1)),
  );
  const root = v.mul(v.mul(v.mul(m, y), v.mul(y, turned)), asExponent(v, v.asInt(sum)));
  const inside = v.and(v.gt(size, zero), v.lt(size, v.const(Infinity)));
  return withSign(v, v.select(inside, root, size), x);
}
