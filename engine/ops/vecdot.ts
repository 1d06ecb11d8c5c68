// Inner product along one axis, the others broadcasting.

import { broadcastShapes, normalizeAxis } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import { failContraction } from '../families/contraction.ts';
import type { Operand } from '../op.ts';

export const vecdot = composite({
  name: 'vecdot',
  family: 'contraction',
  aliases: ['linalg.vecdot'],
  doc: {
    text: 'Inner products of vectors along an axis; the other axes broadcast.',
    math: 'Σₖ xₖ yₖ',
    source: 'Array API 2024.12, vecdot',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
    { name: 'axis', kind: 'int', default: -1, keyword: true },
  ],
  samples: [
    { operands: [{ shape: [3] }, { shape: [3] }] },
    { operands: [{ shape: [2, 3] }, { shape: [3] }] },
    { operands: [{ shape: [3, 2] }, { shape: [3, 1] }], attrs: { axis: 0 } },
  ],
  body(b, args) {
    const axis = args['axis'] as number;
    const given = b.promote([args['x'] as Operand, args['y'] as Operand]);
    const [x, y] = given.map((v): Value => {
      normalizeAxis(axis, v.aval.shape.length);
      return b.moveaxis(v, { source: axis, destination: -1 });
    });
    const [p, q] = [x.aval.shape.length - 1, y.aval.shape.length - 1];
    if (x.aval.shape[p] !== y.aval.shape[q]) failContraction(b, x, p, y, q, (m, n) => `vecdot(${m}, ${n})`);
    const shape = broadcastShapes([x.aval.shape, y.aval.shape], ['x', 'y']);
    const lead = shape.slice(1).map((_d, i) => i);
    return b.dot_general(b.broadcast(x, shape), b.broadcast(y, shape), {
      contract: [[lead.length], [lead.length]],
      batch: [lead, lead],
    });
  },
});
