// What convolutions and pooling share: windows, padding and how they are written.

import { fail } from '../errors.ts';
import { showAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Args, AttrValue, Op, Operand, Param, Sample } from '../op.ts';
import { tensorOf } from '../ir/tensor.ts';
import { composite } from './composite.ts';
import { gatherAlong } from './indexing.ts';
import { floatOperands } from './normalization.ts';

/** Padding before and after, an axis. */
export type Pads = readonly (readonly [number, number])[];

/** The length of n elements with dilation − 1 zeros between them. */
export const dilated = (n: number, dilation: number): number => (n === 0 ? 0 : (n - 1) * dilation + 1);

/** How many windows fit. */
export const windowCount = (length: number, window: number, stride: number): number =>
  length < window ? 0 : Math.floor((length - window) / stride) + 1;

/** One positive number for each of `rank` axes, from such a list or from one number for all. */
export function perAxis(given: AttrValue, rank: number, name: string, least = 1): number[] {
  const list = typeof given === 'number' ? [given] : (given as number[]);
  const full = list.length === 1 ? new Array<number>(rank).fill(list[0]) : list;
  if (full.length !== rank || !full.every((n) => Number.isInteger(n) && n >= least)) {
    fail(
      'E_ATTRIBUTE',
      `${name}=${JSON.stringify(given)} must be a whole number from ${least} on, or one for each of ${axesWord(rank)}.`,
    );
  }
  return full;
}

const axesWord = (rank: number): string => (rank === 1 ? 'the one axis' : `the ${rank} axes`);

interface Windows {
  readonly sizes: readonly number[];
  readonly window: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}

/**
 * Padding from how it is written: a number, one number an axis, [before, after] an axis, "VALID" (none) or "SAME": as
 * many windows as strides, the odd one padded after (before, with "SAME_LOWER").
 */
export function padsOf(given: AttrValue, { sizes, window, stride, dilation }: Windows): Pads {
  const rank = sizes.length;
  if (typeof given === 'string') {
    const mode = given.toUpperCase();
    if (mode === 'VALID') return sizes.map(() => [0, 0]);
    if (mode === 'SAME' || mode === 'SAME_UPPER' || mode === 'SAME_LOWER') {
      return sizes.map((n, i) => {
        const windows = Math.ceil(n / stride[i]);
        const total = Math.max(0, (windows - 1) * stride[i] + dilated(window[i], dilation[i]) - n);
        const less = Math.floor(total / 2);
        return mode === 'SAME_LOWER' ? [total - less, less] : [less, total - less];
      });
    }
  }
  const whole = (v: AttrValue): v is number => typeof v === 'number' && Number.isInteger(v);
  if (whole(given)) return sizes.map(() => [given, given]);
  if (Array.isArray(given)) {
    const list = given as readonly AttrValue[];
    if (list.every(whole) && (list.length === rank || list.length === 1)) {
      return sizes.map(
        (_d, i) => [list[list.length === 1 ? 0 : i], list[list.length === 1 ? 0 : i]] as [number, number],
      );
    }
    const pairs = list.every((p) => Array.isArray(p) && p.length === 2 && p.every(whole));
    if (pairs && list.length === rank) return list as unknown as Pads;
  }
  return fail(
    'E_ATTRIBUTE',
    `padding=${JSON.stringify(given)} does not fit ${axesWord(rank)}.`,
    'It is a number, one number for each axis, [before, after] for each axis, "SAME" or "VALID".',
  );
}

const strideParam: Param = { name: 'stride', kind: 'ints', default: [1] };
const dilationParam: Param = {
  name: 'dilation',
  kind: 'ints',
  default: [1],
  doc: 'Steps between elements of the kernel.',
};
const paddingDoc = 'A number, one an axis, [before, after] an axis, "SAME" or "VALID".';

