// Weighted mean.

import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const average = composite({
  name: 'average',
  family: 'reduction',
  doc: {
    text: 'Mean over axes (all by default), weighted where weights are given: of the shape of x, or a vector along the one axis.',
    math: 'Σ w x / Σ w',
    source: 'numpy.average',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'weights', kind: 'tensor', default: null, keyword: true },
    { name: 'keepdims', kind: 'bool', default: false, keyword: true },
  ],
  samples: [{ operands: [{ shape: [4] }] }, { operands: [{ shape: [2, 3] }], attrs: { axis: 1 } }],
  body(b, args) {
    const over = { axis: args['axis'] as number | number[] | null, keepdims: args['keepdims'] as boolean };
    if (args['weights'] === null) return b.mean(args['x'] as Operand, over);
    const [x, given] = b.promote([args['x'] as Operand, args['weights'] as Operand], 'float');
    const along = Array.isArray(over.axis) && over.axis.length === 1 ? over.axis[0] : over.axis;
    let weights = given;
    if (given.aval.shape.join() !== x.aval.shape.join()) {
      if (typeof along !== 'number' || given.aval.shape.length !== 1) {
        fail(
          'E_SHAPE_MISMATCH',
          `weights ${showAval(given.aval)} fit neither x ${showAval(x.aval)} nor one axis of it.`,
          'A vector of weights needs axis.',
        );
      }
      const rank = x.aval.shape.length;
      const axis = along < 0 ? along + rank : along;
      weights = b.broadcast(
        b.reshape(given, { shape: x.aval.shape.map((_d, i) => (i === axis ? given.aval.shape[0] : 1)) }),
        x.aval.shape,
      );
    }
    return b.divide(b.sum(b.multiply(x, weights), over), b.sum(weights, over));
  },
});
