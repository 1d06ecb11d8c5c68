// Ones on a diagonal.

import { composite } from '../families/composite.ts';
import { dtypeOr, requireShape, requireSize, triangle } from '../families/creation.ts';

export const eye = composite({
  name: 'eye',
  family: 'creation',
  doc: {
    text: 'A matrix with ones on the k-th diagonal and zeros elsewhere, square by default.',
    source: 'Array API 2024.12, eye',
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
    { operands: [], attrs: { n_rows: 0 } },
  ],
  body(b, args) {
    const n = args['n_rows'] as number;
    const m = (args['n_cols'] as number | null) ?? n;
    requireShape([n, m]);
    requireSize(b, Math.max(n * m, n, m), 'eye');
    return b.cast(triangle(b, n, m, args['k'] as number, 'on'), dtypeOr(b, args['dtype']));
  },
});