/** conv1d, conv2d, conv3d. */
export function convolution(name: string, rank: number, samples: readonly Sample[]): Op {
  const spatial = ['height', 'width', 'depth'].slice(0, rank);
  return composite({
    name,
    family: 'convolution',
    doc: {
      text:
        `Cross-correlation of x (batch, channels, ${spatial.join(', ')}), the batch axis may be left out, with a weight (out, channels ` +
        `of one group, kernel sizes), plus a bias.`,
      source: `torch.nn.functional.${name}`,
    },
    params: [
      { name: 'x', kind: 'tensor' },
      { name: 'weight', kind: 'tensor' },
      { name: 'bias', kind: 'tensor', default: null, doc: 'One number for each channel of the result.' },
      strideParam,
      { name: 'padding', kind: 'any', default: 0, doc: paddingDoc },
      dilationParam,
      { name: 'groups', kind: 'int', default: 1, doc: 'Parts of the channels that are not mixed.' },
    ],
    samples,
    body(b, args) {
      const [given, weight, bias] = floatOperands(b, args, ['x', 'weight', 'bias']) as [Value, Value, Value | null];
      const { x, restore } = batchedInput(b, given, rank, name);
      if (weight.aval.shape.length !== rank + 2) {
        fail(
          'E_SHAPE_MISMATCH',
          `${name} needs a weight of ${rank + 2} axes, (out, in, …), and it is ${showAval(weight.aval)}.`,
        );
      }
      const windows: Windows = {
        sizes: x.aval.shape.slice(2),
        window: weight.aval.shape.slice(2),
        stride: perAxis(args['stride'] as AttrValue, rank, 'stride'),
        dilation: perAxis(args['dilation'] as AttrValue, rank, 'dilation'),
      };
      const padding = padsOf(args['padding'] as AttrValue, windows);
      requireNonNegative(padding);
      requireFit(x, windows, padding, 'kernel');
      const y = b.conv_general(x, weight, {
        window_strides: windows.stride,
        padding: padding as unknown as AttrValue,
        rhs_dilation: windows.dilation,
        feature_group_count: args['groups'] as number,
      });
      return restore(bias === null ? y : b.add(y, channelBias(b, bias, y)));
    },
  });
}

/** conv_transpose1d, 2d, 3d: the transpose of a convolution in its input, as a layer of its own. */
export function transposedConvolution(name: string, rank: number, samples: readonly Sample[]): Op {
  return composite({
    name,
    family: 'convolution',
    doc: {
      text:
        `What the convolution with this weight (in, out of one group, kernel sizes) takes to x (batch, channels, …), backwards: its ` +
        'transpose in its input, plus a bias. Strides spread x out.',
      source: `torch.nn.functional.${name}`,
    },
    params: [
      { name: 'x', kind: 'tensor' },
      { name: 'weight', kind: 'tensor' },
      { name: 'bias', kind: 'tensor', default: null, doc: 'One number for each channel of the result.' },
      strideParam,
      { name: 'padding', kind: 'ints', default: [0], doc: 'What is cut off the result, at both ends.' },
      { name: 'output_padding', kind: 'ints', default: [0], doc: 'What is added to the result at the end.' },
      { name: 'groups', kind: 'int', default: 1, doc: 'Parts of the channels that are not mixed.' },
      dilationParam,
    ],
    samples,
    body(b, args) {
      const [given, weight, bias] = floatOperands(b, args, ['x', 'weight', 'bias']) as [Value, Value, Value | null];
      const { x, restore } = batchedInput(b, given, rank, name);
      const groups = args['groups'] as number;
      const [into, out, ...kernel] = weight.aval.shape;
      if (kernel.length !== rank || x.aval.shape[1] !== into || !(groups >= 1) || into % groups !== 0) {
        fail(
          'E_SHAPE_MISMATCH',
          `${name} in ${groups} groups takes x (batch, in, …) and a weight (in, out of one group, …): given ${showAval(x.aval)} and ${showAval(weight.aval)}.`,
        );
      }
      const stride = perAxis(args['stride'] as AttrValue, rank, 'stride');
      const dilation = perAxis(args['dilation'] as AttrValue, rank, 'dilation');
      const padding = perAxis(args['padding'] as AttrValue, rank, 'padding', 0);
      const more = perAxis(args['output_padding'] as AttrValue, rank, 'output_padding', 0);
      const split = b.reshape(weight, { shape: [groups, into / groups, out, ...kernel] });
      const swapped = b.permute_dims(split, { axes: [0, 2, 1, ...kernel.map((_k, i) => i + 3)] });
      const turned = b.flip(b.reshape(swapped, { shape: [groups * out, into / groups, ...kernel] }), {
        axis: kernel.map((_k, i) => i + 2),
      });
      const y = b.conv_general(x, turned, {
        window_strides: [1],
        padding: kernel.map((k, i) => {
          const reach = dilated(k, dilation[i]) - 1 - padding[i];
          return [reach, reach + more[i]];
        }),
        lhs_dilation: stride,
        rhs_dilation: dilation,
        feature_group_count: groups,
      });
      return restore(bias === null ? y : b.add(y, channelBias(b, bias, y)));
    },
  });
}

