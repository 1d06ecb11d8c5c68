// The largest element of each channel.

import { fail } from '../errors.ts';
import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const global_max_pool = composite({
  name: 'global_max_pool',
  family: 'pooling',
  doc: {
    text:
      'The largest element of each channel of each sample of x (batch, channels, …); the axes after the channels keep size 1. As with ' +
      'max, equal largest elements share the derivative.',
    source: 'ONNX GlobalMaxPool',
  },
  params: [{ name: 'x', kind: 'tensor' }],
  samples: [{ operands: [{ shape: [2, 2, 3] }] }, { operands: [{ shape: [1, 2, 2, 3] }] }],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const axis = x.aval.shape.map((_d, i) => i).slice(2);
    if (axis.length === 0) {
      fail('E_SHAPE_MISMATCH', `global_max_pool needs x (batch, channels, …), and x is ${showAval(x.aval)}.`);
    }
    return b.max(x, { axis, keepdims: true });
  },
});
