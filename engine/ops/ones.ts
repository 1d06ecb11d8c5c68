// Ones.

import type { Shape } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { dtypeOr, requireShape } from '../families/creation.ts';

export const ones = composite({
  name: 'ones',
  family: 'creation',
  doc: { text: 'An array of ones.', source: 'Array API 2024.12, ones' },
  params: [
    { name: 'shape', kind: 'shape' },
    { name: 'dtype', kind: 'dtype', default: null },
  ],
  samples: [
    { operands: [], attrs: { shape: [2, 3] } },
    { operands: [], attrs: { shape: [], dtype: 'int64' } },
    { operands: [], attrs: { shape: [0] } },
  ],
  body: (b, args) => b.broadcast(b.cast(1, dtypeOr(b, args['dtype'])), requireShape(args['shape'] as Shape)),
});
