// Where the largest element of each window is: what max pooling gathers by.

import type { Aval } from '../ir/aval.ts';
import { sizeOf, stridesOf } from '../ir/aval.ts';
import type { Tensor } from '../ir/tensor.ts';
import { allocate } from '../ir/tensor.ts';
import type { Attrs, Op, Operand } from '../op.ts';

const list = (attrs: Attrs, name: string): number[] => attrs[name] as number[];

export const pool_argmax: Op = {
  name: 'pool_argmax',
  family: 'pooling',
  internal: true,
  doc: {
    text:
      'For each window over the last axes of x, the row-major position in those axes of its first largest element; NaN is larger than ' +
      'any number. Windows may reach over the ends, where there are no elements, by `low` before.',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'window', kind: 'ints' },
    { name: 'stride', kind: 'ints' },
    { name: 'dilation', kind: 'ints' },
    { name: 'low', kind: 'ints' },
    { name: 'counts', kind: 'ints', doc: 'Windows an axis.' },
  ],
  differentiable: 'no',
  samples: [
    { operands: [{ shape: [2, 5] }], attrs: { window: [2], stride: [2], dilation: [1], low: [1], counts: [3] } },
    {
      operands: [{ shape: [3, 4] }],
      attrs: { window: [2, 2], stride: [1, 1], dilation: [1, 2], low: [0, 0], counts: [2, 2] },
    },
  ],
  call: (b, args) => {
    const names = ['window', 'stride', 'dilation', 'low', 'counts'];
    return b.emitOne(
      pool_argmax,
      [b.lift(args['x'] as Operand)],
      Object.fromEntries(names.map((name) => [name, args[name] as number[]])),
    );
  },
  primitive: {
    infer(inputs, attrs) {
      const [{ shape }] = inputs;
      const counts = list(attrs, 'counts');
      return { dtype: 'int64', shape: [...shape.slice(0, shape.length - counts.length), ...counts], weak: false };
    },
    eval: ([x], attrs, [aval]) => evalPool(x, attrs, aval),
    kernel: (_inputs, _outputs, attrs) => ({
      kind: 'pool_argmax',
      window: list(attrs, 'window'),
      stride: list(attrs, 'stride'),
      dilation: list(attrs, 'dilation'),
      low: list(attrs, 'low'),
      counts: list(attrs, 'counts'),
    }),
    batch: (b, { inputs, attrs }) => b.emitOne(pool_argmax, inputs, attrs),
    flops: (_inputs, [y], attrs) => sizeOf(y.shape) * sizeOf(list(attrs, 'window')),
  },
};

function evalPool(x: Tensor, attrs: Attrs, aval: Aval): Tensor {
  const [window, stride, dilation, low, counts] = ['window', 'stride', 'dilation', 'low', 'counts'].map((name) =>
    list(attrs, name),
  );
  const sizes = x.shape.slice(x.shape.length - counts.length);
  const [area, places, taps] = [sizeOf(sizes), sizeOf(counts), sizeOf(window)];
  const images = sizeOf(x.shape.slice(0, x.shape.length - counts.length));
  const [countStrides, windowStrides, strides] = [stridesOf(counts), stridesOf(window), stridesOf(sizes)];
  const data = allocate('int64', sizeOf(aval.shape)) as BigInt64Array;
  const at = new Int32Array(taps);
  for (let p = 0; p < places; p++) {
    let valid = 0;
    for (let k = 0; k < taps; k++) {
      let offset = 0;
      for (let d = 0; d < sizes.length && offset >= 0; d++) {
        const place = Math.floor(p / countStrides[d]) % counts[d];
        const tap = Math.floor(k / windowStrides[d]) % window[d];
        const i = place * stride[d] + tap * dilation[d] - low[d];
        offset = i >= 0 && i < sizes[d] ? offset + i * strides[d] : -1;
      }
      if (offset >= 0) at[valid++] = offset;
    }
    for (let image = 0; image < images; image++) {
      const from = image * area;
      let best = at[0];
      for (let k = 1; k < valid; k++) {
        const [old, next] = [x.data[from + best], x.data[from + at[k]]];
        if (old === old && (next !== next || next > old)) best = at[k];
      }
      data[image * places + p] = BigInt(best);
    }
  }
  return { dtype: 'int64', shape: aval.shape, data };
}
