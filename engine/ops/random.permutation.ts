// Random orders.

import { fail } from '../errors.ts';
import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { gatherAlong } from '../families/indexing.ts';
import { countOf, keyOf, keyParam, sampleKey, shuffledIndices } from '../families/randomness.ts';
import type { Operand } from '../op.ts';

export const random_permutation = composite({
  name: 'random.permutation',
  family: 'random',
  doc: {
    text: 'The slices of x along an axis in random order, or 0 to x − 1 where x is an integer; each line of its own where independent.',
    source: 'jax.random.permutation, bit for bit',
  },
  params: [
    keyParam,
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axis', default: 0 },
    { name: 'independent', kind: 'bool', default: false },
  ],
  samples: [
    { operands: [sampleKey, { shape: [4] }] },
    { operands: [sampleKey, { shape: [2, 3] }], attrs: { axis: 1 } },
    {
      operands: [sampleKey, { shape: [2, 3] }],
      attrs: { axis: 1, independent: true },
    },
    { operands: [sampleKey], attrs: { x: 5 } },
  ],
  body(b, args) {
    const key = keyOf(b, args);
    const x = b.lift(args['x'] as Operand);
    if (x.aval.shape.length === 0) return shuffledIndices(b, key, [countOf(args['x'] as Operand, 'x')], 0);
    if (args['axis'] === null) fail('E_AXIS', 'random.permutation needs an axis.');
    const axis = normalizeAxis(args['axis'] as number, x.aval.shape.length);
    if (args['independent'] === true) return gatherAlong(b, x, shuffledIndices(b, key, x.aval.shape, axis), axis);
    return b.gather(x, shuffledIndices(b, key, [x.aval.shape[axis]], 0), {
      axis,
    });
  },
});
