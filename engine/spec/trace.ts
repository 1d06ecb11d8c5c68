// Traces a posted graph: JSON nodes in any order become the graph they describe, with JSON Pointers in every complaint.

import { listed, quote } from '../bind.ts';
import { fail } from '../errors.ts';
import type { Traced } from '../frontend.ts';
import { showAval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Op } from '../op.ts';
import type { GraphSpec } from '../request.ts';
import { didYouMean } from '../suggest.ts';
import type { Complaints } from './complaints.ts';
import { collectComplaints } from './complaints.ts';
import type { BoundNode, Names } from './operands.ts';
import { argumentsOf, bindNode } from './operands.ts';
import type { Functions } from './functions.ts';
import { functionsOf, noFunctions } from './functions.ts';
import { orderNodes } from './order.ts';
import type { SpecGraph, SpecNode } from './read.ts';
import { count, readGraph } from './read.ts';

export interface SpecContext {
  readonly resolve: (name: string) => Op | undefined;
  /** What a node's op may be, for suggestions. */
  readonly opNames: readonly string[];
  readonly inputs: ReadonlyMap<string, Value>;
  /** Elements a constant may have. */
  readonly maxElements: number;
  /** Where the graph stands in the request; /graph by default. */
  readonly pointer?: string;
  /** Functions of the graphs around it. */
  readonly functions?: Functions;
}

/** The values of a graph by name, and what it gives when a request names no outputs. */
export function traceSpec(spec: GraphSpec, builder: Builder, context: SpecContext): Traced {
  const { inputs, pointer = '/graph' } = context;
  const complaints = collectComplaints();
  const graph = readGraph(spec, pointer, (name) => inputs.has(name), complaints);
  const functions = functionsOf(spec, pointer, context.functions ?? noFunctions, (inner, at, values, around, b) => {
    const traced = traceSpec(inner, b, { ...context, inputs: values, pointer: at, functions: around });
    return traced.defaultOutputs.map((name) => traced.names.get(name)!);
  });
  const bound = bindAll(graph, builder, context, functions, complaints);
  const outputs = defaultOutputs(graph, bound, context, pointer, complaints);
  const order = orderNodes(rootsOf(graph, outputs), (node) => nodesUsed(graph, bound.get(node)), complaints);
  const values = new Map(inputs);
  for (const node of order) {
    if (complaints.full()) break;
    const parts = bound.get(node);
    // A node that uses what has failed is passed over: its own mistakes could not be told from those.
    if (parts !== undefined && parts.uses.every((name) => values.has(name))) {
      emitNode(parts, values, builder, context.maxElements, complaints);
    }
  }
  complaints.raise();
  return { names: values, defaultOutputs: outputs };
}

function bindAll(
  graph: SpecGraph,
  builder: Builder,
  { resolve, opNames, inputs }: SpecContext,
  functions: Functions,
  complaints: Complaints,
): ReadonlyMap<SpecNode, BoundNode> {
  const bound = new Map<SpecNode, BoundNode>();
  const names: Names = {
    has: (name) => graph.sources.has(name) || inputs.has(name),
    *all() {
      yield* inputs.keys();
      yield* graph.sources.keys();
    },
  };
  for (const node of graph.nodes) {
    if (node === undefined) continue;
    if (complaints.full()) break;
    const op = resolve(node.op);
    if (op === undefined) complainOfOp(node, resolve, opNames, complaints);
    else {
      const parts = bindNode(node, op, names, functions, builder.context.defaultFloat, complaints);
      if (parts !== undefined) bound.set(node, parts);
    }
  }
  return bound;
}

function complainOfOp(
  node: SpecNode,
  resolve: (name: string) => Op | undefined,
  opNames: readonly string[],
  complaints: Complaints,
): void {
  // jnp.tanh, torch.nn.functional.relu: the same op may go by its last name here.
  const parts = node.op.split('.');
  const suffix = parts.map((_part, i) => parts.slice(i).join('.')).find((name) => resolve(name) !== undefined);
  const suggestion = suffix === undefined ? didYouMean(node.op, opNames) : ` Did you mean ${quote(suffix)}?`;
  complaints.add('E_OP_UNKNOWN', {
    pointer: `${node.pointer}/op`,
    message: `Node ${quote(node.label)} uses op ${quote(node.op)}, and there is no such op.${suggestion}`,
  });
}

