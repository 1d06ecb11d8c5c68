// Functions with derivative rules of their own: how their graphs are traced, and their rules.

import { isFloat, sameAval, showAval, strong } from '../ir/aval.ts';
import type { Aval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import { EngineError, fail } from '../errors.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { describeNode } from '../ir/graph.ts';
import type {
  Args,
  AttrValue,
  Attrs,
  BatchSite,
  Body,
  IndexRows,
  JvpSite,
  Rule,
  SpreadSite,
  Subprogram,
  TransposeSite,
} from '../op.ts';
import { alignMapped, repeatFirst } from './batching.ts';
import { closeBody } from './bodies.ts';
import { liftAll } from './functionals.ts';

/** A function of values of given types as a graph (captured…, arguments…). Everything it computes stays in it. */
export function traceBody(b: Builder, avals: readonly Aval[], fn: (xs: readonly Value[]) => readonly Value[]): Body {
  const variables = avals.map((aval) => b.placeholder(aval));
  const { result, nodes } = b.isolated(() => fn(variables));
  return closeBody(b, nodes, result, { head: [], tail: variables, hoist: false });
}

const floats = (xs: readonly Value[]): number[] => xs.flatMap((x, k) => (isFloat(x.aval.dtype) ? [k] : []));

/** The arguments of a node with a rule: its last inputs, after what its primal graph captures. */
const argumentsOf = <T>(inputs: readonly T[], attrs: Attrs): readonly T[] => inputs.slice(attrs['captures'] as number);
const ruleOf = (attrs: Attrs): Rule => (attrs['rule'] as { rule: Rule }).rule;

/** A graph over a batch of those of its inputs that are mapped; of results, those that are not to be are summed over it. */
export function batchedGraph(
  b: Builder,
  graph: Graph,
  size: number,
  mapped: readonly boolean[] = graph.inputs.map(() => true),
  mappedResults: readonly boolean[] = graph.outputs.map(() => true),
): Graph {
  const avals = graph.inputs.map(({ value: { aval } }, i) => ({
    dtype: aval.dtype,
    shape: mapped[i] ? [size, ...aval.shape] : aval.shape,
  }));
  return traceBody(b, avals, (xs) => {
    const variables = graph.inputs.map((input, i) => (mapped[i] ? b.placeholder(strong(input.value.aval)) : xs[i]));
    const { inline, batch } = b.context.passes;
    const results = inline(b, graph, variables);
    const images = batch(b, results, new Map(variables.flatMap((v, i) => (mapped[i] ? [[v, xs[i]]] : []))), size);
    return images.map((y, i) => {
      const all = y ?? repeatFirst(b, results[i], size);
      return mappedResults[i] ? all : b.sum(all, { axis: 0 });
    });
  }).graph;
}

/** The same node over a batch: every graph batched, every input mapped. */
export function batchCustom(b: Builder, site: BatchSite, node: string): readonly Value[] {
  const { size, attrs } = site;
  const batched = ({ graph, captures }: Body, on: Builder): Body => ({
    graph: batchedGraph(on, graph, size),
    captures: captures.map((x) => repeatFirst(on, x, size)),
  });
  const changed = Object.entries(attrs).map(([key, value]): [string, AttrValue] => {
    if (typeof value !== 'object' || value === null) return [key, value];
    if ('graph' in value) return [key, { graph: batchedGraph(b, value.graph, size) }];
    if ('rule' in value) return [key, { rule: (on) => value.rule(on).map((body) => batched(body, on)) }];
    return [key, value];
  });
  return b.emit(b.context.ops.get(node)!, alignMapped(b, site), Object.fromEntries(changed));
}

function refuseCaptured({ tangents, attrs }: JvpSite): void {
  if (tangents.slice(0, attrs['captures'] as number).every((t) => t === null)) return;
  throw new EngineError('E_NO_DERIVATIVE_RULE', {
    message: `A function with a derivative rule of its own is differentiated with respect to a value that it uses without taking it as an argument.`,
    hint: 'Make that value an argument of the function.',
  });
}

/** A function with a rule of its own, applied to arguments. */
export const emitCustom = (
  b: Builder,
  node: 'custom_vjp' | 'custom_jvp',
  primal: Body,
  rule: Rule,
  args: readonly Value[],
): readonly Value[] =>
  b.emit(b.context.ops.get(node)!, [...primal.captures, ...args], {
    primal: { graph: primal.graph },
    rule: { rule },
    captures: primal.captures.length,
  });

/** The primal graph of a node with a rule. */
export const primalOf = (attrs: Attrs): Graph => (attrs['primal'] as { graph: Graph }).graph;

// -- custom_vjp ------------------------------------------------------------------------------------------------------

/**
 * The rule has two bodies: from the arguments to the results and then the residuals, and from the residuals and the
 * cotangents of the float results to cotangents of the float arguments.
 */
export function tangentsOfCustomVjp(b: Builder, site: JvpSite): (Value | null)[] {
  refuseCaptured(site);
  const args = argumentsOf(site.inputs, site.attrs);
  const tangents = argumentsOf(site.tangents, site.attrs);
  const [forward, backward] = ruleOf(site.attrs)(b);
  const results = b.context.passes.inline(b, forward.graph, [...forward.captures, ...args]);
  const residuals = results.slice(site.outputs.length);
  const outputs = b.emit(
    b.context.ops.get('custom_vjp_tangent')!,
    [...backward.captures, ...residuals, ...floats(args).map((k) => tangents[k] ?? b.zeros(strong(args[k].aval)))],
    { backward: { graph: backward.graph }, constants: backward.captures.length + residuals.length },
  );
  return atFloats(site.outputs, outputs);
}

/** The results of float type, null at the others. */
function atFloats(like: readonly Value[], values: readonly Value[]): (Value | null)[] {
  const live = floats(like);
  return like.map((_y, k) => (live.includes(k) ? values[live.indexOf(k)] : null));
}

/** The types of the results of a tangent: those that the reverse rule takes cotangents of. */
export const customTangentAvals = (attrs: Attrs): Aval[] =>
  backwardOf(attrs)
    .inputs.slice(attrs['constants'] as number)
    .map((input) => strong(input.value.aval));

const backwardOf = (attrs: Attrs): Graph => (attrs['backward'] as { graph: Graph }).graph;

export function transposeCustomVjp(b: Builder, { node, cotangents }: TransposeSite): (Value | null)[] {
  const constants = node.inputs.slice(0, node.attrs['constants'] as number);
  const cts = node.outputs.map((y, k) => cotangents[k] ?? b.zeros(strong(y.aval)));
  const back = b.context.passes.inline(b, backwardOf(node.attrs), [...constants, ...cts]);
  return [...constants.map(() => null), ...back];
}

/** What the tangents depend on: each of those that the reverse rule takes it into account for. */
export function spreadCustomVjp({ attrs, sets, known, back }: SpreadSite): readonly (IndexRows | null)[] {
  const constants = attrs['constants'] as number;
  const tensors = Array.from({ length: constants }, (_, k) => known(k));
  return back(backwardOf(attrs), constants, sets.slice(constants), tensors);
}

/** Forward mode has nothing to run where only a reverse rule was given. */
export const refuseForward = (node: Node): EngineError =>
  new EngineError('E_NO_DERIVATIVE_RULE', {
    ...node.origin?.place,
    message: `${describeNode(node)} has a reverse rule of its own and no forward one, and forward mode passes through it.`,
    hint: 'jvps, jacfwd and the forward mode of Jacobians need custom_jvp; gradients and jacrev do not.',
  });

// -- custom_jvp ------------------------------------------------------------------------------------------------------

/** The rule has one body, from the arguments and tangents of the float ones to tangents of the float results. */
export function tangentsOfCustomJvp(b: Builder, site: JvpSite): (Value | null)[] {
  refuseCaptured(site);
  const args = argumentsOf(site.inputs, site.attrs);
  const tangents = argumentsOf(site.tangents, site.attrs);
  const given = floats(args).map((k) => tangents[k] ?? b.zeros(strong(args[k].aval)));
  const [{ graph, captures }] = ruleOf(site.attrs)(b);
  return atFloats(site.outputs, b.context.passes.inline(b, graph, [...captures, ...args, ...given]));
}

// -- in posted graphs ------------------------------------------------------------------------------------------------

/** What a rule gives is of the types that it stands for. */
function checked(name: string, what: string, given: readonly Value[], like: readonly Value[]): readonly Value[] {
  const fits = given.length === like.length && given.every((t, k) => sameAval(t.aval, like[k].aval));
  if (fits) return given;
  const show = (xs: readonly Value[]): string => xs.map((x) => showAval(x.aval)).join(', ') || 'nothing';
  fail('E_COTANGENT', `${name} must give ${what} of types ${show(like)}, and gives ${show(given)}.`);
}

const pick = (xs: readonly Value[]): Value[] => floats(xs).map((k) => xs[k]);

/** custom_vjp of functions that a graph names; the rule is traced here once, so that what is wrong with it is told at once. */
export function callCustomVjp(b: Builder, args: Args): readonly Value[] {
  const [fun, fwd, bwd] = ['fun', 'fwd', 'bwd'].map((name) => args[name] as Subprogram);
  const operands = liftAll(b, args, 'operands');
  const avals = operands.map((x) => x.aval);
  let results: readonly Value[] = [];
  const primal = traceBody(b, avals, (xs) => (results = fun(b, xs)));
  const rule: Rule = (on) => {
    let residuals: readonly Value[] = [];
    const forward = traceBody(on, avals, (xs) => {
      const made = fwd(on, xs);
      residuals = made.slice(results.length);
      return [...checked('fwd of custom_vjp', 'results', made.slice(0, results.length), results), ...residuals];
    });
    const backward = traceBody(
      on,
      [...residuals, ...pick(results)].map((x) => strong(x.aval)),
      (xs) => checked('bwd of custom_vjp', 'cotangents', bwd(on, xs), pick(operands)),
    );
    return [forward, backward];
  };
  b.isolated(() => rule(b));
  return emitCustom(b, 'custom_vjp', primal, rule, operands);
}

/** custom_jvp likewise. */
export function callCustomJvp(b: Builder, args: Args): readonly Value[] {
  const [fun, given] = ['fun', 'rule'].map((name) => args[name] as Subprogram);
  const operands = liftAll(b, args, 'operands');
  const avals = operands.map((x) => x.aval);
  let results: readonly Value[] = [];
  const primal = traceBody(b, avals, (xs) => (results = fun(b, xs)));
  const rule: Rule = (on) => [
    traceBody(on, [...avals, ...pick(operands).map((x) => strong(x.aval))], (xs) =>
      checked('rule of custom_jvp', 'tangents', given(on, xs), pick(results)),
    ),
  ];
  b.isolated(() => rule(b));
  return emitCustom(b, 'custom_jvp', primal, rule, operands);
}
