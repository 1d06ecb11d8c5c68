// What a random graph may do next: each move picks operands from the values there are and says when it is smooth there.

import type { Aval } from '../../engine/ir/aval.ts';
import { isFloat, sameShape, sizeOf } from '../../engine/ir/aval.ts';
import type { Builder } from '../../engine/ir/builder.ts';
import { withDefaults } from '../../engine/ir/builder.ts';
import type { Value } from '../../engine/ir/graph.ts';
import type { Attrs } from '../../engine/op.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { toNumbers } from '../../engine/ir/tensor.ts';
import { ops } from '../../engine/ops/index.ts';
import type { Random } from '../calculus/random.ts';

/** A value of the graph under construction: its place, type and number at the point where laws are checked. */
export interface Known {
  readonly at: number;
  readonly aval: Aval;
  readonly tensor: Tensor;
}

/** One step of a graph, as it is replayed on any builder over the values made so far. */
export type Step = (b: Builder, values: readonly Value[]) => Value;

/** Proposes a step, or null where the values at hand do not suit it. */
export type Move = (random: Random, pool: readonly Known[]) => Step | null;

const all = (x: Known, holds: (e: number) => boolean): boolean => toNumbers(x.tensor).every(holds);
const floats = (pool: readonly Known[]): Known[] => pool.filter((x) => isFloat(x.aval.dtype));
const method = (b: Builder, name: string): ((...args: unknown[]) => Value) =>
  (b as unknown as Record<string, (...args: unknown[]) => Value>)[name];

const byName = new Map(ops.map((op) => [op.name, op]));
const available = (table: object): string[] => Object.keys(table).filter((name) => byName.has(name));

/** An op of one operand, with attributes. */
function apply(b: Builder, name: string, x: Value, attrs: Attrs): Value {
  const op = byName.get(name)!;
  return b.call(op, withDefaults(op, { [op.params[0].name]: x, ...attrs }))[0];
}

/** How close to a kink a point may be: the widest difference that decides is far smaller. */
const margin = 0.02;
const clear =
  (...kinks: readonly number[]) =>
  (e: number): boolean =>
    kinks.every((k) => Math.abs(e - k) > margin);
const within =
  (low: number, high: number) =>
  (e: number): boolean =>
    e > low && e < high;
const offIntegers = (e: number): boolean => Math.abs(e - Math.round(e)) > margin;
const anywhere = (): boolean => true;

/** Functions of one number, with the points where they are smooth. */
const unary: Readonly<Record<string, (e: number) => boolean>> = {
  negative: anywhere,
  sin: anywhere,
  cos: anywhere,
  tan: within(-1.2, 1.2),
  asin: within(-0.9, 0.9),
  acos: within(-0.9, 0.9),
  atan: anywhere,
  sinh: within(-3, 3),
  cosh: within(-3, 3),
  tanh: anywhere,
  asinh: anywhere,
  acosh: within(1.2, 30),
  atanh: within(-0.9, 0.9),
  exp: within(-6, 3),
  exp2: within(-6, 4),
  expm1: within(-6, 3),
  log: within(0.2, 30),
  log2: within(0.2, 30),
  log10: within(0.2, 30),
  log1p: within(-0.8, 30),
  sqrt: within(0.1, 30),
  rsqrt: within(0.2, 30),
  cbrt: within(0.1, 30),
  reciprocal: (e) => Math.abs(e) > 0.3,
  square: within(-5, 5),
  abs: clear(0),
  sign: clear(0),
  floor: offIntegers,
  relu: clear(0),
  relu6: clear(0, 6),
  leaky_relu: clear(0),
  elu: clear(0),
  selu: clear(0),
  softplus: anywhere,
  sigmoid: anywhere,
  log_sigmoid: anywhere,
  silu: anywhere,
  gelu: anywhere,
  mish: anywhere,
  hard_tanh: clear(-1, 1),
  soft_sign: clear(0),
  erf: anywhere,
  erfc: anywhere,
  sinc: anywhere,
  celu: clear(0),
  hard_sigmoid: clear(-3, 3),
  hard_silu: clear(-3, 3),
  ndtr: anywhere,
  positive: anywhere,
  softshrink: clear(-0.5, 0.5),
  squareplus: anywhere,
  tanhshrink: anywhere,
  trunc: offIntegers,
};

const apart = (x: number, y: number): boolean => Math.abs(x - y) > margin;
const binary: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  add: anywhere,
  subtract: anywhere,
  multiply: anywhere,
  divide: (_x, y) => Math.abs(y) > 0.3,
  maximum: apart,
  minimum: apart,
  pow: (x, y) => x > 0.3 && Math.abs(y) < 3,
  atan2: (x, y) => Math.hypot(x, y) > 0.3 && !(y < 0 && Math.abs(x) < margin),
  hypot: (x, y) => Math.hypot(x, y) > 0.3,
  logaddexp: anywhere,
  xlogy: (_x, y) => y > 0.3,
  logaddexp2: anywhere,
  fmax: apart,
  fmin: apart,
  copysign: (x, y) => Math.abs(x) > margin && Math.abs(y) > margin,
  float_power: (x, y) => x > 0.3 && Math.abs(y) < 3,
};

