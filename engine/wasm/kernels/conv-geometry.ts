// What a convolution is along each axis: which elements of the input every tap of the kernel meets, phase by phase.

import type { FloatDType } from '../../ir/aval.ts';
import { itemBytes } from '../../ir/aval.ts';
import type { KernelSite } from '../kernel.ts';

/** A convolution, as conv_general has it: one entry an axis, padding (before, after) may be negative. */
export interface ConvRequest {
  readonly kind: 'conv';
  readonly strides: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly lhs: readonly number[];
  readonly rhs: readonly number[];
  readonly groups: number;
  /** The operands may lie at any strides. */
  readonly strided: true;
}

/** One tap of a kernel axis, at place k of the axis: output t meets input `step` t + `offset`. */
export interface Tap {
  readonly k: number;
  readonly offset: number;
}

/**
 * The output places q = first + phases · t, t < count, of an axis. Output q meets input i at tap k where
 * stride q + rhs k − low = lhs i; with g = gcd(stride, lhs) the places of one residue of q mod lhs/g meet the same
 * taps, and i advances by stride/g as t advances by 1: each phase is a convolution without holes.
 */
export interface Phase {
  readonly first: number;
  readonly count: number;
  /** In the order in which the weight lies in memory. */
  readonly taps: readonly Tap[];
}

/** All strides are bytes. */
export interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly out: number;
  readonly xStride: number;
  readonly wStride: number;
  readonly outStride: number;
  /** How far the input advances with t. */
  readonly step: number;
  readonly stride: number;
  /** Between output places of one phase. */
  readonly spacing: number;
  readonly low: number;
  readonly lhs: number;
  readonly rhs: number;
  readonly phases: readonly Phase[];
}

/**
 * One phase of every axis, and all others of as many places and taps: what is the same for them but for where the
 * weight, the input and the output begin. The first member is `phases` itself.
 */
export interface Combination {
  readonly phases: readonly Phase[];
  readonly members: readonly (readonly Phase[])[];
}

