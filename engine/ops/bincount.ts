// How often each integer occurs.

import { toNumbers } from '../ir/tensor.ts';
import { composite } from '../families/composite.ts';
import { requireSize } from '../families/creation.ts';
import { integerIndex } from '../families/indexing.ts';
import { knownTensor } from '../families/known.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const bincount = composite({
  name: 'bincount',
  family: 'indexing',
  doc: {
    text: 'How often each integer from 0 occurs in x, or the sum of the weights where it does. Without length x must be known.',
    source: 'jax.numpy.bincount',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'weights', kind: 'tensor', default: null },
    { name: 'minlength', kind: 'int', default: 0 },
    { name: 'length', kind: 'int', default: null, keyword: true },
  ],
  samples: [
    { operands: [{ shape: [4], dtype: 'int64', values: [0, 2, 0, 1] }, { shape: [4] }], attrs: { length: 4 } },
    { operands: [{ shape: [4], dtype: 'int64', values: [0, 2, 0, 1] }], attrs: { length: 3 } },
  ],
  body(b, args) {
    const x = b.ravel(integerIndex(b, args['x'] as Operand));
    let n = args['length'] as number | null;
    if (n === null) {
      const known = knownTensor(x);
      if (known === null)
        fail('E_ATTRIBUTE', 'bincount of integers that depend on data has no fixed shape.', 'length= gives it one.');
      n = toNumbers(known).reduce((m, i) => Math.max(m, i + 1), args['minlength'] as number);
    }
    requireSize(b, n, 'bincount');
    const weights =
      args['weights'] === null ? b.broadcast(b.cast(1n, 'int64'), x.aval.shape) : b.ravel(args['weights'] as Operand);
    return b.segment_sum(weights, x, { num_segments: n });
  },
});
