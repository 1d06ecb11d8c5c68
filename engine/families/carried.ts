// What ops share whose results are those of a graph that they carry, such as a function with derivatives of its own.

import type { Graph } from '../ir/graph.ts';
import type { Attrs, Op, Primitive } from '../op.ts';
import { flopsOf } from './loops.ts';

type Carried = Required<Pick<Primitive, 'infer' | 'eval' | 'flops' | 'inlined'>>;

/** Types, values and costs of such a primitive, and that the compiler puts the graph in its place. */
export const carried = (graphOf: (attrs: Attrs) => Graph): Carried => ({
  infer: (_inputs, attrs) => graphOf(attrs).outputs.map((y) => y.aval),
  eval: (inputs, attrs, _outputs, run) => run!.graph(graphOf(attrs), inputs),
  flops: (_inputs, _outputs, attrs) => flopsOf(graphOf(attrs)),
  inlined: graphOf,
});

/** What describes an op that only the engine emits, with a graph or a rule in its attributes. */
export const emitted = {
  family: 'control',
  internal: true,
  params: [],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call: () => [],
} satisfies Partial<Op>;
