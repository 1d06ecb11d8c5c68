// The graph that a derivative is checked by: what it is the derivative of at displaced values, and the other mode's word on it.

import { escapePointer } from '../codec/decode.ts';
import { EngineError } from '../errors.ts';
import type { Aval } from '../ir/aval.ts';
import { bytesOfAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { reachable } from '../ir/graph.ts';
import { tensorOf } from '../ir/tensor.ts';
import type { Compilation } from '../asked/compilation.ts';
import { fieldOf } from '../asked/compilation.ts';
import { lookupOf, lookupVariable, lookupWrt, orZeros, summed, vector } from '../asked/derivatives.ts';
import type { ComputeRequest } from '../request.ts';
import { costOfRun } from '../sparse/program.ts';
import { batch } from '../transform/batch.ts';
import { jvp, vjp } from '../transform/derivatives.ts';
import { isRunnable } from '../transform/runnable.ts';
import { displaced, holdsInside } from './displace.ts';
import { steps } from './differences.ts';

/** One derivative that a request asks for. */
export interface Item {
  readonly kind: 'gradients' | 'jvps' | 'jacobians' | 'hessians' | 'hvps';
  readonly at: number;
}

/** What a probe's outputs are, in order, and how its runs are fed. */
export interface Probe {
  /** Elements of each value differentiated (one where there is a cotangent), and of each that is displaced. */
  readonly quantities: readonly number[];
  readonly variables: readonly Aval[];
  /** Examples times vectors: so many of everything come one after another. */
  readonly lead: number;
  /** Displacements of one run. */
  readonly width: number;
  /** The request's own inputs, which come before the probe's. */
  readonly given: number;
  /** Whether displacements are along a vector that the request gives; else along a range of elements, one after another's. */
  readonly along: 'vector' | 'elements';
  /** Whether the other mode has a rule for everything on the way. */
  readonly adjoint: boolean;
  /** Operations of one displaced run. */
  readonly flops: number;
  /** Relative rounding of what is displaced: that of the narrowest float on the way. */
  readonly epsilon: number;
  /** Whether the derivative itself has passed through float32. */
  readonly single: boolean;
  /** Whether differences mean the derivative: not where something is held constant inside a loop. */
  readonly comparable: boolean;
}

interface Subject {
  readonly quantities: readonly Value[];
  readonly variables: readonly Value[];
  /** Directions that the request gives; null where every element is one. */
  readonly vectors: readonly Value[] | null;
  /** One vector of many, where the request gives many at once. */
  readonly many: { readonly size: number; readonly mapped: ReadonlyMap<Value, Value> } | null;
}

/** Smallest displacement of an element, relative to the largest element of its tensor. */
const floorOfScale = 1e-3;
/** Displacements of one run at most. */
const mostWidth = 64 * (2 * steps.length + 1);

/**
 * Adds to a compilation: the quantities at displaced values, [displacements, …]; the size of a displacement of each element
 * of each variable (or of the vector given); and the quantities' tangents (or the products with the random weights).
 */
export function addProbe(c: Compilation, item: Item): Probe {
  const b = c.builder;
  const { quantities, variables, vectors, many } = subjectOf(c, item);
  const given = c.feeds.length;
  const flat = variables.map((x) => sizeOf(x.aval.shape));
  const offsets = flat.map((_n, k) => flat.slice(0, k).reduce((n, m) => n + m, 0));

  const s = b.placeholder({ dtype: 'float64', shape: [] });
  const [first, end] = [0, 1].map(() => b.placeholder({ dtype: 'int32', shape: [] }));
  const weights: Value[] = [];
  const weight = (aval: Aval): Value => {
    const w = b.input(`weight ${weights.length}`, { dtype: 'float64', shape: aval.shape });
    weights.push(w);
    return b.cast(w, aval.dtype);
  };
  const scales = variables.map((x) => scaleOf(b, x));
  const directions = variables.map((x, k): Value => {
    if (vectors !== null) return vectors[k];
    const number = counted(b, x.aval, offsets[k]);
    const within = b.logical_and(b.greater_equal(number, first), b.less(number, end));
    // An element by itself is moved up, whatever its weight.
    const alone = b.equal(b.subtract(end, first), b.fill(first.aval, 1n));
    return b.multiply(b.where(within, b.where(alone, 1, weight(x.aval)), 0), scales[k]);
  });
  const size = vectors === null ? null : sizeOfVector(b, vectors, scales);
  const step = size === null ? s : b.multiply(s, size);
  const moved = displaced(
    b,
    quantities,
    new Map(variables.map((x, k) => [x, b.multiply(b.cast(step, x.aval.dtype), directions[k])])),
  );
  const checked = otherMode(c, { quantities, variables, vectors, many }, weight, weights, scales);

  const { flops, peak_bytes } = costOfRun({ variables: [s, first, end], results: moved });
  const lead = (c.batch?.size ?? 1) * (many?.size ?? 1);
  const outputBytes = moved.reduce((n, y) => n + bytesOfAval(y.aval), 0);
  const room = Math.min(c.limits.bytes / 8 / peak_bytes, c.limits.output_bytes / 2 / outputBytes) / lead;
  const width = Math.max(1, Math.min(mostWidth, Math.floor(room)));
  const each = ([s, first, end] as const).map((x, k) => b.input(`displacement ${k}`, { ...x.aval, shape: [width] }));
  const measures = [...(size === null ? scales : [size]), ...checked];
  const spread = [...moved, ...measures.map((y) => b.broadcast(y, y.aval.shape))];
  const vectorized = many === null ? spread : batch(b, spread, many.mapped, many.size);
  const mapped = c.batch === null ? vectorized : batch(b, vectorized, c.batch.examples, c.batch.size);
  const probes = new Map([s, first, end].map((x, k) => [x, each[k]]));
  const outputs = [...batch(b, mapped.slice(0, moved.length), probes, width), ...mapped.slice(moved.length)];
  for (const y of outputs) c.outputs.push(y);
  const nodes = reachable(moved);
  const narrow = nodes.some((node) => node.outputs.some((y) => y.aval.dtype === 'float32'));
  return {
    quantities: quantities.map((q) => sizeOf(q.aval.shape)),
    variables: variables.map((x) => x.aval),
    lead,
    width,
    given,
    along: vectors === null ? 'elements' : 'vector',
    adjoint: checked.length > 0,
    flops: flops * lead,
    epsilon: narrow ? 2 ** -23 : 2 ** -52,
    single: narrow || c.widened,
    comparable: !holdsInside(nodes),
  };
}

/** The elements' numbers, counted from `from`, in the shape of a value. */
function counted(b: Builder, { shape }: Aval, from: number): Value {
  const n = sizeOf(shape);
  return b.constant(
    tensorOf(
      'int32',
      shape,
      Int32Array.from({ length: n }, (_, i) => from + i),
    ),
  );
}

/** How much each element may be displaced: its size, but not much less than that of its neighbours; 1 where all are zero. */
function scaleOf(b: Builder, x: Value): Value {
  if (sizeOf(x.aval.shape) === 0) return x;
  const sizes = b.abs(x);
  const largest = b.max(sizes);
  const whole = b.where(b.greater(largest, 0), largest, 1);
  return b.maximum(sizes, b.broadcast(b.multiply(whole, floorOfScale), x.aval.shape));
}

/** The factor that makes a given vector displace no element by more than its size. */
function sizeOfVector(b: Builder, vectors: readonly Value[], scales: readonly Value[]): Value {
  const parts = vectors.flatMap((t, k) =>
    sizeOf(t.aval.shape) === 0 ? [] : [b.cast(b.max(b.divide(b.abs(t), scales[k])), 'float64')],
  );
  const largest = parts.reduce((m, p) => b.maximum(m, p), b.zeros({ dtype: 'float64', shape: [] }));
  return b.where(b.greater(largest, 0), b.divide(1, largest), 1);
}

/**
 * For elements: the quantities' tangents in the random direction, by forward mode. For a vector: ⟨Jᵀw, v⟩ for random weights w
 * of the quantities, by reverse mode. Nothing where an op on the way has no such rule.
 */
function otherMode(
  c: Compilation,
  { quantities, variables, vectors }: Subject,
  weight: (aval: Aval) => Value,
  weights: readonly Value[],
  scales: readonly Value[],
): Value[] {
  const b = c.builder;
  try {
    if (vectors === null) {
      const tangents = variables.map((x, k) => b.multiply(b.cast(weights[k], x.aval.dtype), scales[k]));
      const pushed = jvp(b, quantities, variables, tangents);
      return isRunnable(pushed) ? pushed.map((t, i) => t ?? b.zeros(quantities[i].aval)) : [];
    }
    const cotangents = vjp(
      b,
      quantities,
      variables,
      quantities.map((q) => weight(q.aval)),
    );
    const products = cotangents.flatMap((ct, k) =>
      ct === null ? [] : [b.cast(b.sum(b.multiply(ct, vectors[k])), 'float64')],
    );
    return [products.reduce((sum, p) => b.add(sum, p), b.zeros({ dtype: 'float64', shape: [] }))];
  } catch (error) {
    if (error instanceof EngineError && error.code === 'E_NO_DERIVATIVE_RULE') return [];
    throw error;
  }
}

function subjectOf(c: Compilation, { kind, at }: Item): Subject {
  const b = c.builder;
  const { request } = c;
  const pointer = `/${kind}/${at}`;
  const whole = { vectors: null, many: null };
  const gradientOf = (of: Value, wrt: readonly Value[]): Value[] =>
    vjp(b, [of], wrt, [b.fill(of.aval, 1)]).map((g, k) => orZeros(c, g, wrt[k].aval, '', ''));
  switch (kind) {
    case 'gradients': {
      const asked = request.gradients![at];
      const of = lookupOf(c, asked.of, `${pointer}/of`);
      const wrt = lookupWrt(c, asked.wrt, `${pointer}/wrt`);
      if (asked.cotangent === undefined) return { quantities: [b.sum(of)], variables: wrt, ...whole };
      const batched = asked.batched === true;
      const cts = vector(c, asked.cotangent, `${pointer}/cotangent`, of.aval, 'cotangent', batched);
      const ct = batched ? b.placeholder(of.aval) : cts;
      const many = batched ? { size: cts.aval.shape[0], mapped: new Map([[ct, cts]]) } : null;
      return { quantities: [b.sum(b.multiply(ct, of))], variables: wrt, vectors: null, many };
    }
    case 'jacobians': {
      const asked = request.jacobians![at];
      const of = lookupOf(c, asked.of, `${pointer}/of`);
      return { quantities: [of], variables: lookupWrt(c, asked.wrt, `${pointer}/wrt`), ...whole };
    }
    case 'hessians': {
      const asked = request.hessians![at];
      const of = summed(c, lookupOf(c, asked.of, `${pointer}/of`), asked.of);
      const wrt = lookupWrt(c, asked.wrt, `${pointer}/wrt`);
      return { quantities: gradientOf(of, wrt), variables: wrt, ...whole };
    }
    case 'jvps': {
      const asked = request.jvps![at];
      const quantities = asked.of.map((name, i) => lookupOf(c, name, `${pointer}/of/${i}`));
      return { quantities, ...vectorsOf(c, asked.tangents, `${pointer}/tangents`, 'tangent', asked.batched === true) };
    }
    case 'hvps': {
      const asked = request.hvps![at];
      const of = summed(c, lookupOf(c, asked.of, `${pointer}/of`), asked.of);
      const given = vectorsOf(c, asked.vectors, `${pointer}/vectors`, 'vector', false);
      return { quantities: gradientOf(of, given.variables), ...given };
    }
  }
}

function vectorsOf(
  c: Compilation,
  given: NonNullable<ComputeRequest['hvps']>[number]['vectors'],
  pointer: string,
  what: string,
  batched: boolean,
): Omit<Subject, 'quantities'> {
  const names = Object.keys(given);
  const at = (name: string): string => `${pointer}/${escapePointer(name)}`;
  const variables = names.map((name) => lookupVariable(c, name, at(name), `${what} of`));
  const all = names.map((name, k) => vector(c, fieldOf(given, name), at(name), variables[k].aval, what, batched));
  if (!batched) return { variables, vectors: all, many: null };
  const vectors = variables.map((x) => c.builder.placeholder(x.aval));
  const mapped = new Map(vectors.map((v, k) => [v, all[k]]));
  return { variables, vectors, many: { size: all[0].aval.shape[0], mapped } };
}
