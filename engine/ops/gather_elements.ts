// One element for every index along an axis, from the leading part of the others.

import { normalizeAxis, showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { boundIndex, gatherAlong } from '../families/indexing.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const gather_elements = composite({
  name: 'gather_elements',
  family: 'indexing',
  doc: {
    text: 'Picks along an axis with an index array of as many axes; on the others it may be shorter than x, and then reads its beginning.',
    source: 'torch.gather; ONNX GatherElements-13',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'indices', kind: 'tensor' },
    { name: 'axis', kind: 'int', default: 0 },
  ],
  samples: [
    { operands: [{ shape: [3, 2] }, { shape: [2, 1], dtype: 'int64', values: [2, 0] }] },
    {
      operands: [{ shape: [2, 3] }, { shape: [2, 4], dtype: 'int64', values: [0, 1, 2, 0, -1, 1, 1, 1] }],
      attrs: { axis: 1 },
    },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const { shape } = x.aval;
    const wanted = b.avalOf(args['indices'] as Operand);
    const axis = normalizeAxis(args['axis'] as number, shape.length);
    if (wanted.shape.length !== shape.length || wanted.shape.some((d, i) => i !== axis && d > shape[i])) {
      fail(
        'E_SHAPE_MISMATCH',
        `indices ${showAval(wanted)} reach beyond x ${showAval(x.aval)} on an axis other than ${axis}.`,
      );
    }
    const index = boundIndex(b, args['indices'] as Operand, shape[axis], axis);
    const part = b.slice(x, {
      start: shape.map(() => 0),
      stop: shape.map((d, i) => (i === axis ? d : wanted.shape[i])),
    });
    return gatherAlong(b, part, index, axis);
  },
});
