// Checks of derivatives: right ones pass, kinks are told apart, and a broken rule is found where it is.

import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { differences, steps } from '../../engine/check/differences.ts';
import { judge } from '../../engine/check/judge.ts';
import type { CheckResponse, ComputeRequest, EngineContext, WireTensor } from '../../engine/index.ts';
import { certify, check, createMachine, createPlanCache, EngineError } from '../../engine/index.ts';
import type { Primitive } from '../../engine/op.ts';
import { sin } from '../../engine/ops/sin.ts';
import { context } from '../engine/requests.ts';

const compiled: EngineContext = { ...context, machine: createMachine({ wide: false, fma: false }) };
const examine = (request: ComputeRequest): CheckResponse => check(request, compiled);

describe('the verdict on a slope', () => {
  const verdictOf = (f: (x: number) => number, at: number, slope: number): string => {
    const above = Float64Array.from(steps, (s) => f(at + s));
    const below = Float64Array.from(steps, (s) => f(at - s));
    return judge(slope, differences(f(at), above, below, 2 ** -52, 0), { relative: 1e-5, absolute: 0 }).verdict;
  };

  test.each<[string, (x: number) => number, number, number, string]>([
    ['a smooth function', Math.sin, 1, Math.cos(1), 'ok'],
    ['one off by 1e-4', Math.sin, 1, Math.cos(1) * 1.0001, 'mismatch'],
    ['a sign mistaken', Math.sin, 1, -Math.cos(1), 'mismatch'],
    ['a large constant beside it', (x) => 1e10 + Math.exp(x), 0, 1, 'ok'],
    ['a small function of much rounding', (x) => 1e6 + x - 1e6, 0, 1, 'ok'],
    ['a constant', () => 7, 0, 0, 'ok'],
    ['a constant said to rise', () => 7, 0, 1, 'mismatch'],
    ['the absolute value at 0', Math.abs, 0, 0, 'kink'],
    ['the absolute value at 0 from one side', Math.abs, 0, 1, 'kink'],
    ['the absolute value at 0, steeper than either side', Math.abs, 0, 3, 'mismatch'],
    ['the absolute value near 0', Math.abs, 1e-3, 1, 'ok'],
    ['the absolute value very near 0', Math.abs, -1e-7, -1, 'ok'],
    ['a step, which is flat by convention', Math.floor, 2, 0, 'kink'],
    ['between steps', Math.floor, 2.5, 0, 'ok'],
    ['a jump in a slope', (x) => Math.floor(x) * x, 2, 2, 'kink'],
    ['an edge of the domain', (x) => x * Math.sqrt(x), 0, 0, 'kink'],
    ['an infinite slope', Math.cbrt, 0, Infinity, 'kink'],
    ['an infinite slope where there is none', Math.sin, 1, Infinity, 'mismatch'],
    ['a slope that is NaN where there is one', Math.sin, 1, NaN, 'mismatch'],
  ])('%s', (_what, f, at, slope, verdict) => {
    expect(verdictOf(f, at, slope)).toBe(verdict);
  });
});

const x = [1.2, 2, 3, -1];
const everything: ComputeRequest = {
  program: 'y = jnp.tanh(x) * x[0] * w\nf = jnp.sum(y ** 2)',
  inputs: { x, w: 0.7 },
  gradients: [
    { of: 'f', wrt: ['x', 'w', 'y'] },
    { of: 'y', wrt: ['x'], cotangent: [1, -2, 3, 0.5], accumulate: { x: [100, 100, 100, 100] } },
    { of: 'y', wrt: ['w'], cotangent: [x, x], batched: true },
  ],
  jvps: [
    { of: ['y', 'f'], tangents: { x: [1, 0, 2, 0], w: 1 } },
    { of: ['y'], tangents: { x: [x, [1, 1, 1, 1]] }, batched: true },
  ],
  jacobians: [
    { of: 'y', wrt: ['x', 'w'] },
    { of: 'y', wrt: ['x'], sparse: 'csr' },
  ],
  hessians: [
    { of: 'f', wrt: ['x', 'w'] },
    { of: 'f', wrt: ['x'], sparse: true },
  ],
  hvps: [{ of: 'f', vectors: { x: [1, 2, 3, 4] } }],
};

