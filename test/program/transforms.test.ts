// grad, vmap and their relatives inside programs, nested as JAX nests them.

import { describe, expect, test } from 'vitest';
import { plain, refused, run } from '../engine/requests.ts';

/** The value of the last statement of a program. */
function value(program: string, inputs: Record<string, unknown> = {}): unknown {
  const outputs = Object.values(run({ program, inputs: inputs as never }).outputs);
  return plain(outputs[outputs.length - 1]);
}

describe('derivatives of functions', () => {
  test('grad of grad of grad', () => {
    expect(value('y = jax.grad(jax.grad(jax.grad(lambda x: x**4)))(2.0)')).toBe(48);
  });

  test('grad by argnums, of several arguments and of trees', () => {
    expect(value('y = jax.grad(lambda a, b: a * b**2, argnums=1)(3.0, 2.0)')).toBe(12);
    const program = 'ga, gb = jax.grad(lambda a, b: a * b**2, argnums=(0, 1))(3.0, 2.0)\ny = ga + 10 * gb';
    expect(value(program)).toBe(4 + 120);
    const tree =
      'p = {"w": x, "b": (x[0], 2.0)}\ng = jax.grad(lambda p: (p["w"] ** 2).sum() * p["b"][1])(p)\ny = g["w"]';
    expect(value(tree, { x: [1, 2] })).toEqual([4, 8]);
  });

  test('value_and_grad with has_aux', () => {
    const program = [
      'def f(x):',
      '    y = x ** 2',
      '    return y.sum(), y',
      '(v, aux), g = jax.value_and_grad(f, has_aux=True)(x)',
      'r = jnp.concatenate([aux, g, v[None]])',
    ].join('\n');
    expect(value(program, { x: [1, 2] })).toEqual([1, 4, 2, 4, 5]);
  });

  test('do not confuse the perturbations of nested grads', () => {
    // d/dx [x · d/dy (x + y) at y = 1] is 1, not 2.
    expect(value('y = jax.grad(lambda x: x * jax.grad(lambda y: x + y)(1.0))(1.0)')).toBe(1);
  });

  test('a gradient penalty', () => {
    const program = 'def f(x):\n    return (x ** 3).sum()\ny = jax.grad(lambda x: (jax.grad(f)(x) ** 2).sum())(x)';
    expect(value(program, { x: [1, 2] })).toEqual([36, 288]);
  });

  test('jvp, vjp and linearize agree with the derivative', () => {
    expect(value('p, t = jax.jvp(lambda x: x ** 3, (2.0,), (5.0,))\ny = t')).toBe(60);
    expect(value('p, pull = jax.vjp(lambda x, z: x * z, x, 3.0)\na, b = pull(jnp.ones(2))\ny = b', { x: [1, 2] })).toBe(
      3,
    );
    expect(
      value('p, push = jax.linearize(lambda x: x ** 2, x)\ny = push(jnp.array([1.0, 0.5]))', { x: [1, 2] }),
    ).toEqual([2, 2]);
  });

  test('jacfwd, jacrev and hessian', () => {
    const f = 'f = lambda x: jnp.stack([x[0] * x[1], x[1] ** 2, x[0]])\n';
    const jacobian = [
      [2, 1],
      [0, 4],
      [1, 0],
    ];
    expect(value(`${f}y = jax.jacfwd(f)(x)`, { x: [1, 2] })).toEqual(jacobian);
    expect(value(`${f}y = jax.jacrev(f)(x)`, { x: [1, 2] })).toEqual(jacobian);
    expect(value('y = jax.hessian(lambda x: x[0] ** 2 * x[1])(x)', { x: [3, 2] })).toEqual([
      [4, 6],
      [6, 0],
    ]);
  });

  test('the gradient of a program that takes gradients', () => {
    const { gradients } = run({
      program: 'g = jax.grad(lambda w: (w ** 3).sum())(x)\ny = (g ** 2).sum()',
      inputs: { x: [1, 2] },
      gradients: [{ of: 'y', wrt: ['x'] }],
    });
    expect(plain(gradients[0].wrt['x'])).toEqual([36, 288]);
  });
});

