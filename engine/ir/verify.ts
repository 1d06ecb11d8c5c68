// The verifier: what every graph must satisfy between passes.

import { invariant } from '../errors.ts';
import { sameAval, showAval } from './aval.ts';
import { subgraphsOf } from '../families/bodies.ts';
import type { Graph, Value } from './graph.ts';

/**
 * Checks single assignment, definition before use, that every op is a primitive and that every node has the types its
 * op infers. A failure is a bug of ours, never the user's.
 */
export function verifyGraph(graph: Graph): void {
  const defined = new Set<Value>(graph.inputs.map((input) => input.value));
  invariant(defined.size === graph.inputs.length, 'an input stands twice');
  for (const node of graph.nodes) {
    const { primitive, name } = node.op;
    invariant(primitive !== undefined, `${name} is no primitive`);
    for (const x of node.inputs) invariant(defined.has(x), `${name} uses a value before it is defined`);
    subgraphsOf(node.attrs).forEach(verifyGraph);
    const inferred = primitive.infer(
      node.inputs.map((x) => x.aval),
      node.attrs,
    );
    const avals = Array.isArray(inferred) ? inferred : [inferred];
    invariant(avals.length === node.outputs.length, `${name} has ${node.outputs.length} outputs, not ${avals.length}`);
    node.outputs.forEach((y, i) => {
      invariant(!defined.has(y), `a result of ${name} is defined twice`);
      invariant(sameAval(y.aval, avals[i]), `${name} gives ${showAval(avals[i])}, not ${showAval(y.aval)}`);
      invariant(y.node === node && y.index === i, `a result of ${name} does not know its node`);
      defined.add(y);
    });
  }
  for (const y of graph.outputs) invariant(defined.has(y), 'an output is not defined');
}
