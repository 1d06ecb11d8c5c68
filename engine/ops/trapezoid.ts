// Integration by the trapezoidal rule.

import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { along, withSize } from '../families/manipulation.ts';
import type { Operand } from '../op.ts';

export const trapezoid = composite({
  name: 'trapezoid',
  family: 'reduction',
  aliases: ['trapz'],
  doc: {
    text: 'The integral along an axis of samples y, at the points x or dx apart, by the trapezoidal rule.',
    math: 'Σ (yᵢ + yᵢ₊₁)(xᵢ₊₁ − xᵢ) / 2',
    source: 'numpy.trapezoid',
  },
  params: [
    { name: 'y', kind: 'tensor' },
    { name: 'x', kind: 'tensor', default: null },
    { name: 'dx', kind: 'tensor', default: 1 },
    { name: 'axis', kind: 'int', default: -1 },
  ],
  samples: [{ operands: [{ shape: [4] }] }, { operands: [{ shape: [3, 2] }, { shape: [3] }], attrs: { axis: 0 } }],
  body(b, args) {
    const [y] = b.promote([args['y'] as Operand], 'float');
    const axis = normalizeAxis(args['axis'] as number, y.aval.shape.length);
    const n = y.aval.shape[axis];
    const pairs = b.add(along(b, y, axis, Math.min(1, n), n), along(b, y, axis, 0, Math.max(0, n - 1)));
    if (args['x'] === null) return b.multiply(b.sum(pairs, { axis }), b.multiply(args['dx'] as Operand, 0.5));
    const x = b.lift(args['x'] as Operand);
    const vector = x.aval.shape.length === 1;
    const steps = vector ? b.diff(x) : b.diff(x, null, null, { axis });
    const widths = vector
      ? b.reshape(steps, {
          shape: withSize(
            y.aval.shape.map(() => 1),
            axis,
            steps.aval.shape[0],
          ),
        })
      : steps;
    return b.multiply(b.sum(b.multiply(pairs, widths), { axis }), 0.5);
  },
});
