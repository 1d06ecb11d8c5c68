// The one convolution: cross-correlation with strides, padding, dilation of both sides and groups.

import { fail } from '../errors.ts';
import type { Aval, Shape } from '../ir/aval.ts';
import { showAval, sizeOf, stridesOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import { allocate } from '../ir/tensor.ts';
import type { Pads } from '../families/convolution.ts';
import { dilated, padsOf, perAxis, windowCount } from '../families/convolution.ts';
import { grouped } from '../families/reads.ts';
import type { Attrs, AttrValue, BatchSite, Op, Operand, Reads } from '../op.ts';

interface Dims {
  readonly strides: readonly number[];
  readonly padding: Pads;
  readonly lhs: readonly number[];
  readonly rhs: readonly number[];
  readonly groups: number;
}

const dimsOf = (attrs: Attrs): Dims => ({
  strides: attrs['window_strides'] as number[],
  padding: attrs['padding'] as unknown as Pads,
  lhs: attrs['lhs_dilation'] as number[],
  rhs: attrs['rhs_dilation'] as number[],
  groups: attrs['feature_group_count'] as number,
});

const attrsOf = ({ strides, padding, lhs, rhs, groups }: Dims): Attrs => ({
  window_strides: strides,
  padding,
  lhs_dilation: lhs,
  rhs_dilation: rhs,
  feature_group_count: groups,
});

const emit = (b: Builder, x: Value, w: Value, dims: Dims): Value => b.emitOne(conv_general, [x, w], attrsOf(dims));

export const conv_general: Op = {
  name: 'conv_general',
  family: 'convolution',
  aliases: ['conv_general_dilated'],
  doc: {
    text:
      'Cross-correlation of x (batch, channels, …) with a weight (out, channels of one group, …): x is dilated by lhs_dilation, padded ' +
      '(negative padding cuts off), and the weight, dilated by rhs_dilation, moves over it in window_strides. The channels of x and of the ' +
      'result fall into feature_group_count groups, each with its own part of the weight.',
    source: 'jax.lax.conv_general_dilated with the default dimension numbers',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'weight', kind: 'tensor' },
    { name: 'window_strides', kind: 'ints', default: [1] },
    {
      name: 'padding',
      kind: 'any',
      default: 'VALID',
      doc: 'A number, one an axis, [before, after] an axis, "SAME" or "VALID".',
    },
    { name: 'lhs_dilation', kind: 'ints', default: null },
    { name: 'rhs_dilation', kind: 'ints', default: null },
    { name: 'feature_group_count', kind: 'int', default: 1, keyword: true },
  ],
  differentiable: 'yes',
  samples: [
    { operands: [{ shape: [1, 2, 5] }, { shape: [2, 2, 3] }] },
    {
      operands: [{ shape: [2, 2, 4] }, { shape: [4, 1, 2] }],
      attrs: {
        window_strides: [2],
        padding: [[2, 1]],
        lhs_dilation: [2],
        rhs_dilation: [3],
        feature_group_count: 2,
      },
    },
    {
      operands: [{ shape: [1, 1, 4, 3] }, { shape: [2, 1, 2, 2] }],
      attrs: {
        window_strides: [2, 1],
        padding: [
          [-1, 2],
          [1, 0],
        ],
      },
    },
    { operands: [{ shape: [2, 3] }, { shape: [4, 3] }] },
  ],
  call(b, args) {
    const [x, w] = b.promote([args['x'] as Operand, args['weight'] as Operand], 'float');
    const rank = x.aval.shape.length - 2;
    if (rank < 0 || w.aval.shape.length !== rank + 2) {
      fail(
        'E_SHAPE_MISMATCH',
        `conv_general needs x (batch, channels, …) and a weight (out, in, …) of as many axes: given ${showAval(x.aval)} and ${showAval(w.aval)}.`,
      );
    }
    const strides = perAxis(args['window_strides'] as AttrValue, rank, 'window_strides');
    const lhs = perAxis((args['lhs_dilation'] as AttrValue) ?? 1, rank, 'lhs_dilation');
    const rhs = perAxis((args['rhs_dilation'] as AttrValue) ?? 1, rank, 'rhs_dilation');
    const sizes = x.aval.shape.slice(2).map((n, i) => dilated(n, lhs[i]));
    const windows = { sizes, window: w.aval.shape.slice(2), stride: strides, dilation: rhs };
    const padding = padsOf(args['padding'] as AttrValue, windows);
    padding.forEach(([before, after], i) => {
      if (sizes[i] + before + after < 0)
        fail('E_ATTRIBUTE', `padding cuts ${-before - after} off axis ${i + 2} of x, ${showAval(x.aval)}.`);
    });
    return emit(b, x, w, { strides, padding, lhs, rhs, groups: args['feature_group_count'] as number });
  },
  primitive: {
    infer([x, w], attrs) {
      const dims = dimsOf(attrs);
      const [n, channels] = x.shape;
      const [out, perGroup] = w.shape;
      if (!(dims.groups >= 1) || channels !== perGroup * dims.groups || out % dims.groups !== 0) {
        fail(
          'E_SHAPE_MISMATCH',
          `A convolution in ${dims.groups === 1 ? '1 group' : `${dims.groups} groups`} takes x (batch, ${dims.groups} × in, …) and a weight ` +
            `(${dims.groups} × n, in, …): given ${showAval(x)} and ${showAval(w)}.`,
        );
      }
      return { dtype: x.dtype, shape: [n, out, ...outputSizes(x.shape.slice(2), w.shape.slice(2), dims)] };
    },
    eval: ([x, w], attrs, [aval]) => evalConv(x, w, dimsOf(attrs), aval),
    jvp: (b, { inputs: [x, w], tangents: [tx, tw], attrs }) =>
      b.addAll([
        tx === null ? null : b.emitOne(conv_general, [tx, w], attrs),
        tw === null ? null : b.emitOne(conv_general, [x, tw], attrs),
      ]),
    linear: [0, 1],
    transpose(b, { node, cotangents: [ct], linear }) {
      const [x, w] = node.inputs;
      const dims = dimsOf(node.attrs);
      return [
        linear[0] ? transposeInput(b, ct!, x.aval, w, dims) : null,
        linear[1] ? transposeWeight(b, ct!, x, w.aval, dims) : null,
      ];
    },
    reads: ({ inputs, outputs: [y], attrs, known, most }, operand) =>
      convReads(inputs, y, dimsOf(attrs), operand, operand === 0 ? known(1) : null, most),
    batch: (b, site) => batchConv(b, site, dimsOf(site.attrs)),
    kernel: (_inputs, _outputs, attrs) => ({ kind: 'conv', strided: true, ...dimsOf(attrs) }),
    flops: ([, w], [y]) => 2 * sizeOf(y.shape) * sizeOf(w.shape.slice(1)),
  },
};