/** The whole convolution; strides are bytes, `channels` and `features` those of one group. */
export interface Geometry {
  readonly dtype: FloatDType;
  readonly item: number;
  readonly images: number;
  readonly groups: number;
  readonly channels: number;
  readonly features: number;
  readonly x: { readonly image: number; readonly channel: number };
  readonly w: { readonly feature: number; readonly channel: number };
  readonly out: { readonly image: number; readonly feature: number };
  /** At least two. */
  readonly axes: readonly Axis[];
  readonly combinations: readonly Combination[];
  /** Multiplications and additions that the taps ask for. */
  readonly flops: number;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
const modulo = (a: number, n: number): number => ((a % n) + n) % n;
const product = (xs: readonly number[]): number => xs.reduce((a, b) => a * b, 1);

/** What an axis of length 1 with a kernel of length 1 is: leading ones make every rank at least 2. */
const trivial = { size: 1, kernel: 1, out: 1, stride: 1, low: 0, lhs: 1, rhs: 1, xStride: 0, wStride: 0 };

export function geometryOf(request: ConvRequest, { inputs: [x, w], outputs: [y] }: KernelSite): Geometry {
  const item = itemBytes(x.dtype);
  const { groups } = request;
  let given = x.shape.slice(2).map((size, d) => ({
    size,
    kernel: w.shape[d + 2],
    out: y.shape[d + 2],
    stride: request.strides[d],
    low: request.padding[d][0],
    lhs: request.lhs[d],
    rhs: request.rhs[d],
    xStride: x.strides[d + 2] * item,
    wStride: w.strides[d + 2] * item,
  }));
  given = merged(given);
  while (given.length < 2) given.unshift(trivial);
  let outStride = item;
  const axes: Axis[] = [];
  for (const axis of [...given].reverse()) {
    const g = gcd(axis.stride, axis.lhs);
    axes.unshift({ ...axis, outStride, step: axis.stride / g, spacing: axis.lhs / g, phases: phasesOf(axis) });
    outStride *= axis.out;
  }
  const combinations = combinationsOf(axes);
  const [images, out] = y.shape;
  const channels = w.shape[1];
  const meetings = combinations.map(
    ({ phases, members }) => members.length * product(phases.map((p) => p.count * p.taps.length)),
  );
  return {
    dtype: x.dtype as FloatDType,
    item,
    images,
    groups,
    channels,
    features: out / groups,
    x: { image: x.strides[0] * item, channel: x.strides[1] * item },
    w: { feature: w.strides[0] * item, channel: w.strides[1] * item },
    out: { image: out * outStride, feature: outStride },
    axes,
    combinations,
    flops: 2 * images * out * channels * meetings.reduce((a, b) => a + b, 0),
  };
}

type Given = typeof trivial;

function combinationsOf(axes: readonly Axis[]): Combination[] {
  let all: Phase[][] = [[]];
  for (const axis of axes) all = all.flatMap((lead) => axis.phases.map((phase) => [...lead, phase]));
  // Where an axis is stepped over, taps fall into residues, differently from phase to phase.
  if (axes.some((axis) => axis.step !== 1)) return all.map((phases) => ({ phases, members: [phases] }));
  const alike = new Map<string, Phase[][]>();
  for (const phases of all) {
    const key = phases.map((p) => `${p.count} ${p.taps.length}`).join();
    const members = alike.get(key);
    if (members === undefined) alike.set(key, [phases]);
    else members.push(phases);
  }
  return [...alike.values()].map((members) => ({ phases: members[0], members }));
}

/** Neighbouring axes that neither the kernel nor padding tells apart become one: a 1×1 convolution has one axis. */
function merged(axes: readonly Given[]): Given[] {
  const list: Given[] = [];
  for (const axis of axes) {
    const last = list.at(-1);
    const plain = (a: Given): boolean =>
      a.kernel === 1 && a.stride === 1 && a.lhs === 1 && a.low === 0 && a.out === a.size;
    if (last !== undefined && plain(last) && plain(axis) && last.xStride === axis.size * axis.xStride) {
      list[list.length - 1] = { ...axis, size: last.size * axis.size, out: last.out * axis.out };
    } else list.push(axis);
  }
  return list;
}

function phasesOf({ size, kernel, out, stride, low, lhs, rhs, wStride }: Given): Phase[] {
  const g = gcd(stride, lhs);
  const count = Math.min(lhs / g, out);
  const period = lhs / gcd(rhs, lhs);
  return Array.from({ length: count }, (_, first) => {
    const places = Math.ceil((out - first) / (lhs / g));
    const taps: Tap[] = [];
    let k = 0;
    while (k < Math.min(period, kernel) && modulo(stride * first + rhs * k - low, lhs) !== 0) k++;
    if (k < period) {
      for (; k < kernel; k += period) {
        const offset = (stride * first + rhs * k - low) / lhs;
        // A tap that meets padding alone adds nothing.
        if (offset < size && offset + (stride / g) * (places - 1) >= 0) taps.push({ k, offset });
      }
    }
    if (wStride < 0) taps.reverse();
    return { first, count: places, taps };
  });
}

/** The inputs that an axis reads: the least index and the greatest, padding included; null where it reads none. */
export function reach(axis: Axis): { readonly low: number; readonly high: number } | null {
  let [low, high] = [Infinity, -Infinity];
  for (const { count, taps } of axis.phases) {
    for (const { offset } of taps) {
      low = Math.min(low, offset);
      high = Math.max(high, offset + axis.step * (count - 1));
    }
  }
  return low > high ? null : { low, high };
}

/** Whether the taps meet zeros of the padding, which the meaning leaves out. */
export const meetsPadding = (axes: readonly Axis[]): boolean =>
  axes.some((axis) => {
    const r = reach(axis);
    return r !== null && (r.low < 0 || r.high >= axis.size);
  });
