// Elements shifted along axes, those that fall off coming back in.

import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { along } from '../families/manipulation.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const roll = composite({
  name: 'roll',
  family: 'structural',
  doc: {
    text: 'Shifts elements along axes; what leaves at one end comes in at the other. Without axis the array is rolled as if flat.',
    source: 'Array API 2024.12, roll',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'shift', kind: 'ints' },
    { name: 'axis', kind: 'axes', default: null },
  ],
  samples: [
    { operands: [{ shape: [5] }], attrs: { shift: [2] } },
    { operands: [{ shape: [2, 3] }], attrs: { shift: [-1] } },
    { operands: [{ shape: [3, 4] }], attrs: { shift: [1, -6], axis: [0, 1] } },
    { operands: [{ shape: [2, 0] }], attrs: { shift: [1], axis: 1 } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const shifts = args['shift'] as number[];
    const given = args['axis'] as number | number[] | null;
    if (given === null) {
      const flat = b.ravel(x);
      const total = shifts.reduce((n, s) => n + s, 0);
      return b.reshape(b.roll(flat, { shift: [total], axis: 0 }), { shape: x.aval.shape });
    }
    const axes = typeof given === 'number' ? [given] : given;
    const n = Math.max(shifts.length, axes.length);
    if ((shifts.length !== n && shifts.length !== 1) || (axes.length !== n && axes.length !== 1)) {
      fail('E_ATTRIBUTE', `shift has ${shifts.length} numbers and axis ${axes.length}: there must be as many.`);
    }
    let y = x;
    for (let k = 0; k < n; k++) {
      const axis = normalizeAxis(axes[axes.length === 1 ? 0 : k], x.aval.shape.length);
      const size = x.aval.shape[axis];
      const by = size === 0 ? 0 : ((shifts[shifts.length === 1 ? 0 : k] % size) + size) % size;
      if (by !== 0) y = b.concat([along(b, y, axis, size - by, size), along(b, y, axis, 0, size - by)], { axis });
    }
    return y;
  },
});