/** A bias of one number a channel, to add to y (batch, channels, …). */
function channelBias(b: Builder, bias: Value, y: Value): Value {
  const channels = y.aval.shape[1];
  if (bias.aval.shape.length !== 1 || bias.aval.shape[0] !== channels) {
    fail('E_SHAPE_MISMATCH', `The bias is ${showAval(bias.aval)}, and the result has ${channels} channels.`);
  }
  return b.reshape(bias, { shape: y.aval.shape.map((d, i) => (i === 1 ? d : 1)) });
}

/** x with a batch axis, and how to take it off the result again where x came without. */
function batchedInput(b: Builder, x: Value, rank: number, op: string): { x: Value; restore: (y: Value) => Value } {
  const { shape } = x.aval;
  if (shape.length === rank + 2) return { x, restore: (y) => y };
  if (shape.length === rank + 1) {
    return {
      x: b.reshape(x, { shape: [1, ...shape] }),
      restore: (y) => b.reshape(y, { shape: y.aval.shape.slice(1) }),
    };
  }
  return fail(
    'E_SHAPE_MISMATCH',
    `${op} needs x of ${rank + 2} axes, (batch, channels, …), or ${rank + 1} without the batch, and x is ${showAval(x.aval)}.`,
  );
}

function requireNonNegative(pads: Pads): void {
  if (pads.some(([before, after]) => before < 0 || after < 0))
    fail('E_ATTRIBUTE', `padding ${JSON.stringify(pads)} has a negative width.`, 'A slice of x takes elements off.');
}

/** Fails where not one window fits. */
function requireFit(x: Value, { sizes, window, dilation }: Windows, pads: Pads, what: string): void {
  sizes.forEach((n, i) => {
    const length = n + pads[i][0] + pads[i][1];
    const extent = dilated(window[i], dilation[i]);
    if (window[i] > 0 && length >= extent) return;
    fail(
      'E_SHAPE_MISMATCH',
      `A ${what} of extent ${extent} does not fit axis ${i + 2} of x, ${showAval(x.aval)}, which is ${length} with its padding.`,
    );
  });
}

// -- pooling -------------------------------------------------------------------------------------------------------

/** Windows over the last axes of an array, as pooling takes them: counts, and padding with what rounding up adds. */
interface Pooling extends Windows {
  readonly pads: Pads;
  /** Windows an axis. */
  readonly counts: readonly number[];
}

const ceilParam: Param = { name: 'ceil_mode', kind: 'bool', default: false, doc: 'Round the number of windows up.' };

const poolParams = (more: readonly Param[]): Param[] => [
  { name: 'x', kind: 'tensor' },
  { name: 'kernel_size', kind: 'ints' },
  { name: 'stride', kind: 'ints', default: null, doc: 'As the kernel by default.' },
  { name: 'padding', kind: 'any', default: 0, doc: paddingDoc },
  ...more,
];

function poolingOf(args: Args, x: Value, rank: number): Pooling {
  const window = perAxis(args['kernel_size'] as AttrValue, rank, 'kernel_size');
  const stride = args['stride'] === null ? window : perAxis(args['stride'] as AttrValue, rank, 'stride');
  const dilation = perAxis((args['dilation'] as AttrValue | undefined) ?? 1, rank, 'dilation');
  const windows: Windows = { sizes: x.aval.shape.slice(-rank), window, stride, dilation };
  const pads = padsOf(args['padding'] as AttrValue, windows);
  requireNonNegative(pads);
  requireFit(x, windows, pads, 'window');
  const extents = window.map((k, i) => dilated(k, dilation[i]));
  if (typeof args['padding'] !== 'string' && pads.some((pair, i) => Math.max(...pair) * 2 > extents[i])) {
    fail('E_ATTRIBUTE', `padding ${JSON.stringify(pads)} is more than half of the windows (${extents.join(', ')}).`);
  }
  const counts = windows.sizes.map((n, i) => {
    const length = n + pads[i][0] + pads[i][1];
    if (args['ceil_mode'] !== true) return windowCount(length, extents[i], stride[i]);
    const up = Math.ceil((length - extents[i]) / stride[i]) + 1;
    // A window that would start in the padding after is left out.
    return (up - 1) * stride[i] >= n + pads[i][0] ? up - 1 : up;
  });
  return { ...windows, pads, counts };
}

