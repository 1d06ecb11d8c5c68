// The special functions on vectors, each with what it is held to: one row a function.

import { i0, i0e, i1, i1e, ine, inu } from '../../engine/numeric/bessel.ts';
import { betaln } from '../../engine/numeric/betaln.ts';
import { erf, erfc, erfcx } from '../../engine/numeric/erf.ts';
import { erfcinv, erfinv } from '../../engine/numeric/erfinv.ts';
import { gamma, lgamma } from '../../engine/numeric/gamma.ts';
import { logNdtr, ndtr, ndtri } from '../../engine/numeric/normal.ts';
import { digamma, polygamma, trigamma } from '../../engine/numeric/polygamma.ts';
import { sincDerivative } from '../../engine/numeric/sinc.ts';
import { special } from '../../engine/wasm/math/special.ts';
import { distance, random, spacing } from './ulps.ts';
import type { Type } from './ulps.ts';
import { vectorFunction } from './vector.ts';

type Draw = (next: () => number) => number;

interface SpecialRow {
  /** The interpreter's function, computed in float64. */
  readonly scalar: (...xs: number[]) => number;
  /** Where random arguments come from, for each operand. */
  readonly draws: readonly (readonly Draw[])[];
  /** How far from the interpreter's a result may lie, in ulps of it or of the size below where that is larger. */
  readonly bound: number;
  /** What the error is relative to where terms cancel, and in words. */
  readonly size?: readonly [of: (...xs: number[]) => number, words: string];
  /** Its name in test/numeric/cases.json, and the operands before ours that pick its cases. */
  readonly recorded?: readonly [name: string, ...first: number[]];
  /** The op that is lowered by it, where that has another name. */
  readonly op?: readonly [name: string, attrs: Readonly<Record<string, number | boolean>>];
}

const flat =
  (low: number, high: number): Draw =>
  (next) =>
    low + (high - low) * next();
/** The exponent of ten uniform. */
const scale =
  (low: number, high: number, sign = 1): Draw =>
  (next) =>
    sign * 10 ** (low + (high - low) * next());
const either =
  (draw: Draw): Draw =>
  (next) =>
    (next() < 0.5 ? -1 : 1) * draw(next);
const near =
  (...points: readonly number[]): Draw =>
  (next) =>
    points[Math.floor(next() * points.length)] + either(scale(-16, -1))(next);
/** tan πx. */
const tanpi = (x: number): number => Math.tan(Math.PI * (x - Math.round(x)));
const one = (...draws: Draw[]): Draw[][] => draws.map((draw) => [draw]);

