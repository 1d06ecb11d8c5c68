// Axes in another order, reversed by default.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const transpose = composite({
  name: 'transpose',
  family: 'structural',
  doc: { text: 'The axes in the order `axes`, in reverse order by default.', source: 'numpy.transpose' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axes', kind: 'ints', default: null },
  ],
  samples: [
    { operands: [{ shape: [2, 3, 4] }] },
    { operands: [{ shape: [2, 3, 1] }], attrs: { axes: [1, 0, -1] } },
    { operands: [{ shape: [] }] },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const axes = args['axes'] as number[] | null;
    return b.permute_dims(x, { axes: axes ?? x.aval.shape.map((_d, i) => i).reverse() });
  },
});
