// Arrays repeated to their common shape.

import { broadcastShapes } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const broadcast_arrays = composite({
  name: 'broadcast_arrays',
  family: 'structural',
  aliases: ['broadcast_tensors'],
  doc: {
    text: 'The arrays repeated to the shape they broadcast to together.',
    source: 'Array API 2024.12, broadcast_arrays',
  },
  params: [{ name: 'arrays', kind: 'tensors' }],
  results: 'list',
  samples: [{ operands: [{ shape: [2, 1] }, { shape: [3] }] }, { operands: [{ shape: [] }, { shape: [1, 2] }] }],
  body(b, args) {
    const xs = (args['arrays'] as readonly Operand[]).map((x) => b.lift(x));
    const shape = broadcastShapes(xs.map((x) => x.aval.shape));
    return xs.map((x) => b.broadcast(x, shape));
  },
});
