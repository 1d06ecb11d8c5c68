// Keys from seeds.

import { fail } from '../errors.ts';
import { showAval, sizeOf } from '../ir/aval.ts';
import { integerOf, writeKeys } from '../families/randomness.ts';
import { keyFromSeed } from '../numeric/threefry.ts';
import type { Op, Operand } from '../op.ts';

export const random_key: Op = {
  name: 'random.key',
  family: 'random',
  aliases: ['random.PRNGKey'],
  doc: {
    text:
      'A key, int64[2], made of an integer seed: its upper and lower 32 bits, each as a number from 0 to 2^32 − 1. (In JAX a key is ' +
      'uint32[2]; here there is no such dtype.)',
    source: 'jax.random.PRNGKey',
  },
  params: [{ name: 'seed', kind: 'tensor' }],
  differentiable: 'no',
  samples: [
    { operands: [{ shape: [], dtype: 'int64', values: [42] }] },
    { operands: [{ shape: [], dtype: 'int32', values: [-3] }] },
  ],
  call(b, args) {
    const seed = integerOf(b, args['seed'] as Operand, 'The seed');
    if (seed.aval.shape.length > 0) fail('E_SHAPE_MISMATCH', `A seed is one integer, and is ${showAval(seed.aval)}.`);
    return b.emitOne(random_key, [seed]);
  },
  primitive: {
    infer: ([seed]) => ({
      dtype: 'int64',
      shape: [...seed.shape, 2],
      weak: false,
    }),
    eval([seed], _attrs, [aval]) {
      // A narrower seed has no upper half, not even a negative one.
      const whole = (x: number | bigint): number | bigint => (seed.dtype === 'int64' ? x : Number(x) >>> 0);
      const keys = Array.from({ length: sizeOf(seed.shape) }, (_, i) => keyFromSeed(whole(seed.data[i])));
      return writeKeys(aval, keys);
    },
    kernel: () => ({ kind: 'random_keys', of: 'seed', count: 1 }),
    batch: (b, { inputs }) => b.emitOne(random_key, inputs),
  },
};
