// Quarter turns in the plane of two axes.

import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const rot90 = composite({
  name: 'rot90',
  family: 'structural',
  doc: { text: 'Turns by 90 degrees k times, from the first of two axes towards the second.', source: 'numpy.rot90' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'k', kind: 'int', default: 1 },
    { name: 'axes', kind: 'ints', default: [0, 1] },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }] },
    { operands: [{ shape: [2, 3, 2] }], attrs: { k: -1, axes: [1, 2] } },
    { operands: [{ shape: [2, 3] }], attrs: { k: 2 } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const axes = (args['axes'] as number[]).map((a) => normalizeAxis(a, x.aval.shape.length));
    if (axes.length !== 2 || axes[0] === axes[1]) fail('E_AXIS', 'rot90 turns in the plane of two different axes.');
    const turns = (((args['k'] as number) % 4) + 4) % 4;
    if (turns === 0) return x;
    if (turns === 2) return b.flip(x, { axis: axes });
    const [axis1, axis2] = axes;
    return turns === 1
      ? b.swapaxes(b.flip(x, { axis: axis2 }), { axis1, axis2 })
      : b.flip(b.swapaxes(x, { axis1, axis2 }), { axis: axis2 });
  },
});
