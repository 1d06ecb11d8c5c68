// Single elements written at indices along an axis.

import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { onnxReductions, scatterElements, scatterModeOf } from '../families/scatter.ts';
import type { Operand } from '../op.ts';

export const scatter_elements = composite({
  name: 'scatter_elements',
  family: 'indexing',
  doc: {
    text: 'x with each element of updates put (none) or combined at its own index along an axis, and at its own place on the others. Of several that are put in one place the last wins.',
    source: 'ONNX ScatterElements-18; torch.scatter',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'indices', kind: 'tensor' },
    { name: 'updates', kind: 'tensor' },
    { name: 'axis', kind: 'int', default: 0 },
    { name: 'reduction', kind: 'enum', values: onnxReductions, default: 'none' },
  ],
  samples: [
    { operands: [{ shape: [3, 2] }, { shape: [2, 1], dtype: 'int64', values: [2, 0] }, { shape: [2, 1] }] },
    {
      operands: [{ shape: [2, 3] }, { shape: [2, 2], dtype: 'int64', values: [0, 0, -1, 1] }, { shape: [2, 2] }],
      attrs: { axis: 1, reduction: 'add' },
    },
    {
      operands: [{ shape: [3] }, { shape: [3], dtype: 'int64', values: [0, 0, 1] }, { shape: [3] }],
      attrs: { reduction: 'mul' },
    },
    {
      operands: [{ shape: [3] }, { shape: [3], dtype: 'int64', values: [0, 0, 1] }, { shape: [3] }],
      attrs: { reduction: 'min' },
    },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const axis = normalizeAxis(args['axis'] as number, x.aval.shape.length);
    const mode = scatterModeOf(args['reduction'] as string);
    return scatterElements(
      b,
      x,
      args['indices'] as Operand,
      b.cast(args['updates'] as Operand, x.aval.dtype),
      axis,
      mode,
    );
  },
});
