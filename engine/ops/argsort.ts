// The order that sorts.

import { normalizeAxis, sizeOf } from '../ir/aval.ts';
import { allocate } from '../ir/tensor.ts';
import { withSize } from '../families/manipulation.ts';
import { forEachLine } from '../families/scan.ts';
import type { Attrs, Op, Operand } from '../op.ts';

export const argsort: Op = {
  name: 'argsort',
  family: 'searching',
  doc: {
    text: 'The indices that put the elements along an axis in order. Equal elements keep theirs; NaN counts as larger than every number.',
    source: 'Array API 2024.12, argsort',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axis', default: -1 },
    { name: 'descending', kind: 'bool', default: false, keyword: true },
    { name: 'stable', kind: 'bool', default: true, keyword: true, doc: 'Sorting is always stable.' },
  ],
  differentiable: 'no',
  samples: [
    { operands: [{ shape: [5] }] },
    { operands: [{ shape: [3, 2] }], attrs: { axis: 0, descending: true } },
    { operands: [{ shape: [2, 2] }], attrs: { axis: null } },
    { operands: [{ shape: [0] }] },
  ],
  call(b, args) {
    const flat = args['axis'] === null;
    const x = flat ? b.reshape(args['x'] as Operand, { shape: [-1] }) : b.lift(args['x'] as Operand);
    const axis = flat ? 0 : normalizeAxis(args['axis'] as number, x.aval.shape.length);
    return b.emitOne(argsort, [x], { axis, descending: args['descending'] === true });
  },
  primitive: {
    // `first`: so many of each line, where the compiler knows that no more are wanted.
    infer: ([x], attrs) => ({ dtype: 'int64', shape: shapeOf(x.shape, attrs), weak: false }),
    eval([x], attrs, [aval]) {
      const data = allocate('int64', sizeOf(aval.shape));
      const sign = attrs['descending'] === true ? -1 : 1;
      const axis = attrs['axis'] as number;
      const many = aval.shape[axis];
      forEachLine(x.shape, axis, (start, stride, n) => {
        const order = Array.from({ length: n }, (_, k) => k);
        order.sort((i, j) => sign * compare(x.data[start + i * stride], x.data[start + j * stride]));
        const block = n * stride;
        const to = Math.floor(start / block) * many * stride + (start % block);
        for (let k = 0; k < many; k++) data[to + k * stride] = BigInt(order[k]);
      });
      return { dtype: 'int64', shape: aval.shape, data };
    },
    kernel: (_inputs, _outputs, attrs) => ({
      kind: 'sort',
      axis: attrs['axis'] as number,
      descending: attrs['descending'] === true,
      first: attrs['first'] as number | undefined,
    }),
    laws: {
      first: (b, inputs, attrs, axis, count) =>
        axis === attrs['axis'] ? b.emitOne(argsort, inputs, { ...attrs, first: count }) : null,
    },
    batch: (b, { inputs, attrs }) => b.emitOne(argsort, inputs, { ...attrs, axis: (attrs['axis'] as number) + 1 }),
    flops: ([x], _outputs, attrs) =>
      sizeOf(x.shape) * Math.ceil(Math.log2(Math.max(2, x.shape[attrs['axis'] as number]))),
  },
};

/** NaN after everything; −0 and 0 are equal. */
function compare(p: number | bigint, q: number | bigint): number {
  if (p < q) return -1;
  if (p > q) return 1;
  return Number(p !== p) - Number(q !== q);
}

const shapeOf = (shape: readonly number[], { axis, first }: Attrs): readonly number[] =>
  first === undefined ? shape : withSize(shape, axis as number, first as number);
