// Random samples of an array.

import { fail } from '../errors.ts';
import type { FloatDType } from '../ir/aval.ts';
import { normalizeAxis, showAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import { along } from '../families/manipulation.ts';
import { countOf, drawShape, keyOf, keyParam, sampleKey, shapeParam } from '../families/randomness.ts';
import type { Operand } from '../op.ts';

export const random_choice = composite({
  name: 'random.choice',
  family: 'random',
  doc: {
    text:
      'Random slices of a along an axis (or integers from 0 to a − 1), in the given shape, each as likely as the next or as p says; ' +
      'none twice where replace is false.',
    source: 'jax.random.choice, bit for bit',
  },
  params: [
    keyParam,
    { name: 'a', kind: 'tensor' },
    shapeParam,
    { name: 'replace', kind: 'bool', default: true },
    {
      name: 'p',
      kind: 'tensor',
      default: null,
      doc: 'A probability for each slice.',
    },
    { name: 'axis', kind: 'axis', default: 0 },
  ],
  samples: [
    { operands: [sampleKey, { shape: [4] }], attrs: { shape: [3] } },
    {
      operands: [sampleKey, { shape: [2, 4] }],
      attrs: { shape: [3], replace: false, axis: 1 },
    },
    { operands: [sampleKey], attrs: { a: 5, shape: [2, 2] } },
    {
      operands: [sampleKey, { shape: [3] }, { shape: [3], dtype: 'int64', values: [0, 1, 0] }],
      attrs: { shape: [2] },
    },
    {
      operands: [sampleKey, { shape: [3] }, { shape: [3], dtype: 'int64', values: [0, 1, 0] }],
      attrs: { shape: [1], replace: false },
    },
  ],
  body(b, args) {
    const key = keyOf(b, args);
    const shape = drawShape(b, args);
    const a = b.lift(args['a'] as Operand);
    const rank = a.aval.shape.length;
    const axis = rank === 0 ? 0 : normalizeAxis(args['axis'] as number, rank);
    const n = rank === 0 ? countOf(args['a'] as Operand, 'a') : a.aval.shape[axis];
    const draws = sizeOf(shape);
    const replace = args['replace'] === true;
    if (n < 1 || (!replace && draws > n)) {
      fail('E_ATTRIBUTE', `random.choice cannot take ${draws} of ${n}${replace ? '' : ' without taking one twice'}.`);
    }
    const p = args['p'] as Operand | null;
    if (p === null && !replace) {
      const order = rank === 0 ? b.random_permutation(key, n) : b.random_permutation(key, a, { axis });
      const taken = along(b, order, axis, 0, draws);
      const whole = taken.aval.shape;
      return b.reshape(taken, {
        shape: [...whole.slice(0, axis), ...shape, ...whole.slice(axis + 1)],
      });
    }
    const index = p === null ? b.random_randint(key, 0, n, { shape }) : weighted(b, key, p, n, shape, replace);
    return rank === 0 ? index : b.gather(a, index, { axis });
  },
});

function weighted(
  b: Builder,
  key: Value,
  given: Operand,
  n: number,
  shape: readonly number[],
  replace: boolean,
): Value {
  const [p] = b.promote([given], 'float');
  const dtype = p.aval.dtype as FloatDType;
  if (p.aval.shape.length !== 1 || p.aval.shape[0] !== n) {
    fail('E_SHAPE_MISMATCH', `p, ${showAval(p.aval)}, must be one probability for each of the ${n} slices.`);
  }
  if (!replace) {
    const noise = b.threefry_draw(key, {
      distribution: 'gumbel',
      shape: [n],
      dtype,
    });
    const order = b.argsort(b.add(noise, b.log(p)), { descending: true });
    return b.reshape(along(b, order, 0, 0, sizeOf(shape)), { shape });
  }
  const sums = b.cumsum(p);
  const total = b.reshape(along(b, sums, 0, n - 1, n), { shape: [] });
  const unit = b.threefry_draw(key, { distribution: 'uniform', shape, dtype });
  return b.searchsorted(sums, b.multiply(total, b.subtract(1, unit)));
}
