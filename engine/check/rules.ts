// Rules that functions of a request were given: each held against the derivative of the function itself, and against differences.

import { traceBody } from '../families/custom.ts';
import { subgraphsOf } from '../families/bodies.ts';
import { flopsOf } from '../families/loops.ts';
import { elementAt } from '../families/turns.ts';
import type { Compilation } from '../asked/compilation.ts';
import { isFloat, stridesOf, strong } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { closeGraph } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import { tensorOf } from '../ir/tensor.ts';
import type { Attrs, Body, Rule } from '../op.ts';
import type { CheckedRule, RuleFinding } from '../request.ts';
import { interpret } from '../run/interpret.ts';
import { differences, steps } from './differences.ts';
import { randomFrom } from './evaluate.ts';
import { judge, worse } from './judge.ts';

/** A function with a rule where it is applied, and what it is applied to there. */
interface Site {
  readonly node: Node;
  readonly inputs: readonly Tensor[];
}

/** Functions with rules that are checked, in the order of the request. */
const mostSites = 50;

const isRule = ({ op }: Node): boolean => op.name === 'custom_vjp' || op.name === 'custom_jvp';
const graphsOf = ({ attrs }: Node): Graph[] => subgraphsOf(attrs);
const primalOf = (attrs: Attrs): Graph => (attrs['primal'] as { graph: Graph }).graph;
const ruleOf = (attrs: Attrs): Rule => (attrs['rule'] as { rule: Rule }).rule;
const floatsOf = (xs: readonly Value[]): number[] => xs.flatMap((x, k) => (isFloat(x.aval.dtype) ? [k] : []));

/** One application, however often it is copied: by where it was written. */
function keyOf({ op, origin, attrs }: Node, rules: Map<Rule, number>): string {
  const { place } = origin ?? {};
  if (place?.line !== undefined) return `${op.name} ${origin!.op} ${place.line}:${place.column}`;
  if (place?.pointer !== undefined) return `${op.name} ${place.pointer}`;
  const rule = ruleOf(attrs);
  rules.set(rule, rules.get(rule) ?? rules.size);
  return `${op.name} ${rules.get(rule)}`;
}

/** Whether a rule is applied by a node, in it or below it. */
function hasRule(node: Node): boolean {
  return isRule(node) || graphsOf(node).some((graph) => graph.nodes.some(hasRule));
}

function keysBelow(node: Node, rules: Map<Rule, number>, into: Map<string, Node>): void {
  if (isRule(node)) {
    const key = keyOf(node, rules);
    if (!into.has(key)) into.set(key, node);
  }
  for (const graph of graphsOf(node)) for (const inner of graph.nodes) keysBelow(inner, rules, into);
}

class AllSeen extends Error {}

/**
 * What checking the rules of a traced request finds, each where it is first applied, in at most `flops` operations together; of a
 * batch, in its first example. A rule that is applied in a branch that is not taken is not reached.
 */
export function checkRules(c: Compilation, flops: number): CheckedRule[] {
  const b = c.builder;
  const known = new Map<Value, Tensor>(c.tensors);
  for (const [one, all] of c.batch?.examples ?? []) {
    const tensor = c.tensors.get(all);
    if (tensor !== undefined) known.set(one, elementAt(tensor, 0));
  }
  const values = new Set<Value>(known.keys());
  const nodes: Node[] = [];
  const rules = new Map<Rule, number>();
  const wanted = new Map<string, Node>();
  for (const node of b.nodes) {
    if (!node.inputs.every((x) => values.has(x))) continue;
    for (const y of node.outputs) values.add(y);
    if (!hasRule(node)) continue;
    nodes.push(node);
    keysBelow(node, rules, wanted);
  }
  if (wanted.size === 0) return [];
  const inputs = [...known.keys()].map((value, i) => ({ name: `x${i}`, value }));
  const run = (outputs: readonly Value[]): Graph => closeGraph(inputs, outputs);
  const feeds = [...known.values()];
  const all = run(nodes.flatMap((node) => node.outputs));
  const seen = new Map<string, Site>();
  if (flopsOf(all) <= flops) {
    try {
      interpret(
        all,
        feeds,
        (node, operands) => {
          if (!isRule(node)) return;
          const key = keyOf(node, rules);
          if (!seen.has(key)) seen.set(key, { node, inputs: operands });
          if (seen.size === wanted.size) throw new AllSeen();
        },
        { made: 0, most: c.limits.loop_turns },
      );
    } catch (error) {
      if (!(error instanceof AllSeen)) throw error;
    }
  }
  const valueOf = (x: Value): Tensor | null => (values.has(x) ? interpret(run([x]), feeds)[0] : null);
  return [...wanted].slice(0, mostSites).map(([key, node]) => {
    const site = seen.get(key);
    const head = headOf(node);
    const each = flops / wanted.size / (2 * steps.length + 1);
    if (site === undefined || flopsOf(primalOf(node.attrs)) > each) return { ...head, ...unreached };
    return { ...head, ...examine(b, site, valueOf, c.widened) };
  });
}

