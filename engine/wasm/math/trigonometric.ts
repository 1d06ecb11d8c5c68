// Sine, cosine, tangent and their inverses on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import {
  either,
  floatType,
  isLarge,
  layoutOf,
  orNaN,
  pick,
  product,
  quickSum,
  signBit,
  signMask,
  signOf,
  tabled,
  withSign,
} from './parts.ts';
import { asinTail, atanTail, cosTail, sincTail, sinTail } from './tables.ts';

/** π/2 in pieces, for a fused multiply-add. */
const fusedPieces = {
  f32: [1.5707963705062866, -4.371138828673793e-8, -1.7151245100058819e-15],
  f64: [1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33],
};
/** The same, all but the last short enough that their products with a quotient are exact. */
const exactPieces = {
  f32: [1.5703125, 0.0004837512969970703, 7.549533620476723e-8, 2.5633440682570896e-12],
  f64: [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32],
};

interface Angle {
  /** What is left of |x|, between −π/4 and π/4, and what rounding took from it. */
  readonly r: Vec;
  readonly low: Vec;
  /** The quotient, in the low bits. */
  readonly quadrant: Vec;
  /** Where |x| is so large that the pieces of π/2 are too few. */
  readonly far: Vec;
}

/**
 * |x| = k π/2 + r. Source: Cody and Waite. In float32 k may be off by one where |x| is large, as far as `farthest`, with a
 * fused multiply-add: |r| is then a little more than π/4.
 */
function reduce(v: Lanes, x: Vec, farthest = 2 ** 21): Angle {
  const size = v.abs(x);
  const magic = v.const(layoutOf(v).magic);
  const sum = v.fma(size, v.const(2 / Math.PI), magic);
  const k = v.sub(sum, magic);
  const pieces = (v.fused ? fusedPieces : exactPieces)[floatType(v)];
  let r = size;
  let low = v.const(0);
  pieces.forEach((piece, n) => {
    const next = v.nfma(k, v.const(piece), r);
    // The last step's rounding: what it subtracted against what it should have.
    if (n === pieces.length - 1) low = v.nfma(k, v.const(piece), v.sub(r, next));
    r = next;
  });
  const bound = v.fused ? either(v, farthest, 2 ** 30) : either(v, 2 ** 13, 2 ** 20);
  return { r, low, quadrant: v.asInt(sum), far: v.gt(size, bound) };
}

/** sin and cos of r + low. */
function waves(v: Lanes, { r, low }: Angle): { sin: Vec; cos: Vec } {
  const z = v.mul(r, r);
  return {
    sin: v.add(r, v.fma(v.mul(r, z), tabled(v, sinTail, z), low)),
    cos: v.fma(v.mul(z, z), tabled(v, cosTail, z), v.nfma(z, v.const(0.5), v.const(1))),
  };
}

const lowBit = (v: Lanes, n: Vec): Vec => v.ieq(v.and(n, v.bits(1)), v.bits(1));

/** The sign bit where bit 1 of an integer is set. */
const secondBitAsSign = (v: Lanes, n: Vec): Vec => signOf(v, v.asFloat(v.shl(n, v.type === 'f32' ? 30 : 62)));

export function sin(v: Lanes, x: Vec): Vec {
  const angle = reduce(v, x);
  const { sin: s, cos: c } = waves(v, angle);
  const y = v.select(lowBit(v, angle.quadrant), c, s);
  const sign = v.xor(secondBitAsSign(v, angle.quadrant), signOf(v, x));
  return v.rarely(angle.far, 'sin', [x], v.xor(y, sign));
}

export function cos(v: Lanes, x: Vec): Vec {
  const angle = reduce(v, x);
  const { sin: s, cos: c } = waves(v, angle);
  const y = v.select(lowBit(v, angle.quadrant), s, c);
  // Negative in quadrants 1 and 2.
  const sign = secondBitAsSign(v, v.iadd(angle.quadrant, v.bits(1)));
  return v.rarely(angle.far, 'cos', [x], v.xor(y, sign));
}

/** Source: sin / cos, both and their quotient in two pieces. */
export function tan(v: Lanes, x: Vec): Vec {
  const angle = reduce(v, x, 2 ** 19);
  const { r, low } = angle;
  const z = v.mul(r, r);
  const [s, sLow] = quickSum(v, r, v.fma(v.mul(r, z), tabled(v, sinTail, z), low));
  const [a, aLow] = quickSum(v, v.const(1), v.mul(z, v.const(-0.5)));
  const [c, cRounding] = quickSum(v, a, v.mul(v.mul(z, z), tabled(v, cosTail, z)));
  // What low adds to the cosine, r low, is as small as the rest.
  const cLow = v.nfma(r, low, v.add(aLow, cRounding));
  const odd = lowBit(v, angle.quadrant);
  const [up, upLow] = [v.select(odd, c, s), v.select(odd, cLow, sLow)];
  const [down, downLow] = [v.select(odd, s, c), v.select(odd, sLow, cLow)];
  const inverse = v.div(v.const(1), down);
  const q = v.mul(up, inverse);
  const [back, backLow] = product(v, q, down);
  const rest = v.nfma(q, downLow, v.add(v.sub(v.sub(up, back), backLow), upLow));
  const y = v.fma(rest, inverse, q);
  const sign = v.xor(v.and(signBit(v), odd), signOf(v, x));
  return v.rarely(angle.far, 'tan', [x], v.xor(y, sign));
}

