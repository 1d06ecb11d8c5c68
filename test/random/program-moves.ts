// What a random program may do next: call an op of the catalogue with operands and attributes that may suit it, or one of the
// things that take more care. What the engine refuses is left out by whoever takes the step.

import type { DType } from '../../engine/ir/aval.ts';
import { dtypes, isFloat, sizeOf } from '../../engine/ir/aval.ts';
import type { Builder } from '../../engine/ir/builder.ts';
import { withDefaults } from '../../engine/ir/builder.ts';
import type { Value } from '../../engine/ir/graph.ts';
import { tensorOf } from '../../engine/ir/tensor.ts';
import type { Args, AttrValue, Op, Operand, Param } from '../../engine/op.ts';
import { ops } from '../../engine/ops/index.ts';
import type { Random } from '../calculus/random.ts';
import { casesOf } from '../ops/contract/cases.ts';
import { control } from './program-loops.ts';
import type { Known, Move } from './program-parts.ts';
import { byName, callOf, floatsOf, partner, recent, withAxes } from './program-parts.ts';

const someAxes = (random: Random, rank: number): number[] => {
  const picked = Array.from({ length: rank }, (_, i) => i).filter(() => random.chance(0.5));
  return picked.length === 0 && rank > 0 ? [random.integer(0, rank - 1)] : picked;
};

// Any op.

/** Ops that a call with drawn arguments can reach: not those that only others make, whose operands must fit exactly. */
const callable = ops.filter(
  (op) => op.internal !== true && op.params.some((p) => p.kind === 'tensor' || p.kind === 'tensors'),
);

const anyOp: Move = (random, pool) => {
  const op: Op = random.pick(callable);
  const sample = op.samples.length > 0 ? random.pick(op.samples) : undefined;
  let first: Known | undefined;
  const chosen = op.params.map((p): ((values: readonly Value[]) => Args[string]) => {
    if (p.kind === 'tensor') {
      if (first !== undefined && p.default !== undefined && random.chance(0.6)) return () => p.default;
      if (first !== undefined && random.chance(0.08)) {
        const literal = random.pick([0, 1, 2, -1, 0.5, true]);
        return () => literal;
      }
      const x: Known = first === undefined ? recent(random, pool) : partner(random, pool, first);
      first ??= x;
      return (values) => values[x.at];
    }
    if (p.kind === 'tensors') {
      const x = recent(random, pool);
      first = x;
      const more = Array.from({ length: random.integer(0, 2) }, () => partner(random, pool, x));
      return (values) => [x, ...more].map((y) => values[y.at]);
    }
    const value = attribute(random, p, first?.aval.shape ?? [], sample?.attrs?.[p.name]);
    return () => value;
  });
  return (b, values) => {
    const args: Record<string, Args[string]> = {};
    op.params.forEach((p, i) => {
      const value = chosen[i](values);
      if (value !== undefined) args[p.name] = value;
    });
    return b.call(op, withDefaults(op, args));
  };
};

/** Ops that are called as their own samples say: those too that hardly any drawn arguments suit. */
const withSamples = ops.filter((op) => op.samples.length > 0);

const sampled: Move = (random, pool) => {
  const c = random.pick(casesOf(random.pick(withSamples)));
  const near = recent(random, floatsOf(pool));
  if (near === undefined || sizeOf(near.aval.shape) === 0) return null;
  return (b, vs) => {
    // Nothing that depends on an input is computed beforehand.
    const nothing = b.multiply(0, b.sin(b.max(vs[near.at])));
    const operands = c.at.map((x) => {
      const given = b.constant(x);
      return x.dtype === 'bool'
        ? b.logical_xor(given, b.isnan(nothing))
        : b.add(given, b.astype(nothing, { dtype: x.dtype }));
    });
    return c.fn.body(b, operands);
  };
};

