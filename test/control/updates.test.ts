// What a loop reads and updates at indices is all that a turn touches of an array, in its derivatives as well.

import { expect, test } from 'vitest';
import type { ComputeRequest } from '../../engine/index.ts';
import { compile } from '../../engine/compile.ts';
import { subgraphsOf } from '../../engine/families/bodies.ts';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Graph } from '../../engine/ir/graph.ts';
import { tidyLoops } from '../../engine/optimize/loops.ts';
import { simplify } from '../../engine/optimize/simplify.ts';
import { unroll } from '../../engine/optimize/unroll.ts';
import { testContext } from '../calculus/functions.ts';
import { context } from '../oracle/context.ts';

const size = 50;

/** Ops in bodies that go through a whole array. */
const through = ({ nodes }: Graph, inside = false): string[] =>
  nodes.flatMap(({ op, outputs, attrs }) => {
    const primitive = op.primitive!;
    const large = outputs.some(({ aval }) => aval.shape.reduce((n, d) => n * d, 1) >= size);
    const bodies = subgraphsOf(attrs);
    const moves = primitive.view !== undefined || primitive.constant !== undefined || op.name.startsWith('scatter_');
    return [
      ...(inside && large && bodies.length === 0 && !moves ? [op.name] : []),
      ...bodies.flatMap((b) => through(b, true)),
    ];
  });

test.each<readonly [string, string]>([
  ['reads', 'y, _ = jax.lax.scan(lambda c, i: (c * 0.9 + x[i] * x[i], None), 0.0, jnp.arange(50))'],
  ['reads at pairs', 'y, _ = jax.lax.scan(lambda c, i: (c + jnp.sin(m[i, 1] * m[i, 3]), None), 0.0, jnp.arange(10))'],
  ['sets', 'u = jax.lax.fori_loop(0, 49, lambda i, u: u.at[i + 1].set(0.5 * u[i] + jnp.sin(x[i + 1])), x)\ny = u @ u'],
  ['adds', 'u = jax.lax.fori_loop(0, 49, lambda i, u: u.at[3 * i % 50].add(x[i] ** 2), jnp.zeros(50))\ny = u @ u'],
  [
    'slices',
    'u = jax.lax.fori_loop(0, 9, lambda i, u: jax.lax.dynamic_update_slice(u, 2 * x[:3], (i,)), x)\ny = u @ u',
  ],
  [
    'a loop and a branch in a loop',
    [
      'def outer(c, i):',
      '  c, _ = jax.lax.scan(lambda c, j: (c + jnp.sin(m[i, j] * m[j, i]), None), c, jnp.arange(5))',
      '  return jax.lax.cond(c > 1, lambda c: c * x[i], lambda c: c + 1, c), None',
      'y, _ = jax.lax.scan(outer, 0.0, jnp.arange(5))',
    ].join('\n'),
  ],
])('%s', (_name, program) => {
  const x = Array.from({ length: size }, (_, i) => Math.sin(i));
  const m = Array.from({ length: 10 }, (_, i) => x.slice(5 * i, 5 * i + 5));
  const request: ComputeRequest = {
    program,
    inputs: { x, m },
    outputs: ['y'],
    gradients: [{ of: 'y', wrt: ['x', 'm'] }],
  };
  const builder = () => createBuilder(testContext);
  const graph = simplify(tidyLoops(compile(request, context.limits).plan.graph, builder), builder);
  expect(through(graph)).toEqual([]);
  for (const node of graph.nodes) if (subgraphsOf(node.attrs).length > 0) expect(unroll(node)).not.toBeNull();
});
