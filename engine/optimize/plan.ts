// What a graph will cost, known before it runs: floating-point operations and peak bytes.

import { bytesOfAval, itemBytes, sizeOf, spanOf } from '../ir/aval.ts';
import type { Graph, Value } from '../ir/graph.ts';
import { lastUses } from '../run/interpret.ts';

export interface Cost {
  readonly flops: number;
  /** Bytes of all values alive at once, at the worst moment; inputs and outputs included. */
  readonly peak_bytes: number;
  readonly output_bytes: number;
}

export function costOf(graph: Graph): Cost {
  const lastUse = lastUses(graph);
  let flops = 0;
  let live = graph.inputs.reduce((n, input) => n + bytesOfAval(input.value.aval), 0);
  let peak = live;
  graph.nodes.forEach((node, at) => {
    const outputs = node.outputs.map((y) => y.aval);
    const { primitive } = node.op;
    flops +=
      primitive?.flops?.(
        node.inputs.map((x) => x.aval),
        outputs,
        node.attrs,
      ) ?? outputs.reduce((n, y) => n + sizeOf(y.shape), 0);
    live += outputs.reduce((n, y) => n + bytesOfAval(y), 0);
    peak = Math.max(peak, live);
    for (const x of new Set<Value>([...node.inputs, ...node.outputs])) {
      if ((lastUse.get(x) ?? -1) <= at) live -= bytesOfAval(x.aval);
    }
  });
  const output_bytes = graph.outputs.reduce((n, { aval }) => n + spanOf(aval.shape) * itemBytes(aval.dtype), 0);
  return { flops, peak_bytes: peak, output_bytes };
}