describe('right derivatives', () => {
  const wholly = (request: ComputeRequest, count: number): void => {
    const { verdict, checks, stats } = examine(request);
    expect(checks.map((c) => c.verdict)).toEqual(new Array<string>(count).fill('ok'));
    expect(verdict).toBe('ok');
    expect(stats.evaluations).toBeGreaterThan(0);
    for (const { adjoint, elements, worst } of checks) {
      expect(adjoint).toBeLessThan(1e-12);
      expect(elements.checked).toBe(elements.total);
      expect(worst!.error).toBeLessThan(1e-6);
    }
  };

  test('of every kind are ok', () => wholly(everything, 10));

  test('of a batch are ok', () => {
    wholly(
      { ...everything, inputs: { x: [x, [0.5, 1, 1.5, 2], [-1, -2, 3, 4]], w: 0.7 }, batch: { inputs: ['x'] } },
      10,
    );
  });

  test('interpreted are ok', () => {
    expect(check(everything, context).verdict).toBe('ok');
  });

  test('in float32 are held to what float32 holds', () => {
    const single = (data: number[]): WireTensor => ({ dtype: 'float32', data });
    const { verdict, checks } = examine({
      program: 'f = jnp.sum(jnp.sin(a) * a ** 3)',
      inputs: { a: single([1, 2, 2.5]) },
      hvps: [{ of: 'f', vectors: { a: single([1, 2, 3]) } }],
      gradients: [{ of: 'f', wrt: ['a'] }],
    });
    expect(verdict).toBe('ok');
    expect(checks[0].worst!.precision).toBeLessThan(1e-9);
  });

  test('of declared float32 inputs and rounding on the way are ok', () => {
    const graph = {
      inputs: [{ name: 'x', dtype: 'float32' as const, shape: [3] }],
      nodes: [
        { name: 'y', op: 'exp', inputs: ['x'] },
        { name: 'z', op: 'sum', inputs: ['y'] },
      ],
      outputs: ['z'],
    };
    expect(examine({ graph, inputs: { x: [0.5, 1, 2] } }).verdict).toBe('ok');
    const rounded = 'y = jnp.sum((x.astype(jnp.float32) ** 2).astype(jnp.float64) * x)';
    expect(examine({ program: rounded, inputs: { x: [0.3, 1.7] } }).verdict).toBe('ok');
  });

  test('leave constant what stop_gradient holds', () => {
    const program = 'f = jnp.sum(jax.lax.stop_gradient(x ** 2) * x)';
    expect(examine({ program, inputs: { x: [1, 2] } }).verdict).toBe('ok');
  });

  test('through loops and branches are ok', () => {
    const loop = 'f = jnp.sum(jax.lax.fori_loop(0, 5, lambda i, u: jnp.sin(u) + i * 0.1 * u, x))';
    expect(examine({ program: loop, inputs: { x } }).verdict).toBe('ok');
    const branch = 'f = jax.lax.cond(x[0] > 1, lambda v: jnp.sum(v ** 2), lambda v: jnp.sum(v), x)';
    expect(examine({ program: branch, inputs: { x } }).verdict).toBe('ok');
    const held = 'f = jnp.sum(jax.lax.fori_loop(0, 2, lambda i, u: jax.lax.stop_gradient(u) * u, x))';
    expect(examine({ program: held, inputs: { x } }).checks[0]).toMatchObject({
      verdict: 'ok',
      elements: { checked: 0 },
    });
  });

  test('of outputs by all float inputs are checked where none is named', () => {
    const { checks } = examine({
      program: 'a = x * k\nb, c = jnp.sum(a), k',
      inputs: { x, k: { dtype: 'int64', data: 2 } },
      outputs: ['a', 'b', 'k'],
    });
    expect(checks.map(({ of, wrt, verdict }) => [of, wrt, verdict])).toEqual([
      [['a'], ['x'], 'ok'],
      [['b'], ['x'], 'ok'],
    ]);
  });

  test('are checked the same each time', () => {
    const plans = createPlanCache(1e8);
    const [first, second] = [1, 2].map(() => check(everything, { ...compiled, plans }).checks);
    expect(second).toEqual(first);
  });
});

