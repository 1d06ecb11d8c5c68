// Where a running maximum or minimum comes from.

import { allocate } from '../ir/tensor.ts';
import { sizeOf } from '../ir/aval.ts';
import { forEachLine, lineOperand } from '../families/scan.ts';
import type { Op } from '../op.ts';

export const cumulative_argextremum: Op = {
  name: 'cumulative_argextremum',
  family: 'scan',
  doc: {
    text: 'For each element along an axis, the latest index up to it that attains the maximum (or minimum) so far; NaN wins.',
  },
  internal: true,
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'int' },
    { name: 'kind', kind: 'enum', values: ['max', 'min'] },
  ],
  differentiable: 'no',
  samples: [
    { operands: [{ shape: [4], values: [1, 1, 0, 1] }], attrs: { axis: 0, kind: 'max' } },
    { operands: [{ shape: [2, 3] }], attrs: { axis: 1, kind: 'min' } },
  ],
  call(b, args) {
    const { x, axis } = lineOperand(b, args);
    return b.emitOne(cumulative_argextremum, [x], { axis, kind: args['kind'] as string });
  },
  primitive: {
    infer: ([x]) => ({ dtype: 'int64', shape: x.shape, weak: false }),
    eval([x], attrs, [aval]) {
      const data = allocate('int64', sizeOf(aval.shape));
      const larger = attrs['kind'] === 'max';
      forEachLine(x.shape, attrs['axis'] as number, (start, stride, n) => {
        let best = 0;
        for (let k = 0; k < n; k++) {
          const [old, next] = [x.data[start + best * stride], x.data[start + k * stride]];
          const attains = old === old && (larger ? next >= old : next <= old);
          if (attains || next !== next) best = k;
          data[start + k * stride] = BigInt(best);
        }
      });
      return { dtype: 'int64', shape: aval.shape, data };
    },
    kernel: (_inputs, _outputs, attrs) => ({
      kind: 'argextremum',
      axis: attrs['axis'] as number,
      larger: attrs['kind'] === 'max',
      running: true,
    }),
    batch: (b, { inputs, attrs }) =>
      b.emitOne(cumulative_argextremum, inputs, { ...attrs, axis: (attrs['axis'] as number) + 1 }),
  },
};
