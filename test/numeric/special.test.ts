// The scalar functions of engine/numeric/ against correctly rounded values, recorded by record.py, within their stated ulps.

import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { erf, erfc, erfcx } from '../../engine/numeric/erf.ts';
import { erfcinv, erfinv } from '../../engine/numeric/erfinv.ts';
import { gamma, lgamma } from '../../engine/numeric/gamma.ts';
import { logNdtr, ndtr, ndtri } from '../../engine/numeric/normal.ts';
import { digamma, polygamma, trigamma, zeta } from '../../engine/numeric/polygamma.ts';

interface Cases {
  /** Separated by spaces, the arguments of one call by commas. */
  readonly arguments: string;
  readonly values: string;
}

const recorded = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8')) as Record<string, Cases>;

/** Each function with how many float64 its result may lie from the correctly rounded one. */
const functions: Record<string, [f: (...xs: number[]) => number, bound: number]> = {
  erf: [erf, 1],
  erfc: [erfc, 2],
  erfcx: [erfcx, 2],
  erfinv: [erfinv, 2],
  erfcinv: [erfcinv, 2],
  ndtr: [ndtr, 3],
  logNdtr: [logNdtr, 3],
  ndtri: [ndtri, 3],
  lgamma: [lgamma, 2],
  gamma: [gamma, 1],
  digamma: [digamma, 4],
  trigamma: [trigamma, 2],
  polygamma: [(n, x) => polygamma(n, x), 4],
  zeta: [(s, q) => zeta(s, q), 3],
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