export const specialRows: Readonly<Record<string, SpecialRow>> = {
  erf: { scalar: erf, draws: one(flat(-3, 3), flat(-7, 7), either(scale(-310, 1))), bound: 4, recorded: ['erf'] },
  erfc: { scalar: erfc, draws: one(flat(-3, 3), flat(-7, 28), either(scale(-20, 0))), bound: 8, recorded: ['erfc'] },
  erfcx: {
    scalar: erfcx,
    draws: one(flat(-3, 3), flat(-27, 28), either(scale(-20, 0)), scale(0, 308)),
    bound: 8,
    recorded: ['erfcx'],
  },
  erfinv: {
    scalar: erfinv,
    draws: one(flat(-1, 1), near(1, -1), either(scale(-310, 0))),
    bound: 8,
    recorded: ['erfinv'],
  },
  erfcinv: { scalar: erfcinv, draws: one(flat(0, 2), scale(-323, 0), near(1)), bound: 8, recorded: ['erfcinv'] },
  ndtr: { scalar: ndtr, draws: one(flat(-3, 3), flat(-40, 10), either(scale(-20, 0))), bound: 8, recorded: ['ndtr'] },
  ndtri: { scalar: ndtri, draws: one(flat(0, 1), scale(-323, 0), near(0.5)), bound: 8, recorded: ['ndtri'] },
  log_ndtr: {
    scalar: logNdtr,
    draws: one(flat(-3, 3), flat(-40, 40), either(scale(-20, 153))),
    bound: 8,
    recorded: ['logNdtr'],
  },
  gelu_exact: {
    op: ['gelu', { approximate: false }],
    scalar: (x) => (x === -Infinity ? -0 : x * ndtr(x)),
    draws: one(flat(-3, 3), flat(-37, 10), either(scale(-20, 30))),
    bound: 8,
  },
  lgamma: {
    scalar: lgamma,
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
    size: [(x) => (x < -2 ? -x * Math.log(-x) : 0), 'x log x, left of −2'],
    recorded: ['lgamma'],
  },
  gamma_fn: {
    scalar: gamma,
    draws: one(flat(0, 4), flat(3, 172), either(scale(-307, 2)), near(1, 2), flat(-185, 0), near(-1, -20, -171, -180)),
    bound: 8,
    recorded: ['gamma'],
  },
  digamma: {
    scalar: digamma,
    draws: one(
      flat(0, 4),
      flat(3, 172),
      either(scale(-300, 300)),
      near(1.4616321449683622),
      flat(-10, 0),
      flat(-1e4, 0),
    ),
    bound: 8,
    size: [
      (x) => (x < 0 ? Math.max(1, Math.log(-x), Math.abs(Math.PI / tanpi(x))) : 0),
      '1, log x or π cot πx, left of 0',
    ],
    recorded: ['digamma'],
  },
  trigamma: {
    op: ['polygamma', { n: 1 }],
    scalar: trigamma,
    draws: one(flat(0, 4), flat(3, 172), either(scale(-150, 300)), flat(-10, 0), flat(-1e3, 0)),
    bound: 8,
    recorded: ['trigamma'],
  },
  tetragamma: {
    op: ['polygamma', { n: 2 }],
    scalar: (x) => polygamma(2, x),
    draws: one(flat(0, 4), flat(3, 172), scale(-100, 100), scale(-100, 0, -1), flat(-10, 0), flat(-100, 0)),
    bound: 8,
    size: [(x) => (x < 0 ? 8 : 0), '8, left of 0'],
    recorded: ['polygamma', 2],
  },
  betaln: {
    scalar: betaln,
    draws: [
      [flat(0, 4), flat(0, 4)],
      [flat(0, 40), flat(0, 40)],
      [scale(-20, 20), scale(-20, 20)],
      [scale(-40, 0), scale(0, 30)],
      [scale(-40, 0), scale(-40, 0)],
    ],
    bound: 8,
    size: [() => 1, '1'],
    recorded: ['betaln'],
  },
  i0: { scalar: i0, draws: one(flat(-10, 10), flat(0, 714), scale(-300, 2)), bound: 8, recorded: ['i0'] },
  i1: { scalar: i1, draws: one(flat(-10, 10), flat(0, 714), either(scale(-300, 2))), bound: 8, recorded: ['i1'] },
  i2: {
    op: ['bessel_in', { n: 2 }],
    scalar: (x) => inu(2, x),
    draws: one(flat(-10, 10), flat(0, 714), either(scale(-100, 2))),
    bound: 8,
  },
  i0e: { scalar: i0e, draws: one(flat(-10, 10), flat(0, 700), scale(-300, 300)), bound: 8, recorded: ['i0e'] },
  i1e: { scalar: i1e, draws: one(flat(-10, 10), flat(0, 700), either(scale(-300, 300))), bound: 8, recorded: ['i1e'] },
  i2e: {
    op: ['bessel_ine', { n: 2 }],
    scalar: (x) => ine(2, x),
    draws: one(flat(-10, 10), flat(0, 700), either(scale(-100, 300))),
    bound: 8,
  },
  sinc_slope: {
    op: ['sinc_derivative', { n: 1 }],
    scalar: (x) => sincDerivative(1, x),
    draws: one(flat(-1, 1), flat(-10, 10), either(scale(-300, 20))),
    bound: 8,
    size: [(x) => (Math.abs(x) > 0.75 ? 1 / Math.abs(x) : 0), '1/x, beyond ¾'],
    recorded: ['sincDerivative', 1],
  },
};

/** Zeros, infinities, NaN, subnormals, poles, ends of ranges and of the functions' pieces. */
export const specialEdges = `
  0 Infinity NaN 5e-324 1e-310 2.3e-308 1.4e-45 1e-40 1.2e-38 1e-20 0.25 0.5 0.75 1 1.5 2 2.5 3 4 6 8 10 14 15 20.5 27 28 36 40
  88 92 100 170 171 172 184.5 190.5 191.5 400.5 714 720 1e5 1e10 10000000000000002 4503599627370497 8388609 16777215
  1e38 3e38 1e300 1e306 1.7e308`
  .trim()
  .split(/\s+/)
  .map(Number)
  .flatMap((x) => [x, -x]);

