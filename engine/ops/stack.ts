// Arrays of one shape joined along a new axis.

import { normalizeAxis, sameShape, showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const stack = composite({
  name: 'stack',
  family: 'structural',
  doc: { text: 'Joins arrays of one shape along a new axis.', source: 'Array API 2024.12, stack' },
  params: [
    { name: 'arrays', kind: 'tensors' },
    { name: 'axis', kind: 'int', default: 0 },
  ],
  samples: [
    { operands: [{ shape: [3] }, { shape: [3] }] },
    { operands: [{ shape: [2, 3] }, { shape: [2, 3] }], attrs: { axis: -1 } },
    { operands: [{ shape: [] }, { shape: [] }, { shape: [] }] },
  ],
  body(b, args) {
    const given = args['arrays'] as readonly Operand[];
    if (given.length === 0) fail('E_OP_ARITY', 'stack needs at least one array.');
    const xs = b.promote(given);
    const { shape } = xs[0].aval;
    xs.forEach((x, i) => {
      if (!sameShape(x.aval.shape, shape)) {
        fail(
          'E_SHAPE_MISMATCH',
          `Array ${i} is ${showAval(x.aval)} and array 0 is ${showAval(xs[0].aval)}: stack needs one shape.`,
          'concat joins along an axis they have.',
        );
      }
    });
    const axis = normalizeAxis(args['axis'] as number, shape.length + 1);
    return b.concat(
      xs.map((x) => b.expand_dims(x, { axis })),
      { axis },
    );
  },
});