function outputSizes(sizes: readonly number[], kernel: readonly number[], dims: Dims): number[] {
  return sizes.map((n, i) => {
    const [before, after] = dims.padding[i];
    return windowCount(dilated(n, dims.lhs[i]) + before + after, dilated(kernel[i], dims.rhs[i]), dims.strides[i]);
  });
}

// y[p] = Σ_k x′[s p + d k − lo] w[k], x′ being x dilated. As a function of x it is the correlation of y, dilated by s,
// with the weight turned round; as a function of w, that of x with y, dilated by s, in steps of d.

function transposeInput(b: Builder, ct: Value, x: Aval, w: Value, { strides, padding, lhs, rhs, groups }: Dims): Value {
  if (sizeOf(ct.aval.shape) === 0 || sizeOf(w.aval.shape) === 0 || sizeOf(x.shape) === 0) return b.zeros(x);
  const [out, perGroup, ...kernel] = w.aval.shape;
  const split = b.reshape(w, { shape: [groups, out / groups, perGroup, ...kernel] });
  const swapped = b.permute_dims(split, { axes: [0, 2, 1, ...kernel.map((_k, i) => i + 3)] });
  const turned = b.flip(b.reshape(swapped, { shape: [groups * perGroup, out / groups, ...kernel] }), {
    axis: kernel.map((_k, i) => i + 2),
  });
  return emit(b, ct, turned, {
    strides: lhs,
    padding: kernel.map((k, i) => {
      const extent = dilated(k, rhs[i]);
      const before = extent - padding[i][0] - 1;
      const length = dilated(ct.aval.shape[i + 2], strides[i]);
      return [before, dilated(x.shape[i + 2], lhs[i]) + extent - 1 - length - before];
    }),
    lhs: strides,
    rhs,
    groups,
  });
}

