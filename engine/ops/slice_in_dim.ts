// A part along one axis.

import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const slice_in_dim = composite({
  name: 'slice_in_dim',
  family: 'structural',
  doc: {
    text: 'The elements from start_index up to limit_index in steps of stride along one axis; negative indices count from the end.',
    source: 'jax.lax.slice_in_dim',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'start_index', kind: 'int', default: null },
    { name: 'limit_index', kind: 'int', default: null },
    { name: 'stride', kind: 'int', default: 1 },
    { name: 'axis', kind: 'int', default: 0 },
  ],
  samples: [
    { operands: [{ shape: [5] }], attrs: { start_index: 1, limit_index: 4, stride: 2 } },
    { operands: [{ shape: [2, 4] }], attrs: { start_index: -2, axis: 1 } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const { shape } = x.aval;
    const axis = normalizeAxis(args['axis'] as number, shape.length);
    const size = shape[axis];
    const at = (i: number | null, otherwise: number): number => (i === null ? otherwise : i < 0 ? i + size : i);
    const [start, stop] = [at(args['start_index'] as number | null, 0), at(args['limit_index'] as number | null, size)];
    return b.slice(x, {
      start: shape.map((_d, i) => (i === axis ? start : 0)),
      stop: shape.map((d, i) => (i === axis ? stop : d)),
      step: shape.map((_d, i) => (i === axis ? (args['stride'] as number) : 1)),
    });
  },
});