const unreached = { verdict: 'unreached', derivative: null, difference: null, adjoint: null, worst: null } as const;

function headOf({ op, origin }: Node): Pick<CheckedRule, 'kind' | 'name' | 'line' | 'column' | 'pointer'> {
  return { kind: op.name as CheckedRule['kind'], name: origin?.op ?? op.name, ...origin?.place };
}

type Found = Omit<CheckedRule, 'kind' | 'name' | 'line' | 'column' | 'pointer'>;

function examine(b: Builder, site: Site, valueOf: (x: Value) => Tensor | null, widened: boolean): Found {
  const { attrs, inputs: operands, op } = site.node;
  const primal = primalOf(attrs);
  const captured = attrs['captures'] as number;
  const args = floatsOf(operands.slice(captured)).map((k) => k + captured);
  const results = floatsOf(primal.outputs);
  const single = widened || operands.some((x) => x.aval.dtype === 'float32');
  const draw = randomFrom(args.length + results.length);
  const random = (count: number): number[] => Array.from({ length: count }, () => 2 * draw() - 1);
  const directions = args.map((k): Tensor => {
    const { dtype, shape, data } = site.inputs[k];
    const sizes = Array.from(data as Float64Array, Math.abs);
    const least = Math.max(...sizes, 0) * 1e-3;
    const scale = (x: number): number => Math.max(x, least) || 1;
    return tensorOf(
      dtype,
      shape,
      random(data.length).map((u, i) => (u + Math.sign(u) / 2) * scale(sizes[i])),
    );
  });
  const outputs = interpret(primal, site.inputs);
  const weights = results.map((k) => tensorOf(outputs[k].dtype, outputs[k].shape, random(outputs[k].data.length)));

  // ⟨w, f⟩ at displaced arguments.
  const along = (s: number): number => {
    const moved = [...site.inputs];
    args.forEach((k, i) => (moved[k] = plus(site.inputs[k], directions[i], s)));
    return dot(results.map((k, i) => [interpret(primal, moved)[k], weights[i]]));
  };
  const column = (sign: number): Float64Array => Float64Array.from(steps, (s) => along(sign * s));
  const traced: Traced = { b, site, args, results, valueOf };
  const told = op.name === 'custom_vjp' ? reverseRule(traced, outputs, weights) : forwardRule(traced, directions);
  if (told === null) return unreached;
  const size = (lists: readonly Tensor[], others: readonly Tensor[]): number =>
    dot(lists.map((x, i) => [absolute(x), absolute(others[i])]));
  const [vectors, others] = op.name === 'custom_vjp' ? [directions, 'argument'] : [weights, 'result'];
  const derivative = dot(told.given.map((x, i) => [x, vectors[i]]));
  const expected = dot(told.expected.map((x, i) => [x, vectors[i]]));
  const scale = Math.max(size(told.given, vectors), size(told.expected, vectors));
  const epsilon = single ? 2 ** -23 : 2 ** -52;
  const tolerance = { relative: single ? 2e-3 : 1e-5, absolute: (single ? 1e-4 : 1e-9) * scale };
  const d = differences(along(0), column(1), column(-1), epsilon, tolerance.absolute);
  const { verdict: seen, difference } = judge(derivative, d, tolerance);
  const worst = worstOf(told, others as RuleFinding['of'], single);
  const linear = told.linear ?? true;
  const gap = Number.isFinite(expected) && scale > 0 ? Math.abs(derivative - expected) / scale : null;
  const wrong = worst !== null || !linear || told.value !== null;
  const verdict = seen === 'kink' ? 'kink' : worse(seen, wrong ? 'mismatch' : 'ok');
  return {
    verdict,
    derivative,
    difference,
    adjoint: gap,
    worst: verdict === 'ok' ? null : (told.value ?? worst),
    ...(linear ? {} : { linear }),
  };
}

/** What a rule gives beside what it should: cotangents of the float arguments, or tangents of the float results. */
interface Told {
  readonly given: readonly Tensor[];
  readonly expected: readonly Tensor[];
  /** Whether a forward rule is linear in its tangents. */
  readonly linear?: boolean;
  /** Where the results that a reverse rule computes on its way differ from the function's own. */
  readonly value: RuleFinding | null;
}

interface Traced {
  readonly b: Builder;
  readonly site: Site;
  readonly args: readonly number[];
  readonly results: readonly number[];
  readonly valueOf: (x: Value) => Tensor | null;
}

