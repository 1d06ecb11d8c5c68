// How far compiled results may lie from the interpreter's: every operation that may round otherwise is made to, at random, and
// what comes of it is watched (Monte Carlo arithmetic, Parker 1997).

import type { DType } from '../../engine/ir/aval.ts';
import { isFloat, sizeOf } from '../../engine/ir/aval.ts';
import type { Graph, Node, Value } from '../../engine/ir/graph.ts';
import type { Tensor, TensorData } from '../../engine/ir/tensor.ts';
import { evaluateNode, interpret, freely } from '../../engine/run/interpret.ts';
import type { Random } from '../calculus/random.ts';
import { filled } from '../calculus/tensors.ts';
import { spacing } from '../wasm/ulps.ts';

/** What may become of a node. */
interface Slack {
  /** Ulps by which a result may be off. */
  readonly result: number;
  /** Ulps by which the operands of what cancels are moved, to show what it does to them. */
  readonly operands: number;
  /** The sign of a zero depends on the order: -0 + 0 is 0, and a sum of one term is that term. */
  readonly zeros?: true;
  /** Parts of a result may be infinite or 0 where the whole is not. */
  readonly lost?: true;
}

const exact: Slack = { result: 0, operands: 0 };
const words = (text: string): string[] => text.split(' ');

/** Sums and products of many: the order of operations is the compiler's. */
const joined = new Set(words('sum prod dot_general conv_general cumsum cumprod scatter_add_along log_sum_exp'));
/** Held to 2 ulp or so of the real value (docs/accuracy.md), as the interpreter is. */
const close = new Set(
  words(
    'exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh sigmoid pow ' +
      'scalar_pow integer_pow cbrt rsqrt hypot soft_sign xlogy xlog1py entr erf fma',
  ),
);
/** Held to more, or where the interpreter itself cancels. */
const loose = new Set(
  words(
    'log_sigmoid softplus silu mish gelu logaddexp logaddexp2 sinc logit erfc erfcx erfinv erfcinv ndtr ndtri log_ndtr ' +
      'gamma_fn i0 i1 i0e i1e bessel_in bessel_ine threefry_draw',
  ),
);
/** Held to ulps of a larger number where terms cancel. */
const absolute = new Set(words('lgamma digamma polygamma betaln sinc_derivative'));

function slackOf({ op }: Node, inputs: readonly Tensor[], outputs: readonly Tensor[]): Slack {
  if (!outputs.some((y) => isFloat(y.dtype))) return exact;
  const { name } = op;
  if (joined.has(name)) return slackOfJoined(name, inputs, outputs);
  if (close.has(name)) return { result: 6, operands: 0 };
  if (loose.has(name)) return { result: 12, operands: 2 };
  if (absolute.has(name)) return { result: 12, operands: 8 };
  return exact;
}

/** Of what adds or multiplies many. */
function slackOfJoined(name: string, inputs: readonly Tensor[], outputs: readonly Tensor[]): Slack {
  const [{ dtype, data }] = outputs;
  const [digits, range] = dtype === 'float32' ? [24, 127] : [53, 1023];
  const floats = inputs.filter((x) => isFloat(x.dtype)).map((x) => sizes(x.data as Float64Array));
  const count = inputs.reduce((n, x) => n + x.data.length, 0);
  const product = name.endsWith('prod');
  // The largest that a part of a result may be, as a power of two, and the least that its terms are multiples of.
  const sum = (of: (s: Sizes) => number): number => floats.reduce((n, s) => n + of(s), 0);
  const pairs = name === 'dot_general' || name === 'conv_general';
  const top = product
    ? sum((s) => s.above)
    : Math.log2(count) + (pairs ? sum((s) => s.top) : Math.max(...floats.map((s) => s.top)));
  const bottom = product ? -sum((s) => s.below) : pairs ? sum((s) => s.unit) : Math.min(...floats.map((s) => s.unit));
  if (top >= range || (product && bottom <= -range)) return { ...exact, lost: true };
  if (name !== 'log_sum_exp' && (product ? floats.every((s) => s.unit >= 0) && top < digits : top - bottom < digits)) {
    return { ...exact, zeros: true };
  }
  // Rounding errors of partial results are as many, and as large, as the terms together.
  const terms = termsOf(name, inputs, data.length);
  return { result: 4 + terms / 16, operands: 4 + terms / 8, zeros: true };
}

