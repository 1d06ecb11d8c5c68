// Dropout.

import { fail } from '../errors.ts';
import { composite } from '../families/composite.ts';
import { ambientKey, keyOf, sampleKey } from '../families/randomness.ts';
import type { Operand } from '../op.ts';

export const dropout = composite({
  name: 'dropout',
  family: 'nn',
  doc: {
    text:
      'In train mode each element is zeroed with probability rate and the others are divided by 1 − rate; in predict mode nothing ' +
      'happens. Draws from the key, or from the seed of the request, anew in each call.',
    math: 'x · bernoulli(1 − rate) / (1 − rate)',
    source: 'torch.nn.functional.dropout; the draws are those of flax.linen.Dropout with the same key',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    {
      name: 'rate',
      kind: 'float',
      default: 0.5,
      doc: 'The probability of zero.',
    },
    {
      name: 'key',
      kind: 'tensor',
      default: null,
      doc: 'int64[2], as random.key makes it.',
    },
    {
      name: 'training',
      kind: 'bool',
      default: null,
      keyword: true,
      doc: 'Whether to drop; by default the mode of the request.',
    },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }] },
    {
      operands: [{ shape: [2, 3] }, sampleKey],
      attrs: { training: true, rate: 0.25 },
    },
    {
      operands: [{ shape: [4] }, sampleKey],
      attrs: { training: true, rate: 1 },
    },
  ],
  body(b, args) {
    const [x] = b.promote([args['x'] as Operand], 'float');
    const rate = args['rate'] as number;
    if (!(rate >= 0 && rate <= 1)) fail('E_ATTRIBUTE', `dropout: rate=${rate} is no probability: it lies from 0 to 1.`);
    if (!((args['training'] as boolean | null) ?? b.context.training) || rate === 0) return x;
    if (rate === 1) return b.zeros(x.aval);
    const key = args['key'] === null ? ambientKey(b) : keyOf(b, args);
    if (key === null) {
      fail(
        'E_ATTRIBUTE',
        'dropout in train mode draws random numbers, and there is neither a key nor a seed to draw them from.',
        'Give "seed" in the request, or a key: dropout(x, rate, random.key(0)).',
      );
    }
    const kept = b.random_bernoulli(key, 1 - rate, { shape: x.aval.shape });
    return b.where(kept, b.divide(x, 1 - rate), 0);
  },
});
