// Random ops against recorded runs of jax.random, bit for bit, and what a request can rely on.

import { describe, expect, test } from 'vitest';
import { EngineError } from '../../engine/errors.ts';
import type { BuildContext } from '../../engine/ir/builder.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { tensorOf, toNumbers } from '../../engine/ir/tensor.ts';
import type { Body } from '../calculus/functions.ts';
import { batched, compile, pullback, testContext } from '../calculus/functions.ts';
import recorded from './random.fixture.json' with { type: 'json' };
import { expectRecorded } from './recorded.ts';

/** Made of functions that JAX rounds otherwise. */
const toRounding: ReadonlySet<string> = new Set(['random.truncated_normal', 'random.cauchy']);

describe('draws as JAX does, bit for bit', () => {
  const cases = recorded.map((c, k) => [`${k} ${c.op} ${JSON.stringify(c.attrs)}`, c] as const);
  test.each(cases)('%s', (_label, c) => expectRecorded(c, toRounding.has(c.op) ? 4e-15 : 0));
});

const values = (body: Body, at: readonly Tensor[] = [], context: Partial<BuildContext> = {}): number[][] =>
  compile({ inputs: at, body }, { ...testContext, ...context })
    .run(at)
    .map(toNumbers);

function complaint(body: Body, context: Partial<BuildContext> = {}): string {
  try {
    values(body, [], context);
  } catch (error) {
    if (error instanceof EngineError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'none';
}

describe('keys', () => {
  test('mapped keys draw what each of them draws alone', () => {
    const keys = tensorOf('int64', [2, 2], [1, 2, 3, 4]);
    const body: Body = (b, [key]) => [
      b.random_normal(key, { shape: [3] }),
      b.random_split(key),
      b.random_randint(key, 0, 9, { shape: [2] }),
    ];
    const alone = [0, 1].map((i) => {
      const key = tensorOf('int64', [2], toNumbers(keys).slice(2 * i, 2 * i + 2));
      return compile({ inputs: [key], body })
        .run([key])
        .map(toNumbers);
    });
    const key = { dtype: 'int64', shape: [2] } as const;
    const together = compile(batched({ inputs: [key], body }, [true], 2))
      .run([keys])
      .map(toNumbers);
    expect(together).toEqual(alone[0].map((y, k) => [...y, ...alone[1][k]]));
  });

  test('what is no key is refused, and the message makes one', () => {
    expect(complaint((b) => [b.random_normal(42n)])).toMatch(
      /^E_SHAPE_MISMATCH: A key is int64\[2\], and is given as int64\[\]/,
    );
    expect(complaint((b) => [b.random_key(0.5)])).toMatch(/^E_DTYPE: The seed must be of integers/);
  });
});

test('a uniform draw moves with its bounds', () => {
  const at = [tensorOf('float64', [], [-1]), tensorOf('float64', [], [3])];
  const body: Body = (b, [low, high]) => [b.random_uniform(b.random_key(0n), low, high)];
  const fn = { inputs: at, body };
  const u = values((b) => [b.random_uniform(b.random_key(0n))])[0][0];
  const slopes = compile(pullback(fn, compile(fn).outputs))
    .run([...at, tensorOf('float64', [], [1])])
    .map(toNumbers);
  expect(slopes).toEqual([[1 - u], [u]]);
});

describe('dropout', () => {
  const numbers = Array.from({ length: 16 }, (_, i) => i + 1);
  const x = tensorOf('float64', [16], numbers);
  const train = { training: true, seed: 3 };
  const twice: Body = (b, [v]) => [b.dropout(v), b.dropout(v)];

  test('is the identity in predict mode', () => {
    expect(values(twice, [x], { training: false, seed: undefined })).toEqual([numbers, numbers]);
  });

  test('draws anew in each call, and the same in the same request', () => {
    const [first, second] = values(twice, [x], train);
    expect(first).not.toEqual(second);
    expect(values(twice, [x], train)).toEqual([first, second]);
    expect(values(twice, [x], { ...train, seed: 4 })).not.toEqual([first, second]);
    for (const [i, y] of first.entries()) expect([0, 2 * numbers[i]]).toContain(y);
  });

  test('keeps what jax.random.bernoulli keeps with its key', () => {
    const [y, kept] = values(
      (b, [v]) => {
        const key = b.random_key(5n);
        return [b.dropout(v, key, { rate: 0.25, training: true }), b.random_bernoulli(key, 0.75, { shape: [16] })];
      },
      [x],
    );
    expect(kept).toContain(0);
    expect(y).toEqual(kept.map((k, i) => (k * numbers[i]) / 0.75));
  });

  test('at rate 1 is 0, with derivative 0', () => {
    const body: Body = (b, [v]) => [b.dropout(v, null, { rate: 1, training: true })];
    const zeros = numbers.map(() => 0);
    expect(values(body, [x])).toEqual([zeros]);
    const pulled = compile(pullback({ inputs: [x], body }, [x])).run([x, x]);
    expect(pulled.map(toNumbers)).toEqual([zeros]);
  });

  test('needs a key or a seed to train', () => {
    const context = { training: true, seed: undefined };
    expect(complaint((b) => [b.dropout(1.5)], context)).toMatch(
      /^E_ATTRIBUTE: dropout in train mode draws random numbers/,
    );
    expect(complaint((b) => [b.dropout(1.5, null, { rate: 2 })], context)).toMatch(
      /^E_ATTRIBUTE.*rate=2 is no probability/,
    );
  });
});
