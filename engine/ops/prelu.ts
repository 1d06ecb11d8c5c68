// Rectifier with a learned slope below 0.

import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const prelu = composite({
  name: 'prelu',
  family: 'activation',
  doc: {
    text:
      'x where it is positive, else x times weight: one number, or one for each channel, which are on axis 1. A weight of ' +
      'more axes broadcasts. The slope at 0 is weight.',
    source: 'torch.nn.functional.prelu',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'weight', kind: 'tensor' },
  ],
  samples: [
    {
      operands: [
        { shape: [3], values: [-2, 0.5, 3] },
        { shape: [], range: [0, 1] },
      ],
    },
    {
      operands: [
        { shape: [2, 3, 2], range: [-3, -0.1] },
        { shape: [3], range: [0, 1] },
      ],
    },
  ],
  body(b, args) {
    const [x, given] = b.promote([args['x'] as Operand, args['weight'] as Operand], 'float');
    const rank = x.aval.shape.length;
    const channels = given.aval.shape.length === 1 ? given.aval.shape[0] : 1;
    let weight = given;
    if (channels !== 1) {
      const axis = rank > 1 ? 1 : 0;
      if (rank === 0 || x.aval.shape[axis] !== channels) {
        fail(
          'E_SHAPE_MISMATCH',
          `prelu has ${channels} weights, and x, ${showAval(x.aval)}, has not as many channels on axis ${axis}.`,
        );
      }
      weight = b.reshape(given, { shape: x.aval.shape.map((_d, i) => (i === axis ? channels : 1)) });
    }
    return b.where(b.greater(x, 0), x, b.multiply(x, weight));
  },
});