function attribute(random: Random, p: Param, shape: readonly number[], sampled?: AttrValue): AttrValue | undefined {
  if (p.default !== undefined && random.chance(0.4)) return p.default;
  if (sampled !== undefined && random.chance(0.5)) return sampled;
  const rank = shape.length;
  switch (p.kind) {
    case 'bool':
      return random.chance(0.5);
    case 'axis':
      return random.integer(-rank, rank - 1);
    case 'axes':
      return random.pick<AttrValue>([null, random.integer(-rank, rank - 1), someAxes(random, rank)]);
    case 'int':
      return random.integer(-2, 4);
    case 'float':
      return random.pick([0, 1, -1, 0.5, 2.5]);
    case 'enum':
      return p.values === undefined ? undefined : random.pick(p.values);
    case 'dtype':
      return random.pick(dtypes);
    case 'shape':
      return random.chance(0.5) ? [...shape].reverse() : [sizeOf(shape)];
    case 'ints':
      return Array.from({ length: rank }, () => random.integer(0, 2));
    default:
      return sampled ?? p.default;
  }
}

// Elementwise chains, over operands that broadcast.

const binary =
  'add subtract multiply divide maximum minimum pow atan2 hypot logaddexp fmax fmin copysign remainder'.split(' ');
const compare = 'less less_equal greater greater_equal equal not_equal'.split(' ');
const unary =
  'tanh sigmoid exp negative abs sqrt sin cos floor square relu erf log1p log expm1 softplus silu gelu sign lgamma'.split(
    ' ',
  );
const whole = 'add subtract multiply maximum minimum bitwise_and bitwise_or bitwise_xor'.split(' ');

const arithmetic: Move = (random, pool) => {
  const x = recent(random, pool);
  if (random.chance(0.3)) {
    const name = random.pick(unary);
    return (b, vs) => callOf(b, name, { x: vs[x.at] });
  }
  const y = partner(random, pool, x);
  const both = !isFloat(x.aval.dtype) && !isFloat(y.aval.dtype);
  const name = random.chance(0.15)
    ? random.pick(compare)
    : random.pick(both ? whole : binary.slice(0, random.chance(0.7) ? 6 : 14));
  const [first, second] = byName.get(name)!.params.map((p) => p.name);
  const order: readonly Known[] = random.chance(0.5) ? [x, y] : [y, x];
  const literal = random.chance(0.15) ? random.pick<Operand>([0, 1, 2, 0.5, -1, -0.75]) : null;
  return (b, vs) => callOf(b, name, { [first]: vs[order[0].at], [second]: literal ?? vs[order[1].at] });
};

const select: Move = (random, pool) => {
  const masks = pool.filter((x) => x.aval.dtype === 'bool');
  if (masks.length === 0) return null;
  const mask = recent(random, masks);
  const [x, y] = [partner(random, pool, mask), partner(random, pool, mask)];
  const zero = random.chance(0.3);
  return (b, vs) => [b.where(vs[mask.at], vs[x.at], zero ? 0 : vs[y.at])];
};

// Views, and views of views.

type Rearrange = (random: Random, shape: readonly number[]) => ((b: Builder, x: Value) => Value) | null;

/** Factors of a number, in order, as many as one likes. */
function factors(random: Random, n: number): number[] {
  if (n === 0) return [0, random.integer(1, 3)];
  const found: number[] = [];
  for (let left = n, d = 2; left > 1; d++) {
    if (d * d > left) d = left;
    for (; left % d === 0; left /= d) {
      if (found.length > 0 && random.chance(0.5)) found[found.length - 1] *= d;
      else found.push(d);
    }
  }
  for (let i = found.length - 1; i > 0; i--) {
    const k = random.integer(0, i);
    [found[i], found[k]] = [found[k], found[i]];
  }
  if (random.chance(0.3)) found.splice(random.integer(0, found.length), 0, 1);
  return found;
}

