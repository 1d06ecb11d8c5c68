// The larger (or smaller) of an array and updates at indices along one axis.

import { showAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { allocate } from '../ir/tensor.ts';
import { repeatFirst } from '../families/batching.ts';
import { gatherLayout } from '../families/indexing.ts';
import { invariant } from '../errors.ts';
import type { Op, Operand } from '../op.ts';

export const scatter_extremum: Op = {
  name: 'scatter_extremum',
  family: 'indexing',
  doc: {
    text: 'x with the slices of y taken in at indices along one axis where they are larger (kind max) or smaller (min). All that attain the result share its gradient evenly.',
  },
  internal: true,
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'index', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
    { name: 'axis', kind: 'int', default: 0 },
    { name: 'batch', kind: 'int', default: 0 },
    { name: 'kind', kind: 'enum', values: ['max', 'min'], default: 'max' },
  ],
  differentiable: 'yes',
  samples: [
    { operands: [{ shape: [4] }, { shape: [3], dtype: 'int64', values: [0, 3, 3] }, { shape: [3] }] },
    {
      operands: [{ shape: [2, 3] }, { shape: [2], dtype: 'int64', values: [2, 0] }, { shape: [2, 2] }],
      attrs: { axis: 1, kind: 'min' },
    },
  ],
  call: (b, args) =>
    b.emitOne(
      scatter_extremum,
      [args['x'], args['index'], args['y']].map((v) => b.lift(v as Operand)),
      { axis: args['axis'] as number, batch: args['batch'] as number, kind: args['kind'] as string },
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
      const larger = attrs['kind'] === 'max';
      const data = allocate(aval.dtype, sizeOf(aval.shape));
      data.set(x.data as never);
      let at = 0;
      for (let g = 0; g < outer; g++) {
        for (let r = 0; r < rows; r++) {
          for (let k = 0; k < count; k++) {
            const to = ((g * rows + r) * size + Number(index.data[g * count + k])) * width;
            for (let j = 0; j < width; j++) {
              const [old, next] = [data[to + j], y.data[at++]];
              // NaN differs from itself, and wins.
              if ((larger ? next > old : next < old) || next !== next) data[to + j] = next;
            }
          }
        }
      }
      return { dtype: aval.dtype, shape: aval.shape, data };
    },
    kernel: ([x, index], _outputs, attrs) => ({
      kind: 'scatter',
      join: attrs['kind'] as 'max' | 'min',
      ...gatherLayout(x.shape, index.shape, attrs['axis'] as number, attrs['batch'] as number),
    }),
    jvp(b, { inputs: [x, index, y], outputs: [z], tangents: [tx, , ty], attrs }) {
      const place = { axis: attrs['axis'] as number, batch: attrs['batch'] as number };
      const best = b.gather(z, index, place);
      const [hitX, hitY] = [attains(b, x, z), attains(b, y, best)];
      const { dtype } = x.aval;
      const hits = b.scatter_add_along(b.cast(hitX, dtype), index, b.cast(hitY, dtype), place);
      const shared = (hit: Value, t: Value, n: Value): Value => b.where(hit, b.divide(t, n), b.zeros(t.aval));
      return b.addAll([
        tx === null ? null : shared(hitX, tx, hits),
        ty === null
          ? null
          : b.scatter_add_along(b.zeros(x.aval), index, shared(hitY, ty, b.gather(hits, index, place)), place),
      ]);
    },
    batch(b, { inputs, mapped, attrs, size }) {
      const [axis, batch] = [attrs['axis'] as number, attrs['batch'] as number];
      const [x, index, y] = inputs.map((v, i) =>
        mapped[i] || (i === 1 && batch === 0 && !mapped[1]) ? v : repeatFirst(b, v, size),
      );
      return b.emitOne(scatter_extremum, [x, index, y], {
        ...attrs,
        axis: axis + 1,
        batch: mapped[1] || batch > 0 ? batch + 1 : 0,
      });
    },
  },
};

/** Where v attains the result; where that is NaN, where v is NaN. */
const attains = (b: Builder, v: Value, best: Value): Value => b.where(b.isnan(best), b.isnan(v), b.equal(v, best));
