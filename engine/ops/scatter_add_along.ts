// Slices added into an array at indices along one axis; duplicates add up.

import { showAval, sizeOf } from '../ir/aval.ts';
import { allocate } from '../ir/tensor.ts';
import { gatherLayout, scatterReads } from '../families/indexing.ts';
import { repeatFirst } from '../families/batching.ts';
import { invariant } from '../errors.ts';
import type { Attrs, Op, Operand } from '../op.ts';
import { accumulated, isZero } from '../families/sums.ts';

export const scatter_add_along: Op = {
  name: 'scatter_add_along',
  family: 'indexing',
  doc: { text: 'x with the slices of y added at the indices along one axis: the transpose of gather.' },
  internal: true,
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'index', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
    { name: 'axis', kind: 'int', default: 0 },
    { name: 'batch', kind: 'int', default: 0 },
  ],
  differentiable: 'yes',
  samples: [
    { operands: [{ shape: [4] }, { shape: [3], dtype: 'int64', values: [0, 3, 3] }, { shape: [3] }] },
    {
      operands: [{ shape: [2, 3] }, { shape: [2], dtype: 'int64', values: [2, 0] }, { shape: [2, 2] }],
      attrs: { axis: 1 },
    },
  ],
  call: (b, args) =>
    b.emitOne(
      scatter_add_along,
      [args['x'], args['index'], args['y']].map((v) => b.lift(v as Operand)),
      {
        axis: args['axis'] as number,
        batch: args['batch'] as number,
      },
    ),
  primitive: {
    infer([x, index, y], attrs) {
      const [axis, batch] = [attrs['axis'] as number, attrs['batch'] as number];
      const want = [...x.shape.slice(0, axis), ...index.shape.slice(batch), ...x.shape.slice(axis + 1)];
      invariant(y.shape.join() === want.join() && y.dtype === x.dtype, `scatter of ${showAval(y)} into ${showAval(x)}`);
      return { dtype: x.dtype, shape: x.shape, weak: false };
    },
    eval([x, index, y], attrs, [aval]) {
      const { outer, rows, size, count, width } = gatherLayout(
        x.shape,
        index.shape,
        attrs['axis'] as number,
        attrs['batch'] as number,
      );
      const data = allocate(aval.dtype, sizeOf(aval.shape));
      data.set(x.data as never);
      // As for every sum of bool that stays bool: "or".
      const isBool = aval.dtype === 'bool';
      let at = 0;
      for (let g = 0; g < outer; g++) {
        for (let r = 0; r < rows; r++) {
          for (let k = 0; k < count; k++) {
            const to = ((g * rows + r) * size + Number(index.data[g * count + k])) * width;
            for (let j = 0; j < width; j++) {
              if (isBool) (data as Uint8Array)[to + j] |= (y.data as Uint8Array)[at++];
              else (data as Float64Array)[to + j] += (y.data as Float64Array)[at++];
            }
          }
        }
      }
      return { dtype: aval.dtype, shape: aval.shape, data };
    },
    // The kernel has sums, and no "or".
    kernel: ([x, index], _outputs, attrs) =>
      x.dtype === 'bool'
        ? null
        : {
            kind: 'scatter',
            join: 'add',
            ...gatherLayout(x.shape, index.shape, attrs['axis'] as number, attrs['batch'] as number),
          },
    jvp: (b, { inputs: [x, index, y], tangents: [tx, , ty], attrs }) =>
      ty === null ? tx : b.emitOne(scatter_add_along, [tx ?? b.zeros(x.aval), index, ty ?? b.zeros(y.aval)], attrs),
    linear: [0, 2],
    transpose: (b, { node, cotangents: [ct], linear }) => [
      linear[0] ? ct! : null,
      null,
      linear[2]
        ? b.gather(ct!, node.inputs[1], { axis: node.attrs['axis'] as number, batch: node.attrs['batch'] as number })
        : null,
    ],
    reads: ({ inputs: [x, index], attrs, known }, operand) =>
      operand === 0
        ? {}
        : scatterReads(gatherLayout(x.shape, index.shape, attrs['axis'] as number, attrs['batch'] as number), known(1)),
    batch(b, { inputs, mapped, attrs, size }) {
      const [axis, batch] = [attrs['axis'] as number, attrs['batch'] as number];
      const [x, index, y] = inputs.map((v, i) =>
        mapped[i] || (i === 1 && batch === 0 && !mapped[1]) ? v : repeatFirst(b, v, size),
      );
      return b.emitOne(scatter_add_along, [x, index, y], {
        axis: axis + 1,
        batch: mapped[1] || batch > 0 ? batch + 1 : 0,
      });
    },
    accumulate(b, { inputs: [x, index, y], attrs }, onto) {
      const base = isZero(x) ? onto : accumulated(b, () => onto, x);
      if (base === null) return null;
      // What is added at the same places is added first.
      const { node } = base;
      if (node?.op === scatter_add_along && node.inputs[1] === index && sameAttrs(node.attrs, attrs)) {
        return b.emitOne(scatter_add_along, [node.inputs[0], index, b.add(node.inputs[2], y)], attrs);
      }
      return b.emitOne(scatter_add_along, [base, index, y], attrs);
    },
    // Into zeros it only places elements: each lands in one, the rest stay zero by structure.
    embedding(node) {
      const [x, index] = node.inputs;
      if (!isZero(x)) return null;
      return {
        operand: 2,
        zeros: true,
        gather: (b, d) =>
          b.gather(d, index, { axis: node.attrs['axis'] as number, batch: node.attrs['batch'] as number }),
      };
    },
  },
};

const sameAttrs = (a: Attrs, b: Attrs): boolean => a['axis'] === b['axis'] && a['batch'] === b['batch'];
