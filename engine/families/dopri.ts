// The Dormand–Prince pair of orders 5 and 4 with its interpolant and its choice of steps, written as loops of the graph.
//
// Dormand and Prince 1980, A family of embedded Runge–Kutta formulae (the pair RK5(4)7M); Shampine 1986, Some practical
// Runge–Kutta formulas (the value in the middle of a step, which makes the interpolant of order 4); Hairer, Nørsett and
// Wanner 1993, Solving Ordinary Differential Equations I, II.4 (the first step, and how steps are chosen).

import { sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { scanOver, whileOver } from './loops.ts';

/** The right-hand side of ẏ = f(y, t), y in parts of one float dtype. */
export type Field = (y: readonly Value[], t: Value) => readonly Value[];

export interface StepControl {
  /** Relative and absolute local error that a step may make. */
  readonly rtol: number;
  readonly atol: number;
  /** Steps between two times of the result. */
  readonly mxstep: number;
  /** The longest step. */
  readonly hmax: number;
  /** How many of the parts of y, from the first on, decide on steps: all of them, but where sensitivities ride along. */
  readonly parts: number;
}

/** Where in the step each stage is, and what it adds of the slopes before it. */
const stageTimes = [1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
const stageWeights = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  // The last stage is at the end of the step: its slope is the first one of the next step.
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** The solution of order 5 less that of order 4. */
const errorWeights = [
  35 / 384 - 1951 / 21600,
  0,
  500 / 1113 - 22642 / 50085,
  125 / 192 - 451 / 720,
  -2187 / 6784 + 12231 / 42400,
  11 / 84 - 649 / 6300,
  -1 / 60,
];
/** The solution in the middle of the step. */
const middleWeights = [
  6025192743 / 30085553152 / 2,
  0,
  51252292925 / 65400821598 / 2,
  -2691868925 / 45128329728 / 2,
  187940372067 / 1594534317056 / 2,
  -1776094331 / 19743644256 / 2,
  11237099 / 235043384 / 2,
];

/** A step is this part of what the error would just allow, and changes by no more than these factors. */
const safety = 0.9;
const growth = 10;
const shrinkage = 0.2;

/** Values in parallel: one for each part of y. */
type Parts = readonly Value[];

/** What a step leaves: where it ended and the step that comes next, and of itself what its interpolant is made of. */
interface Step {
  readonly y: Parts;
  readonly slope: Parts;
  readonly t: Value;
  readonly h: Value;
  readonly began: { readonly y: Parts; readonly slope: Parts; readonly t: Value; readonly h: Value };
  readonly middle: Parts;
}

const listed = ({ y, slope, t, h, began, middle }: Step): Value[] => [
  ...y,
  ...slope,
  t,
  h,
  ...began.y,
  ...began.slope,
  began.t,
  began.h,
  ...middle,
];

/** The step that is listed in values, y having m parts. */
function stepOf(values: readonly Value[], m: number): Step {
  const parts = (at: number): Parts => values.slice(at, at + m);
  const k = 2 * m + 2;
  return {
    y: parts(0),
    slope: parts(m),
    t: values[2 * m],
    h: values[2 * m + 1],
    began: { y: parts(k), slope: parts(k + m), t: values[k + 2 * m], h: values[k + 2 * m + 1] },
    middle: parts(2 * k),
  };
}

/** The solution at times ts[N], which increase, from y at the first: each part of y with a leading axis of N. */
export function solve(b: Builder, f: Field, y0: Parts, ts: Value, control: StepControl): Value[] {
  const [n] = ts.aval.shape;
  const first = (x: Value): Value => b.reshape(x, { shape: [1, ...x.aval.shape] });
  if (n === 1) return y0.map(first);
  const t = elementOf(b, ts, 0);
  const slope = f(y0, t);
  const h = firstStep(b, f, y0, slope, t, control);
  const start: Step = { y: y0, slope, t, h, began: { y: y0, slope, t, h }, middle: y0 };
  const targets = b.slice(ts, { start: [1], stop: [n], step: [1] });
  const frame = { length: n - 1, turns: null, reverse: false, init: listed(start), xs: [targets] };
  const { ys } = scanOver(b, frame, (_turn, carry, [target]) => {
    const last = stepUntil(b, f, stepOf(carry, y0.length), target, control);
    return [...listed(last), ...interpolate(b, last, target)];
  });
  return y0.map((y, k) => b.concat([first(y), ys[k]], { axis: 0 }));
}

/** Steps until one ends at or behind a time. */
function stepUntil(b: Builder, f: Field, start: Step, target: Value, control: StepControl): Step {
  const m = start.y.length;
  const bounded = control.mxstep < Infinity;
  const most = BigInt(bounded ? Math.max(0, Math.ceil(control.mxstep)) : 0);
  const counted = (state: readonly Value[]): Value => state[state.length - 1];
  const { carry } = whileOver(
    b,
    { init: [...listed(start), ...(bounded ? [b.zeros({ dtype: 'int64', shape: [] })] : [])] },
    (state) => {
      const { t, h } = stepOf(state, m);
      const goesOn = b.logical_and(b.less(t, target), b.greater(h, 0));
      return bounded ? b.logical_and(goesOn, b.less(counted(state), most)) : goesOn;
    },
    (_turn, state) => [
      ...listed(stepFrom(b, f, stepOf(state, m), control)),
      ...(bounded ? [b.add(counted(state), 1n)] : []),
    ],
  );
  return stepOf(carry, m);
}

/** One step: taken where its error is small enough; that error decides on the next one either way. */
function stepFrom(b: Builder, f: Field, from: Step, control: StepControl): Step {
  const { y, slope, t, h } = from;
  const slopes: Parts[] = [slope];
  let next = y;
  stageWeights.forEach((weights, i) => {
    next = moved(b, y, h, weights, slopes);
    slopes.push(f(next, cast(b, b.add(t, b.multiply(h, stageTimes[i])), t)));
  });
  const ratio = errorRatio(b, y, next, weighted(b, h, errorWeights, slopes), control);
  const taken = b.less_equal(ratio, 1);
  const either = (a: Value, z: Value): Value => b.where(b.broadcast(taken, a.aval.shape), a, z);
  const all = (as: Parts, zs: Parts): Parts => as.map((a, k) => either(a, zs[k]));
  return {
    y: all(next, y),
    slope: all(slopes[slopes.length - 1], slope),
    t: either(cast(b, b.add(t, h), t), t),
    h: nextStep(b, h, ratio, control),
    began: {
      y: all(y, from.began.y),
      slope: all(slope, from.began.slope),
      t: either(t, from.began.t),
      h: either(h, from.began.h),
    },
    middle: all(moved(b, y, h, middleWeights, slopes), from.middle),
  };
}

/** h Σ weight · slope for each part. */
function weighted(b: Builder, h: Value, weights: readonly number[], slopes: readonly Parts[]): Parts {
  return slopes[0].map((like, k) => {
    const terms = weights.flatMap((weight, i) => (weight === 0 ? [] : [b.multiply(slopes[i][k], weight)]));
    return b.multiply(
      cast(b, h, like),
      terms.reduce((sum, term) => b.add(sum, term)),
    );
  });
}

function moved(b: Builder, y: Parts, h: Value, weights: readonly number[], slopes: readonly Parts[]): Parts {
  const change = weighted(b, h, weights, slopes);
  return y.map((x, k) => b.add(x, change[k]));
}

/** √(mean of (error / tolerance)²) over the parts that decide. */
function errorRatio(b: Builder, y: Parts, next: Parts, error: Parts, { rtol, atol, parts }: StepControl): Value {
  let elements = 0;
  const squares = y.slice(0, parts).map((x, k) => {
    elements += sizeOf(x.aval.shape);
    const tolerance = b.add(b.multiply(b.maximum(b.abs(x), b.abs(next[k])), rtol), atol);
    return sumOfSquares(b, b.divide(error[k], tolerance));
  });
  return b.sqrt(
    b.divide(
      squares.reduce((sum, x) => b.add(sum, x)),
      elements,
    ),
  );
}

const sumOfSquares = (b: Builder, x: Value): Value => {
  const square = b.multiply(x, x);
  return x.aval.shape.length === 0 ? square : b.sum(square);
};

const norm = (b: Builder, xs: Parts): Value =>
  b.sqrt(xs.map((x) => sumOfSquares(b, x)).reduce((sum, x) => b.add(sum, x)));

/** The step that would make the error just small enough, with some safety, and no great leap from the last one. */
function nextStep(b: Builder, h: Value, ratio: Value, { hmax }: StepControl): Value {
  const least = b.where(b.less(ratio, 1), 1, shrinkage);
  const factor = b.minimum(b.maximum(b.multiply(b.pow(ratio, -1 / 5), safety), least), growth);
  const chosen = b.where(b.equal(ratio, 0), b.multiply(h, growth), b.multiply(h, factor));
  return cast(b, between(b, chosen, hmax), h);
}

/** A step is from 0 to the longest one. */
function between(b: Builder, h: Value, hmax: number): Value {
  const positive = b.maximum(h, 0);
  return hmax === Infinity ? positive : b.minimum(positive, hmax);
}

/** A first step by the sizes of y, of its slope and of the change of its slope over a small Euler step. */
function firstStep(b: Builder, f: Field, y: Parts, slope: Parts, t: Value, control: StepControl): Value {
  const [ys, slopes] = [y.slice(0, control.parts), slope.slice(0, control.parts)];
  const scales = ys.map((x) => b.add(b.multiply(b.abs(x), control.rtol), control.atol));
  const scaled = (xs: Parts): Value =>
    norm(
      b,
      xs.map((x, k) => b.divide(x, scales[k])),
    );
  const [d0, d1] = [scaled(ys), scaled(slopes)];
  const tiny = b.logical_or(b.less(d0, 1e-5), b.less(d1, 1e-5));
  const h0 = b.where(tiny, 1e-6, b.divide(b.multiply(d0, 0.01), d1));
  const after = y.map((x, k) => b.add(x, b.multiply(cast(b, h0, x), slope[k])));
  const later = f(after, cast(b, b.add(t, h0), t));
  const d2 = b.divide(scaled(slopes.map((x, k) => b.subtract(later[k], x))), h0);
  const flat = b.logical_and(b.less_equal(d1, 1e-15), b.less_equal(d2, 1e-15));
  const h1 = b.where(flat, b.maximum(b.multiply(h0, 1e-3), 1e-6), b.pow(b.divide(0.01, b.maximum(d1, d2)), 1 / 5));
  return between(b, b.minimum(b.multiply(h0, 100), h1), control.hmax);
}

/** The polynomial of degree 4 through both ends of a step, with their slopes, and its middle. */
function interpolate(b: Builder, { y, slope, t, began, middle }: Step, target: Value): Value[] {
  const at = b.divide(b.subtract(target, began.t), b.subtract(t, began.t));
  return y.map((y1, k) => {
    const [y0, half] = [began.y[k], middle[k]];
    const h = cast(b, began.h, y1);
    const [m0, m1] = [b.multiply(h, began.slope[k]), b.multiply(h, slope[k])];
    const combine = (weights: readonly number[]): Value =>
      [m0, m1, y0, y1, half].map((x, i) => b.multiply(x, weights[i])).reduce((sum, x) => b.add(sum, x));
    const x = cast(b, at, y1);
    const coefficients = [combine([-2, 2, -8, -8, 16]), combine([5, -3, 18, 14, -32]), combine([-4, 1, -11, -5, 16])];
    return [...coefficients, m0, y0].reduce((sum, c) => b.add(b.multiply(sum, x), c));
  });
}

/** Element i of a vector. */
export function elementOf(b: Builder, x: Value, i: number): Value {
  const rest = x.aval.shape.slice(1);
  const part = b.slice(x, {
    start: [i, ...rest.map(() => 0)],
    stop: [i + 1, ...rest],
    step: x.aval.shape.map(() => 1),
  });
  return b.reshape(part, { shape: rest });
}

const cast = (b: Builder, x: Value, like: Value): Value => b.cast(x, like.aval.dtype);
