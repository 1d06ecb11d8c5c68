// Modified Bessel functions of higher order, and the derivatives of I₀ and I₁ that are made of them.

import { expect, test } from 'vitest';
import { ine, inu } from '../../engine/numeric/bessel.ts';
import { plain, run } from '../engine/requests.ts';

/** n, x, e^−x Iₙ(x) to 40 digits, rounded (mpmath besseli). */
const recorded: readonly (readonly [number, number, number])[] = [
  [2, 0.001, 1.2487507288542742e-7],
  [2, 1.5, 0.07538109249292411],
  [3, 7.9, 0.079089485959077],
  [5, 30.0, 0.047925203168721224],
  [8, 8.3, 0.003162408966061056],
  [4, 999.0, 0.01252281943272183],
  [4, 1001.0, 0.012510500104018968],
  [6, 1e6, 0.0003989351493683388],
];

test.each(recorded)('e^−x I of order %i at %d', (n, x, wanted) => {
  expect(Math.abs(ine(n, x) / wanted - 1)).toBeLessThan(5 * Number.EPSILON);
  expect(ine(n, -x)).toBe(n % 2 === 1 ? -ine(n, x) : ine(n, x));
});

test('at 0, at infinity and where it overflows', () => {
  expect([inu(2, 0), inu(3, -0), inu(2, NaN), ine(2, Infinity), inu(2, Infinity), inu(3, -800)]).toEqual([
    0,
    -0,
    NaN,
    0,
    Infinity,
    -Infinity,
  ]);
});

test('derivatives of every order at 0', () => {
  // I₀ = 1 + x²/4 + x⁴/64 + …, I₁ = x/2 + x³/16 + x⁵/384 + …
  const nth = (f: string, n: number): unknown => {
    const name = Array.from({ length: n }).reduce<string>((g) => `jax.grad(${g})`, f);
    return plain(run({ program: `y = ${name}(x)`, inputs: { x: 0 } }).outputs['y']);
  };
  expect([1, 2, 3, 4, 5].map((n) => nth('jax.scipy.special.i0', n))).toEqual([0, 0.5, 0, 0.375, 0]);
  expect([1, 2, 3, 4, 5].map((n) => nth('jax.scipy.special.i1', n))).toEqual([0.5, 0, 0.375, 0, 0.3125]);
});
