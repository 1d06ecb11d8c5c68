// Classes as unit vectors.

import { normalizeAxis, sizeOf } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { dtypeOr, iota, requireSize } from '../families/creation.ts';
import { integerIndex } from '../families/indexing.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const one_hot = composite({
  name: 'one_hot',
  family: 'creation',
  doc: {
    text: 'For each class index a vector with a one at that place, along a new axis; an index that is no class gives zeros.',
    source: 'jax.nn.one_hot',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'num_classes', kind: 'int' },
    { name: 'dtype', kind: 'dtype', default: null, keyword: true },
    { name: 'axis', kind: 'int', default: -1, keyword: true },
  ],
  differentiable: 'no',
  samples: [
    { operands: [{ shape: [3], dtype: 'int64', values: [0, 2, 5] }], attrs: { num_classes: 3 } },
    { operands: [{ shape: [2, 2], dtype: 'int64', values: [0, 1, -1, 1] }], attrs: { num_classes: 2, axis: 0 } },
    { operands: [{ shape: [], dtype: 'int64', values: [1] }], attrs: { num_classes: 2 } },
  ],
  body(b, args) {
    const x = integerIndex(b, args['x'] as Operand);
    const n = args['num_classes'] as number;
    if (n < 0) fail('E_ATTRIBUTE', `num_classes=${n} is no number of classes.`);
    requireSize(b, sizeOf(x.aval.shape) * n, 'one_hot');
    const axis = normalizeAxis(args['axis'] as number, x.aval.shape.length + 1);
    const each = b.expand_dims(x, { axis });
    const classes = b.reshape(iota(b, n), { shape: each.aval.shape.map((_d, i) => (i === axis ? n : 1)) });
    return b.cast(b.equal(each, classes), dtypeOr(b, args['dtype']));
  },
});
