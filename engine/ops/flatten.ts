// A run of axes as one.

import { normalizeAxis, sizeOf } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const flatten = composite({
  name: 'flatten',
  family: 'structural',
  doc: {
    text: 'The axes from start_dim to end_dim (all by default) as one; a scalar becomes a vector of one.',
    source: 'torch.flatten',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'start_dim', kind: 'int', default: 0 },
    { name: 'end_dim', kind: 'int', default: -1 },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }] },
    { operands: [{ shape: [2, 3, 2] }], attrs: { start_dim: 1 } },
    { operands: [{ shape: [] }] },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const { shape } = x.aval;
    if (shape.length === 0) return b.reshape(x, { shape: [1] });
    const from = normalizeAxis(args['start_dim'] as number, shape.length, 'start_dim');
    const to = normalizeAxis(args['end_dim'] as number, shape.length, 'end_dim');
    if (to < from) fail('E_AXIS', `end_dim ${to} lies before start_dim ${from}.`);
    return b.reshape(x, {
      shape: [...shape.slice(0, from), sizeOf(shape.slice(from, to + 1)), ...shape.slice(to + 1)],
    });
  },
});
