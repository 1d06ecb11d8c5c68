// Random elementwise functions of long vectors and of rows, with reductions among them: loops of many steps and their tails.

import type { Body, Fn } from '../calculus/functions.ts';
import { createRandom } from '../calculus/random.ts';

/** One axis, pieces of one axis, rows; none a multiple of a step. */
const shapes = [[1003], [4019], [70_001], [23, 331]];

/** Unary and binary ops in random order, and the sums and largest elements of the last of them: of rows, where there are any. */
export function longLoop(name: string, dtype: 'float32' | 'float64'): Fn {
  const random = createRandom(name);
  const shape = shapes[random.integer(0, shapes.length - 1)];
  const unary = 'tanh sigmoid exp negative abs sqrt sin floor square relu erf log1p'.split(' ');
  const binary = 'add multiply subtract divide maximum minimum'.split(' ');
  const body: Body = (b, inputs) => {
    const call = (op: string, ...xs: readonly unknown[]) =>
      (b as unknown as Record<string, (...xs: readonly unknown[]) => (typeof values)[number]>)[op](...xs);
    const values = [...inputs];
    for (let i = 0; i < 12; i++) {
      const pick = () => values[random.integer(0, values.length - 1)];
      const op = random.integer(0, 2) === 0 ? unary[random.integer(0, unary.length - 1)] : undefined;
      values.push(
        op === undefined ? call(binary[random.integer(0, binary.length - 1)], pick(), pick()) : call(op, pick()),
      );
    }
    const last = values.slice(-3);
    return [...last, ...last.map((y) => b.sum(y, { axis: -1 })), ...last.map((y) => b.max(y, { axis: -1 }))];
  };
  return { inputs: [1, 2, 3].map(() => ({ dtype, shape })), body };
}
