// An array whose elements do not matter.

import type { Shape } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { dtypeOr, requireShape } from '../families/creation.ts';

export const empty = composite({
  name: 'empty',
  family: 'creation',
  doc: {
    text: 'An array to be written to; it holds zeros, so that the same request gives the same bits.',
    source: 'Array API 2024.12, empty',
  },
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
