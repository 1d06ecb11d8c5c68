// Two axes exchanged.

import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const swapaxes = composite({
  name: 'swapaxes',
  family: 'structural',
  aliases: ['swapdims'],
  doc: { text: 'Exchanges two axes.', source: 'numpy.swapaxes' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis1', kind: 'int' },
    { name: 'axis2', kind: 'int' },
  ],
  samples: [{ operands: [{ shape: [2, 3, 4] }], attrs: { axis1: 0, axis2: -1 } }],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const [i, j] = [args['axis1'], args['axis2']].map((a) => normalizeAxis(a as number, x.aval.shape.length));
    const axes = x.aval.shape.map((_d, k) => (k === i ? j : k === j ? i : k));
    return b.permute_dims(x, { axes });
  },
});