const rearrangements: readonly Rearrange[] = [
  (random, shape) => {
    const to = factors(random, sizeOf(shape));
    return (b, x) => b.reshape(x, { shape: to });
  },
  (random, shape) => {
    const axes = shape.map((_d, i) => i);
    for (let i = axes.length - 1; i > 0; i--) {
      const k = random.integer(0, i);
      [axes[i], axes[k]] = [axes[k], axes[i]];
    }
    return (b, x) => b.permute_dims(x, { axes });
  },
  (random, shape) => {
    if (shape.length === 0) return null;
    const start = shape.map((d) => (random.chance(0.5) ? 0 : random.integer(0, Math.max(0, d - 1))));
    const stop = shape.map((d, i) => (random.chance(0.5) ? d : random.integer(Math.min(d, start[i] + 1), d)));
    const step = shape.map(() => random.pick([1, 1, 1, 2, 3]));
    return (b, x) => b.slice(x, { start, stop, step });
  },
  (random, shape) => {
    if (shape.length === 0) return null;
    const axis = someAxes(random, shape.length);
    return (b, x) => b.flip(x, { axis });
  },
  (random, shape) => {
    const to = [...Array.from({ length: random.integer(0, 2) }, () => random.integer(1, 3)), ...shape];
    const grown = to.map((d, i) =>
      d === 1 && i >= to.length - shape.length && random.chance(0.6) ? random.integer(1, 9) : d,
    );
    return (b, x) => b.broadcast_to(x, { shape: grown });
  },
  (random, shape) => {
    const axis = random.integer(0, shape.length);
    return (b, x) => b.expand_dims(x, { axis });
  },
];

const view: Move = (random, pool) => {
  const x = recent(random, pool);
  const picks = Array.from({ length: random.pick([1, 1, 2, 3]) }, () => random.pick(rearrangements));
  const seed = random.fork(`view ${x.at} ${random.integer(0, 1e9)}`);
  const draws = picks.map((_p, i) => seed.fork(String(i)));
  // Each is drawn for the shape that the one before gives, the same each time.
  const made = new Map<number, ReturnType<Rearrange>>();
  return (b, vs) => [
    picks.reduce((value, pick, i) => {
      if (!made.has(i)) made.set(i, pick(draws[i], value.aval.shape));
      return made.get(i)?.(b, value) ?? value;
    }, vs[x.at]),
  ];
};

// Reductions, and what comes back from them.

const reductions = 'sum max min prod mean any all logsumexp var std count_nonzero median argmax argmin'.split(' ');

const reduce: Move = (random, pool) => {
  const x = recent(random, pool);
  const rank = x.aval.shape.length;
  const name = random.pick(reductions.slice(0, random.chance(0.6) ? 4 : reductions.length));
  const single = name === 'argmax' || name === 'argmin';
  const axis = random.chance(0.2) || rank === 0 ? null : single ? random.integer(0, rank - 1) : someAxes(random, rank);
  const keepdims = random.chance(0.4);
  return (b, vs) => callOf(b, name, { x: vs[x.at], axis, keepdims });
};

/** x with what a reduction of it (or of what is made of it) says of each row: softmax, normalisation and the like. */
const rowwise: Move = (random, pool) => {
  const x = recent(random, withAxes(floatsOf(pool)));
  if (x === undefined) return null;
  const rank = x.aval.shape.length;
  const axis = random.chance(0.6)
    ? Array.from({ length: random.integer(1, rank) }, (_, i) => rank - 1 - i)
    : someAxes(random, rank);
  const before = random.pick(['identity', 'square', 'tanh', 'exp', 'abs']);
  const reduction = random.pick(['sum', 'max', 'min', 'mean']);
  const after = random.pick(['identity', 'tanh', 'sqrt', 'relu', 'log1p']);
  const join = random.pick(['subtract', 'multiply', 'divide', 'add', 'maximum']);
  return (b, vs) => {
    const one = (name: string, v: Value): Value => callOf(b, name, { x: v })[0];
    const [row] = callOf(b, reduction, { x: one(before, vs[x.at]), axis, keepdims: true });
    return callOf(b, join, { x: vs[x.at], y: one(after, row) });
  };
};

// Kernels.

