// Ones on and below a diagonal.

import { composite } from '../families/composite.ts';
import { dtypeOr, requireShape, requireSize, triangle } from '../families/creation.ts';

export const tri = composite({
  name: 'tri',
  family: 'creation',
  doc: {
    text: 'A matrix with ones on and below the k-th diagonal and zeros above, square by default.',
    source: 'numpy.tri',
  },
  params: [
    { name: 'n_rows', kind: 'int' },
    { name: 'n_cols', kind: 'int', default: null },
    { name: 'k', kind: 'int', default: 0 },
    { name: 'dtype', kind: 'dtype', default: null },
  ],
  samples: [
    { operands: [], attrs: { n_rows: 3 } },
    { operands: [], attrs: { n_rows: 2, n_cols: 4, k: 1 } },
  ],
  body(b, args) {
    const n = args['n_rows'] as number;
    const m = (args['n_cols'] as number | null) ?? n;
    requireShape([n, m]);
    requireSize(b, Math.max(n * m, n, m), 'tri');
    return b.cast(triangle(b, n, m, args['k'] as number, 'lower'), dtypeOr(b, args['dtype']));
  },
});
