// What is taken apart is put together again by the derivative: parts side by side, no array of zeros for each of them.

import { describe, expect, test } from 'vitest';
import { createMachine, explain } from '../../engine/index.ts';
import { context, plain, run } from '../engine/requests.ts';
import { generator } from '../wasm/kernel.ts';
import { rounds, seedOr } from '../effort.ts';

const seed = seedOr(20261126);
const machine = createMachine({ wide: false, fma: true });

const opsOf = (program: string, x: readonly number[]): string[] =>
  explain({ program, inputs: { x }, outputs: [], gradients: [{ of: 'y', wrt: ['x'] }] }, context)
    .nodes.filter(({ part }) => part === 'derivative')
    .map(({ op }) => op);

test('an array that is unpacked has its gradient in one piece', () => {
  const ops = opsOf('u, v, w = x\ny = u * u * v + jnp.sin(w) * u', [1, 2, 3]);
  expect(ops.filter((op) => op === 'concat')).toHaveLength(1);
  expect(ops).not.toContain('zero_pad');
});

test('what is left out has zeros, put around once', () => {
  const ops = opsOf('y = jnp.sum(x[1:3] ** 2) * x[3] + x[1]', [1, 2, 3, 4, 5]);
  expect(ops.filter((op) => op === 'zero_pad').length).toBeLessThanOrEqual(2);
});

describe(`parts of an array (seed ${seed})`, () => {
  const random = generator(seed);
  const below = (n: number): number => Math.floor(random() * n);

  test('overlapping, in steps, of any axis: each adds what it has', () => {
    for (let round = 0; round < rounds(40); round++) {
      const shape = [1 + below(5), 1 + below(6)];
      const x = Array.from({ length: shape[0] }, () => Array.from({ length: shape[1] }, () => random() - 0.5));
      const slope = x.map((row) => row.map(() => 0));
      const terms = Array.from({ length: 1 + below(6) }, (_, k) => {
        const axis = below(2);
        const from = below(shape[axis]);
        const to = from + 1 + below(shape[axis] - from);
        const step = 1 + below(2);
        x.forEach((row, i) =>
          row.forEach((value, j) => {
            const at = axis === 0 ? i : j;
            if (at >= from && at < to && (at - from) % step === 0) slope[i][j] += 2 * (k + 1) * value;
          }),
        );
        return `${k + 1} * jnp.sum(x[${axis === 0 ? '' : ':, '}${from}:${to}:${step}] ** 2)`;
      });
      const request = { program: `y = ${terms.join(' + ')}`, inputs: { x }, gradients: [{ of: 'y', wrt: ['x'] }] };
      for (const more of [{}, { machine }]) {
        const found = plain(run(request, more).gradients[0].wrt['x']) as number[][];
        found.forEach((row, i) =>
          row.forEach((value, j) => expect(value, request.program).toBeCloseTo(slope[i][j], 12)),
        );
      }
    }
  });

  test('and joined again, in one copy', () => {
    for (let round = 0; round < rounds(20); round++) {
      const [rows, columns] = [2 + below(700), 1 + below(4)];
      const x = Array.from({ length: rows }, () => Array.from({ length: columns }, () => random()));
      const program =
        'a = jnp.concatenate([x * 2, jnp.stack([jnp.sin(x), x], axis=1).reshape(x.shape[0], -1)], axis=1)\n' +
        'y = jnp.concatenate([a.reshape(-1), x[0]])';
      const [whole, compiled] = [run({ program, inputs: { x } }), run({ program, inputs: { x } }, { machine })].map(
        ({ outputs }) => plain(outputs['y']) as number[],
      );
      expect(compiled).toHaveLength(rows * columns * 3 + columns);
      expect(compiled.every((value, i) => Math.abs(value - whole[i]) < 1e-14)).toBe(true);
    }
  });
});