const applyUnary: Move = (random, pool) => {
  const name = random.pick(available(unary));
  const x = random.pick(floats(pool));
  return all(x, unary[name]) ? (b, vs) => method(b, name)(vs[x.at]) : null;
};

/** Makes arguments that functions of a bounded or positive domain take. */
const domesticate: Move = (random, pool) => {
  const x = random.pick(floats(pool));
  switch (random.integer(0, 2)) {
    case 0:
      return (b, vs) => b.add(1.25, b.sin(vs[x.at]));
    case 1:
      return (b, vs) => b.multiply(0.8, b.tanh(vs[x.at]));
    default:
      return (b, vs) => b.divide(vs[x.at], b.add(1, b.multiply(vs[x.at], vs[x.at])));
  }
};

const broadcastable = (x: Aval, y: Aval): boolean => {
  const rank = Math.min(x.shape.length, y.shape.length);
  for (let i = 1; i <= rank; i++) {
    const [p, q] = [x.shape[x.shape.length - i], y.shape[y.shape.length - i]];
    if (p !== q && p !== 1 && q !== 1) return false;
  }
  return true;
};

const applyBinary: Move = (random, pool) => {
  const name = random.pick(available(binary));
  const x = random.pick(floats(pool));
  if (random.chance(0.2)) {
    const literal = random.pick([0.5, 1.5, 2, 3, -0.75]);
    const after = random.chance(0.5);
    if (!all(x, (e) => (after ? binary[name](e, literal) : binary[name](literal, e)))) return null;
    return (b, vs) => (after ? method(b, name)(vs[x.at], literal) : method(b, name)(literal, vs[x.at]));
  }
  const y = random.pick(floats(pool).filter((other) => broadcastable(x.aval, other.aval)));
  const smooth = binary[name];
  if (smooth !== anywhere && !toNumbers(x.tensor).every((e) => all(y, (f) => smooth(e, f)))) return null;
  return (b, vs) => method(b, name)(vs[x.at], vs[y.at]);
};

/** where(x < y, p, q) and where(mask, p, q): the untaken branch may be anything. */
const select: Move = (random, pool) => {
  const [p, q] = [random.pick(floats(pool)), random.pick(floats(pool))];
  const masks = pool.filter((x) => x.aval.dtype === 'bool');
  if (masks.length > 0 && random.chance(0.4)) {
    const mask = random.pick(masks);
    if (![p, q].every((x) => broadcastable(mask.aval, x.aval)) || !broadcastable(p.aval, q.aval)) return null;
    const zero = random.chance(0.5);
    return (b, vs) => b.where(vs[mask.at], vs[p.at], zero ? 0 : vs[q.at]);
  }
  if (!broadcastable(p.aval, q.aval) || !toNumbers(p.tensor).every((e) => all(q, (f) => apart(e, f)))) return null;
  const positive = random.chance(0.5);
  // The root is NaN where its branch is not taken, and must not be felt.
  if (positive && all(p, clear(0)) && p.aval.shape.length > 0) {
    return (b, vs) => b.where(b.less(0, vs[p.at]), b.sqrt(vs[p.at]), vs[p.at]);
  }
  return (b, vs) => b.where(b.less(vs[p.at], vs[q.at]), b.multiply(vs[p.at], 0.5), vs[q.at]);
};

const axesOf = (random: Random, x: Known): number[] => {
  const rank = x.aval.shape.length;
  const picked = Array.from({ length: rank }, (_, i) => i).filter(() => random.chance(0.5));
  return picked.length === 0 ? [random.integer(0, rank - 1)] : picked;
};

const withAxes = (pool: readonly Known[]): Known[] => floats(pool).filter((x) => x.aval.shape.length > 0);

/** No two elements closer than the margin: then no extremum is tied, and no order changes nearby. */
const distinct = (x: Known): boolean => {
  const sorted = toNumbers(x.tensor).sort((p, q) => p - q);
  return sorted.every((e, i) => i === 0 || e - sorted[i - 1] > margin);
};

const reductions: Readonly<Record<string, (x: Known) => boolean>> = {
  sum: anywhere,
  mean: anywhere,
  prod: (x) => all(x, within(-2, 2)),
  max: distinct,
  min: distinct,
  logsumexp: anywhere,
  median: distinct,
  ptp: (x) => distinct(x) && x.aval.shape.every((d) => d > 1),
  var: anywhere,
  std: (x) => distinct(x) && x.aval.shape.every((d) => d > 1),
};

