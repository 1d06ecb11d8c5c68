// The whole array repeated along axes.

import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const tile = composite({
  name: 'tile',
  family: 'structural',
  doc: {
    text: 'Repeats the whole array along each axis; missing repetitions or axes count as 1.',
    source: 'Array API 2024.12, tile',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'repetitions', kind: 'ints' },
  ],
  samples: [
    { operands: [{ shape: [3] }], attrs: { repetitions: [2] } },
    { operands: [{ shape: [2, 3] }], attrs: { repetitions: [2, 1, 2] } },
    { operands: [{ shape: [2, 2] }], attrs: { repetitions: [3] } },
    { operands: [{ shape: [] }], attrs: { repetitions: [2] } },
    { operands: [{ shape: [2] }], attrs: { repetitions: [0] } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const given = args['repetitions'] as number[];
    if (given.some((r) => r < 0)) fail('E_ATTRIBUTE', `repetitions (${given.join(', ')}) must not be negative.`);
    const rank = Math.max(given.length, x.aval.shape.length);
    const full = (list: readonly number[]): number[] => [...new Array<number>(rank - list.length).fill(1), ...list];
    const [shape, times] = [full(x.aval.shape), full(given)];
    const spread = b.broadcast(
      b.reshape(x, { shape: shape.flatMap((d) => [1, d]) }),
      shape.flatMap((d, i) => [times[i], d]),
    );
    return b.reshape(spread, { shape: shape.map((d, i) => d * times[i]) });
  },
});
