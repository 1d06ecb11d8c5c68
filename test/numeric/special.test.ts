// The scalar functions of engine/numeric/ against correctly rounded values, recorded by record.py, within their stated ulps.

import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { i0, i0e, i1, i1e } from '../../engine/numeric/bessel.ts';
import { betaln } from '../../engine/numeric/betaln.ts';
import { cosh, hypot, pow, sinh, tanh } from '../../engine/numeric/elementary.ts';
import { erf, erfc, erfcx } from '../../engine/numeric/erf.ts';
import { erfcinv, erfinv } from '../../engine/numeric/erfinv.ts';
import { gamma, lgamma } from '../../engine/numeric/gamma.ts';
import { logSigmoid, logaddexp, sigmoid, softplus } from '../../engine/numeric/logistic.ts';
import { logNdtr, ndtr, ndtri } from '../../engine/numeric/normal.ts';
import { digamma, polygamma, trigamma, zeta } from '../../engine/numeric/polygamma.ts';
import { fmod, nextafter, remainder, roundHalfEven } from '../../engine/numeric/rounding.ts';
import { sinc, sincDerivative } from '../../engine/numeric/sinc.ts';
import { cospi, sinpi } from '../../engine/numeric/sinpi.ts';
import { xlog1py, xlogy } from '../../engine/numeric/xlogy.ts';

interface Cases {
  /** Separated by spaces, the arguments of one call by commas. */
  readonly arguments: string;
  readonly values: string;
}

const recorded = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8')) as Record<string, Cases>;

/** Each function with how many float64 its result may lie from the correctly rounded one. */
const functions: Record<string, [f: (...xs: number[]) => number, bound: number]> = {
  erf: [erf, 1],
  erfc: [erfc, 3],
  erfcx: [erfcx, 2],
  erfinv: [erfinv, 2],
  erfcinv: [erfcinv, 2],
  ndtr: [ndtr, 3],
  logNdtr: [logNdtr, 3],
  ndtri: [ndtri, 3],
  lgamma: [lgamma, 3],
  gamma: [gamma, 1],
  digamma: [digamma, 3],
  trigamma: [trigamma, 2],
  polygamma: [(n, x) => polygamma(n, x), 3],
  zeta: [(s, q) => zeta(s, q), 3],
  betaln: [betaln, 2],
  sinh: [sinh, 1],
  cosh: [cosh, 1],
  tanh: [tanh, 1],
  hypot: [hypot, 1],
  pow: [pow, 1],
  sigmoid: [sigmoid, 2],
  softplus: [softplus, 1],
  logSigmoid: [logSigmoid, 1],
  logaddexp: [logaddexp, 1],
  sinc: [sinc, 3],
  sincDerivative: [sincDerivative, 1],
  sinpi: [sinpi, 1],
  cospi: [cospi, 1],
  xlogy: [xlogy, 2],
  xlog1py: [xlog1py, 2],
  remainder: [remainder, 1],
  roundHalfEven: [roundHalfEven, 0],
  i0: [i0, 3],
  i1: [i1, 3],
  i0e: [i0e, 2],
  i1e: [i1e, 2],
};

test('every recorded function is checked, and every checked function recorded', () => {
  expect(Object.keys(recorded).sort()).toEqual(Object.keys(functions).sort());
});

describe.each(Object.entries(functions))('%s', (name, [f, bound]) => {
  test(`lies within ${bound} ulp of the recorded values`, () => {
    const { arguments: calls, values } = recorded[name];
    const wanted = values.split(' ').map(Number);
    const off = calls.split(' ').flatMap((call, i) => {
      const got = f(...call.split(',').map(Number));
      const distance = ulps(got, wanted[i]);
      return distance <= bound ? [] : [`${name}(${call}) = ${got}, not ${wanted[i]}: ${distance} ulp`];
    });
    expect(off).toEqual([]);
  });
});

test('fmod takes the sign of the first, remainder of the second', () => {
  expect([fmod(5, 3), fmod(-5, 3), fmod(5, -3), fmod(-6, 3), fmod(1, 0), fmod(1, Infinity)]).toEqual([
    2,
    -2,
    2,
    -0,
    NaN,
    1,
  ]);
  expect([remainder(-1e-20, 3), remainder(1e-20, -3)]).toEqual([3, -3]);
});

test('nextafter steps over zero, binades and the largest number', () => {
  expect(nextafter(0, 1)).toBe(5e-324);
  expect(nextafter(-0, -1)).toBe(-5e-324);
  expect(nextafter(5e-324, -1)).toBe(0);
  expect(nextafter(-5e-324, 1)).toBe(-0);
  expect(nextafter(1, 0)).toBe(1 - 2 ** -53);
  expect(nextafter(1, 2)).toBe(1 + 2 ** -52);
  expect(nextafter(-1, -2)).toBe(-1 - 2 ** -52);
  expect(nextafter(Number.MAX_VALUE, Infinity)).toBe(Infinity);
  expect(nextafter(Infinity, 0)).toBe(Number.MAX_VALUE);
  expect(nextafter(0, -0)).toBe(-0);
  expect(nextafter(NaN, 1)).toBe(NaN);
  expect(nextafter(1, NaN)).toBe(NaN);
});

test('gamma, lgamma and zeta answer at the ends of their range and far to the left', () => {
  expect([gamma(171.62437695630271), gamma(-177.5), gamma(-1e300), gamma(5e-324)]).toEqual([
    1.7976931348622299e308,
    5e-324,
    NaN,
    Infinity,
  ]);
  expect(lgamma(-1e15 - 0.5)).toBeLessThan(-3e16);
  expect(zeta(2, -1e9 + 0.5)).toBeCloseTo(Math.PI ** 2, 8);
  expect(zeta(1e9, 2)).toBe(0);
  expect(polygamma(170, 1e-3)).toBe(-Infinity);
  expect(polygamma(171, 100) * 1e35).toBeCloseTo(1.51581241727, 10);
  expect(polygamma(100, 1e4) * 1e245).toBeCloseTo(-9.37936320154, 10);
  expect(polygamma(200, Infinity)).toBe(-0);
});

/** How many float64 lie between two numbers; ∞ between what is NaN, infinite or a signed zero and what is not the same. */
function ulps(x: number, y: number): number {
  if (Object.is(x, y)) return 0;
  if (!Number.isFinite(x) || !Number.isFinite(y) || (x === 0 && y === 0)) return Infinity;
  return Math.abs(Number(rank(x) - rank(y)));
}

function rank(x: number): bigint {
  const bits = new BigInt64Array(new Float64Array([x]).buffer)[0];
  return bits < 0n ? -(bits & 0x7fff_ffff_ffff_ffffn) : bits;
}
