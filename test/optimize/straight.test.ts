// Plans of many steps over tiny arrays are one step of straight code, with the interpreter's results; others stay as they are.

import { expect, test } from 'vitest';
import { compile } from '../../engine/compile.ts';
import { limits } from '../engine/requests.ts';
import { bothWays, differs } from '../wasm/compiled.ts';

/** What is computed again and again, so that there are many steps: a reduction between any two. */
const many = `
s = x
for k in range(12):
  s = 0.3 * jnp.sin(s + 0.1 * k * s[::-1]) + 0.2 * jnp.mean(s[jnp.array([0, 2, 1])]) + 0.2 * jnp.max(s)
y = s`;

const cases: readonly (readonly [title: string, text: string, n: number, straight: boolean])[] = [
  ['many steps over a few numbers', many, 5, true],
  ['few steps', 'y = jnp.sum(jnp.sin(x)) * x', 5, false],
  ['long arrays', many, 40, false],
  ['a loop among the steps', `${many}\ny = jax.lax.fori_loop(0, 3, lambda i, s: s + y, x)`, 5, false],
];

test.each(cases)('%s', (_title, text, n, straight) => {
  const data = Float64Array.from({ length: n }, (_, i) => Math.sin(i + 1));
  for (const gradients of [[], [{ of: 'y', wrt: ['x'] }]]) {
    const request = { program: text, inputs: { x: { dtype: 'float64', shape: [n], data } as const }, gradients };
    const { plan, feeds } = compile(request, limits);
    const { want, got, steps } = bothWays(plan.graph, feeds);
    expect(differs(want, got)).toBeNull();
    expect(steps === 'control switch').toBe(straight);
  }
});
