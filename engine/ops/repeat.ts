// Each element repeated along an axis.

import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { integers, requireSize } from '../families/creation.ts';
import { withSize } from '../families/manipulation.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const repeat = composite({
  name: 'repeat',
  family: 'structural',
  aliases: ['repeat_interleave'],
  doc: {
    text: 'Repeats each element along an axis (of the flattened array by default), all as often or each its own number of times.',
    source: 'Array API 2024.12, repeat',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'repeats', kind: 'ints' },
    { name: 'axis', kind: 'axis', default: null },
  ],
  samples: [
    { operands: [{ shape: [3] }], attrs: { repeats: [2] } },
    { operands: [{ shape: [2, 3] }], attrs: { repeats: [1, 0, 2], axis: 1 } },
    { operands: [{ shape: [2, 2] }], attrs: { repeats: [3], axis: 0 } },
    { operands: [{ shape: [] }], attrs: { repeats: [2] } },
  ],
  body(b, args) {
    const flat = args['axis'] === null;
    const x = flat ? b.ravel(args['x'] as Operand) : b.lift(args['x'] as Operand);
    const { shape } = x.aval;
    const axis = flat ? 0 : normalizeAxis(args['axis'] as number, shape.length);
    const repeats = args['repeats'] as number[];
    if (repeats.some((n) => n < 0)) fail('E_ATTRIBUTE', `repeats (${repeats.join(', ')}) must not be negative.`);
    if (repeats.length === 1) {
      const lead = shape.slice(0, axis + 1);
      const rest = shape.slice(axis + 1);
      const spread = b.broadcast(b.reshape(x, { shape: [...lead, 1, ...rest] }), [...lead, repeats[0], ...rest]);
      return b.reshape(spread, { shape: withSize(shape, axis, shape[axis] * repeats[0]) });
    }
    if (repeats.length !== shape[axis]) {
      fail(
        'E_SHAPE_MISMATCH',
        `repeats has ${repeats.length} numbers for the ${shape[axis]} elements of axis ${axis}.`,
        'One number serves all.',
      );
    }
    requireSize(
      b,
      repeats.reduce((n, r) => n + r, 0),
      'repeat',
    );
    const index = repeats.flatMap((n, i) => new Array<number>(n).fill(i));
    return b.gather(x, integers(b, index), { axis });
  },
});
