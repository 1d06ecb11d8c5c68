// What is known is computed while compiling, through views of constants too; one number repeated stays one number.

import { expect, test } from 'vitest';
import { compile } from '../../engine/compile.ts';
import { createBuilder } from '../../engine/ir/builder.ts';
import { simplify } from '../../engine/optimize/simplify.ts';
import { interpret } from '../../engine/run/interpret.ts';
import { testContext } from '../calculus/functions.ts';
import { limits } from '../engine/requests.ts';

const cases: readonly (readonly [program: string, left: string])[] = [
  ['1.0 - 2.0 * (jnp.arange(4) % 2)', 'constant'],
  ['jnp.array([[1.0, 2.0], [3.0, 4.0]]).T @ jnp.ones((2, 2))', 'constant'],
  ['jnp.ones(3)[jnp.array([0, 2, 1, 0])] * 2.0', 'constant'],
  ['jnp.sum(jnp.arange(6.0).reshape(2, 3)[::-1] ** 2, axis=0)', 'constant'],
  ['jnp.arange(4.0)[::-1]', 'constant flip'],
  ['jnp.full(100, 2.0)', 'broadcast_to constant'],
  ['jnp.full(5000, 2.0) * jnp.arange(5000.0)', 'broadcast_to constant constant multiply'],
];

test.each(cases)('%s', (text, left) => {
  const { plan } = compile({ program: `y = ${text}` }, limits);
  const simple = simplify(plan.graph, () => createBuilder(testContext));
  expect(
    simple.nodes
      .map(({ op }) => op.name)
      .sort()
      .join(' '),
  ).toBe(left);
  expect(interpret(simple, [])).toEqual(interpret(plan.graph, []));
});