describe("Python's own sum, max and min of an array", () => {
  test('are one op each, however long the array is', () => {
    const x = Array.from({ length: 50_000 }, (_, i) => i % 7);
    expect(value('y = sum(x) + 10 * max(x) + min(x)', { x })).toBe(x.reduce((a, b) => a + b) + 60);
    expect(
      value('y = sum(x)', {
        x: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toEqual([4, 6]);
    expect(value('y = sum([x, x], 1.0)', { x: [1, 2] })).toEqual([3, 5]);
  });
});

describe('vmap', () => {
  test('maps over in_axes and out_axes, nested', () => {
    expect(value('y = jax.vmap(lambda a, b: a * b)(x, x)', { x: [1, 2, 3] })).toEqual([1, 4, 9]);
    expect(value('y = jax.vmap(lambda a, b: a + b, in_axes=(0, None))(x, 10.0)', { x: [1, 2] })).toEqual([11, 12]);
    expect(
      value('y = jax.vmap(lambda c: c * 2, in_axes=1, out_axes=1)(x)', {
        x: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toEqual([
      [2, 4],
      [6, 8],
    ]);
    const outer = 'y = jax.vmap(lambda a: jax.vmap(lambda b: a * b)(x))(x)';
    expect(value(outer, { x: [1, 2] })).toEqual([
      [1, 2],
      [2, 4],
    ]);
  });

  test('gives per-example gradients', () => {
    const program = 'loss = lambda w, a: (w @ a) ** 2\ng = jax.vmap(jax.grad(loss), in_axes=(None, 0))(w, x)';
    expect(
      value(program, {
        w: [1, 2],
        x: [
          [1, 0],
          [1, 1],
        ],
      }),
    ).toEqual([
      [2, 0],
      [6, 6],
    ]);
  });
});

describe('loops with a static count', () => {
  test('fori_loop, with an index that is an array', () => {
    expect(value('y = jax.lax.fori_loop(1, 4, lambda i, c: c * x[i] + i, 1.0)', { x: [9, 2, 3, 4] })).toBe(47);
  });

  test('scan carries and stacks, forwards and in reverse, through trees', () => {
    const program = [
      'def step(c, a):',
      '    n = {"s": c["s"] + a["u"] * c["s"], "k": c["k"] + 1}',
      '    return n, (n["s"], a["v"])',
      'c, (s, v) = jax.lax.scan(step, {"s": x[0], "k": 0}, {"u": x, "v": 2 * x}, reverse=True)',
      'y = jnp.concatenate([s, v, c["s"][None], c["k"][None] * 1.0])',
    ].join('\n');
    expect(value(program, { x: [1, 2, 3] })).toEqual([24, 12, 4, 2, 4, 6, 24, 3]);
    expect(value('c, y = jax.lax.scan(lambda c, _: (2 * c, c), 1.0, length=4)')).toEqual([1, 2, 4, 8]);
  });

  test('an ODE solved in a scan inside a grad', () => {
    const program = [
      'def solve(k):',
      '    def step(u, _):',
      '        return u - 0.1 * k * u, u',
      '    u, us = jax.lax.scan(step, 1.0, None, length=10)',
      '    return u',
      'y = jax.grad(solve)(k)',
    ].join('\n');
    expect(value(program, { k: 0.5 })).toBeCloseTo(-(0.95 ** 9), 14);
  });

  test('map, and cond of what is static', () => {
    expect(
      value('y = jax.lax.map(lambda r: r.sum() * r, x)', {
        x: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toEqual([
      [3, 6],
      [21, 28],
    ]);
    expect(value('y = jax.lax.cond(x.shape[0] > 1, lambda a: a * 2, lambda a: a[5], x)', { x: [1, 2] })).toEqual([
      2, 4,
    ]);
  });
});

describe('refusals', () => {
  test.each([
    ['y = jax.grad(lambda x: x * 2)(x)', 'E_NON_SCALAR_OUTPUT'],
    ['y = jax.grad(lambda n: n * 2.0)(3)', 'E_NOT_DIFFERENTIABLE'],
    ['y = jax.grad(x)', 'E_PROGRAM_TYPE'],
    ['y = jax.vmap(lambda a, b: a)(x, jnp.ones(3))', 'E_SHAPE_MISMATCH'],
    ['y = jax.lax.while_loop(lambda c: x < 3, lambda c: c + 1, 0)', 'E_PROGRAM_TYPE'],
    ['y = jax.lax.cond(x[0] > 0, lambda a: a, lambda a: a[0], x)', 'E_SHAPE_MISMATCH'],
    ['y = jax.lax.fori_loop(0, 3, lambda i, c: jnp.stack([c, c]), x)', 'E_SHAPE_MISMATCH'],
    ['c, y = jax.lax.scan(lambda c, a: c + a, 0.0, x)', 'E_PROGRAM_TYPE'],
    ['c, y = jax.lax.scan(lambda c, a: (c, a), 0.0, None)', 'E_OP_ARITY'],
  ])('%s', (program, code) => {
    const error = refused({ program, inputs: { x: [1, 2] } });
    expect(error.code, error.message).toBe(code);
    expect(error.issues[0].line).toBe(1);
  });
});
