// The special functions on vectors: against the recorded values, against the scalar meanings at random, and at every edge.

import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { i0, i0e, i1, i1e, ine, inu } from '../../engine/numeric/bessel.ts';
import { betaln } from '../../engine/numeric/betaln.ts';
import { erf, erfc, erfcx } from '../../engine/numeric/erf.ts';
import { erfcinv, erfinv } from '../../engine/numeric/erfinv.ts';
import { gamma, lgamma } from '../../engine/numeric/gamma.ts';
import { logNdtr, ndtr, ndtri } from '../../engine/numeric/normal.ts';
import { digamma, polygamma, trigamma } from '../../engine/numeric/polygamma.ts';
import { sincDerivative } from '../../engine/numeric/sinc.ts';
import { special } from '../../engine/wasm/math/special.ts';
import { vectorFunction } from './vector.ts';

type Draw = (random: () => number) => number;

interface Case {
  /** The meaning on float64. */
  readonly f: (...xs: number[]) => number;
  /** Where random arguments come from, for each operand. */
  readonly draws: readonly (readonly Draw[])[];
  /** ulps, of the value or of the size below where that is larger. */
  readonly bound: number;
  /** What the error is relative to where terms cancel. */
  readonly size?: (...xs: number[]) => number;
  /** The recorded function, and the operands before ours that pick its cases. */
  readonly recorded?: readonly [name: string, ...first: number[]];
}

const flat =
  (low: number, high: number): Draw =>
  (random) =>
    low + (high - low) * random();
/** The exponent of ten uniform. */
const scale =
  (low: number, high: number, sign = 1): Draw =>
  (random) =>
    sign * 10 ** (low + (high - low) * random());
const either =
  (draw: Draw): Draw =>
  (random) =>
    (random() < 0.5 ? -1 : 1) * draw(random);
const near =
  (...points: readonly number[]): Draw =>
  (random) =>
    points[Math.floor(random() * points.length)] + either(scale(-16, -1))(random);
const one = (...draws: Draw[]): Draw[][] => draws.map((draw) => [draw]);

