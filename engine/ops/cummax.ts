// Running maximum.

import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { gatherAlong } from '../families/indexing.ts';
import type { Operand } from '../op.ts';

export const cummax = composite({
  name: 'cummax',
  family: 'scan',
  doc: {
    text: 'The largest element so far along an axis; NaN once there has been one. The gradient goes to the latest element that attains it.',
    source: 'jax.lax.cummax; torch.cummax',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'int', default: 0 },
    { name: 'reverse', kind: 'bool', default: false },
  ],
  samples: [
    { operands: [{ shape: [5] }] },
    { operands: [{ shape: [2, 3] }], attrs: { axis: -1, reverse: true } },
    { operands: [{ shape: [0] }] },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const axis = normalizeAxis(args['axis'] as number, x.aval.shape.length);
    const reverse = args['reverse'] === true;
    const turned = reverse ? b.flip(x, { axis }) : x;
    const y = gatherAlong(b, turned, b.cumulative_argextremum(turned, { axis, kind: 'max' }), axis);
    return reverse ? b.flip(y, { axis }) : y;
  },
});