describe('kinks', () => {
  const kinksOf = (program: string, at: number[]): unknown => {
    const { verdict, checks } = examine({ program, inputs: { x: at } });
    return [
      verdict,
      checks[0].kinks.map(({ index, left, derivative, right }) => [
        index,
        ...[left, derivative, right].map((v) => Math.round(v * 1e6) / 1e6),
      ]),
    ];
  };

  test('are listed with the slopes to either side', () => {
    expect(kinksOf('f = jnp.sum(jnp.abs(x))', [1, 0, -2])).toEqual(['kink', [[[1], -1, 0, 1]]]);
    expect(kinksOf('f = jnp.sum(jax.nn.relu(x))', [0, 5])).toEqual(['kink', [[[0], 0, 0, 1]]]);
    expect(kinksOf('f = jnp.max(x)', [1, 2, 2])).toEqual([
      'kink',
      [
        [[1], 0, 0.5, 1],
        [[2], 0, 0.5, 1],
      ],
    ]);
    expect(kinksOf('f = jnp.sum(jnp.clip(x, 0, 1))', [0.5, 1])).toEqual(['kink', [[[1], 1, 1, 0]]]);
  });

  test('of slopes are kinks of gradients', () => {
    const { checks } = examine({
      program: 'f = jnp.sum(jnp.maximum(x, 0) ** 2)',
      inputs: { x: [0, 2] },
      gradients: [{ of: 'f', wrt: ['x'] }],
      hessians: [{ of: 'f', wrt: ['x'] }],
    });
    expect(checks.map(({ verdict }) => verdict)).toEqual(['ok', 'kink']);
  });

  test('are found where there are too many elements to displace each', () => {
    const many = Array.from({ length: 3000 }, (_, i) => (i === 1717 ? 0 : 1 + (i % 7)));
    const { verdict, checks } = certify(
      { program: 'f = jnp.sum(jnp.abs(x) * x.shape[0])', inputs: { x: many }, gradients: [{ of: 'f', wrt: ['x'] }] },
      compiled,
    );
    expect(verdict).toBe('kink');
    expect(checks[0].elements.checked).toBeLessThan(3000);
    expect(checks[0].kinks[0]).toMatchObject({ name: 'x', index: [1717] });
  });
});

describe('a rule that is wrong', () => {
  const { primitive } = sin as { primitive: { -readonly [K in keyof Primitive]: Primitive[K] } };
  const { jvp } = primitive;
  afterEach(() => {
    primitive.jvp = jvp;
  });
  const broken: Primitive['jvp'] = (b, { inputs: [at], tangents: [t] }) => b.multiply(t!, b.multiply(b.cos(at), 1.01));

  test('is found with its element and both numbers', () => {
    primitive.jvp = broken;
    const { verdict, checks } = examine({ program: 'f = jnp.sum(x ** 2) + jnp.sin(x[2])', inputs: { x } });
    expect(verdict).toBe('mismatch');
    expect(checks[0]).toMatchObject({ kind: 'gradient', of: ['f'], wrt: ['x'], verdict: 'mismatch' });
    const { worst } = checks[0];
    expect(worst).toMatchObject({ name: 'x', index: [2], of: 'f', of_index: [] });
    expect(worst!.derivative).toBeCloseTo(6 + 1.01 * Math.cos(3), 9);
    expect(worst!.difference).toBeCloseTo(6 + Math.cos(3), 9);
  });

  test.each([
    ['gradient', { gradients: [{ of: 'f', wrt: ['x'] }] }],
    ['jvp', { jvps: [{ of: ['f'], tangents: { x: [1, 1, 1, 1] } }] }],
    ['jacobian', { jacobians: [{ of: 'y', wrt: ['x'] }] }],
    ['sparse jacobian', { jacobians: [{ of: 'y', wrt: ['x'], sparse: true }] }],
  ])('is found in a %s', (_what, asked) => {
    primitive.jvp = broken;
    expect(examine({ program: 'y = jnp.sin(x)\nf = jnp.sum(y)', inputs: { x }, ...asked }).verdict).toBe('mismatch');
  });

  test('of second order is found in Hessians', () => {
    const request: ComputeRequest = {
      program: 'f = jnp.sum(jnp.cos(x))',
      inputs: { x },
      gradients: [{ of: 'f', wrt: ['x'] }],
      hessians: [{ of: 'f', wrt: ['x'] }],
      hvps: [{ of: 'f', vectors: { x: [1, 0, 1, 0] } }],
    };
    primitive.jvp = broken;
    expect(examine(request).checks.map(({ verdict }) => verdict)).toEqual(['ok', 'mismatch', 'mismatch']);
  });

  test('is narrowed down among many elements', () => {
    primitive.jvp = broken;
    const many = Array.from({ length: 3000 }, (_, i) => 1 + (i % 5));
    const { checks } = certify(
      { program: 'f = jnp.sum(x ** 2) + jnp.sin(x[1234])', inputs: { x: many }, gradients: [{ of: 'f', wrt: ['x'] }] },
      compiled,
    );
    expect(checks[0].elements.checked).toBeLessThan(3000);
    expect(checks[0]).toMatchObject({ verdict: 'mismatch', worst: { name: 'x', index: [1234] } });
  });
});