function transposeWeight(
  b: Builder,
  ct: Value,
  x: Value,
  w: Aval,
  { strides, padding, lhs, rhs, groups }: Dims,
): Value {
  if (sizeOf(ct.aval.shape) === 0 || sizeOf(w.shape) === 0 || sizeOf(x.aval.shape) === 0) return b.zeros(w);
  const [n, channels, ...sizes] = x.aval.shape;
  const rest = sizes.map((_d, i) => i + 3);
  // The batch is what is summed over now: it takes the place of the channels, group by group.
  const split = b.reshape(x, { shape: [n, groups, channels / groups, ...sizes] });
  const lead = b.reshape(b.permute_dims(split, { axes: [2, 1, 0, ...rest] }), {
    shape: [channels / groups, groups * n, ...sizes],
  });
  const swap = [1, 0, ...sizes.map((_d, i) => i + 2)];
  const back = emit(b, lead, b.permute_dims(ct, { axes: swap }), {
    strides: rhs,
    padding: sizes.map((d, i) => {
      const before = padding[i][0];
      const length = dilated(ct.aval.shape[i + 2], strides[i]);
      return [before, length - dilated(d, lhs[i]) + dilated(w.shape[i + 2], rhs[i]) - before - 1];
    }),
    lhs,
    rhs: strides,
    groups,
  });
  return b.permute_dims(back, { axes: swap });
}

/** A mapped x is a larger batch; a mapped weight has more channels out; both mapped are more groups. */
function batchConv(b: Builder, { inputs: [x, w], mapped, size }: BatchSite, dims: Dims): Value {
  const { groups } = dims;
  if (!mapped[1]) {
    const [, n, ...rest] = x.aval.shape;
    const y = emit(b, b.reshape(x, { shape: [size * n, ...rest] }), w, dims);
    return b.reshape(y, { shape: [size, n, ...y.aval.shape.slice(1)] });
  }
  const [, out, ...kernel] = w.aval.shape;
  if (!mapped[0]) {
    const apart = b.reshape(w, { shape: [size, groups, out / groups, ...kernel] });
    const inside = b.permute_dims(apart, { axes: [1, 0, 2, ...kernel.map((_k, i) => i + 3)] });
    const y = emit(b, x, b.reshape(inside, { shape: [size * out, ...kernel] }), dims);
    const [n, , ...rest] = y.aval.shape;
    const split = b.reshape(y, { shape: [n, groups, size, out / groups, ...rest] });
    const first = b.permute_dims(split, { axes: [2, 0, 1, 3, ...rest.map((_d, i) => i + 4)] });
    return b.reshape(first, { shape: [size, n, out, ...rest] });
  }
  const [, n, channels, ...sizes] = x.aval.shape;
  const beside = b.permute_dims(x, { axes: [1, 0, 2, ...sizes.map((_d, i) => i + 3)] });
  const y = emit(
    b,
    b.reshape(beside, { shape: [n, size * channels, ...sizes] }),
    b.reshape(w, { shape: [size * out, ...kernel] }),
    { ...dims, groups: size * groups },
  );
  const rest = y.aval.shape.slice(2);
  const split = b.reshape(y, { shape: [n, size, out, ...rest] });
  return b.permute_dims(split, { axes: [1, 0, 2, ...rest.map((_d, i) => i + 3)] });
}

function evalConv(x: Tensor, w: Tensor, dims: Dims, aval: Aval): Tensor {
  const data = allocate(aval.dtype, sizeOf(aval.shape)) as Float64Array;
  const [n, out] = aval.shape;
  const [channels, perGroup] = [x.shape[1], w.shape[1]];
  const { area, taps, places, valid, from, at } = tapsOf(x.shape, w.shape, aval.shape, dims);
  const outPerGroup = out / dims.groups;
  const [xs, ws] = [x.data as Float64Array, w.data as Float64Array];
  for (let p = 0; p < places; p++) {
    const count = valid(p);
    for (let i = 0; i < n; i++) {
      for (let o = 0; o < out; o++) {
        const first = (i * channels + Math.floor(o / outPerGroup) * perGroup) * area;
        let sum = 0;
        for (let c = 0; c < perGroup; c++) {
          const [xo, wo] = [first + c * area, (o * perGroup + c) * taps];
          for (let k = 0; k < count; k++) sum += xs[xo + at[k]] * ws[wo + from[k]];
        }
        data[(i * out + o) * places + p] = sum;
      }
    }
  }
  return { dtype: aval.dtype, shape: aval.shape, data };
}

