// Gated linear unit.

import { normalizeAxis, showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const glu = composite({
  name: 'glu',
  family: 'activation',
  doc: {
    text: 'The first half of x along axis, gated by the logistic function of the second half.',
    math: 'a σ(b) for x = (a, b)',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axis', default: -1 },
  ],
  samples: [{ operands: [{ shape: [4] }] }, { operands: [{ shape: [2, 3] }], attrs: { axis: 0 } }],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const axis = normalizeAxis(args['axis'] as number, x.aval.shape.length);
    const size = x.aval.shape[axis];
    if (size % 2 !== 0) {
      fail(
        'E_SHAPE_MISMATCH',
        `glu halves x, ${showAval(x.aval)}, along axis ${axis}, which has the odd size ${size}.`,
      );
    }
    const half = (start: number) =>
      b.slice(x, {
        start: x.aval.shape.map((_d, i) => (i === axis ? start : 0)),
        stop: x.aval.shape.map((d, i) => (i === axis ? start + size / 2 : d)),
      });
    return b.multiply(half(0), b.sigmoid(half(size / 2)));
  },
});
