// Nodes done again where memory is short: a graph for the interpreter that holds a limit, from one that does not.

import { flopsOf } from '../families/loops.ts';
import { bytesOfAval, sizeOf } from '../ir/aval.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import type { Cost } from './plan.ts';
import { costOf } from './plan.ts';
import type { Part, Schedule, Task, Work } from './rematerialize.ts';
import { fitting } from './rematerialize.ts';

/** The graph with nodes done again, so that it takes at most `limit` bytes; or the least that was found. */
export function recomputeNodes(
  graph: Graph,
  limit: number,
): { readonly graph: Graph; readonly cost: Cost } | { readonly least: number } {
  const work = workOfNodes(graph);
  const fixed = graph.inputs.reduce((n, { value }) => n + bytesOfAval(value.aval), 0);
  const found = fitting(work, { limit, fixed, free: costOf(graph).peak_bytes }, (schedule) => {
    const again = graphOf(graph, schedule);
    return { made: { graph: again, cost: costOf(again) }, peak: costOf(again).peak_bytes };
  });
  return 'least' in found ? found : found.made;
}

function workOfNodes({ inputs, nodes, outputs }: Graph): Work {
  const given = new Set<Value>(inputs.map((input) => input.value));
  const numbers = new Map<Value, number>();
  const bytes: number[] = [];
  const maker: number[] = [];
  nodes.forEach((node, at) => {
    for (const y of node.outputs) {
      numbers.set(y, bytes.length);
      bytes.push(bytesOfAval(y.aval));
      maker.push(at);
    }
  });
  const numbered = (values: readonly Value[]): number[] => values.map((x) => numbers.get(x)!);
  const tasks = nodes.map((node): Task => {
    const makes = numbered(node.outputs);
    const reads = numbered([...new Set(node.inputs)].filter((x) => !given.has(x)));
    const moved = [...node.inputs, ...node.outputs].reduce((n, { aval }) => n + sizeOf(aval.shape), 0);
    const work = flopsOf({ inputs: [], nodes: [node], outputs: [] }) + moved;
    const part: Part = { reads, makes, scratchBytes: 0, reuses: [], work };
    return { makes, part: () => part };
  });
  return { tasks, bytes, maker, kept: new Set(numbered(outputs.filter((y) => !given.has(y)))) };
}

function graphOf({ inputs, nodes, outputs }: Graph, { runs }: Schedule): Graph {
  const latest = new Map<Value, Value>();
  const now = (x: Value): Value => latest.get(x) ?? x;
  const again = runs.map(({ task }): Node => {
    const node = nodes[task];
    const made: Value[] = [];
    const copy: Node = { ...node, inputs: node.inputs.map(now), outputs: made };
    node.outputs.forEach((y) => made.push({ ...y, node: copy }));
    node.outputs.forEach((y, i) => latest.set(y, made[i]));
    return copy;
  });
  return { inputs, nodes: again, outputs: outputs.map(now) };
}
