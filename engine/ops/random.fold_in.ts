// A key of a key and a number.

import { fail } from '../errors.ts';
import { showAval } from '../ir/aval.ts';
import { alignMapped } from '../families/batching.ts';
import { integerOf, keyOf, keyParam, keysIn, sampleKey, writeKeys } from '../families/randomness.ts';
import { foldIn } from '../numeric/threefry.ts';
import type { Op, Operand } from '../op.ts';

export const random_fold_in: Op = {
  name: 'random.fold_in',
  family: 'random',
  doc: {
    text: 'A new key of a key and an integer, of which the lower 32 bits count: a key for each step of a loop, say.',
    source: 'jax.random.fold_in, bit for bit',
  },
  params: [keyParam, { name: 'data', kind: 'tensor' }],
  differentiable: 'no',
  samples: [{ operands: [sampleKey, { shape: [], dtype: 'int64', values: [7] }] }],
  call(b, args) {
    const data = integerOf(b, args['data'] as Operand, 'data');
    if (data.aval.shape.length > 0) {
      fail('E_SHAPE_MISMATCH', `random.fold_in takes one integer, and data is ${showAval(data.aval)}.`);
    }
    return b.emitOne(random_fold_in, [keyOf(b, args), b.cast(data, 'int64')]);
  },
  primitive: {
    infer: ([key]) => ({ dtype: 'int64', shape: key.shape, weak: false }),
    eval: ([key, data], _attrs, [aval]) =>
      writeKeys(
        aval,
        keysIn(key).map((k, i) => foldIn(k, Number(BigInt.asUintN(32, BigInt(data.data[i]))))),
      ),
    kernel: () => ({ kind: 'random_keys', of: 'fold', count: 1 }),
    batch: (b, site) => b.emitOne(random_fold_in, alignMapped(b, site)),
  },
};
