// Sums over segments.

import { showAval } from '../ir/aval.ts';
import { toNumbers } from '../ir/tensor.ts';
import { composite } from '../families/composite.ts';
import { boundIndex, integerIndex } from '../families/indexing.ts';
import { knownTensor } from '../families/known.ts';
import { scatterAlong } from '../families/scatter.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const segment_sum = composite({
  name: 'segment_sum',
  family: 'indexing',
  doc: {
    text: 'The slices of x along the first axis summed by the segment each belongs to; without num_segments the ids must be known.',
    source: 'jax.ops.segment_sum',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'segment_ids', kind: 'tensor' },
    { name: 'num_segments', kind: 'int', default: null },
  ],
  samples: [
    { operands: [{ shape: [4, 2] }, { shape: [4], dtype: 'int64', values: [0, 2, 0, 1] }], attrs: { num_segments: 4 } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const ids = integerIndex(b, args['segment_ids'] as Operand);
    if (ids.aval.shape.length !== 1 || ids.aval.shape[0] !== x.aval.shape[0]) {
      fail(
        'E_SHAPE_MISMATCH',
        `segment_ids ${showAval(ids.aval)} must name a segment for each slice of x ${showAval(x.aval)}.`,
      );
    }
    const known = args['num_segments'] === null ? knownTensor(ids) : null;
    if (args['num_segments'] === null && known === null) {
      fail('E_ATTRIBUTE', 'segment_sum of ids that depend on data has no fixed shape.', 'num_segments= gives it one.');
    }
    const n =
      known === null ? (args['num_segments'] as number) : toNumbers(known).reduce((m, id) => Math.max(m, id + 1), 0);
    if (n < 0) fail('E_ATTRIBUTE', `num_segments=${n} is no count.`);
    const zeros = b.zeros({ dtype: x.aval.dtype, shape: [n, ...x.aval.shape.slice(1)] });
    return scatterAlong(b, zeros, boundIndex(b, ids, n, 0), x, 0, 'add');
  },
});
