// Reversed order along axes.

import { normalizeAxes, stridesOf } from '../ir/aval.ts';
import { stridedOffsets, structural } from '../families/structural.ts';
import type { Operand } from '../op.ts';

export const flip = structural({
  name: 'flip',
  doc: { text: 'Elements in reverse order along the given axes (all by default).' },
  aliases: ['rev'],
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
  ],
  samples: [{ operands: [{ shape: [4] }] }, { operands: [{ shape: [2, 3] }], attrs: { axis: -1 } }],
  call(b, args, emit) {
    const x = b.lift(args['x'] as Operand);
    const axes = normalizeAxes(args['axis'] as number | number[] | null, x.aval.shape.length);
    return axes.length === 0 ? x : emit(x, { axis: axes });
  },
  infer: (x) => x,
  source(x, attrs) {
    const axes = attrs['axis'] as number[];
    const strides = stridesOf(x.shape);
    const start = axes.reduce((at, a) => at + strides[a] * (x.shape[a] - 1), 0);
    return stridedOffsets(
      x.shape,
      strides.map((s, i) => (axes.includes(i) ? -s : s)),
      start,
    );
  },
  view(x, attrs, { shape }) {
    const axes = attrs['axis'] as number[];
    return {
      shape,
      strides: x.strides.map((s, i) => (axes.includes(i) ? -s : s)),
      offset: axes.reduce((at, a) => at + x.strides[a] * Math.max(0, shape[a] - 1), x.offset),
    };
  },
  transpose: (b, ct, _x, attrs) => b.flip(ct, { axis: attrs['axis'] as number[] }),
  batch: (b, x, attrs) => b.flip(x, { axis: (attrs['axis'] as number[]).map((a) => a + 1) }),
  embeds: 'moves',
});