/** About how many terms one result has. */
function termsOf(name: string, inputs: readonly Tensor[], results: number): number {
  const [x, y] = inputs.map((t) => t.data.length);
  if (name === 'dot_general') return Math.sqrt((x * y) / results);
  if (name === 'conv_general') return y / Math.max(1, inputs[1].shape[0]);
  return Math.max(1, name.startsWith('cum') ? x : x / results);
}

/** Powers of two about elements that are neither 0 nor infinite. */
interface Sizes {
  /** What all are below. */
  readonly top: number;
  /** What all are multiples of. */
  readonly unit: number;
  /** What the product of those above 1 is below, and of what the product of those below 1 is the inverse. */
  readonly above: number;
  readonly below: number;
}

function sizes(data: Float32Array | Float64Array): Sizes {
  let [top, unit, above, below] = [-Infinity, Infinity, 0, 0];
  for (const e of data) {
    const x = Math.abs(e);
    if (!(x > 0 && x < Infinity)) continue;
    const size = Math.log2(x);
    top = Math.max(top, Math.floor(size) + 1);
    above += Math.max(0, size);
    below += Math.max(0, -size);
    unit = Math.min(unit, Math.floor(size + 1e-9));
    while (x % 2 ** unit !== 0) unit--;
  }
  return top === -Infinity ? { top: 0, unit: 0, above, below } : { top, unit, above, below };
}

/** Elements moved at random by so many ulps at most. */
function nudged(x: Tensor, ulps: number, random: Random): Tensor {
  if (ulps === 0 || !isFloat(x.dtype)) return x;
  return { ...x, data: (x.data as Float64Array).map((e) => nudge(x, e, ulps, random)) };
}

/** As they are where they are nothing or not finite. */
const nudge = ({ dtype }: Tensor, e: number, ulps: number, random: Random, size = e): number =>
  e === 0 || e - e !== 0 ? e : e + random.uniform(-ulps, ulps) * spacing(dtype === 'float32' ? 'f32' : 'f64', size);

/** A node's result otherwise rounded: equal elements stay equal, as what is computed from equal numbers does. */
function rounded({ op }: Node, x: Tensor, { result, zeros, lost }: Slack, random: Random): Tensor {
  if (!isFloat(x.dtype)) return x;
  if (lost === true) return filled(x, random.pick([NaN, 0, 1]));
  const known = new Map<number, number>();
  const turn = zeros === true ? random.pick([0, 0.5, 1]) : 0;
  const coarse = absolute.has(op.name) || op.name === 'log_sum_exp';
  const data = (x.data as Float64Array).map((e) => {
    if (e === 0) return random.chance(turn) ? -e : e;
    const before = known.get(e);
    if (before !== undefined) return before;
    const y = nudge(x, e, result, random, coarse ? Math.max(8, Math.abs(e)) : e);
    known.set(e, y);
    return y;
  });
  return { ...x, data };
}

/** A node's results; what rounds within the body of a loop or a branch does so otherwise, too. */
const evaluated = (node: Node, inputs: readonly Tensor[], random: Random): readonly Tensor[] =>
  evaluateNode(
    node,
    inputs,
    freely((body, given) => noisyRun(body, given, random)),
  );