const reduce: Move = (random, pool) => {
  const name = random.pick(available(reductions));
  const x = random.pick(withAxes(pool));
  if (x === undefined || !reductions[name](x)) return null;
  const attrs = { axis: random.chance(0.2) ? null : axesOf(random, x), keepdims: random.chance(0.4) };
  return (b, vs) => apply(b, name, vs[x.at], attrs);
};

/** Functions along one axis that keep the shape. */
const along: Readonly<Record<string, (x: Known) => boolean>> = {
  softmax: anywhere,
  log_softmax: anywhere,
  cumulative_sum: anywhere,
  cumulative_prod: (x) => all(x, within(-2, 2)),
  cummax: distinct,
  cummin: distinct,
  cumsum: anywhere,
  sort: distinct,
  diff: (x) => x.aval.shape.every((d) => d > 1),
  flip: anywhere,
};

const scan: Move = (random, pool) => {
  const name = random.pick(available(along));
  const x = random.pick(withAxes(pool));
  if (x === undefined || !along[name](x)) return null;
  const axis = random.integer(0, x.aval.shape.length - 1);
  return (b, vs) => apply(b, name, vs[x.at], { axis });
};

const rearrange: Move = (random, pool) => {
  const x = random.pick(withAxes(pool));
  if (x === undefined) return null;
  const { shape } = x.aval;
  const rank = shape.length;
  switch (random.integer(0, 5)) {
    case 0: {
      const other = random.chance(0.5) ? [sizeOf(shape)] : [...shape].reverse();
      return (b, vs) => b.reshape(vs[x.at], { shape: other });
    }
    case 1: {
      const axes = Array.from({ length: rank }, (_, i) => (i + 1) % rank);
      return (b, vs) => b.permute_dims(vs[x.at], { axes });
    }
    case 2: {
      const start = shape.map((d) => random.integer(0, d - 1));
      const stop = shape.map((d, i) => random.integer(start[i] + 1, d));
      const step = shape.map(() => random.integer(1, 2));
      return (b, vs) => b.slice(vs[x.at], { start, stop, step });
    }
    case 3:
      return (b, vs) => b.broadcast_to(vs[x.at], { shape: [2, ...shape] });
    case 4: {
      const low = shape.map(() => random.integer(0, 1));
      return (b, vs) => b.zero_pad(vs[x.at], { low, high: shape.map(() => 1), interior: shape.map(() => 0) });
    }
    default: {
      const axis = random.integer(0, rank - 1);
      const fits = floats(pool).filter(
        (y) => y.aval.shape.length === rank && y.aval.shape.every((d, i) => i === axis || d === shape[i]),
      );
      const others = [random.pick(fits), random.pick(fits)];
      return (b, vs) =>
        b.concat(
          [x, ...others].map((y) => vs[y.at]),
          { axis },
        );
    }
  }
};

/** Slices picked by an index input, within bounds by taking the rest after division; duplicates accumulate. */
const index: Move = (random, pool) => {
  const x = random.pick(withAxes(pool));
  const i = random.pick(pool.filter((y) => y.aval.dtype === 'int64'));
  if (x === undefined || i === undefined) return null;
  const axis = random.integer(0, x.aval.shape.length - 1);
  const size = x.aval.shape[axis];
  return (b, vs) => b.gather(vs[x.at], b.normalize_index(vs[i.at], { size, axis, mode: 'wrap' }), { axis });
};

const contract: Move = (random, pool) => {
  const x = random.pick(withAxes(pool));
  if (x === undefined) return null;
  const pairs = withAxes(pool).flatMap((y) =>
    x.aval.shape.flatMap((d, i) => y.aval.shape.flatMap((e, k) => (d === e ? [{ y, i, k }] : []))),
  );
  const { y, i, k } = random.pick(pairs);
  const same = sameShape(x.aval.shape, y.aval.shape) && x.aval.shape.length > 1 && i === k;
  const batch = same && random.chance(0.5) ? (i === 0 ? 1 : 0) : null;
  const attrs = { contract: [[i], [k]], batch: batch === null ? [[], []] : [[batch], [batch]] };
  return (b, vs) => b.dot_general(vs[x.at], vs[y.at], attrs);
};

/** An integer or boolean becomes a factor: nothing flows into it. */
const mix: Move = (random, pool) => {
  const others = pool.filter((x) => !isFloat(x.aval.dtype));
  const x = random.pick(floats(pool));
  const factor = random.pick(others);
  if (factor === undefined || !broadcastable(x.aval, factor.aval)) return null;
  return (b, vs) => b.multiply(vs[x.at], vs[factor.at]);
};

/** Moves with how often each is tried. */
export const moves: readonly (readonly [Move, number])[] = [
  [applyUnary, 8],
  [domesticate, 3],
  [applyBinary, 8],
  [select, 2],
  [reduce, 2],
  [scan, 2],
  [rearrange, 4],
  [index, 1],
  [contract, 3],
  [mix, 1],
];
