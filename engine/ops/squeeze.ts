// Axes of size 1 left out.

import { normalizeAxes, showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const squeeze = composite({
  name: 'squeeze',
  family: 'structural',
  doc: { text: 'Leaves out axes of size 1: the given ones, or all.', source: 'Array API 2024.12, squeeze' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
  ],
  samples: [
    { operands: [{ shape: [1, 3, 1] }] },
    { operands: [{ shape: [2, 1, 1] }], attrs: { axis: -1 } },
    { operands: [{ shape: [1] }], attrs: { axis: [0] } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const { shape } = x.aval;
    const given = args['axis'] as number | number[] | null;
    const axes =
      given === null ? shape.map((_d, i) => i).filter((i) => shape[i] === 1) : normalizeAxes(given, shape.length);
    for (const a of axes) {
      if (shape[a] !== 1)
        fail(
          'E_SHAPE_MISMATCH',
          `Axis ${a} of ${showAval(x.aval)} has size ${shape[a]}: only axes of size 1 can be left out.`,
        );
    }
    return b.reshape(x, { shape: shape.filter((_d, i) => !axes.includes(i)) });
  },
});
