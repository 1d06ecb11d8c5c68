// One element for every index along an axis.

import { broadcastShapes, normalizeAxis, showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import type { OutOfBounds } from '../families/indexing.ts';
import { boundIndex, gatherAlong } from '../families/indexing.ts';
import { withSize } from '../families/manipulation.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const take_along_axis = composite({
  name: 'take_along_axis',
  family: 'indexing',
  aliases: ['take_along_dim'],
  doc: {
    text: 'Picks along an axis with an index array of as many axes, as argsort and argmax make them; the other axes broadcast.',
    source: 'Array API 2024.12, take_along_axis',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'indices', kind: 'tensor' },
    { name: 'axis', kind: 'axis', default: -1 },
    { name: 'mode', kind: 'enum', values: ['error', 'clip', 'wrap'], default: 'error', keyword: true },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }, { shape: [2, 2], dtype: 'int64', values: [2, 0, 1, -1] }] },
    { operands: [{ shape: [3, 2] }, { shape: [1, 2], dtype: 'int64', values: [2, 0] }], attrs: { axis: 0 } },
    { operands: [{ shape: [2, 3] }, { shape: [3], dtype: 'int64', values: [5, 0, 0] }], attrs: { axis: null } },
    { operands: [{ shape: [2, 3] }, { shape: [1, 4], dtype: 'int64', values: [0, 1, 2, 0] }], attrs: { axis: 1 } },
  ],
  body(b, args) {
    const flat = args['axis'] === null;
    const x = flat ? b.ravel(args['x'] as Operand) : b.lift(args['x'] as Operand);
    const given = flat ? b.ravel(args['indices'] as Operand) : b.lift(args['indices'] as Operand);
    const rank = x.aval.shape.length;
    if (given.aval.shape.length !== rank) {
      fail(
        'E_SHAPE_MISMATCH',
        `take_along_axis needs as many axes in both: x is ${showAval(x.aval)}, indices ${showAval(given.aval)}.`,
      );
    }
    const axis = normalizeAxis((args['axis'] as number | null) ?? 0, rank);
    const index = boundIndex(b, given, x.aval.shape[axis], axis, args['mode'] as OutOfBounds);
    const others = broadcastShapes(
      [withSize(x.aval.shape, axis, 1), withSize(index.aval.shape, axis, 1)],
      ['x', 'indices'],
    );
    return gatherAlong(
      b,
      b.broadcast(x, withSize(others, axis, x.aval.shape[axis])),
      b.broadcast(index, withSize(others, axis, index.aval.shape[axis])),
      axis,
    );
  },
});
