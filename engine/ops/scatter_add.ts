// Single elements added at indices along an axis, as PyTorch has it.

import { normalizeAxis, showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { scatterElements } from '../families/scatter.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const scatter_add = composite({
  name: 'scatter_add',
  family: 'indexing',
  doc: {
    text: 'x with each element of src that has an index added there along an axis. Duplicates add up.',
    source: 'torch.scatter_add',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'dim', kind: 'int' },
    { name: 'index', kind: 'tensor' },
    { name: 'src', kind: 'tensor' },
  ],
  samples: [
    {
      operands: [{ shape: [3, 2] }, { shape: [2, 2], dtype: 'int64', values: [2, 0, 2, 1] }, { shape: [2, 2] }],
      attrs: { dim: 0 },
    },
    { operands: [{ shape: [3] }, { shape: [2], dtype: 'int64', values: [2, 2] }, { shape: [4] }], attrs: { dim: 0 } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const index = b.lift(args['index'] as Operand);
    const src = b.cast(args['src'] as Operand, x.aval.dtype);
    const wanted = index.aval.shape;
    if (src.aval.shape.length !== wanted.length || wanted.some((d, i) => d > src.aval.shape[i])) {
      fail('E_SHAPE_MISMATCH', `src ${showAval(src.aval)} does not cover index ${showAval(index.aval)}.`);
    }
    const part = b.slice(src, { start: wanted.map(() => 0), stop: wanted });
    return scatterElements(b, x, index, part, normalizeAxis(args['dim'] as number, x.aval.shape.length, 'dim'), 'add');
  },
});