const cases: Record<keyof typeof special, Case> = {
  erf: { f: erf, draws: one(flat(-3, 3), flat(-7, 7), either(scale(-310, 1))), bound: 3, recorded: ['erf'] },
  erfc: { f: erfc, draws: one(flat(-3, 3), flat(-7, 28), either(scale(-20, 0))), bound: 8, recorded: ['erfc'] },
  erfcx: {
    f: erfcx,
    draws: one(flat(-3, 3), flat(-27, 28), either(scale(-20, 0)), scale(0, 308)),
    bound: 8,
    recorded: ['erfcx'],
  },
  erfinv: {
    f: erfinv,
    draws: one(flat(-1, 1), near(1, -1), either(scale(-310, 0))),
    bound: 8,
    recorded: ['erfinv'],
  },
  erfcinv: { f: erfcinv, draws: one(flat(0, 2), scale(-323, 0), near(1)), bound: 8, recorded: ['erfcinv'] },
  ndtr: { f: ndtr, draws: one(flat(-3, 3), flat(-40, 10), either(scale(-20, 0))), bound: 8, recorded: ['ndtr'] },
  ndtri: { f: ndtri, draws: one(flat(0, 1), scale(-323, 0), near(0.5)), bound: 8, recorded: ['ndtri'] },
  log_ndtr: {
    f: logNdtr,
    draws: one(flat(-3, 3), flat(-40, 40), either(scale(-20, 153))),
    bound: 8,
    recorded: ['logNdtr'],
  },
  gelu_exact: {
    f: (x) => (x === -Infinity ? -0 : x * ndtr(x)),
    draws: one(flat(-3, 3), flat(-37, 10), either(scale(-20, 30))),
    bound: 8,
  },
  lgamma: {
    f: lgamma,
    draws: one(
      flat(0, 4),
      flat(0, 200),
      either(scale(-307, 300)),
      near(1, 2),
      flat(-2, 0),
      flat(-10, 0),
      flat(-1e4, 0),
    ),
    bound: 8,
    size: (x) => (x < -2 ? -x * Math.log(-x) : 0),
    recorded: ['lgamma'],
  },
  gamma_fn: {
    f: gamma,
    draws: one(flat(0, 4), flat(3, 172), either(scale(-307, 2)), near(1, 2), flat(-185, 0), near(-1, -20, -171, -180)),
    bound: 8,
    recorded: ['gamma'],
  },
  digamma: {
    f: digamma,
    draws: one(
      flat(0, 4),
      flat(3, 172),
      either(scale(-300, 300)),
      near(1.4616321449683622),
      flat(-10, 0),
      flat(-1e4, 0),
    ),
    bound: 8,
    size: (x) => (x < 0 ? Math.max(1, Math.log(-x)) : 0),
    recorded: ['digamma'],
  },
  trigamma: {
    f: trigamma,
    draws: one(flat(0, 4), flat(3, 172), either(scale(-150, 300)), flat(-10, 0), flat(-1e3, 0)),
    bound: 8,
    recorded: ['trigamma'],
  },
  tetragamma: {
    f: (x) => polygamma(2, x),
    draws: one(flat(0, 4), flat(3, 172), scale(-100, 100), scale(-100, 0, -1), flat(-10, 0), flat(-100, 0)),
    bound: 8,
    size: (x) => (x < 0 ? 8 : 0),
    recorded: ['polygamma', 2],
  },
  betaln: {
    f: betaln,
    draws: [
      [flat(0, 4), flat(0, 4)],
      [flat(0, 40), flat(0, 40)],
      [scale(-20, 20), scale(-20, 20)],
      [scale(-40, 0), scale(0, 30)],
      [scale(-40, 0), scale(-40, 0)],
    ],
    bound: 8,
    size: () => 1,
    recorded: ['betaln'],
  },
  i0: { f: i0, draws: one(flat(-10, 10), flat(0, 714), scale(-300, 2)), bound: 8, recorded: ['i0'] },
  i1: { f: i1, draws: one(flat(-10, 10), flat(0, 714), either(scale(-300, 2))), bound: 8, recorded: ['i1'] },
  i2: { f: (x) => inu(2, x), draws: one(flat(-10, 10), flat(0, 714), either(scale(-100, 2))), bound: 8 },
  i0e: { f: i0e, draws: one(flat(-10, 10), flat(0, 700), scale(-300, 300)), bound: 8, recorded: ['i0e'] },
  i1e: { f: i1e, draws: one(flat(-10, 10), flat(0, 700), either(scale(-300, 300))), bound: 8, recorded: ['i1e'] },
  i2e: { f: (x) => ine(2, x), draws: one(flat(-10, 10), flat(0, 700), either(scale(-100, 300))), bound: 8 },
  sinc_slope: {
    f: (x) => sincDerivative(1, x),
    draws: one(flat(-1, 1), flat(-10, 10), either(scale(-300, 20))),
    bound: 8,
    size: (x) => (Math.abs(x) > 0.75 ? 1 / Math.abs(x) : 0),
    recorded: ['sincDerivative', 1],
  },
};

/** Zeros, infinities, NaN, subnormals, poles, ends of ranges and of the functions' pieces. */
const edges = `
  0 Infinity NaN 5e-324 1e-310 2.3e-308 1.4e-45 1e-40 1.2e-38 1e-20 0.25 0.5 0.75 1 1.5 2 2.5 3 4 6 8 10 14 15 20.5 27 28 36 40
  88 92 100 170 171 172 184.5 190.5 191.5 400.5 714 720 1e5 1e10 10000000000000002 4503599627370497 8388609 16777215
  1e38 3e38 1e300 1e306 1.7e308`
  .trim()
  .split(/\s+/)
  .map(Number)
  .flatMap((x) => [x, -x]);

const seed = 20_261_125;
const count = 800;
const recorded = JSON.parse(readFileSync(new URL('../numeric/cases.json', import.meta.url), 'utf8')) as Record<
  string,
  { readonly arguments: string; readonly values: string }
>;
const targets = (['f32', 'f64'] as const).flatMap((type) => [true, false].map((fused) => [type, fused] as const));