interface Worst {
  readonly ulps: number;
  readonly call: string;
}

/** The largest distance of a row's vector function from the wanted values, `tails` ulps of float64 beyond which they lie. */
export function worstAt(
  name: string,
  type: Type,
  fused: boolean,
  points: readonly (readonly number[])[],
  wanted: readonly number[],
  tails?: readonly number[],
): Worst {
  const { size, scalar } = specialRows[name];
  const Floats = type === 'f32' ? Float32Array : Float64Array;
  const arity = points[0].length;
  const run = vectorFunction(special[name as keyof typeof special], type, arity, { fused, scalar: { [name]: scalar } });
  const got = run(...Array.from({ length: arity }, (_, k) => Floats.from(points.map((point) => point[k]))));
  let worst: Worst = { ulps: 0, call: '' };
  points.forEach((point, i) => {
    const larger = size?.[0](...point) ?? 0;
    const near = Math.abs(wanted[i]) < larger && Number.isFinite(got[i]);
    const ulps = near
      ? Math.abs(got[i] - wanted[i]) / spacing(type, larger)
      : distance(type, got[i], wanted[i], tails?.[i]);
    if (!(ulps <= worst.ulps)) worst = { ulps, call: `${name}(${point.join(', ')}) = ${got[i]}, not ${wanted[i]}` };
  });
  return worst;
}

/** So many arguments from each of a row's ranges, and the interpreter's values. */
export function drawn(name: string, type: Type, count: number, seed: number): [points: number[][], values: number[]] {
  const { draws, scalar } = specialRows[name];
  const next = random(seed);
  const round = type === 'f32' ? Math.fround : (x: number): number => x;
  const points = draws.flatMap((row) => Array.from({ length: count }, () => row.map((draw) => round(draw(next)))));
  return [points, points.map((point) => scalar(...point))];
}

/** What test/numeric/record.py writes; the tails with --tails. */
export type Recorded = Readonly<
  Record<string, { readonly arguments: string; readonly values: string; readonly tails?: string }>
>;

/** The recorded arguments of a row, the correctly rounded values, and in ulps what rounding took. */
export function recordedOf(name: string, all: Recorded): [points: number[][], values: number[], tails: number[]] {
  const [key, ...first] = specialRows[name].recorded!;
  const calls = all[key].arguments.split(' ').map((call) => call.split(',').map(Number));
  const values = all[key].values.split(' ').map(Number);
  const tails = all[key].tails?.split(' ').map(Number) ?? values.map(() => 0);
  const chosen = calls.flatMap((xs, i) => (first.every((x, k) => xs[k] === x) ? [i] : []));
  return [
    chosen.map((i) => calls[i].slice(first.length)),
    chosen.map((i) => values[i]),
    chosen.map((i) => (tails[i] === 0 ? 0 : tails[i] / spacing('f64', values[i]))),
  ];
}

/** The part of docs/accuracy.md on special functions, which begins with its heading; `single` finds the worst of float32. */
export function specialSection(all: Recorded, single: (name: string, fused: boolean) => Worst): string {
  const lines = Object.entries(specialRows).map(([name, { bound, size, recorded, op }]) => {
    const cells = (['f32', 'f64'] as const).flatMap((type) =>
      [true, false].map((fused) => {
        if (type === 'f32' && specialRows[name].draws[0].length === 1) return single(name, fused).ulps.toFixed(2);
        const [points, wanted, tails] =
          type === 'f64' && recorded !== undefined
            ? recordedOf(name, all)
            : [...drawn(name, type, 20_000, 1), undefined];
        return worstAt(name, type, fused, points, wanted, tails).ulps.toFixed(2);
      }),
    );
    const attrs =
      op === undefined
        ? ''
        : Object.entries(op[1])
            .map(([key, x]) => `, ${key} = ${x}`)
            .join('');
    return `| ${op?.[0] ?? name}${attrs} | ${bound} | ${cells.join(' | ')} | ${size?.[1] ?? ''} |`;
  });
  return `${specialHeading}

Held to the interpreter's values, whose own errors are 3 ulp of float64 at most. Where terms cancel, next to zeros that no
formula here meets exactly, a bound is in ulps of the number in the last column if that is larger than the value; the
interpreter is exact to the last bits there too. Float64 was measured against mpmath, where that is recorded.

| function | bound | float32 fused | not fused | float64 fused | not fused | or of |
| --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}

export const specialHeading = '## Special functions';
