// Evenly spaced numbers by their count.

import type { DType } from '../ir/aval.ts';
import { broadcastShapes, isFloat, normalizeAxis } from '../ir/aval.ts';
import { tensorOf } from '../ir/tensor.ts';
import { composite } from '../families/composite.ts';
import { requireSize } from '../families/creation.ts';
import { along } from '../families/manipulation.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const linspace = composite({
  name: 'linspace',
  family: 'creation',
  doc: {
    text: 'num evenly spaced numbers from start to stop, stop included unless endpoint is false. Differentiable in both, which may be arrays; the numbers run along a new axis.',
    math: 'start (1 − i/d) + stop i/d',
    source: 'jax.numpy.linspace',
  },
  params: [
    { name: 'start', kind: 'tensor' },
    { name: 'stop', kind: 'tensor' },
    { name: 'num', kind: 'int', default: 50 },
    { name: 'endpoint', kind: 'bool', default: true },
    { name: 'dtype', kind: 'dtype', default: null, keyword: true },
    { name: 'axis', kind: 'int', default: 0, keyword: true },
  ],
  samples: [
    { operands: [{ shape: [] }, { shape: [] }], attrs: { num: 5 } },
    { operands: [{ shape: [2] }, { shape: [] }], attrs: { num: 3, endpoint: false, axis: -1 } },
    { operands: [{ shape: [] }, { shape: [] }], attrs: { num: 1 } },
    { operands: [{ shape: [] }, { shape: [] }], attrs: { num: 0 } },
  ],
  body(b, args) {
    const num = args['num'] as number;
    const dtype = args['dtype'] as DType | null;
    if (num < 0) fail('E_ATTRIBUTE', `num=${num} is no count.`);
    requireSize(b, num, 'linspace');
    const given = b.promote([args['start'] as Operand, args['stop'] as Operand], 'float');
    const shape = broadcastShapes(
      given.map((v) => v.aval.shape),
      ['start', 'stop'],
    );
    const [start, stop] = given.map((v) => b.reshape(b.broadcast(v, shape), { shape: [1, ...shape] }));
    const endpoint = args['endpoint'] === true;
    const steps = endpoint ? num - 1 : num;
    const column = (f: (i: number) => number) =>
      b.cast(
        b.constant(
          tensorOf(
            'float64',
            [num, ...shape.map(() => 1)],
            Array.from({ length: num }, (_, i) => f(i)),
          ),
        ),
        start.aval.dtype,
      );
    const [towards, from] = [
      column((i) => (steps === 0 ? 0 : i / steps)),
      column((i) => (steps === 0 ? 1 : 1 - i / steps)),
    ];
    let y = b.add(b.multiply(start, from), b.multiply(stop, towards));
    // The end is the end itself, not what rounding makes of it.
    if (endpoint && num > 1) y = b.concat([along(b, y, 0, 0, num - 1), stop], { axis: 0 });
    const axis = normalizeAxis(args['axis'] as number, shape.length + 1);
    const moved = b.moveaxis(y, { source: 0, destination: axis });
    if (dtype === null) return moved;
    return b.cast(isFloat(dtype) ? moved : b.floor(moved), dtype);
  },
});
