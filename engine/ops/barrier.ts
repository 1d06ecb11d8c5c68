// barrier: a value that is not to be used before others are there, nor taken for the same as what it is.

import { strong } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import type { Op } from '../op.ts';

export const barrier: Op = {
  name: 'barrier',
  family: 'control',
  internal: true,
  doc: {
    text: 'The first operand itself, which what is computed from it cannot know before the others are there.',
    source: 'jax.lax.optimization_barrier.',
  },
  params: [],
  differentiable: 'yes',
  samples: [],
  call: () => [],
  primitive: {
    infer: ([x]) => strong(x),
    eval: ([x]) => x,
    jvp: (_b, { tangents }) => tangents[0],
    batch(b, { inputs, mapped }) {
      const y = b.emitOne(barrier, inputs);
      return mapped[0] ? y : [{ unmapped: y }];
    },
    view: (x) => x,
    laws: {
      // There is nothing to wait for, and a number that is known is as near as it can be.
      rewrite: (_b, [x, ...after]) => ([x, ...after.filter((y) => !isFixed(y))].length === 1 || isFixed(x) ? x : null),
    },
    flops: () => 0,
  },
};

/** Whether a value is a constant, seen in whatever way. */
function isFixed(value: Value): boolean {
  let at = value.node;
  while (at?.op.primitive!.view !== undefined && at.inputs.length === 1) at = at.inputs[0].node;
  return at?.op.primitive!.constant !== undefined;
}
