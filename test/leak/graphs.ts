// Distinct computations by number, of many kinds and sizes, as requests.

import type { Random } from '../calculus/random.ts';
import { createRandom } from '../calculus/random.ts';

const unary = 'tanh sin exp cos arctan square sqrt'.split(' ');

/** A request for graph number `n`; `random` draws its numbers. */
export function requestOf(n: number, random: Random): object {
  // The graph is the number's alone.
  const shape = createRandom(`graph ${n}`);
  const rows = shape.integer(1, 12);
  const columns = shape.integer(1, 12);
  const steps = Array.from({ length: shape.integer(1, 6) }, (_, i) => {
    const f = shape.pick(unary);
    const inner = f === 'sqrt' ? `a${i} * a${i} + 1` : `a${i} * ${shape.integer(1, 9)} / ${columns + n}`;
    return `a${i + 1} = jnp.${f}(${inner})${shape.chance(0.4) ? ' + x.sum(axis=0)' : ''}`;
  });
  const last = `a${steps.length}`;
  const product = shape.chance(0.5) ? `jnp.sum(${last} @ w)` : `jnp.mean(${last} * ${n + 1})`;
  const numbers = (count: number): number[] => Array.from({ length: count }, () => random.integer(-99, 99) / 64);
  const x = Array.from({ length: rows }, () => numbers(columns));
  const w = numbers(columns);
  return {
    program: `a0 = x\n${steps.join('\n')}\ny = ${product} + jnp.sum(w)`,
    inputs: { x, w },
    gradients: [{ of: 'y', wrt: shape.chance(0.5) ? ['x'] : ['x', 'w'] }],
    ...(shape.chance(0.2) && { dtype: 'float32' }),
    ...(shape.chance(0.2) && { encoding: 'base64' }),
  };
}