/** One run of the interpreter in which what may round otherwise does. */
function noisyRun(graph: Graph, feeds: readonly Tensor[], random: Random): Tensor[] {
  const memory = new Map<Value, Tensor>();
  graph.inputs.forEach(({ value }, i) => memory.set(value, feeds[i]));
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((x) => memory.get(x)!);
    let results = evaluated(node, inputs, random);
    const slack = slackOf(node, inputs, results);
    if (slack !== exact) {
      const { operands } = slack;
      if (operands > 0) {
        const moved = inputs.map((x) => nudged(x, operands, random));
        results = evaluated(node, moved, random);
      }
      results = results.map((y) => rounded(node, y, slack, random));
    }
    node.outputs.forEach((y, i) => memory.set(y, results[i]));
  }
  return graph.outputs.map((y) => memory.get(y)!);
}

/**
 * The first element of `got` that no rounding explains, in words, or null. What other roundings turn (an order, a branch, a
 * number that becomes infinite) is not held to anything.
 */
export function unexplained(
  graph: Graph,
  feeds: readonly Tensor[],
  got: readonly Tensor[],
  random: Random,
): string | null {
  const want = interpret(graph, feeds);
  for (const [i, w] of want.entries()) {
    const g = got[i];
    if (g.dtype !== w.dtype || g.data.length !== w.data.length) {
      return `output ${i} is ${g.dtype}[${g.shape.join()}], and not ${w.dtype}[${w.shape.join()}]`;
    }
  }
  let suspects = want.flatMap((w, i) => differing(w.data, got[i].data).map((k) => [i, k] as const));
  // More runs for what is left, lest a rare coincidence be a complaint.
  for (const runs of [4, 12, 60]) {
    if (suspects.length === 0) return null;
    const others = Array.from({ length: runs }, () => noisyRun(graph, feeds, random));
    const floors = want.map((w, i) =>
      floorOf(
        w,
        others.map((outputs) => outputs[i]),
      ),
    );
    suspects = suspects.filter(([i, k]) => {
      const seen = others.map((outputs) => Number(outputs[i].data[k]));
      return !explains(want[i].dtype, seen, Number(want[i].data[k]), Number(got[i].data[k]), floors[i]);
    });
  }
  if (suspects.length === 0) return null;
  const [[i, k]] = suspects;
  return `output ${i}[${k}] of ${sizeOf(want[i].shape)}, ${want[i].dtype}: ${want[i].data[k]} by the interpreter, ${got[i].data[k]} compiled`;
}

function differing(x: TensorData, y: TensorData): number[] {
  const found: number[] = [];
  for (let k = 0; k < x.length; k++) if (!Object.is(x[k], y[k])) found.push(k);
  return found;
}

/**
 * What two results may differ by whatever else is seen: where any of the tensor depends on rounding, some ulps of its largest,
 * since one that cancels to nothing may do so nearly always.
 */
function floorOf({ dtype, data }: Tensor, others: readonly Tensor[]): number {
  if (!isFloat(dtype)) return 0;
  const [type, least] = dtype === 'float32' ? (['f32', 2 ** -149] as const) : (['f64', Number.MIN_VALUE] as const);
  const floats = data as Float64Array;
  const settled = others.every((y) => floats.every((e, k) => Object.is(e, y.data[k])));
  if (settled) return 8 * least;
  const largest = floats.reduce((m, e) => (Math.abs(e) < Infinity ? Math.max(m, Math.abs(e)) : m), 0);
  return Math.max(4096 * least, 4 * spacing(type, largest));
}

function explains(dtype: DType, seen: readonly number[], want: number, got: number, floor: number): boolean {
  if (!isFloat(dtype)) return seen.some((s) => s !== want);
  let spread = 0;
  for (const s of seen) {
    if (Number.isNaN(s) !== Number.isNaN(want)) return true;
    if (Math.abs(s) === Infinity || Math.abs(want) === Infinity) {
      if (s !== want) return true;
    } else spread = Math.max(spread, Math.abs(s - want));
  }
  return Math.abs(want - got) <= 4 * spread + floor;
}
