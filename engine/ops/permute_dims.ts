// Axes in another order.

import { normalizeAxis, stridesOf } from '../ir/aval.ts';
import { stridedOffsets, structural } from '../families/structural.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

const inverse = (axes: readonly number[]): number[] => axes.map((_a, i) => axes.indexOf(i));

export const permute_dims = structural({
  name: 'permute_dims',
  doc: { text: 'The axes in another order: axis i of the result is axis axes[i] of x.' },
  aliases: ['permute'],
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axes', kind: 'ints' },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }], attrs: { axes: [1, 0] } },
    { operands: [{ shape: [2, 3, 4] }], attrs: { axes: [2, 0, 1] } },
  ],
  call(b, args, emit) {
    const x = b.lift(args['x'] as Operand);
    const rank = x.aval.shape.length;
    const given = args['axes'] as number[];
    const axes = given.map((a) => normalizeAxis(a, rank));
    if (axes.length !== rank || new Set(axes).size !== rank) {
      fail('E_AXIS', `axes (${given.join(', ')}) is no order of the ${rank} axes of x: each must stand once.`);
    }
    return axes.every((a, i) => a === i) ? x : emit(x, { axes });
  },
  infer: (x, attrs) => ({ dtype: x.dtype, shape: (attrs['axes'] as number[]).map((a) => x.shape[a]) }),
  source(x, attrs, out) {
    const strides = stridesOf(x.shape);
    return stridedOffsets(
      out.shape,
      (attrs['axes'] as number[]).map((a) => strides[a]),
    );
  },
  view: (x, attrs, { shape }) => ({
    shape,
    strides: (attrs['axes'] as number[]).map((a) => x.strides[a]),
    offset: x.offset,
  }),
  transpose: (b, ct, _x, attrs) => b.permute_dims(ct, { axes: inverse(attrs['axes'] as number[]) }),
  batch: (b, x, attrs) => b.permute_dims(x, { axes: [0, ...(attrs['axes'] as number[]).map((a) => a + 1)] }),
  embeds: 'moves',
  bijective: true,
});