const contract: Move = (random, pool) => {
  const x = recent(random, withAxes(floatsOf(pool)));
  if (x === undefined) return null;
  const pairs = withAxes(floatsOf(pool)).flatMap((y) =>
    x.aval.shape.flatMap((d, i) => y.aval.shape.flatMap((e, k) => (d === e ? [{ y, i, k }] : []))),
  );
  const { y, i, k } = random.pick(pairs);
  const rest = x.aval.shape.flatMap((d, p) =>
    p === i ? [] : y.aval.shape.flatMap((e, q) => (q !== k && d === e ? [[p, q]] : [])),
  );
  const batch = rest.length > 0 && random.chance(0.4) ? random.pick(rest) : null;
  const attrs = { contract: [[i], [k]], batch: batch === null ? [[], []] : [[batch[0]], [batch[1]]] };
  return (b, vs) => [b.dot_general(vs[x.at], vs[y.at], attrs)];
};

const convolve: Move = (random, pool) => {
  const x = recent(random, withAxes(floatsOf(pool)));
  if (x === undefined || sizeOf(x.aval.shape) === 0) return null;
  const axes = random.integer(1, 2);
  const shape = x.aval.shape.slice(-axes);
  const channels = sizeOf(x.aval.shape.slice(0, -axes));
  const kernel = shape.map((d) => random.integer(1, Math.min(3, d)));
  const groups = channels % 2 === 0 && random.chance(0.3) ? 2 : 1;
  const features = groups * random.integer(1, 5);
  const size = features * (channels / groups) * sizeOf(kernel);
  if (size > 4000 || shape.length < axes) return null;
  const { dtype } = x.aval;
  const weight = tensorOf(
    dtype,
    [features, channels / groups, ...kernel],
    Array.from({ length: size }, () => random.integer(-8, 8) / 4),
  );
  const attrs = {
    window_strides: shape.map(() => random.integer(1, 2)),
    padding: shape.map(() => [random.integer(0, 2), random.integer(0, 1)]),
    lhs_dilation: shape.map(() => random.pick([1, 1, 2])),
    rhs_dilation: shape.map(() => random.pick([1, 1, 2])),
    feature_group_count: groups,
  };
  return (b, vs) => [
    b.conv_general(b.reshape(vs[x.at], { shape: [1, channels, ...shape] }), b.constant(weight), attrs),
  ];
};

/** Indices from an integer value, brought within bounds. */
const index: Move = (random, pool) => {
  const x = recent(random, withAxes(pool));
  const whole = pool.filter((y) => y.aval.dtype === 'int64' || y.aval.dtype === 'int32' || y.aval.dtype === 'uint8');
  if (x === undefined || whole.length === 0) return null;
  const i = recent(random, whole);
  const axis = random.integer(0, x.aval.shape.length - 1);
  const size = x.aval.shape[axis];
  const place = (b: Builder, vs: readonly Value[]): Value =>
    b.normalize_index(b.astype(vs[i.at], { dtype: 'int64' }), { size, axis, mode: 'wrap' });
  switch (random.integer(0, 3)) {
    case 0: {
      const y = random.pick(pool);
      const shape = [...x.aval.shape.slice(0, axis), ...i.aval.shape, ...x.aval.shape.slice(axis + 1)];
      return (b, vs) =>
        callOf(b, 'scatter_add_along', {
          x: vs[x.at],
          index: place(b, vs),
          y: b.astype(b.broadcast_to(vs[y.at], { shape }), { dtype: x.aval.dtype }),
          axis,
          batch: 0,
        });
    }
    case 1: {
      const kind = random.pick(['max', 'min']);
      const shape = [...x.aval.shape.slice(0, axis), ...i.aval.shape, ...x.aval.shape.slice(axis + 1)];
      return (b, vs) =>
        callOf(b, 'scatter_extremum', {
          x: vs[x.at],
          index: place(b, vs),
          y: b.astype(b.broadcast_to(vs[x.at], { shape }), { dtype: x.aval.dtype }),
          axis,
          batch: 0,
          kind,
        });
    }
    default:
      return (b, vs) => [b.gather(vs[x.at], place(b, vs), { axis })];
  }
};

