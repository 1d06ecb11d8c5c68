// Gradients of weights that all turns of a loop share: one contraction behind the loop, and the same numbers.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest } from '../../engine/index.ts';
import { compute } from '../../engine/index.ts';
import { compile } from '../../engine/compile.ts';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Graph } from '../../engine/ir/graph.ts';
import { subgraphsOf } from '../../engine/families/bodies.ts';
import { tidyLoops } from '../../engine/optimize/loops.ts';
import { createMachine } from '../../engine/run/machine.ts';
import { testContext } from '../calculus/functions.ts';
import { context } from '../oracle/context.ts';

const drawn = (seed: number, ...shape: number[]): unknown => {
  const [n, ...rest] = shape;
  return n === undefined
    ? Math.sin(seed * 1.7 + 0.3) / 3
    : Array.from({ length: n }, (_, i) => drawn(seed * 31 + i + 1, ...rest));
};

/** Sizes of what scans carry, those in bodies included. */
const carried = ({ nodes }: Graph): number[] =>
  nodes.flatMap(({ op, inputs, attrs }) => {
    const inner = subgraphsOf(attrs).flatMap(carried);
    if (op.name !== 'scan') return inner;
    const from = (attrs['consts'] as number) + (attrs['length'] === null ? 1 : 0);
    const own = inputs.slice(from, from + (attrs['carry'] as number));
    return [...own.map((x) => x.aval.shape.reduce((n, d) => n * d, 1)), ...inner];
  });

const step = (lines: readonly string[]): string =>
  [
    'def step(h, x):',
    ...lines.map((line) => `  ${line}`),
    'h, hs = jax.lax.scan(step, h0, xs)',
    'y = jnp.sum(hs ** 2) + jnp.sum(h)',
  ].join('\n');

describe('sums of products over turns', () => {
  test.each<readonly [string, string, readonly number[], boolean]>([
    ['a recurrent layer', step(['h = jnp.tanh(x @ W + h)', 'return h, h']), [12, 32], true],
    ['of a batch', step(['h = jnp.tanh(x @ W + h)', 'return h, h']), [12, 3, 32], true],
    ['used twice', step(['h = jnp.tanh(x @ W + jnp.tanh(h @ W))', 'return h, h']), [12, 32], true],
    ['turned', step(['h = jnp.tanh(W.T @ x + 0.5 * h)', 'return h, h']), [12, 32], true],
    ['of what is read', step(['h = h + x @ W', 'return h, h * x']), [12, 32], true],
    [
      'in a loop',
      `def outer(h0, t):\n  ${step(['h = jnp.tanh(x @ W + t * h)', 'return h, h']).split('\n').slice(0, 4).join('\n  ')}\n  return h, jnp.sum(hs)\nh, ys = jax.lax.scan(outer, h0, jnp.array([0.5, 0.7]))\ny = jnp.sum(h * h) + jnp.sum(ys)`,
      [12, 32],
      false,
    ],
    ['too few turns', step(['h = jnp.tanh(x @ W + h)', 'return h, h']), [4, 32], false],
    ['elementwise', step(['h = jnp.tanh(jnp.sum(x * W, axis=0) + h)', 'return h, h']), [12, 32], false],
  ])('%s', (_name, program, shape, moves) => {
    const request: ComputeRequest = {
      program,
      inputs: {
        W: drawn(1, 32, 32),
        xs: drawn(2, ...shape),
        h0: drawn(3, ...shape.slice(1)),
      } as ComputeRequest['inputs'],
      outputs: ['y'],
      gradients: [{ of: 'y', wrt: ['W', 'xs'] }],
    };
    const { plan } = compile(request, context.limits);
    const tidy = tidyLoops(plan.graph, () => createBuilder(testContext));
    expect(carried(plan.graph)).toContain(1024);
    if (moves) expect(carried(tidy)).not.toContain(1024);
    const want = compute(request, context);
    const got = compute(request, { ...context, machine: createMachine({ wide: false, fma: true }) });
    for (const name of ['W', 'xs']) {
      const [a, b] = [want, got].map(({ gradients }) => Array.from(gradients[0].wrt[name].data as Float64Array));
      const most = Math.max(...a.map(Math.abs));
      expect(Math.max(...a.map((x, i) => Math.abs(x - b[i]))) / most).toBeLessThan(1e-12);
    }
  });
});
