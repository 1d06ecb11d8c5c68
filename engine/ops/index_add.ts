// Slices added at indices along an axis, as PyTorch has it.

import { broadcastShapes, normalizeAxis, sameShape, showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { boundIndex } from '../families/indexing.ts';
import { withSize } from '../families/manipulation.ts';
import { scatterAlong } from '../families/scatter.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const index_add = composite({
  name: 'index_add',
  family: 'indexing',
  doc: {
    text: 'x with the slices of source, scaled, added at indices along an axis. Duplicates add up.',
    math: 'x[index[i]] += α source[i]',
    source: 'torch.index_add',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'dim', kind: 'int' },
    { name: 'index', kind: 'tensor' },
    { name: 'source', kind: 'tensor' },
    { name: 'alpha', kind: 'tensor', default: 1, keyword: true },
  ],
  samples: [
    {
      operands: [{ shape: [3, 2] }, { shape: [2], dtype: 'int64', values: [2, 2] }, { shape: [2, 2] }],
      attrs: { dim: 0 },
    },
    {
      operands: [{ shape: [2, 3] }, { shape: [2], dtype: 'int64', values: [0, -1] }, { shape: [2, 2] }],
      attrs: { dim: 1 },
    },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const dim = normalizeAxis(args['dim'] as number, x.aval.shape.length, 'dim');
    const index = b.ravel(boundIndex(b, args['index'] as Operand, x.aval.shape[dim], dim));
    const scaled =
      args['alpha'] === 1
        ? b.lift(args['source'] as Operand)
        : b.multiply(args['source'] as Operand, args['alpha'] as Operand);
    const source = b.cast(scaled, x.aval.dtype);
    const want = withSize(x.aval.shape, dim, index.aval.shape[0]);
    if (!sameShape(broadcastShapes([source.aval.shape, want], ['source', 'x[index]']), want)) {
      fail('E_SHAPE_MISMATCH', `source ${showAval(source.aval)} does not broadcast to (${want.join(', ')}).`);
    }
    return scatterAlong(b, x, index, b.broadcast(source, want), dim, 'add');
  },
});