const along = 'sort argsort cumsum cumprod cummax cummin cumulative_sum softmax log_softmax flip diff topk'.split(' ');

const scan: Move = (random, pool) => {
  const x = recent(random, withAxes(pool));
  if (x === undefined) return null;
  const name = random.pick(along);
  const axis = random.integer(0, x.aval.shape.length - 1);
  const k = random.integer(1, 3);
  const descending = random.chance(0.5);
  const known = new Set(byName.get(name)!.params.map((p) => p.name));
  return (b, vs) =>
    callOf(
      b,
      name,
      Object.fromEntries(Object.entries({ x: vs[x.at], axis, k, descending }).filter(([key]) => known.has(key))),
    );
};

const join: Move = (random, pool) => {
  const x = recent(random, withAxes(pool));
  if (x === undefined) return null;
  const { shape } = x.aval;
  if (random.chance(0.4)) {
    const low = shape.map(() => random.integer(0, 2));
    const high = shape.map(() => random.integer(0, 2));
    const interior = shape.map(() => random.pick([0, 0, 1]));
    return (b, vs) => [b.zero_pad(vs[x.at], { low, high, interior })];
  }
  const axis = random.integer(0, shape.length - 1);
  const fits = pool.filter(
    (y) => y.aval.shape.length === shape.length && y.aval.shape.every((d, i) => i === axis || d === shape[i]),
  );
  const others = Array.from({ length: random.integer(0, 3) }, () => random.pick(fits));
  return (b, vs) => [
    b.concat(
      [x, ...others].map((y) => vs[y.at]),
      { axis },
    ),
  ];
};

// Types, constants and draws.

const convert: Move = (random, pool) => {
  const x = recent(random, pool);
  const dtype: DType = random.pick(dtypes);
  return (b, vs) => [b.astype(vs[x.at], { dtype })];
};

const constant: Move = (random, pool) => {
  const { shape } = recent(random, pool).aval;
  const dtype: DType = random.pick(dtypes);
  if (random.chance(0.4)) {
    const value = random.integer(0, 3);
    return (b) => [b.full(value, { shape: [...shape], dtype })];
  }
  const low = isFloat(dtype) || dtype.startsWith('int') ? -3 : 0;
  const tensor = tensorOf(
    dtype,
    shape,
    Array.from({ length: sizeOf(shape) }, () => random.integer(low, dtype === 'bool' ? 1 : 3)),
  );
  return (b) => [b.constant(tensor)];
};

const distributions = 'uniform normal bernoulli gumbel exponential laplace logistic randint permutation'.split(' ');

const draw: Move = (random, pool) => {
  const { shape } = recent(random, pool).aval;
  const seed = random.integer(0, 2 ** 31);
  const name = random.pick(distributions);
  const dtype = random.pick(['float32', 'float64']);
  const given: Args = { shape: [...shape], dtype, minval: -3, maxval: 7, x: random.integer(1, 9) };
  return (b) => {
    const op = byName.get(`random.${name}`)!;
    const known = new Set(op.params.map((p) => p.name));
    const args = Object.fromEntries(Object.entries(given).filter(([key]) => known.has(key)));
    const type = name === 'randint' ? { dtype: 'int32' } : {};
    return b.call(op, withDefaults(op, { ...args, ...type, key: b.random_key(seed) }));
  };
};

/** Moves with how often each is tried. */
export const moves: readonly (readonly [Move, number])[] = [
  [anyOp, 14],
  [sampled, 5],
  [arithmetic, 14],
  [select, 2],
  [view, 8],
  [reduce, 5],
  [rowwise, 4],
  [contract, 3],
  [convolve, 1],
  [index, 2],
  [scan, 2],
  [join, 2],
  [convert, 2],
  [constant, 1],
  [draw, 0.5],
  [control, 3],
];
