// Slices written over those of an array at indices along one axis; of several updates of one place the last stays.

import { sameAval, showAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Node, Value } from '../ir/graph.ts';
import { allocate } from '../ir/tensor.ts';
import { iotaAlong } from '../families/creation.ts';
import { gatherLayout, lastWritten, scatterReads } from '../families/indexing.ts';
import { folded } from '../families/known.ts';
import { isZero } from '../families/sums.ts';
import { repeatFirst } from '../families/batching.ts';
import { invariant } from '../errors.ts';
import type { Attrs, Op, Operand } from '../op.ts';

export const scatter_set_along: Op = {
  name: 'scatter_set_along',
  family: 'indexing',
  doc: {
    text: 'x with the slices of y in place of those at the indices along one axis; of several for one place the last.',
  },
  internal: true,
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'index', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
    { name: 'axis', kind: 'int', default: 0 },
    { name: 'batch', kind: 'int', default: 0 },
    { name: 'distinct', kind: 'bool', default: false, doc: 'No place is named twice.' },
  ],
  differentiable: 'yes',
  samples: [
    { operands: [{ shape: [4] }, { shape: [3], dtype: 'int64', values: [0, 3, 3] }, { shape: [3] }] },
    {
      operands: [{ shape: [2, 3] }, { shape: [2], dtype: 'int64', values: [2, 0] }, { shape: [2, 2] }],
      attrs: { axis: 1 },
    },
    { operands: [{ shape: [3, 2] }, { shape: [], dtype: 'int64', values: [1] }, { shape: [2] }] },
  ],
  call: (b, args) =>
    b.emitOne(
      scatter_set_along,
      [args['x'], args['index'], args['y']].map((v) => b.lift(v as Operand)),
      { axis: args['axis'] as number, batch: args['batch'] as number, distinct: args['distinct'] === true },
    ),
  primitive: {
    infer([x, index, y], attrs) {
      const { axis, batch } = axesOf(attrs);
      const shape = [...x.shape.slice(0, axis), ...index.shape.slice(batch), ...x.shape.slice(axis + 1)];
      invariant(sameAval({ ...y, weak: false }, { dtype: x.dtype, shape }), `${showAval(y)} set in ${showAval(x)}`);
      return { dtype: x.dtype, shape: x.shape, weak: false };
    },
    eval([x, index, y], attrs, [aval]) {
      const { axis, batch } = axesOf(attrs);
      const { outer, rows, size, count, width } = gatherLayout(x.shape, index.shape, axis, batch);
      const data = allocate(aval.dtype, sizeOf(aval.shape));
      data.set(x.data as never);
      let at = 0;
      for (let g = 0; g < outer; g++) {
        for (let r = 0; r < rows; r++) {
          for (let k = 0; k < count; k++) {
            const to = ((g * rows + r) * size + Number(index.data[g * count + k])) * width;
            for (let j = 0; j < width; j++) data[to + j] = y.data[at++];
          }
        }
      }
      return { dtype: aval.dtype, shape: aval.shape, data };
    },
    kernel: ([x, index], _outputs, attrs) => {
      const { axis, batch } = axesOf(attrs);
      return { kind: 'scatter', join: 'set', ...gatherLayout(x.shape, index.shape, axis, batch) };
    },
    jvp: (b, { inputs: [x, index, y], tangents: [tx, , ty], attrs }) =>
      b.emitOne(scatter_set_along, [tx ?? b.zeros(x.aval), index, ty ?? b.zeros(y.aval)], attrs),
    linear: [0, 2],
    transpose: (b, { node, cotangents: [ct], linear }) => [
      linear[0] ? b.emitOne(scatter_set_along, [ct!, node.inputs[1], b.zeros(node.inputs[2].aval)], node.attrs) : null,
      null,
      linear[2] ? written(b, node, ct!) : null,
    ],
    reads: ({ inputs: [x, index], attrs, known }, operand) => {
      const { axis, batch } = axesOf(attrs);
      const layout = gatherLayout(x.shape, index.shape, axis, batch);
      const places = known(1);
      if (places === null) return operand === 0 ? {} : scatterReads(layout, null);
      const last = lastWritten(layout, places);
      return { at: operand === 0 ? last.map((from, i) => (from < 0 ? i : -1)) : last };
    },
    batch(b, { inputs, mapped, attrs, size }) {
      const { axis, batch } = axesOf(attrs);
      const [x, index, y] = inputs.map((v, i) =>
        mapped[i] || (i === 1 && batch === 0 && !mapped[1]) ? v : repeatFirst(b, v, size),
      );
      return b.emitOne(scatter_set_along, [x, index, y], {
        axis: axis + 1,
        batch: mapped[1] || batch > 0 ? batch + 1 : 0,
        distinct: attrs['distinct'],
      });
    },
    // Zeros written over a part are zero by structure, and so is what surrounds a part that is written into zeros.
    embedding(node) {
      const [x, index, y] = node.inputs;
      if (isZero(y)) {
        return {
          operand: 0,
          zeros: true,
          gather: (b, d) => b.emitOne(scatter_set_along, [d, index, b.fill(y.aval, 1)], node.attrs),
        };
      }
      if (!isZero(x) || !isSingle(node)) return null;
      return { operand: 2, zeros: true, gather: (b, d) => b.gather(d, index, axesOf(node.attrs)) };
    },
    flops: () => 0,
  },
};

const axesOf = (attrs: Attrs): { axis: number; batch: number } => ({
  axis: attrs['axis'] as number,
  batch: attrs['batch'] as number,
});

/** Whether no place is written twice: there is one index for each of the paired groups, or they are said to be distinct. */
const isSingle = ({ inputs: [, index], attrs }: Node): boolean =>
  attrs['distinct'] === true || sizeOf(index.aval.shape.slice(axesOf(attrs).batch)) === 1;

/** What has come of each slice of y: the cotangent of its place, zero where another was written over it. */
function written(b: Builder, node: Node, ct: Value): Value {
  const [x, index, y] = node.inputs;
  const { axis, batch } = axesOf(node.attrs);
  const picked = b.gather(ct, index, { axis, batch });
  if (isSingle(node)) return picked;
  const lead = index.aval.shape.slice(0, batch);
  const count = sizeOf(index.aval.shape.slice(batch));
  const flat = folded(b, b.reshape(index, { shape: [...lead, count] }));
  const writer = folded(b, b.last_writer(flat, { size: x.aval.shape[axis] }));
  const last = folded(b, b.gather(writer, flat, { axis: batch, batch }));
  const stays = folded(b, b.equal(last, iotaAlong(b, flat.aval.shape, batch)));
  const { shape } = y.aval;
  const over = [...lead, ...shape.slice(batch, axis).map(() => 1), ...index.aval.shape.slice(batch)];
  const mask = b.reshape(stays, { shape: [...over, ...shape.slice(over.length).map(() => 1)] });
  return b.where(b.broadcast(mask, shape), picked, b.zeros(y.aval));
}
