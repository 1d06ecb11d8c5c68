// Slices of an array picked by index along one axis; duplicates are allowed.

import { showAval, sizeOf } from '../ir/aval.ts';
import { allocate } from '../ir/tensor.ts';
import { gatherLayout, gatherReads } from '../families/indexing.ts';
import { repeatFirst } from '../families/batching.ts';
import { along } from '../families/manipulation.ts';
import { invariant } from '../errors.ts';
import type { Op, Operand } from '../op.ts';

export const gather: Op = {
  name: 'gather',
  family: 'indexing',
  doc: {
    text:
      'x indexed along one axis by integers of any shape, which takes the place of the axis. The indices are already within bounds; ' +
      'the leading `batch` axes of both are paired.',
  },
  internal: true,
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'index', kind: 'tensor' },
    { name: 'axis', kind: 'int', default: 0 },
    { name: 'batch', kind: 'int', default: 0 },
  ],
  differentiable: 'yes',
  samples: [
    { operands: [{ shape: [4] }, { shape: [5], dtype: 'int64', values: [0, 3, 3, 1, 0] }] },
    { operands: [{ shape: [2, 3, 2] }, { shape: [2, 2], dtype: 'int64', values: [2, 0, 1, 1] }], attrs: { axis: 1 } },
    {
      operands: [{ shape: [2, 3] }, { shape: [2, 2], dtype: 'int64', values: [2, 0, 1, 1] }],
      attrs: { axis: 1, batch: 1 },
    },
  ],
  call: (b, args) =>
    b.emitOne(gather, [b.lift(args['x'] as Operand), b.lift(args['index'] as Operand)], {
      axis: args['axis'] as number,
      batch: args['batch'] as number,
    }),
  primitive: {
    infer([x, index], attrs) {
      const [axis, batch] = [attrs['axis'] as number, attrs['batch'] as number];
      invariant(axis >= batch && axis < x.shape.length, `gather along axis ${axis} of ${showAval(x)}`);
      return {
        dtype: x.dtype,
        shape: [...x.shape.slice(0, axis), ...index.shape.slice(batch), ...x.shape.slice(axis + 1)],
        weak: x.weak ?? false,
      };
    },
    eval([x, index], attrs, [aval]) {
      const { outer, rows, size, count, width } = gatherLayout(
        x.shape,
        index.shape,
        attrs['axis'] as number,
        attrs['batch'] as number,
      );
      const data = allocate(aval.dtype, sizeOf(aval.shape));
      let at = 0;
      for (let g = 0; g < outer; g++) {
        for (let r = 0; r < rows; r++) {
          for (let k = 0; k < count; k++) {
            const from = ((g * rows + r) * size + Number(index.data[g * count + k])) * width;
            for (let j = 0; j < width; j++) data[at++] = x.data[from + j];
          }
        }
      }
      return { dtype: aval.dtype, shape: aval.shape, data };
    },
    jvp: (b, { inputs: [, index], tangents, attrs }) => b.emitOne(gather, [tangents[0]!, index], attrs),
    linear: [0],
    repeats: 0,
    transpose: (b, { node, cotangents }) => [
      b.scatter_add_along(b.zeros(node.inputs[0].aval), node.inputs[1], cotangents[0]!, {
        axis: node.attrs['axis'] as number,
        batch: node.attrs['batch'] as number,
      }),
      null,
    ],
    reads: ({ inputs: [x, index], attrs, known }) =>
      gatherReads(gatherLayout(x.shape, index.shape, attrs['axis'] as number, attrs['batch'] as number), known(1)),
    batch(b, { inputs: [x, index], mapped, attrs, size }) {
      const [axis, batch] = [attrs['axis'] as number, attrs['batch'] as number];
      if (!mapped[1] && batch === 0) return b.emitOne(gather, [x, index], { axis: axis + 1, batch: 0 });
      return b.emitOne(
        gather,
        [mapped[0] ? x : repeatFirst(b, x, size), mapped[1] ? index : repeatFirst(b, index, size)],
        {
          axis: axis + 1,
          batch: batch + 1,
        },
      );
    },
    kernel: ([x, index], _outputs, attrs) => ({
      kind: 'gather',
      ...gatherLayout(x.shape, index.shape, attrs['axis'] as number, attrs['batch'] as number),
    }),
    laws: {
      first(b, [x, index], attrs, axis, count) {
        const at = (attrs['batch'] as number) + axis - (attrs['axis'] as number);
        if (at < (attrs['batch'] as number) || at >= index.aval.shape.length) return null;
        return b.emitOne(gather, [x, along(b, index, at, 0, count)], attrs);
      },
    },
    flops: () => 0,
  },
};
