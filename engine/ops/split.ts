// One array cut into several along an axis.

import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { cutPoints, pieces } from '../families/manipulation.ts';
import { fail } from '../errors.ts';
import type { AttrValue, Operand } from '../op.ts';

export const split = composite({
  name: 'split',
  family: 'structural',
  doc: {
    text: 'Cuts along an axis: into a number of equal parts, or before each index of a list.',
    source: 'numpy.split',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'indices_or_sections', kind: 'any', doc: 'A number of parts, or the indices to cut at.' },
    { name: 'axis', kind: 'int', default: 0 },
  ],
  results: 'list',
  samples: [
    { operands: [{ shape: [4] }], attrs: { indices_or_sections: 2 } },
    { operands: [{ shape: [2, 5] }], attrs: { indices_or_sections: [1, 3], axis: 1 } },
    { operands: [{ shape: [3] }], attrs: { indices_or_sections: [0, -1, 7] } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const axis = normalizeAxis(args['axis'] as number, x.aval.shape.length);
    const size = x.aval.shape[axis];
    const given = args['indices_or_sections'] as AttrValue;
    if (typeof given === 'number' && given > 0 && size % given !== 0) {
      fail(
        'E_SHAPE_MISMATCH',
        `Axis ${axis} of size ${size} cannot be cut into ${given} equal parts.`,
        'array_split allows parts that differ by one; a list gives the places to cut.',
      );
    }
    return pieces(b, x, axis, cutPoints(b, given, size));
  },
});
