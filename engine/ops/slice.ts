// A regular part of an array: start, stop and step on every axis.

import { stridesOf } from '../ir/aval.ts';
import { stridedOffsets, structural } from '../families/structural.ts';
import { isPadding, partWithin } from '../families/padding.ts';
import { fail } from '../errors.ts';
import type { Attrs, Operand } from '../op.ts';

const list = (value: unknown): number[] => value as number[];

export const slice = structural({
  name: 'slice',
  doc: { text: 'The elements from start up to stop in positive steps, on every axis.', source: 'jax.lax.slice' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'start', kind: 'ints' },
    { name: 'stop', kind: 'ints' },
    { name: 'step', kind: 'ints', default: null },
  ],
  samples: [
    { operands: [{ shape: [7] }], attrs: { start: [1], stop: [6], step: [2] } },
    { operands: [{ shape: [3, 4] }], attrs: { start: [1, 0], stop: [3, 3] } },
  ],
  call(b, args, emit) {
    const x = b.lift(args['x'] as Operand);
    const rank = x.aval.shape.length;
    const start = list(args['start']);
    const stop = list(args['stop']);
    const step = args['step'] === null ? new Array<number>(rank).fill(1) : list(args['step']);
    if (start.length !== rank || stop.length !== rank || step.length !== rank) {
      fail('E_ATTRIBUTE', `start, stop and step need one number for each of the ${rank} axes of x.`);
    }
    x.aval.shape.forEach((d, i) => {
      if (start[i] < 0 || stop[i] < start[i] || stop[i] > d || step[i] < 1) {
        fail('E_INDEX', `Axis ${i} of size ${d} has no slice from ${start[i]} to ${stop[i]} in steps of ${step[i]}.`);
      }
    });
    const whole = x.aval.shape.every((d, i) => start[i] === 0 && stop[i] === d && step[i] === 1);
    if (whole) return x;
    const within = partWithin(x, { start, stop, step });
    if (within === null) return emit(x, { start, stop, step });
    const { inner, part } = within;
    return b.slice(inner, { start: [...part.start], stop: [...part.stop], step });
  },
  infer: (x, attrs) => ({
    dtype: x.dtype,
    shape: x.shape.map((_d, i) =>
      Math.ceil((list(attrs['stop'])[i] - list(attrs['start'])[i]) / list(attrs['step'])[i]),
    ),
  }),
  source(x, attrs, out) {
    const strides = stridesOf(x.shape);
    const start = list(attrs['start']).reduce((at, s, i) => at + s * strides[i], 0);
    return stridedOffsets(
      out.shape,
      strides.map((s, i) => s * list(attrs['step'])[i]),
      start,
    );
  },
  view: (x, attrs, { shape }) => ({
    shape,
    strides: x.strides.map((s, i) => s * list(attrs['step'])[i]),
    offset: list(attrs['start']).reduce((at, s, i) => at + s * x.strides[i], x.offset),
  }),
  // Back into place, zeros around and between.
  transpose(b, ct, x, attrs) {
    const low = list(attrs['start']);
    const interior = list(attrs['step']).map((s) => s - 1);
    const high = x.shape.map((d, i) => {
      const n = ct.aval.shape[i];
      return d - low[i] - (n === 0 ? 0 : n + (n - 1) * interior[i]);
    });
    return b.zero_pad(ct, { low, high, interior });
  },
  batch: (b, x, attrs, size) =>
    b.slice(x, {
      start: [0, ...list(attrs['start'])],
      stop: [size, ...list(attrs['stop'])],
      step: [1, ...list(attrs['step'])],
    }),
  embeds: 'moves',
  vanishes: ({ inputs: [x], attrs }) =>
    isPadding(x, { start: list(attrs['start']), stop: list(attrs['stop']), step: list(attrs['step']) }),
  laws: {
    rewrite(b, [x], attrs) {
      const leading = leadingAxis(x.aval.shape, attrs);
      const leadingPart =
        leading === null || x.node === undefined
          ? null
          : x.node.op.primitive!.laws?.first?.(b, x.node.inputs, x.node.attrs, leading, list(attrs['stop'])[leading]);
      if (leadingPart != null) return leadingPart;
      // Of arrays one after another: those that the part is of.
      const axis = x.node?.op.primitive!.joined?.(x.node.attrs);
      if (x.node === undefined || axis === undefined) return null;
      const [start, stop] = [list(attrs['start']), list(attrs['stop'])];
      const { inputs } = x.node;
      const ends = inputs.map(() => 0);
      let end = 0;
      inputs.forEach((part, i) => (ends[i] = end += part.aval.shape[axis]));
      const first = ends.findIndex((e) => e > start[axis]);
      const last = ends.findIndex((e) => e >= stop[axis]);
      if (first < 0 || last < first || last - first + 1 === inputs.length) return null;
      const parts = inputs.slice(first, last + 1);
      const before = ends[first] - inputs[first].aval.shape[axis];
      const moved = (list: readonly number[]): number[] => list.map((at, i) => (i === axis ? at - before : at));
      return b.slice(parts.length === 1 ? parts[0] : b.emitOne(x.node.op, parts, x.node.attrs), {
        start: moved(start),
        stop: moved(stop),
        step: list(attrs['step']),
      });
    },
  },
});

/** The axis along which a slice is the first elements, and of all others everything; null where it is something else. */
function leadingAxis(shape: readonly number[], attrs: Attrs): number | null {
  const [start, stop, step] = [list(attrs['start']), list(attrs['stop']), list(attrs['step'])];
  const cut = shape.flatMap((d, i) => (stop[i] === d ? [] : [i]));
  return cut.length === 1 && start.every((at) => at === 0) && step.every((by) => by === 1) ? cut[0] : null;
}
