// Zeros around and between the elements: the transpose of a slice.

import { stridesOf } from '../ir/aval.ts';
import { stridedOffsets, structural } from '../families/structural.ts';
import { sizeOf } from '../ir/aval.ts';
import type { Operand } from '../op.ts';

const list = (value: unknown): number[] => value as number[];

export const zero_pad = structural({
  name: 'zero_pad',
  doc: {
    text: 'Zeros before (low), after (high) and between (interior) the elements on every axis.',
    source: 'jax.lax.pad with a padding value of zero and no negative padding',
  },
  internal: true,
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'low', kind: 'ints' },
    { name: 'high', kind: 'ints' },
    { name: 'interior', kind: 'ints' },
  ],
  samples: [
    { operands: [{ shape: [3] }], attrs: { low: [1], high: [2], interior: [1] } },
    { operands: [{ shape: [2, 2] }], attrs: { low: [0, 1], high: [1, 0], interior: [0, 0] } },
  ],
  call(b, args, emit) {
    const x = b.lift(args['x'] as Operand);
    const attrs = { low: list(args['low']), high: list(args['high']), interior: list(args['interior']) };
    const nothing = Object.values(attrs).every((ns) => ns.every((n) => n === 0));
    return nothing ? x : emit(x, attrs);
  },
  infer: (x, attrs) => ({
    dtype: x.dtype,
    shape: x.shape.map((d, i) => {
      const { low, high, interior } = {
        low: list(attrs['low']),
        high: list(attrs['high']),
        interior: list(attrs['interior']),
      };
      return low[i] + high[i] + d + Math.max(0, d - 1) * interior[i];
    }),
  }),
  source(x, attrs, out) {
    const source = new Int32Array(sizeOf(out.shape)).fill(-1);
    const strides = stridesOf(out.shape);
    const start = list(attrs['low']).reduce((at, n, i) => at + n * strides[i], 0);
    const targets = stridedOffsets(
      x.shape,
      strides.map((s, i) => s * (list(attrs['interior'])[i] + 1)),
      start,
    );
    for (let i = 0; i < targets.length; i++) source[targets[i]] = i;
    return source;
  },
  transpose: (b, ct, x, attrs) =>
    b.slice(ct, {
      start: list(attrs['low']),
      stop: list(attrs['low']).map(
        (n, i) => n + (x.shape[i] === 0 ? 0 : (x.shape[i] - 1) * (list(attrs['interior'])[i] + 1) + 1),
      ),
      step: list(attrs['interior']).map((n) => n + 1),
    }),
  batch: (b, x, attrs) =>
    b.zero_pad(x, {
      low: [0, ...list(attrs['low'])],
      high: [0, ...list(attrs['high'])],
      interior: [0, ...list(attrs['interior'])],
    }),
  embeds: 'zeros',
  padded: (attrs) => ({ low: list(attrs['low']), high: list(attrs['high']), interior: list(attrs['interior']) }),
  kernel(_inputs, [y], attrs) {
    const [low, interior] = [list(attrs['low']), list(attrs['interior'])];
    const strides = stridesOf(y.shape);
    return {
      kind: 'copy',
      places: [
        {
          offset: low.reduce((at, n, i) => at + n * strides[i], 0),
          strides: strides.map((s, i) => s * (interior[i] + 1)),
        },
      ],
      zeros: true,
    };
  },
});
