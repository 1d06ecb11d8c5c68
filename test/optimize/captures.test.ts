// What bodies capture: values that have turned out to be one are read once, known numbers become the body's own, and then the body
// is simplified by them. The result is that of the graph as it was.

import { expect, test } from 'vitest';
import { compile } from '../../engine/compile.ts';
import { subgraphsOf } from '../../engine/families/bodies.ts';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Graph, Node } from '../../engine/ir/graph.ts';
import { verifyGraph } from '../../engine/ir/verify.ts';
import { tidyLoops } from '../../engine/optimize/loops.ts';
import { simplify } from '../../engine/optimize/simplify.ts';
import { interpret } from '../../engine/run/interpret.ts';
import { testContext } from '../calculus/functions.ts';
import { limits } from '../engine/requests.ts';

const programs: Readonly<Record<string, { readonly text: string; readonly op: string; readonly left: number }>> = {
  // Each turn computes x - (10 - w), and what is added to it, once.
  fori_loop: {
    text: `
def turn(i, s):
  return s + jnp.exp(s - (10.0 - w)) + jnp.exp(s - (10.0 - w))
y = jax.lax.fori_loop(0, 3, turn, w)`,
    op: 'exp',
    left: 1,
  },
  while_loop: {
    text: `
def unsettled(s):
  return (s < 10.0 - w) & (s < 2.0 * (10.0 - w))
y = jax.lax.while_loop(unsettled, lambda s: s + jnp.exp(10.0 - w - s) + jnp.exp(10.0 - w - s), w)`,
    op: 'exp',
    left: 1,
  },
  cond: {
    text: `
a, b = jnp.sin(w), jnp.sin(w)
y = jax.lax.cond(w > 1, lambda: a * jnp.exp(a) + b * jnp.exp(b), lambda: b)`,
    op: 'exp',
    left: 1,
  },
  // A number that is known only when the loop around it is: its logarithm goes, and so does the capture.
  'a known number': {
    text: `
def inner(i, s, c):
  return s * jnp.log(c)
def outer(i, s):
  c = 0.0 * 3 + 2.0
  return jax.lax.fori_loop(0, 2, lambda i, s: inner(i, s, c), s)
y = jax.lax.fori_loop(0, 2, outer, w)`,
    op: 'log',
    left: 0,
  },
};

const nodesOf = (graph: Graph): Node[] =>
  graph.nodes.flatMap((node) => [node, ...subgraphsOf(node.attrs).flatMap(nodesOf)]);

test.each(Object.entries(programs))('%s', (_name, { text, op, left }) => {
  const { plan, feeds } = compile({ program: text, inputs: { w: 1.5 } }, limits);
  const builder = () => createBuilder(testContext);
  const simple = simplify(tidyLoops(plan.graph, builder), builder);
  verifyGraph(simple);
  expect(nodesOf(simple).filter((node) => node.op.name === op)).toHaveLength(left);
  expect(interpret(simple, feeds)).toEqual(interpret(plan.graph, feeds));
});
