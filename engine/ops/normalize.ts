// Vectors brought to length one.

import { normalizeAxes } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import type { AttrValue, Operand } from '../op.ts';

export const normalize = composite({
  name: 'normalize',
  family: 'normalization',
  doc: {
    text:
      'Divides by the norm along an axis, or by eps where that is larger. Where both are 0 the result is 0 and its derivative 0, so eps ' +
      'may stay 0.',
    math: 'x / max(‖x‖, eps)',
    source: 'torch.nn.functional.normalize, with eps 0 by default',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'p', kind: 'any', default: 2, doc: 'The order of the norm: a number, "inf" or "-inf".' },
    { name: 'axis', kind: 'axes', default: 1 },
    { name: 'eps', kind: 'float', default: 0, doc: 'What is divided by is at least that.' },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }] },
    { operands: [{ shape: [3] }], attrs: { axis: 0, eps: 9 } },
    { operands: [{ shape: [2, 3] }], attrs: { axis: [0, 1], p: 3 } },
  ],
  body(b, args) {
    const [x] = b.promote([args['x'] as Operand], 'float');
    const axis = normalizeAxes(args['axis'] as number | number[] | null, x.aval.shape.length);
    const eps = args['eps'] as number;
    const norm = b.linalg_vector_norm(x, { axis, keepdims: true, ord: args['p'] as AttrValue });
    if (eps > 0) return b.divide(x, b.where(b.less(norm, eps), eps, norm));
    const zero = b.equal(norm, 0);
    return b.where(zero, 0, b.divide(x, b.where(zero, 1, norm)));
  },
});