/** sin πx / (πx). Source: sin π(x − n) = ± sin πx, a polynomial. */
export function sinc(v: Lanes, x: Vec): Vec {
  const size = v.abs(x);
  const { fraction } = layoutOf(v);
  const shift = v.const(2 ** fraction);
  const sum = v.add(size, shift);
  const r = v.andnot(v.sub(size, v.sub(sum, shift)), isLarge(v, size));
  const z = v.mul(r, r);
  const y = v.div(v.mul(r, v.fma(z, tabled(v, sincTail, z), v.const(1))), size);
  // The sign of an odd integer's half turn; a zero at an integer is +0.
  const sign = v.asFloat(v.shl(v.asInt(sum), v.type === 'f32' ? 31 : 63));
  const signed = orNaN(v, v.add(v.xor(y, sign), v.const(0)), v.eq(size, v.const(Infinity)));
  return v.select(v.eq(x, v.const(0)), v.const(1), signed);
}

/** π/2, π in two pieces. */
const halfPi = { f32: 1.5707963705062866, f64: Math.PI / 2 };
const halfPiLow = { f32: -4.371138828673793e-8, f64: 6.123233995736766e-17 };
const pi = { f32: 3.1415927410125732, f64: Math.PI };
const piLow = { f32: -8.742277657347586e-8, f64: 1.2246467991473532e-16 };

interface Arc {
  readonly beyond: Vec;
  /** Its arc sine is w + w r. */
  readonly w: Vec;
  readonly r: Vec;
}

/** |x|, or beyond ½ the sine √((1 − |x|) / 2) of half the complement. */
function arc(v: Lanes, x: Vec): Arc {
  const size = v.abs(x);
  const beyond = v.gt(size, v.const(0.5));
  const z = v.select(beyond, v.nfma(size, v.const(0.5), v.const(0.5)), v.mul(size, size));
  return { beyond, w: v.select(beyond, v.sqrt(z), size), r: v.mul(z, tabled(v, asinTail, z)) };
}

export function asin(v: Lanes, x: Vec): Vec {
  const { beyond, w, r } = arc(v, x);
  const twice = v.add(w, w);
  const rest = v.fma(twice, r, v.const(-pick(v, halfPiLow)));
  // π/2 − 2w in two steps: the first difference is small, and so is its rounding.
  const quarter = v.const(pick(v, halfPi) / 2);
  const complement = v.add(quarter, v.sub(v.sub(quarter, twice), rest));
  const y = v.select(beyond, complement, v.fma(w, r, w));
  return withSign(v, y, x);
}

export function acos(v: Lanes, x: Vec): Vec {
  const { beyond, w, r } = arc(v, x);
  const sign = signOf(v, x);
  const negative = v.lt(x, v.const(0));
  // 0 + 2 asin w beyond ½, π − 2 asin w beyond −½, π/2 − asin x between.
  const taken = v.select(beyond, v.xor(v.add(w, w), v.xor(sign, signBit(v))), x);
  const base = v.select(beyond, v.and(v.const(pick(v, pi)), negative), v.const(pick(v, halfPi)));
  const low = v.select(beyond, v.and(v.const(-pick(v, piLow)), negative), v.const(-pick(v, halfPiLow)));
  return v.sub(base, v.add(taken, v.fma(taken, r, low)));
}

/** The angle in [0, π/2] of a point with such coordinates, neither negative. */
function quadrantAngle(v: Lanes, less: Vec, more: Vec, steep: Vec): Vec {
  // Beyond ½ the angle less π/4, whose tangent is (q − 1) / (q + 1).
  const beyond = v.gt(v.add(less, less), more);
  const t = v.div(v.select(beyond, v.sub(less, more), less), v.select(beyond, v.add(less, more), more));
  const z = v.mul(t, t);
  const tail = v.mul(v.mul(t, z), tabled(v, atanTail, z));
  const turn = v.and(signBit(v), steep);
  const zero = v.const(0);
  const quarter = (x: number): Vec => v.select(beyond, v.const(x / 2), v.select(steep, v.const(x), zero));
  const rest = v.add(v.xor(tail, turn), quarter(pick(v, halfPiLow)));
  return v.add(quarter(pick(v, halfPi)), v.add(v.xor(t, turn), rest));
}

export function atan(v: Lanes, x: Vec): Vec {
  const size = v.abs(x);
  const one = v.const(1);
  const y = quadrantAngle(v, v.pmin(size, one), v.pmax(size, one), v.gt(size, one));
  return withSign(v, y, x);
}

export function atan2(v: Lanes, y: Vec, x: Vec): Vec {
  const { largest } = layoutOf(v);
  const [a, b] = [v.abs(y), v.abs(x)];
  const infinite = v.eq(v.pmax(a, b), v.const(Infinity));
  // Two infinities count as equal, one as infinitely larger.
  const [p, q] = [a, b].map((s) => v.select(infinite, v.and(v.const(1), v.eq(s, v.const(Infinity))), s));
  const [less, more] = [v.pmin(p, q), v.pmax(p, q)];
  const scale = v.select(v.gt(more, v.const(largest / 4)), v.const(0.25), v.const(1));
  // 0/0 counts as 0.
  const divisor = v.pmax(v.mul(more, scale), v.const(pick(v, { f32: 2 ** -149, f64: Number.MIN_VALUE })));
  const first = quadrantAngle(v, v.mul(less, scale), divisor, v.gt(p, q));
  const second = v.sub(v.const(pick(v, pi)), v.sub(first, v.const(pick(v, piLow))));
  const angle = orNaN(v, v.select(signMask(v, x), second, first), v.or(v.ne(x, x), v.ne(y, y)));
  return withSign(v, angle, y);
}