/** Runs a body on arguments; null where it uses a value of a turn or an example that is not known here. */
function runBody({ valueOf }: Traced, { graph, captures }: Body, inputs: readonly Tensor[]): Tensor[] | null {
  const outside = captures.map(valueOf);
  return outside.includes(null) ? null : interpret(graph, [...(outside as Tensor[]), ...inputs]);
}

function reverseRule(t: Traced, outputs: readonly Tensor[], weights: readonly Tensor[]): Told | null {
  const { b, site, args, results } = t;
  const { attrs, inputs } = site.node;
  const primal = primalOf(attrs);
  const [forward, backward] = ruleOf(attrs)(b);
  const made = runBody(t, forward, site.inputs.slice(attrs['captures'] as number));
  if (made === null) return null;
  const given = runBody(t, backward, [...made.slice(outputs.length), ...weights]);
  if (given === null) return null;
  const body = traceBody(b, [...inputs.map((x) => strong(x.aval)), ...weights], (xs) => {
    const at = inputs.map((_x, k) => (args.includes(k) ? b.identity(xs[k]) : xs[k]));
    const values = b.context.passes.inline(b, primal, at);
    const cts = new Array<Value | null>(values.length).fill(null);
    results.forEach((k, i) => (cts[k] = xs[inputs.length + i]));
    const wrt = args.map((k) => at[k]);
    return b.context.passes.vjp(b, values, wrt, cts).map((ct, i) => ct ?? b.zeros(strong(wrt[i].aval)));
  });
  const expected = interpret(body.graph, [...site.inputs, ...weights]);
  const same: Told = { given: results.map((k) => made[k]), expected: results.map((k) => outputs[k]), value: null };
  return {
    given,
    expected,
    value: worstOf(
      same,
      'value',
      inputs.some((x) => x.aval.dtype === 'float32'),
    ),
  };
}

function forwardRule(t: Traced, directions: readonly Tensor[]): Told | null {
  const { b, site, args, results } = t;
  const { attrs, inputs } = site.node;
  const [rule] = ruleOf(attrs)(b);
  const own = site.inputs.slice(attrs['captures'] as number);
  const given = runBody(t, rule, [...own, ...directions]);
  const twice = runBody(t, rule, [...own, ...directions.map((v) => plus(v, v, 1))]);
  if (given === null || twice === null) return null;
  const body = traceBody(b, [...inputs.map((x) => strong(x.aval)), ...directions], (xs) => {
    const at = inputs.map((_x, k) => (args.includes(k) ? b.identity(xs[k]) : xs[k]));
    const values = b.context.passes.inline(b, primalOf(attrs), at);
    const seeds = args.map((k, i) => ({ value: at[k], tangent: xs[inputs.length + i] }));
    const { tangents } = b.context.passes.linearize(b, values, seeds);
    return results.map((k) => tangents[k] ?? b.zeros(strong(values[k].aval)));
  });
  const doubled: Told = { given: twice, expected: given.map((x) => plus(x, x, 1)), value: null };
  return {
    given,
    expected: interpret(body.graph, [...site.inputs, ...directions]),
    linear:
      worstOf(
        doubled,
        'result',
        inputs.some((x) => x.aval.dtype === 'float32'),
      ) === null,
    value: null,
  };
}

/** The element that is farthest from what it should be, where that is too far; what has no finite value is passed over. */
function worstOf({ given, expected }: Told, of: RuleFinding['of'], single: boolean): RuleFinding | null {
  let largest = 0;
  for (const list of [...given, ...expected]) {
    for (const x of list.data as Float64Array) if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x));
  }
  let [most, worst]: [number, RuleFinding | null] = [(single ? 1e-3 : 1e-7) * largest, null];
  given.forEach(({ data, shape }, number) => {
    const right = expected[number].data as Float64Array;
    (data as Float64Array).forEach((x, i) => {
      if (!Number.isFinite(right[i])) return;
      const apart = Number.isFinite(x) ? Math.abs(x - right[i]) : Infinity;
      if (apart <= most) return;
      most = apart;
      const index = stridesOf(shape).map((stride, a) => Math.floor(i / stride) % shape[a]);
      worst = { of, number, index, given: x, expected: right[i] };
    });
  });
  return worst;
}

function plus(x: Tensor, v: Tensor, s: number): Tensor {
  const by = v.data as Float64Array;
  return tensorOf(
    x.dtype,
    x.shape,
    (x.data as Float64Array).map((value, i) => value + s * by[i]),
  );
}

const absolute = (x: Tensor): Tensor => tensorOf(x.dtype, x.shape, (x.data as Float64Array).map(Math.abs));

function dot(pairs: readonly (readonly [Tensor, Tensor])[]): number {
  let sum = 0;
  for (const [x, y] of pairs) {
    const other = y.data as Float64Array;
    (x.data as Float64Array).forEach((value, i) => (sum += value * other[i]));
  }
  return sum;
}
