// Zeros.

import type { Shape } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { dtypeOr, requireShape } from '../families/creation.ts';

export const zeros = composite({
  name: 'zeros',
  family: 'creation',
  doc: { text: 'An array of zeros.', source: 'Array API 2024.12, zeros' },
  params: [
    { name: 'shape', kind: 'shape' },
    { name: 'dtype', kind: 'dtype', default: null },
  ],
  samples: [
    { operands: [], attrs: { shape: [2, 3] } },
    { operands: [], attrs: { shape: [], dtype: 'int64' } },
    { operands: [], attrs: { shape: [0] } },
  ],
  body: (b, args) => b.zeros({ dtype: dtypeOr(b, args['dtype']), shape: requireShape(args['shape'] as Shape) }),
});
