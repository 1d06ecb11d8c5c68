// The shape of an array, as integers.

import { composite } from '../families/composite.ts';
import { integers } from '../families/creation.ts';
import type { Operand } from '../op.ts';

export const shape = composite({
  name: 'shape',
  family: 'structural',
  doc: {
    text: 'The sizes of the axes from `start` up to `end`, a constant: shapes are static.',
    source: 'ONNX Shape-15',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'start', kind: 'int', default: 0, keyword: true },
    { name: 'end', kind: 'int', default: null, keyword: true },
  ],
  differentiable: 'no',
  samples: [
    { operands: [{ shape: [2, 3] }] },
    { operands: [{ shape: [] }] },
    { operands: [{ shape: [2, 3, 4] }], attrs: { start: 1, end: -1 } },
  ],
  body(b, args) {
    const sizes = b.avalOf(args['x'] as Operand).shape;
    return integers(b, sizes.slice(args['start'] as number, (args['end'] as number | null) ?? undefined));
  },
});
