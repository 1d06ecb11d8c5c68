// New axes of size 1.

import { normalizeAxes } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const expand_dims = composite({
  name: 'expand_dims',
  family: 'structural',
  aliases: ['unsqueeze'],
  doc: {
    text: 'Inserts axes of size 1, at the places `axis` has in the result.',
    source: 'Array API 2024.12, expand_dims',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: 0 },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }], attrs: { axis: 1 } },
    { operands: [{ shape: [2] }], attrs: { axis: [0, -1] } },
    { operands: [{ shape: [] }], attrs: { axis: 0 } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const given = (args['axis'] as number | number[] | null) ?? 0;
    const rank = x.aval.shape.length + (Array.isArray(given) ? given.length : 1);
    const axes = normalizeAxes(given, rank);
    const rest = [...x.aval.shape];
    return b.reshape(x, { shape: Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!)) });
  },
});
