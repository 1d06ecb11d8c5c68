// Inner product of all elements.

import { sizeOf } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { failContraction } from '../families/contraction.ts';
import type { Operand } from '../op.ts';

export const vdot = composite({
  name: 'vdot',
  family: 'contraction',
  doc: { text: 'Inner product of two arrays, flattened.', math: 'Σ xᵢ yᵢ', source: 'numpy.vdot' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  samples: [
    { operands: [{ shape: [3] }, { shape: [3] }] },
    { operands: [{ shape: [2, 2] }, { shape: [4] }] },
    { operands: [{ shape: [] }, { shape: [] }] },
  ],
  body(b, args) {
    const [x, y] = b
      .promote([args['x'] as Operand, args['y'] as Operand])
      .map((v) => b.reshape(v, { shape: [sizeOf(v.aval.shape)] }));
    if (x.aval.shape[0] !== y.aval.shape[0]) failContraction(b, x, 0, y, 0, (m, n) => `vdot(${m}, ${n})`);
    return b.dot_general(x, y, { contract: [[0], [0]] });
  },
});