/** What the graph names, else every result that no node uses, as they were posted. */
function defaultOutputs(
  graph: SpecGraph,
  bound: ReadonlyMap<SpecNode, BoundNode>,
  { inputs }: SpecContext,
  pointer: string,
  complaints: Complaints,
): readonly string[] {
  if (graph.outputs === undefined) {
    const used = new Set([...bound.values()].flatMap((parts) => parts.uses));
    return graph.nodes.flatMap((node) => node?.results ?? []).filter((name) => !used.has(name));
  }
  graph.outputs.forEach((name, i) => {
    if (graph.sources.has(name) || inputs.has(name) || complaints.full()) return;
    const known = [...inputs.keys(), ...graph.sources.keys()];
    complaints.add('E_NAME_UNKNOWN', {
      pointer: `${pointer}/outputs/${i}`,
      message: `The graph is to give ${quote(name)}, and there is no value of that name.${didYouMean(name, known)}`,
    });
  });
  return graph.outputs;
}

/** Where the order starts: at the outputs, then at whatever else was posted. */
function rootsOf(graph: SpecGraph, outputs: readonly string[]): SpecNode[] {
  const first = outputs.flatMap((name) => graph.sources.get(name)?.node ?? []);
  return [...first, ...graph.nodes.filter((node) => node !== undefined)];
}

const nodesUsed = (graph: SpecGraph, bound: BoundNode | undefined): SpecNode[] =>
  bound?.uses.flatMap((name) => graph.sources.get(name)?.node ?? []) ?? [];

/** Calls the op of a node and names its results. */
function emitNode(
  bound: BoundNode,
  values: Map<string, Value>,
  builder: Builder,
  maxElements: number,
  complaints: Complaints,
): void {
  const { node, op } = bound;
  const { pointer } = node;
  const outputs = complaints.attempt(
    pointer,
    () => {
      const args = argumentsOf(bound, (name) => values.get(name)!, builder, maxElements);
      return builder.call(op, args, { pointer });
    },
    (message) => `${quote(node.label)} (${op.name}): ${message}${operandNames(bound, values, message)}`,
  );
  if (outputs === undefined) return;
  if (outputs.length !== node.results.length) {
    complaints.attempt(pointer, () => complainOfResults(node, op, outputs.length));
    return;
  }
  outputs.forEach((value, i) => {
    values.set(node.results[i], value);
    const origin = value.node?.origin;
    if (origin !== undefined) origin.label ??= node.label;
  });
}

function complainOfResults(node: SpecNode, op: Op, found: number): never {
  const names = Array.isArray(op.results) ? ` (${op.results.join(', ')})` : '';
  const example = Array.isArray(op.results) ? JSON.stringify(op.results) : `[${found} names]`;
  fail(
    'E_GRAPH_NAME',
    `Node ${quote(node.label)}: ${op.name} has ${count(found, 'result')}${names}, and the node names ${node.results.length}.`,
    found === 1 ? 'Its "name" is that of its result.' : `Name them all: "outputs": ${example}.`,
  );
}

/** What an op's own x and y are called in the graph, and their types where the message does not tell them. */
function operandNames({ op, operands }: BoundNode, values: ReadonlyMap<string, Value>, message: string): string {
  const named = op.params.flatMap((param) =>
    (operands.get(param) ?? []).flatMap((entry, i) => {
      if (entry.kind !== 'name') return [];
      const type = showAval(values.get(entry.name)!.aval);
      const own = param.kind === 'tensors' ? `${param.name}[${i}]` : param.name;
      return [{ own, name: entry.name, type: message.includes(type) ? '' : ` (${type})` }];
    }),
  );
  const told = named.every(({ own, name, type }) => own === name && type === '');
  if (told || named.length > 4) return '';
  const words = named.map(({ own, name, type }) => `${own} is ${quote(name)}${type}`);
  return ` Here ${listed(words, 'and')}.`;
}