/**
 * The taps of a kernel at each place of the result: `valid(p)` says how many meet an element of x at output place p, and
 * puts in `from` where they are in the kernel, in `at` where in x, of one channel each.
 */
function tapsOf(x: Shape, w: Shape, y: Shape, dims: Dims) {
  const [sizes, kernel, counts] = [x, w, y].map((shape) => shape.slice(2));
  const [area, taps, places] = [sizeOf(sizes), sizeOf(kernel), sizeOf(counts)];
  const [countStrides, kernelStrides, strides] = [stridesOf(counts), stridesOf(kernel), stridesOf(sizes)];
  const from = new Int32Array(taps);
  const at = new Int32Array(taps);
  const valid = (p: number): number => {
    let count = 0;
    for (let k = 0; k < taps; k++) {
      let offset = 0;
      for (let d = 0; d < sizes.length && offset >= 0; d++) {
        const place = Math.floor(p / countStrides[d]) % counts[d];
        const tap = Math.floor(k / kernelStrides[d]) % kernel[d];
        const spread = place * dims.strides[d] + tap * dims.rhs[d] - dims.padding[d][0];
        const inside = spread >= 0 && spread % dims.lhs[d] === 0 && spread / dims.lhs[d] < sizes[d];
        offset = inside ? offset + (spread / dims.lhs[d]) * strides[d] : -1;
      }
      if (offset < 0) continue;
      from[count] = k;
      at[count++] = offset;
    }
    return count;
  };
  return { area, taps, places, valid, from, at };
}

/**
 * Element (i, o, p) reads, of x, the taps of all channels of o's group that meet place p (but where the weight is known to
 * be zero), and, of the weight, those taps of its own channel out.
 */
function convReads(
  [x, w]: readonly Aval[],
  y: Aval,
  dims: Dims,
  operand: number,
  weight: Tensor | null,
  most: number,
): Reads | null {
  const [n, out] = y.shape;
  const [channels, perGroup] = [x.shape[1], w.shape[1]];
  const { area, taps, places, valid, from, at } = tapsOf(x.shape, w.shape, y.shape, dims);
  const outPerGroup = out / dims.groups;
  const perElement = perGroup * taps;
  if (operand === 1) {
    if (out * places * perElement > most) return null;
    const groups = grouped(out * places, (give) => {
      for (let p = 0; p < places; p++) {
        const count = valid(p);
        for (let o = 0; o < out; o++) {
          for (let c = 0; c < perGroup; c++) {
            for (let k = 0; k < count; k++) give(o * places + p, (o * perGroup + c) * taps + from[k]);
          }
        }
      }
    });
    return { at: Int32Array.from({ length: n * out * places }, (_, i) => i % (out * places)), groups };
  }
  // Channels out of one group read the same, unless zeros of the weight tell them apart.
  const apart = weight !== null && weight.data.some((v) => Number(v) === 0);
  const kinds = apart ? out : dims.groups;
  if (n * kinds * places * perElement > most) return null;
  const groups = grouped(n * kinds * places, (give) => {
    for (let p = 0; p < places; p++) {
      const count = valid(p);
      for (let kind = 0; kind < kinds; kind++) {
        const group = apart ? Math.floor(kind / outPerGroup) : kind;
        for (let c = 0; c < perGroup; c++) {
          for (let k = 0; k < count; k++) {
            if (apart && Number(weight.data[(kind * perGroup + c) * taps + from[k]]) === 0) continue;
            for (let i = 0; i < n; i++) {
              give((i * kinds + kind) * places + p, (i * channels + group * perGroup + c) * area + at[k]);
            }
          }
        }
      }
    }
  });
  if (apart) return { groups };
  const perKind = Int32Array.from({ length: n * out * places }, (_, e) => {
    const [row, p] = [Math.floor(e / places), e % places];
    const [i, o] = [Math.floor(row / out), row % out];
    return (i * kinds + Math.floor(o / outPerGroup)) * places + p;
  });
  return { at: perKind, groups };
}
