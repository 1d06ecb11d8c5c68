// Rules that functions were given: right ones pass, wrong ones are found, named and placed, used or not.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest } from '../../engine/index.ts';
import { certify, check } from '../../engine/index.ts';
import { context } from '../engine/requests.ts';

const inputs = { x: [0.5, 1.5, -0.7], a: 1.3 };
const rulesOf = (program: string, more: Partial<ComputeRequest> = {}) => check({ program, inputs, ...more }, context);

/** sin(x) a with a reverse rule whose first cotangent is changed. */
const reverse = (change: string, value = 'f(x, a)'): string =>
  [
    '@jax.custom_vjp',
    'def f(x, a):',
    '  return jnp.sin(x) * a',
    'def fwd(x, a):',
    `  return ${value}, (x, a)`,
    'def bwd(res, g):',
    '  x, a = res',
    `  return (g * jnp.cos(x) * a${change}, jnp.sum(g * jnp.sin(x)))`,
    'f.defvjp(fwd, bwd)',
    '',
  ].join('\n');

/** |x| x with a forward rule. */
const forward = (tangent: string): string =>
  [
    '@jax.custom_jvp',
    'def g(x):',
    '  return jnp.abs(x) * x',
    '@g.defjvp',
    'def rule(p, t):',
    '  (x,), (v,) = p, t',
    `  return g(x), ${tangent}`,
    '',
  ].join('\n');

describe('a reverse rule', () => {
  test('that is right', () => {
    const { verdict, rules } = rulesOf(`${reverse('')}y = jnp.sum(f(x, a))`);
    expect(verdict).toBe('ok');
    expect(rules).toMatchObject([{ kind: 'custom_vjp', name: 'f', line: 10, verdict: 'ok', worst: null }]);
    expect(rules[0].adjoint).toBeLessThan(1e-12);
  });

  test.each<[string, string, number, number]>([
    ['where it is applied', 'y = jnp.sum(f(x, a))', 10, 13],
    ['in a gradient of the program', 'y = jax.grad(lambda a: jnp.sum(f(x, a)))(a)', 10, 32],
    ['in a loop', 'y = jax.lax.scan(lambda c, z: (f(c, z), None), x, x)[0]', 10, 32],
    ['in a batch', 'y = jax.vmap(lambda z: f(z, a))(jnp.stack([x, x]))', 10, 24],
    ['where nothing asked for comes by', 'y = x * 2\nz = f(x, a)', 11, 5],
  ])('that is wrong in one element is found %s', (_where, last, line, column) => {
    const { verdict, rules } = rulesOf(`${reverse(' + jnp.where(g == 1.0, 0.0, 0.01 * (x > 1))')}${last}`);
    expect(verdict).toBe('mismatch');
    const [found] = rules.filter((rule) => rule.line === line);
    expect(found).toMatchObject({ name: 'f', line, column, verdict: 'mismatch', worst: { of: 'argument', number: 0 } });
    expect(found.worst!.given - found.worst!.expected).toBeCloseTo(0.01, 9);
    expect(found.adjoint).toBeGreaterThan(1e-5);
  });

  test('whose forward part gives other values', () => {
    const { verdict, rules } = rulesOf(`${reverse('', '2 * f(x, a)')}y = f(x, a)`);
    expect(verdict).toBe('mismatch');
    expect(rules[0].worst).toMatchObject({ of: 'value', number: 0 });
  });

  test('in a branch that is not taken is not reached', () => {
    const { verdict, rules } = rulesOf(`${reverse(' * 2')}y = jax.lax.cond(a > 5, lambda: f(x, a), lambda: x)`);
    expect([verdict, rules[0].verdict]).toEqual(['ok', 'unreached']);
  });

  test('in the first example of a batch of requests', () => {
    const batch = { inputs: ['x'] };
    const request = {
      program: `${reverse(' * 2')}y = jnp.sum(f(x, a))`,
      inputs: {
        x: [
          [1, 2],
          [3, 4],
        ],
        a: 2,
      },
      batch,
    };
    expect(check(request, context).rules).toMatchObject([{ name: 'f', verdict: 'mismatch' }]);
  });
});

describe('a forward rule', () => {
  test('that is right', () => {
    const { verdict, rules } = rulesOf(`${forward('2 * jnp.abs(x) * v')}y = g(x)`);
    expect([verdict, rules[0].verdict]).toEqual(['ok', 'ok']);
  });

  test('that is wrong', () => {
    const { rules } = rulesOf(`${forward('2 * x * v')}y = g(x)`);
    expect(rules).toMatchObject([
      { kind: 'custom_jvp', name: 'g', verdict: 'mismatch', worst: { of: 'result', index: [2] } },
    ]);
  });

  test('that is not linear', () => {
    const { rules } = rulesOf(`${forward('2 * jnp.abs(x) * v + 0.1 * x')}y = g(x)`);
    expect(rules).toMatchObject([{ verdict: 'mismatch', linear: false }]);
  });

  test('that chooses at a kink', () => {
    const step = forward('jnp.where(x >= 0, 1.0, 0.0) * v').replace('jnp.abs(x) * x', 'jax.nn.relu(x)');
    const { rules } = rulesOf(`${step}y = g(x)`, { inputs: { x: [0, 1] } });
    expect(rules[0].verdict).toBe('kink');
  });
});

test('a posted graph says where the rule is', () => {
  const request: ComputeRequest = {
    graph: {
      nodes: [
        { op: 'custom_vjp', inputs: ['x'], attrs: { fun: 'square', fwd: 'kept', bwd: 'thrice' }, outputs: ['y'] },
      ],
      outputs: ['y'],
      functions: {
        square: { inputs: [{ name: 'x' }], nodes: [{ name: 'r', op: 'multiply', inputs: ['x', 'x'] }] },
        kept: {
          inputs: [{ name: 'x' }],
          nodes: [{ name: 'r', op: 'multiply', inputs: ['x', 'x'] }],
          outputs: ['r', 'x'],
        },
        thrice: {
          inputs: [{ name: 'r' }, { name: 'ct' }],
          nodes: [
            { name: 'c', op: 'multiply', inputs: ['r', 'ct'] },
            { name: 'd', op: 'multiply', inputs: ['c', 3] },
          ],
          outputs: ['d'],
        },
      },
    },
    inputs: { x: [1, 2] },
    gradients: [{ of: 'y', wrt: ['x'] }],
  };
  const { verdict, rules, checks } = certify(request, context);
  expect(verdict).toBe('mismatch');
  expect(rules).toMatchObject([{ kind: 'custom_vjp', pointer: '/graph/nodes/0', verdict: 'mismatch' }]);
  // The gradient itself is wrong by that.
  expect(checks[0].verdict).toBe('mismatch');
});
