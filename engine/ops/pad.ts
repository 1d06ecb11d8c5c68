// Elements added around an array, or cut off it.

import { showAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import { scalarConstant } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import { integers, requireSize } from '../families/creation.ts';
import { withSize } from '../families/manipulation.ts';
import { fail } from '../errors.ts';
import type { AttrValue, Operand } from '../op.ts';

const modes = ['constant', 'edge', 'reflect', 'symmetric', 'wrap'] as const;
type Mode = (typeof modes)[number];

export const pad = composite({
  name: 'pad',
  family: 'structural',
  doc: {
    text:
      'Adds elements before and after along every axis: a constant, the edge repeated, the array mirrored without (reflect) or with (symmetric) ' +
      'its edge, or wrapped around. Negative widths cut off. The constants are differentiable.',
    source: 'numpy.pad',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'pad_width', kind: 'any', doc: 'A number, [before, after], or such a pair for each axis.' },
    { name: 'mode', kind: 'enum', values: modes, default: 'constant' },
    {
      name: 'constant_values',
      kind: 'tensor',
      default: null,
      keyword: true,
      doc: 'A scalar (0 by default), a pair, or a pair for each axis.',
    },
  ],
  samples: [
    { operands: [{ shape: [3] }], attrs: { pad_width: 2 } },
    {
      operands: [{ shape: [2, 3] }],
      attrs: {
        pad_width: [
          [1, 0],
          [-1, 2],
        ],
      },
    },
    { operands: [{ shape: [3] }], attrs: { pad_width: [1, 2], mode: 'edge' } },
    { operands: [{ shape: [3] }], attrs: { pad_width: [4, 3], mode: 'reflect' } },
    { operands: [{ shape: [2, 2] }], attrs: { pad_width: [[3, 1]], mode: 'symmetric' } },
    { operands: [{ shape: [3] }], attrs: { pad_width: [2, 4], mode: 'wrap' } },
    { operands: [{ shape: [0] }], attrs: { pad_width: [1, 1] } },
  ],
  body(b, args) {
    const given = b.lift(args['x'] as Operand);
    const rank = given.aval.shape.length;
    const widths = widthsOf(args['pad_width'] as AttrValue, rank);
    const x = cropped(b, given, widths);
    const added = widths.map((pair) => pair.map((n) => Math.max(0, n)));
    const padded = x.aval.shape.map((d, i) => d + added[i][0] + added[i][1]);
    for (const n of [sizeOf(padded), ...padded]) requireSize(b, n, 'pad');
    const mode = args['mode'] as Mode;
    if (mode === 'constant') return withConstants(b, x, added, (args['constant_values'] as Operand | null) ?? 0);
    let y = x;
    added.forEach(([before, after], axis) => {
      if (before + after > 0) y = b.gather(y, mirror(b, y, axis, before, after, mode), { axis });
    });
    return y;
  },
});

function widthsOf(given: AttrValue, rank: number): number[][] {
  const whole = (v: AttrValue): v is number => typeof v === 'number' && Number.isInteger(v);
  const pairOf = (v: AttrValue): number[] | null => {
    if (whole(v)) return [v, v];
    if (!Array.isArray(v) || v.length < 1 || v.length > 2 || !v.every(whole)) return null;
    return [v[0], v[v.length - 1]] as number[];
  };
  const one = pairOf(given);
  if (one !== null) return Array.from({ length: rank }, () => one);
  const list = Array.isArray(given) ? given.map(pairOf) : [];
  if (list.length === 0 || list.includes(null) || (list.length !== rank && list.length !== 1)) {
    fail(
      'E_ATTRIBUTE',
      `pad_width=${JSON.stringify(given)} does not fit an array of ${rank} axes.`,
      'It is a number, [before, after], or a list of such pairs, one for each axis.',
    );
  }
  return Array.from({ length: rank }, (_, i) => list[list.length === 1 ? 0 : i]!);
}

function cropped(b: Builder, x: Value, widths: readonly number[][]): Value {
  const cut = widths.map((pair) => pair.map((n) => Math.max(0, -n)));
  x.aval.shape.forEach((d, i) => {
    if (cut[i][0] + cut[i][1] > d)
      fail('E_SHAPE_MISMATCH', `pad_width cuts ${cut[i][0] + cut[i][1]} off axis ${i} of ${showAval(x.aval)}.`);
  });
  return b.slice(x, { start: cut.map((c) => c[0]), stop: x.aval.shape.map((d, i) => d - cut[i][1]) });
}

function withConstants(b: Builder, x: Value, added: readonly number[][], values: Operand): Value {
  const fill = b.cast(values, x.aval.dtype);
  const known = scalarConstant(fill);
  if (known !== null && Number(known.data[0]) === 0 && !Object.is(known.data[0], -0)) {
    return b.zero_pad(x, { low: added.map((p) => p[0]), high: added.map((p) => p[1]), interior: added.map(() => 0) });
  }
  const rank = added.length;
  const { shape } = fill.aval;
  const fits =
    shape.length === 0 ||
    (shape.length <= 2 &&
      [1, 2].includes(shape[shape.length - 1]) &&
      (shape.length === 1 || [1, rank].includes(shape[0])));
  if (!fits)
    fail(
      'E_SHAPE_MISMATCH',
      `constant_values ${showAval(fill.aval)} is no scalar, no pair and no pair for each of ${rank} axes.`,
    );
  const table = b.broadcast(fill, [rank, 2]);
  let y = x;
  added.forEach((pair, axis) => {
    const [before, after] = pair.map((n, side) => {
      const value = b.reshape(b.slice(table, { start: [axis, side], stop: [axis + 1, side + 1] }), { shape: [] });
      return b.broadcast(value, withSize(y.aval.shape, axis, n));
    });
    y = b.concat([before, y, after], { axis });
  });
  return y;
}

/** For each place along the padded axis, the index of the element it repeats. */
function mirror(b: Builder, x: Value, axis: number, before: number, after: number, mode: Mode): Value {
  const n = x.aval.shape[axis];
  if (n === 0)
    fail(
      'E_SHAPE_MISMATCH',
      `Axis ${axis} of ${showAval(x.aval)} is empty: there is nothing to pad it with in mode "${mode}".`,
    );
  const at = (i: number): number => {
    if (mode === 'edge' || n === 1) return Math.max(0, Math.min(n - 1, i));
    const period = mode === 'wrap' ? n : mode === 'reflect' ? 2 * (n - 1) : 2 * n;
    const k = ((i % period) + period) % period;
    return k < n ? k : mode === 'reflect' ? period - k : period - 1 - k;
  };
  return integers(
    b,
    Array.from({ length: before + n + after }, (_, i) => at(i - before)),
  );
}
