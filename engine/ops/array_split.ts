// One array cut into nearly equal parts.

import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { cutPoints, pieces } from '../families/manipulation.ts';
import type { AttrValue, Operand } from '../op.ts';

export const array_split = composite({
  name: 'array_split',
  family: 'structural',
  doc: {
    text: 'As split, but the parts of a number need not be equal: the first ones are longer by one.',
    source: 'numpy.array_split',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'indices_or_sections', kind: 'any', doc: 'A number of parts, or the indices to cut at.' },
    { name: 'axis', kind: 'int', default: 0 },
  ],
  results: 'list',
  samples: [{ operands: [{ shape: [5] }], attrs: { indices_or_sections: 3 } }],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const axis = normalizeAxis(args['axis'] as number, x.aval.shape.length);
    return pieces(b, x, axis, cutPoints(b, args['indices_or_sections'] as AttrValue, x.aval.shape[axis]));
  },
});