describe('a reverse rule of the program', () => {
  const program = (rule: string): string =>
    `@jax.custom_vjp\ndef g(v):\n    return jnp.sin(v)\n\ndef bwd(v, ct):\n    return (${rule},)\n\n` +
    'g.defvjp(lambda v: (g(v), v), bwd)\ny = g(x) * x[0]\nf = jnp.sum(y ** 2)';
  const asked: Pick<ComputeRequest, 'gradients' | 'jacobians' | 'hessians' | 'hvps'> = {
    gradients: [{ of: 'f', wrt: ['x'] }],
    jacobians: [{ of: 'y', wrt: ['x'] }],
    hessians: [{ of: 'f', wrt: ['x'] }],
    hvps: [{ of: 'f', vectors: { x: [1, 2, 3, 4] } }],
  };
  const verdicts = (rule: string): string[] =>
    examine({ program: program(rule), inputs: { x }, ...asked }).checks.map(({ verdict }) => verdict);

  test('is held against differences like any other', () => {
    expect(verdicts('ct * jnp.cos(v)')).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(verdicts('ct * jnp.cos(v) * 1.001')).toEqual(['mismatch', 'mismatch', 'mismatch', 'mismatch']);
    expect(verdicts('-ct * jnp.cos(v)')[0]).toBe('mismatch');
  });
});

describe('what cannot be checked', () => {
  const refusal = (request: ComputeRequest): EngineError => {
    try {
      examine(request);
    } catch (error) {
      if (error instanceof EngineError) return error;
      throw error;
    }
    throw new Error('the request was answered');
  };

  test('is refused as what is asked would be', () => {
    const unknown = refusal({ program: 'y = x', inputs: { x: 1 }, gradients: [{ of: 'z', wrt: ['x'] }] });
    expect(unknown.issues[0]).toMatchObject({ pointer: '/gradients/0/of' });
    const none = refusal({ program: 'y = x > 1', inputs: { x: 1 } });
    expect(none).toMatchObject({ code: 'E_NOT_DIFFERENTIABLE' });
  });
});

interface Recorded {
  readonly program: string;
  readonly inputs: Readonly<Record<string, WireTensor>>;
  readonly gradient: Readonly<Record<string, unknown>>;
}

const recorded = JSON.parse(readFileSync(new URL('../oracle/random.json', import.meta.url), 'utf8')) as Recorded[];

// COTANGENT_ALL takes them all.
const some = recorded
  .map((p, i) => [i, p] as const)
  .filter(([i]) => i % 30 === 2 || process.env['COTANGENT_ALL'] !== undefined);

test.each(some)('random program %i is ok', (_i, { program, inputs, gradient }) => {
  const wrt = Object.keys(gradient);
  const { checks } = examine({ program, inputs, gradients: [{ of: 'loss', wrt }], hessians: [{ of: 'loss', wrt }] });
  expect(checks.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
});
