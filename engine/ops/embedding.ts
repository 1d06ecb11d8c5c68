// Rows of a table, by number.

import { fail } from '../errors.ts';
import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { boundIndex } from '../families/indexing.ts';
import type { Operand } from '../op.ts';

export const embedding = composite({
  name: 'embedding',
  family: 'indexing',
  doc: {
    text: 'The rows of weight at the given indices; the derivative of the row padding_idx is zero.',
    source: 'torch.nn.functional.embedding',
  },
  params: [
    { name: 'x', kind: 'tensor', doc: 'Integers, of any shape.' },
    { name: 'weight', kind: 'tensor', doc: 'The table (rows, width).' },
    { name: 'padding_idx', kind: 'int', default: null, doc: 'A row that is not trained.' },
  ],
  samples: [
    { operands: [{ shape: [4], dtype: 'int64', values: [0, 2, 2, -1] }, { shape: [3, 2] }] },
    {
      operands: [{ shape: [2, 2], dtype: 'int64', values: [0, 2, 2, 0] }, { shape: [3, 2] }],
      attrs: { padding_idx: 1 },
    },
  ],
  body(b, args) {
    const weight = b.lift(args['weight'] as Operand);
    const rows = weight.aval.shape[0];
    if (weight.aval.shape.length !== 2) {
      fail('E_SHAPE_MISMATCH', `embedding needs a weight (rows, width), and it is ${showAval(weight.aval)}.`);
    }
    const index = boundIndex(b, args['x'] as Operand, rows, 0);
    const taken = b.gather(weight, index);
    const given = args['padding_idx'] as number | null;
    if (given === null) return taken;
    const padding = given < 0 ? given + rows : given;
    if (padding < 0 || padding >= rows) {
      fail('E_INDEX_OUT_OF_BOUNDS', `padding_idx=${given} is out of bounds for the ${rows} rows of weight.`);
    }
    const masked = b.reshape(b.equal(index, BigInt(padding)), { shape: [...index.aval.shape, 1] });
    return b.where(masked, b.stop_gradient(taken), taken);
  },
});