describe.each(targets)('%s, fused %s', (type, fused) => {
  const round = type === 'f32' ? Math.fround : (x: number): number => x;
  const arrayOf = (xs: readonly number[]): Float32Array | Float64Array =>
    type === 'f32' ? Float32Array.from(xs) : Float64Array.from(xs);

  /** Complaints where the vector function strays from the wanted values. */
  const strays = (
    name: keyof typeof special,
    points: readonly (readonly number[])[],
    wanted: readonly number[],
  ): string[] => {
    const { bound, size, f } = cases[name];
    const arity = cases[name].draws[0].length;
    const run = vectorFunction(special[name], type, arity, { fused, scalar: { [name]: f } });
    const got = run(...Array.from({ length: arity }, (_, k) => arrayOf(points.map((point) => point[k]))));
    return points.flatMap((point, i) => {
      const off = distance(type, got[i], wanted[i], size?.(...point) ?? 0);
      return off <= bound ? [] : [`${name}(${point.join(', ')}) = ${got[i]}, not ${wanted[i]}: ${off} ulp`];
    });
  };

  describe.each(Object.entries(cases) as [keyof typeof special, Case][])(
    '%s',
    (name, { f, draws, bound, recorded: from }) => {
      test(`lies within ${bound} ulp of its scalar meaning, seed ${seed}`, () => {
        const random = generator(seed);
        const points = draws.flatMap((draw) => Array.from({ length: count }, () => draw.map((d) => round(d(random)))));
        expect(
          strays(
            name,
            points,
            points.map((point) => f(...point)),
          ),
        ).toEqual([]);
      });

      test('has its values at the edges', () => {
        const points =
          draws[0].length === 1
            ? edges.map((x) => [round(x)])
            : edges.flatMap((x) => edges.map((y) => [round(x), round(y)]));
        expect(
          strays(
            name,
            points,
            points.map((point) => f(...point)),
          ),
        ).toEqual([]);
      });

      test.skipIf(from === undefined || type === 'f32')(`lies within ${bound} ulp of the recorded values`, () => {
        const [key, ...first] = from!;
        const values = recorded[key].values.split(' ').map(Number);
        const all = recorded[key].arguments.split(' ').map((text) => text.split(',').map(Number));
        const chosen = all.flatMap((xs, i) => (first.every((x, k) => xs[k] === x) ? [i] : []));
        expect(
          strays(
            name,
            chosen.map((i) => all[i].slice(first.length)),
            chosen.map((i) => values[i]),
          ),
        ).toEqual([]);
      });
    },
  );
});

/** |got − wanted| in ulps of the wanted value, or of a larger size; 0 and ∞ where only equality counts. */
function distance(type: 'f32' | 'f64', got: number, wanted: number, size: number): number {
  const rounded = type === 'f32' ? Math.fround(wanted) : wanted;
  if (Object.is(got, rounded)) return 0;
  // Next to the largest number the rounding of the last bits decides.
  if (!Number.isFinite(got) || !Number.isFinite(rounded)) return nearlyLargest(type, got, wanted) ? 0 : Infinity;
  if (wanted === 0 && size === 0) return Infinity;
  return Math.abs(got - wanted) / ulpOf(type, Math.max(Math.abs(wanted), size));
}

const largest = { f32: 3.4028234663852886e38, f64: Number.MAX_VALUE };

function nearlyLargest(type: 'f32' | 'f64', got: number, wanted: number): boolean {
  const least = largest[type] * (1 - 2 ** (type === 'f32' ? -20 : -49));
  return Math.sign(got) === Math.sign(wanted) && Math.abs(got) >= least && Math.abs(wanted) >= least;
}

function ulpOf(type: 'f32' | 'f64', x: number): number {
  const [bits, lowest] = type === 'f32' ? [24, -126] : [53, -1022];
  if (x < 2 ** lowest) return 2 ** (lowest - bits + 1);
  const exponent = Math.floor(Math.log2(x));
  return 2 ** ((2 ** exponent > x ? exponent - 1 : exponent) - bits + 1);
}

/** Numbers in [0, 1) from a seed: a Weyl sequence, mixed (Steele and Vigna's SplitMix). */
function generator(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}