/** max_pool1d, 2d, 3d: each window becomes its largest element, and its derivative goes to the first such element. */
export function maxPool(name: string, rank: number, samples: readonly Sample[]): Op {
  return composite({
    name,
    family: 'pooling',
    doc: {
      text:
        `The largest element of each window over the last ${rank === 1 ? 'axis' : `${rank} axes`} of x (batch, channels, …). Padding never ` +
        'wins, NaN does, and the derivative goes to the first of several largest.',
      source: `torch.nn.functional.${name}`,
    },
    params: poolParams([{ name: 'dilation', kind: 'ints', default: [1] }, ceilParam]),
    samples,
    body: (b, args) =>
      pooled(b, args, rank, name, (x, pooling) => {
        requireElements(x, pooling);
        const { sizes, window, stride, dilation, pads, counts } = pooling;
        const lead = x.aval.shape.slice(0, 2);
        const place = b.pool_argmax(x, { window, stride, dilation, low: pads.map((pair) => pair[0]), counts });
        const flat = b.reshape(x, { shape: [...lead, sizeOf(sizes)] });
        const found = gatherAlong(b, flat, b.reshape(place, { shape: [...lead, sizeOf(counts)] }), 2);
        return b.reshape(found, { shape: [...lead, ...counts] });
      }),
  });
}

/** Dilated windows can miss every element though they reach over some. */
function requireElements(x: Value, { sizes, window, stride, dilation, pads, counts }: Pooling): void {
  sizes.forEach((n, d) => {
    for (let p = 0; p < counts[d]; p++) {
      const start = p * stride[d] - pads[d][0];
      const tap = start >= 0 ? 0 : Math.ceil(-start / dilation[d]);
      if (tap < window[d] && start + tap * dilation[d] < n) continue;
      fail('E_SHAPE_MISMATCH', `Window ${p} of axis ${d + 2} of x, ${showAval(x.aval)}, has padding alone.`);
    }
  });
}

/** avg_pool1d, 2d, 3d: each window becomes its mean. */
export function avgPool(name: string, rank: number, samples: readonly Sample[]): Op {
  return composite({
    name,
    family: 'pooling',
    doc: {
      text:
        `The mean of each window over the last ${rank === 1 ? 'axis' : `${rank} axes`} of x (batch, channels, …). The zeros of the padding ` +
        'count as elements unless count_include_pad is false.',
      source: `torch.nn.functional.${name}`,
    },
    params: poolParams([
      ceilParam,
      { name: 'count_include_pad', kind: 'bool', default: true },
      { name: 'divisor_override', kind: 'float', default: null, doc: 'Divides the sums in place of the counts.' },
    ]),
    samples,
    body: (b, args) =>
      pooled(b, args, rank, name, (x, pooling) => {
        const { sizes, window, stride, pads, counts } = pooling;
        const [n, channels] = x.aval.shape;
        const images = b.reshape(x, { shape: [n * channels, 1, ...sizes] });
        const ones = b.broadcast(b.cast(1, x.aval.dtype), [1, 1, ...window]);
        // Rounding up lets the last window reach past the padding.
        const reach = counts.map((c, i) => (c - 1) * stride[i] + window[i] - pads[i][0] - sizes[i]);
        const padding = pads.map((pair, i) => [pair[0], reach[i]]);
        const sums = b.reshape(b.conv_general(images, ones, { window_strides: stride, padding }), {
          shape: [n, channels, ...counts],
        });
        const divisor = args['divisor_override'] as number | null;
        return b.divide(sums, divisor ?? countsOf(b, x, pooling, args['count_include_pad'] === true));
      }),
  });
}

/** How many elements each window has, padding included or not; what lies past the padding never counts. */
function countsOf(b: Builder, x: Value, { sizes, window, stride, pads, counts }: Pooling, padding: boolean): Value {
  let product: Value | null = null;
  sizes.forEach((n, d) => {
    const [from, to] = padding ? [-pads[d][0], n + pads[d][1]] : [0, n];
    const axis = Array.from({ length: counts[d] }, (_, p) => {
      const start = p * stride[d] - pads[d][0];
      return Math.min(start + window[d], to) - Math.max(start, from);
    });
    const shape = counts.map((c, i) => (i === d ? c : 1));
    const value = b.constant(tensorOf(x.aval.dtype, shape, axis));
    product = product === null ? value : b.multiply(product, value);
  });
  return product!;
}

/** Builds the pooling of x (batch, channels, …) or of x without the batch. */
function pooled(b: Builder, args: Args, rank: number, op: string, pool: (x: Value, pooling: Pooling) => Value): Value {
  const [given] = b.promote([args['x'] as Operand], 'float');
  const { x, restore } = batchedInput(b, given, rank, op);
  return restore(pool(x, poolingOf(args, x, rank)));
}
