// The linear layer.

import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { failContraction } from '../families/contraction.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const linear = composite({
  name: 'linear',
  family: 'contraction',
  doc: {
    text: 'Linear layer: x times the transposed weight (out × in), plus a bias.',
    math: 'x Wᵀ + b',
    source: 'torch.nn.functional.linear',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'weight', kind: 'tensor' },
    { name: 'bias', kind: 'tensor', default: null },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }, { shape: [4, 3] }, { shape: [4] }] },
    { operands: [{ shape: [2, 2, 3] }, { shape: [1, 3] }] },
    { operands: [{ shape: [3] }, { shape: [3] }] },
  ],
  body(b, args) {
    const [x, w] = b.promote([args['x'] as Operand, args['weight'] as Operand]);
    const [p, q] = [x.aval.shape.length, w.aval.shape.length];
    if (p < 1 || q < 1 || q > 2) {
      fail(
        'E_SHAPE_MISMATCH',
        `linear needs x of one axis or more and a weight (out, in): given ${showAval(x.aval)} and ${showAval(w.aval)}.`,
      );
    }
    if (x.aval.shape[p - 1] !== w.aval.shape[q - 1])
      failContraction(b, x, p - 1, w, q - 1, (m, n) => `linear(${m}, ${n})`);
    const y = b.dot_general(x, w, { contract: [[p - 1], [q - 1]] });
    return args['bias'] === null ? y : b.add(y, args['bias'] as Operand);
  },
});
