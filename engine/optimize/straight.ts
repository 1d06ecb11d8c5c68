// A plan of many steps over tiny arrays becomes one step of straight code.

import type { Builder } from '../ir/builder.ts';
import type { Graph } from '../ir/graph.ts';
import { closeGraph } from '../ir/graph.ts';
import { scalarTensor } from '../ir/tensor.ts';
import { subgraphsOf } from '../families/bodies.ts';
import { fuse } from './fuse.ts';
import { order } from './order.ts';
import { isTiny, unroll } from './unroll.ts';

/** With fewer steps there is little to gain: each costs some ten instructions more than its arithmetic. */
const leastSteps = 16;

/**
 * The graph as the one branch of a branch that is always taken, where that is straight code of many steps: its values then stay
 * in registers, and a step is neither a loop nor a call. Loops of their own are straight code already where they can be, and go
 * on from call to call, which they could not inside of another step.
 */
export function straighten(graph: Graph, builder: () => Builder): Graph {
  const { inputs, nodes, outputs } = graph;
  const made = [...new Set(outputs)].filter((y) => y.node !== undefined);
  if (nodes.length < leastSteps || !made.every(({ aval }) => isTiny(aval))) return graph;
  if (nodes.some(({ attrs }) => subgraphsOf(attrs).length > 0)) return graph;
  const b = builder();
  const values = new Map(inputs.map(({ name, value }) => [value, b.input(name, value.aval)]));
  const body: Graph = { inputs, nodes, outputs: made };
  const results = b.emit(b.context.ops.get('switch')!, [b.constant(scalarTensor('int64', 0n)), ...values.values()], {
    branches: [{ graph: body }],
  });
  if (unroll(results[0].node!) === null || fuse(order(graph)).steps.length < leastSteps) return graph;
  made.forEach((y, i) => values.set(y, results[i]));
  return closeGraph(
    b.inputs,
    outputs.map((y) => values.get(y)!),
  );
}
