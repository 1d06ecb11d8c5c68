// Several keys of one.

import { keyOf, keyParam, keysIn, sampleKey, writeKeys } from '../families/randomness.ts';
import { fail } from '../errors.ts';
import { sizeOf } from '../ir/aval.ts';
import { requireSize } from '../families/creation.ts';
import { split } from '../numeric/threefry.ts';
import type { Op } from '../op.ts';

export const random_split: Op = {
  name: 'random.split',
  family: 'random',
  doc: {
    text: 'New keys of one key, of shape (num, 2), or with the sizes of num and 2 where num is a list. The old one is not to be used again.',
    source: 'jax.random.split, bit for bit',
  },
  params: [
    keyParam,
    {
      name: 'num',
      kind: 'ints',
      default: [2],
      doc: 'How many, or their shape.',
    },
  ],
  differentiable: 'no',
  samples: [{ operands: [sampleKey] }, { operands: [sampleKey], attrs: { num: [2, 3] } }],
  call(b, args) {
    const num = args['num'] as number[];
    if (num.some((n) => n < 0)) fail('E_ATTRIBUTE', `random.split cannot make (${num.join(', ')}) keys.`);
    requireSize(b, 2 * sizeOf(num), 'random.split');
    return b.emitOne(random_split, [keyOf(b, args)], { num });
  },
  primitive: {
    infer: ([key], attrs) => ({
      dtype: 'int64',
      shape: [...key.shape.slice(0, -1), ...(attrs['num'] as number[]), 2],
      weak: false,
    }),
    eval: ([key], attrs, [aval]) =>
      writeKeys(
        aval,
        keysIn(key).map((k) => split(k, sizeOf(attrs['num'] as number[]))),
      ),
    kernel: (_inputs, _outputs, attrs) => ({
      kind: 'random_keys',
      of: 'split',
      count: sizeOf(attrs['num'] as number[]),
    }),
    batch: (b, { inputs, attrs }) => b.emitOne(random_split, inputs, attrs),
  },
};
