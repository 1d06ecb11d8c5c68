// Repetition along axes, by NumPy's broadcasting.

import { broadcastShapes, sameShape, showShape, stridesOf } from '../ir/aval.ts';
import { unpadded } from '../families/padding.ts';
import { stridedOffsets, structural } from '../families/structural.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const broadcast_to = structural({
  name: 'broadcast_to',
  doc: { text: 'Repeats the array to a shape it broadcasts to.' },
  aliases: ['expand'],
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'shape', kind: 'shape' },
  ],
  samples: [
    { operands: [{ shape: [3] }], attrs: { shape: [2, 3] } },
    { operands: [{ shape: [2, 1, 3] }], attrs: { shape: [2, 4, 3] } },
    { operands: [{ shape: [] }], attrs: { shape: [2, 2] } },
  ],
  call(b, args, emit) {
    const x = b.lift(args['x'] as Operand);
    const shape = args['shape'] as number[];
    return sameShape(x.aval.shape, shape) ? x : emit(x, { shape });
  },
  infer(x, attrs) {
    const shape = attrs['shape'] as number[];
    if (!sameShape(broadcastShapes([x.shape, shape], ['x', 'shape']), shape)) {
      fail('E_SHAPE_MISMATCH', `x of shape ${showShape(x.shape)} does not broadcast to ${showShape(shape)}.`);
    }
    return { dtype: x.dtype, shape };
  },
  source(x, _attrs, out) {
    const lead = out.shape.length - x.shape.length;
    const own = stridesOf(x.shape);
    const strides = out.shape.map((_d, i) => (i < lead || x.shape[i - lead] === 1 ? 0 : own[i - lead]));
    return stridedOffsets(out.shape, strides);
  },
  view(x, _attrs, { shape }) {
    const lead = shape.length - x.shape.length;
    return {
      shape,
      strides: shape.map((_d, i) => (i < lead || x.shape[i - lead] === 1 ? 0 : x.strides[i - lead])),
      offset: x.offset,
    };
  },
  transpose(b, ct, x) {
    const lead = ct.aval.shape.length - x.shape.length;
    const axes = ct.aval.shape
      .map((_d, i) => i)
      .filter((i) => i < lead || (x.shape[i - lead] === 1 && ct.aval.shape[i] !== 1));
    const summed = axes.length === 0 ? ct : b.sum(unpadded(ct, axes), { axis: axes });
    return b.reshape(summed, { shape: x.shape });
  },
  batch(b, x, attrs, size) {
    const shape = attrs['shape'] as number[];
    const own = x.aval.shape.slice(1);
    const padded = [size, ...new Array<number>(shape.length - own.length).fill(1), ...own];
    return b.broadcast(b.reshape(x, { shape: padded }), [size, ...shape]);
  },
  embeds: 'repeats',
});
