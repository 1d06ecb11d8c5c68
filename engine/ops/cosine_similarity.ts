// The cosine of the angle between vectors.

import { broadcastShapes, normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const cosine_similarity = composite({
  name: 'cosine_similarity',
  family: 'normalization',
  doc: {
    text:
      'Cosine of the angle between vectors along an axis; each norm counts as at least eps. With a vector of zeros and eps 0 it is 0, ' +
      'with derivative 0.',
    math: 'x·y / (max(‖x‖, eps) max(‖y‖, eps))',
    source: 'torch.nn.functional.cosine_similarity, with eps 0 by default',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
    { name: 'axis', kind: 'axis', default: 1 },
    { name: 'eps', kind: 'float', default: 0, doc: 'What is divided by is at least that.' },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }, { shape: [2, 3] }] },
    { operands: [{ shape: [3] }, { shape: [2, 3] }], attrs: { axis: -1, eps: 9 } },
  ],
  body(b, args) {
    const given = b.promote([args['x'] as Operand, args['y'] as Operand], 'float');
    const shape = broadcastShapes(
      given.map((v) => v.aval.shape),
      ['x', 'y'],
    );
    const axis = normalizeAxis(args['axis'] as number, shape.length);
    const eps = args['eps'] as number;
    const [x, y] = given.map((v) => b.normalize(b.broadcast(v, shape), { axis, eps }));
    return b.sum(b.multiply(x, y), { axis });
  },
});
