// Vectors on the diagonals of matrices.

import { sizeOf } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { requireSize } from '../families/creation.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const diag_embed = composite({
  name: 'diag_embed',
  family: 'structural',
  doc: {
    text: 'Square matrices with the vectors of the last axis on a diagonal, zeros elsewhere.',
    source: 'torch.diag_embed',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'offset', kind: 'int', default: 0 },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }] },
    { operands: [{ shape: [2] }], attrs: { offset: -2 } },
    { operands: [{ shape: [0] }], attrs: { offset: 1 } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const k = args['offset'] as number;
    const rank = x.aval.shape.length;
    if (rank < 1) fail('E_SHAPE_MISMATCH', 'A diagonal is a vector, and x is a scalar.');
    const lead = x.aval.shape.slice(0, -1);
    const n = x.aval.shape[rank - 1];
    const size = n + Math.abs(k);
    requireSize(b, sizeOf(lead) * size * size, 'diag_embed');
    // In row-major order the diagonal is every (size + 1)-th element: zeros between, before and after.
    const low = n === 0 ? size * size : k < 0 ? -k * size : k;
    const used = n === 0 ? 0 : (n - 1) * (size + 1) + 1;
    const none = lead.map(() => 0);
    const flat = b.zero_pad(x, {
      low: [...none, low],
      high: [...none, size * size - low - used],
      interior: [...none, size],
    });
    return b.reshape(flat, { shape: [...lead, size, size] });
  },
});
