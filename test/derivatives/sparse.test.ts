// Sparse answers: their form, their colours, what decides their patterns, and what is refused.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest, SparseTensor, StructureStats } from '../../engine/index.ts';
import { createMachine, createPlanCache, encode, explain } from '../../engine/index.ts';
import { limits, plain, refused, run } from '../engine/requests.ts';
import { differs, whole } from './matrices.ts';

const banded = 'y = jnp.concatenate([x[:1], x[1:-1] ** 2 * x[2:] - jnp.sin(x[:-2]), x[-1:]])';
const ramp = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => Math.sin(i));
const tensor = (data: Float64Array): { dtype: 'float64'; shape: number[]; data: Float64Array } => ({
  dtype: 'float64',
  shape: [data.length],
  data,
});

const statsOf = (request: ComputeRequest): StructureStats => {
  const { jacobians, hessians } = run(request).stats;
  return [...(jacobians ?? []), ...(hessians ?? [])][0];
};

const text = (value: unknown, encoding: 'json' | 'base64' = 'json'): unknown =>
  JSON.parse(new TextDecoder().decode(encode(value, encoding)));

describe('a matrix of 10⁵ columns', () => {
  const n = 100_000;
  const x = ramp(n);
  const request: ComputeRequest = {
    program: banded,
    inputs: { x: tensor(x) },
    outputs: [],
    jacobians: [{ of: 'y', wrt: ['x'], sparse: true }],
  };

  test('comes back where the whole one is refused, and its plan is kept', () => {
    const context = { plans: createPlanCache(1e9), machine: createMachine({ wide: false, fma: false }) };
    for (const plan of ['compiled', 'cached']) {
      const { jacobians, stats } = run(request, context);
      expect(stats).toMatchObject({ plan, jacobians: [{ nnz: 3 * n - 4, colours: 3, vectors: 3, chunks: 1 }] });
      const { indices, data, shape } = jacobians[0].wrt['x'] as SparseTensor;
      expect(shape).toEqual([n, n]);
      expect(indices.shape).toEqual([2, data.length]);
      const at = 3 * 5000 - 2;
      const entry = (e: number): unknown[] => [
        indices.data[e],
        indices.data[data.length + e],
        Number(Number(data[e]).toFixed(12)),
      ];
      expect([entry(at), entry(at + 1), entry(at + 2)]).toEqual([
        [5000, 4999, Number((-Math.cos(x[4999])).toFixed(12))],
        [5000, 5000, Number((2 * x[5000] * x[5001]).toFixed(12))],
        [5000, 5001, Number((x[5000] ** 2).toFixed(12))],
      ]);
    }
    const error = refused({ ...request, jacobians: [{ of: 'y', wrt: ['x'] }] });
    expect(error.code).toBe('E_LIMIT');
  });

  test('is refused where rows and columns share too much for few products', () => {
    const error = refused({
      ...request,
      program: 'y = jnp.concatenate([x * x[0], jnp.sum(x ** 2, keepdims=True)])',
      jacobians: [{ of: 'y', wrt: ['x'], sparse: true }],
    });
    expect(error.code).toBe('E_LIMIT');
    expect(error.message).toContain('products');
  });

  test('is refused where every entry may be other than zero', () => {
    const error = refused({ ...request, program: 'y = x * jnp.sum(x)' });
    expect(error).toMatchObject({ code: 'E_LIMIT' });
    expect(error.issues[0]).toMatchObject({ pointer: '/jacobians/0' });
    expect(error.message).toContain('100000 × 100000 matrix');
  });
});

describe('the form', () => {
  const request: ComputeRequest = {
    program: 'y = x * x[0]\nf = jnp.sum(x ** 2 * w)',
    inputs: { x: [1, 2, 3], w: 4 },
    outputs: [],
    jacobians: [
      { of: 'y', wrt: ['x'], sparse: true },
      { of: 'y', wrt: ['x'], sparse: 'csr' },
      { of: 'f', wrt: ['w'], sparse: true },
    ],
    hessians: [{ of: 'f', wrt: ['x', 'w'], sparse: 'coo' }],
  };

  test('is lists of indices, sorted, and of elements', () => {
    expect(text(run(request))).toMatchObject({
      jacobians: [
        {
          of: 'y',
          wrt: {
            x: {
              dtype: 'float64',
              shape: [3, 3],
              indices: [
                [0, 1, 1, 2, 2],
                [0, 0, 1, 0, 2],
              ],
              data: [2, 2, 1, 3, 1],
            },
          },
        },
        {
          wrt: {
            x: {
              dtype: 'float64',
              shape: [3, 3],
              indptr: [0, 1, 3, 5],
              indices: [0, 0, 1, 0, 2],
              data: [2, 2, 1, 3, 1],
            },
          },
        },
        { wrt: { w: { shape: [], indices: [], data: [14] } } },
      ],
      hessians: [
        {
          wrt: {
            x: {
              x: {
                shape: [3, 3],
                indices: [
                  [0, 1, 2],
                  [0, 1, 2],
                ],
                data: [8, 8, 8],
              },
              w: { shape: [3], indices: [[0, 1, 2]], data: [2, 4, 6] },
            },
            w: { x: { shape: [3], indices: [[0, 1, 2]] }, w: { shape: [], indices: [], data: [] } },
          },
        },
      ],
    });
  });

  test('is tensors of bytes in base64', () => {
    const { jacobians } = text(run(request), 'base64') as { jacobians: { wrt: Record<string, object> }[] };
    const bytes = (array: ArrayBufferView): string =>
      Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
    expect(jacobians[0].wrt['x']).toEqual({
      dtype: 'float64',
      shape: [3, 3],
      indices: { dtype: 'int32', shape: [2, 5], base64: bytes(Int32Array.of(0, 1, 1, 2, 2, 0, 0, 1, 0, 2)) },
      base64: bytes(Float64Array.of(2, 2, 1, 3, 1)),
    });
    expect(jacobians[1].wrt['x']).toMatchObject({
      indptr: { dtype: 'int32', shape: [4], base64: bytes(Int32Array.of(0, 1, 3, 5)) },
    });
  });

  test('has an index for each axis', () => {
    const { jacobians } = run({
      program: 'y = u[:, 1:] - u[:, :-1] * 3',
      inputs: {
        u: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
      jacobians: [
        { of: 'y', wrt: ['u'], sparse: true },
        { of: 'y', wrt: ['u'] },
      ],
    });
    const found = jacobians[0].wrt['u'];
    expect(found.shape).toEqual([2, 2, 2, 3]);
    expect(differs(whole(found), whole(jacobians[1].wrt['u']), 0)).toBeNull();
  });

  test('has the dtype of the wrt', () => {
    const { jacobians } = run({
      program: 'y = a * b',
      inputs: { a: { dtype: 'float32', data: [1, 2] }, b: [3, 4] },
      jacobians: [{ of: 'y', wrt: ['a', 'b'], sparse: true }],
    });
    expect(Object.values(jacobians[0].wrt).map(({ dtype }) => dtype)).toEqual(['float32', 'float64']);
  });

  test('has no entries where there is no dependence, and says so', () => {
    const { jacobians, hessians, warnings } = run({
      program: 'y = jnp.floor(x)\nf = jnp.sum(3 * x)',
      inputs: { x: [1.5, 2.5], z: [1, 2] },
      jacobians: [{ of: 'y', wrt: ['x', 'z'], sparse: true }],
      hessians: [{ of: 'f', wrt: ['x'], sparse: 'csr' }],
    });
    expect(Object.values(jacobians[0].wrt).map(({ data }) => data.length)).toEqual([0, 0]);
    expect(hessians[0].wrt['x']['x']).toMatchObject({ shape: [2, 2], data: new Float64Array(0) });
    expect(warnings.filter(({ code }) => code === 'disconnected').map(({ node }) => node)).toEqual(['x', 'z']);
  });

  test('is that of each example in a batch', () => {
    const xs = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const one = (x: number[]): number[] =>
      whole(run({ ...request, inputs: { x, w: 4 }, hessians: [] }).jacobians[0].wrt['x']);
    const { jacobians } = run({ ...request, inputs: { x: xs, w: 4 }, batch: { inputs: ['x'] } });
    expect(jacobians[0].wrt['x'].shape).toEqual([2, 3, 3]);
    expect(whole(jacobians[0].wrt['x'])).toEqual(xs.flatMap(one));
    expect(whole(jacobians[1].wrt['x'], 1)).toEqual(xs.flatMap(one));
  });
});

describe.each([undefined, 'coo', 'csr'] as const)('what has no elements, %s', (sparse) => {
  test.each(['auto', 'forward', 'reverse'] as const)('in %s mode', (mode) => {
    const none = { dtype: 'float64' as const, shape: [0], data: [] };
    const shapes = (program: string, inputs: ComputeRequest['inputs'], wrt: string[]): unknown => {
      const { jacobians } = run({ program, inputs, jacobians: [{ of: 'y', wrt, mode, ...(sparse && { sparse }) }] });
      return Object.values(jacobians[0].wrt).map(({ shape, data }) => [shape, data.length]);
    };
    expect(shapes('y = jnp.concatenate([x, z])', { x: none, z: [1] }, ['x', 'z'])).toEqual([
      [[1, 0], 0],
      [[1, 1], 1],
    ]);
    expect(shapes('y = x[:0] * 2', { x: [1, 2] }, ['x'])).toEqual([[[0, 2], 0]]);
  });
});

describe('colours', () => {
  const jacobian = (program: string, x: unknown, more: object = {}): StructureStats =>
    statsOf({ program, inputs: { x } as never, jacobians: [{ of: 'y', wrt: ['x'], sparse: true, ...more }] });
  const many = Array.from({ length: 40 }, (_, i) => i / 7);

  test('are those of rows or of columns, whichever is less work', () => {
    const dense = 'y = jnp.concatenate([x ** 2, jnp.sum(x ** 3, keepdims=True)])';
    expect(jacobian(dense, many)).toMatchObject({ mode: 'reverse', colours: 2, vectors: 2, nnz: 80 });
    expect(jacobian(dense, many, { mode: 'forward' })).toMatchObject({ mode: 'forward', colours: 40 });
    const column = 'y = x * x[0]';
    expect(jacobian(column, many)).toMatchObject({ mode: 'forward', colours: 2 });
    expect(jacobian(column, many, { mode: 'reverse' })).toMatchObject({ mode: 'reverse', colours: 40 });
  });

  test('of a five-point stencil are few', () => {
    const u = Array.from({ length: 12 }, (_, i) => Array.from({ length: 12 }, (_, j) => i * j));
    const stencil = 'y = x[1:-1, 1:-1] ** 2 - x[:-2, 1:-1] - x[2:, 1:-1] - x[1:-1, :-2] - x[1:-1, 2:]';
    const { colours } = jacobian(stencil, u);
    expect(colours).toBeGreaterThanOrEqual(5);
    expect(colours).toBeLessThanOrEqual(8);
  });

  test('of what steps in time are as many as it spreads', () => {
    const step = 'y = jax.lax.fori_loop(0, 5, lambda i, u: u.at[1:-1].add(0.1 * (u[2:] - u[:-2]) * u[1:-1]), x)';
    expect(jacobian(step, many)).toMatchObject({ colours: 11 });
  });

  test('of an arrow-shaped Hessian are two', () => {
    const found = statsOf({
      program: 'f = jnp.sum(x[1:] ** 2 * x[0]) + x[0] ** 3',
      inputs: { x: many },
      hessians: [{ of: 'f', wrt: ['x'], sparse: true }],
    });
    expect(found).toMatchObject({ mode: 'forward', colours: 2, vectors: 2, nnz: 40 + 2 * 39 });
  });

  test('count in all blocks together', () => {
    const found = statsOf({
      program: 'f = jnp.sum(a ** 2 * b)',
      inputs: { a: many, b: many },
      hessians: [{ of: 'f', wrt: ['a', 'b'], sparse: true }],
    });
    expect(found).toMatchObject({ rows: 80, columns: 80, colours: 2, nnz: 120 });
  });
});

describe('a function with a reverse rule alone', () => {
  const program = [
    '@jax.custom_vjp',
    'def g(v):',
    '    return jnp.sin(v)',
    'g.defvjp(lambda v: (g(v), v), lambda v, ct: (ct * jnp.cos(v),))',
    'y = g(x) * x[0]',
    'f = jnp.sum(y ** 2)',
  ].join('\n');
  const plainly = program.replace('y = g(x)', 'y = jnp.sin(x)');
  const request: ComputeRequest = {
    program,
    inputs: { x: [1, 2, 0.5, -1] },
    jacobians: [
      { of: 'y', wrt: ['x'] },
      { of: 'y', wrt: ['x'], sparse: true },
    ],
    hessians: [
      { of: 'f', wrt: ['x'] },
      { of: 'f', wrt: ['x'], sparse: true },
    ],
    hvps: [{ of: 'f', vectors: { x: [1, 2, 3, 4] } }],
  };

  test('has Jacobians and Hessians in reverse mode, as sparse as the rule', () => {
    const [own, other] = [run(request), run({ ...request, program: plainly })];
    for (const k of [0, 1]) {
      expect(differs(whole(own.jacobians[k].wrt['x']), whole(other.jacobians[k].wrt['x']), 1e-14)).toBeNull();
      expect(differs(whole(own.hessians[k].wrt['x']['x']), whole(other.hessians[k].wrt['x']['x']), 1e-14)).toBeNull();
    }
    expect(differs(whole(own.hvps[0].wrt['x']), whole(other.hvps[0].wrt['x']), 1e-14)).toBeNull();
    expect(own.stats).toMatchObject({
      jacobians: [{ mode: 'reverse' }, { mode: 'reverse', nnz: 7 }],
      hessians: [{ mode: 'reverse' }, { mode: 'reverse', nnz: 10, colours: 2 }],
    });
    expect(other.stats.hessians).toMatchObject([{ mode: 'forward' }, { nnz: 10, colours: 2 }]);
  });

  test('is refused in forward mode', () => {
    const error = refused({ ...request, jacobians: [{ of: 'y', wrt: ['x'], mode: 'forward' }] });
    expect(error.code).toBe('E_NO_DERIVATIVE_RULE');
  });
});

describe('indices and masks among the inputs', () => {
  const request = (at: number[]): ComputeRequest => ({
    program: 'y = x[at] ** 2',
    inputs: { x: [1, 2, 3, 4, 5], at: { dtype: 'int64', data: at } },
    jacobians: [{ of: 'y', wrt: ['x'], sparse: true }],
  });
  const columns = ({ jacobians }: ReturnType<typeof run>): unknown =>
    plain((jacobians[0].wrt['x'] as SparseTensor).indices);

  test('decide the pattern, and a plan that was made for others is made anew', () => {
    const plans = createPlanCache(1e8);
    const states = [
      [0, 4],
      [0, 4],
      [3, 3],
      [3, 3],
    ].map((at) => {
      const answer = run(request(at), { plans });
      return [answer.stats.plan, columns(answer)];
    });
    expect(states).toEqual([
      [
        'compiled',
        [
          [0, 1],
          [0, 4],
        ],
      ],
      [
        'cached',
        [
          [0, 1],
          [0, 4],
        ],
      ],
      [
        'compiled',
        [
          [0, 1],
          [3, 3],
        ],
      ],
      [
        'cached',
        [
          [0, 1],
          [3, 3],
        ],
      ],
    ]);
  });

  test('do not tie a plan to them where the pattern does not depend on them', () => {
    const plans = createPlanCache(1e8);
    const labelled = (k: number): ComputeRequest => ({
      program: 'y = x ** 2 + k',
      inputs: { x: [1, 2], k: { dtype: 'int64', data: k } },
      jacobians: [{ of: 'y', wrt: ['x'], sparse: true }],
    });
    run(labelled(1), { plans });
    expect(run(labelled(2), { plans }).stats.plan).toBe('cached');
  });

  test('that are computed from the variables may be any', () => {
    const { jacobians, stats } = run({
      program: 'y = x[jnp.argmax(x)] * jnp.where(x > 2, x, 1)',
      inputs: { x: [1, 5, 3] },
      jacobians: [
        { of: 'y', wrt: ['x'], sparse: true },
        { of: 'y', wrt: ['x'] },
      ],
    });
    expect(stats.jacobians?.[0].nnz).toBe(9);
    expect(whole(jacobians[0].wrt['x'])).toEqual(whole(jacobians[1].wrt['x']));
  });
});

describe('a whole matrix', () => {
  const x = Array.from({ length: 60 }, (_, i) => Math.cos(i));

  test('is made by as few products as its structure allows', () => {
    const { stats, jacobians, hessians } = run({
      program: 'y = jnp.tanh(x) * 2\nf = jnp.sum(jnp.exp(x))',
      inputs: { x },
      jacobians: [{ of: 'y', wrt: ['x'] }],
      hessians: [{ of: 'f', wrt: ['x'] }],
    });
    expect(stats.jacobians).toMatchObject([{ vectors: 1, colours: 1, nnz: 60 }]);
    expect(stats.hessians).toMatchObject([{ vectors: 1, colours: 1, nnz: 60 }]);
    const diagonal = (d: (v: number) => number): number[] =>
      x.flatMap((v, i) => x.map((_w, j) => (i === j ? d(v) : 0)));
    expect(
      differs(
        whole(jacobians[0].wrt['x']),
        diagonal((v) => 2 - 2 * Math.tanh(v) ** 2),
        1e-15,
      ),
    ).toBeNull();
    expect(differs(whole(hessians[0].wrt['x']['x']), diagonal(Math.exp), 1e-15)).toBeNull();
  });

  test('has zeros where its structure has, even beside infinite slopes', () => {
    const { jacobians } = run({
      program: 'y = jnp.sqrt(x)',
      inputs: { x: x.map(() => 0) },
      jacobians: [{ of: 'y', wrt: ['x'] }],
    });
    const elements = whole(jacobians[0].wrt['x']);
    expect(elements.filter((v) => v === Infinity).length).toBe(60);
    expect(elements.filter((v) => v === 0).length).toBe(60 * 59);
  });

  test('takes the mode with less work', () => {
    const wide = run({
      program: 'y = jnp.tanh(x @ jnp.ones((60, 3)) * x[0])\nz = jnp.ones((60, 2)) @ (y[:2] * jnp.sum(x))',
      inputs: { x },
      jacobians: [
        { of: 'y', wrt: ['x'] },
        { of: 'z', wrt: ['y'] },
      ],
    }).stats.jacobians!;
    expect(wide.map(({ mode, vectors }) => [mode, vectors])).toEqual([
      ['reverse', 3],
      ['forward', 3],
    ]);
    for (const { work, mode } of wide) expect(work[mode]).toBe(Math.min(work.forward!, work.reverse!));
  });

  test('is made in parts where memory would not hold all at once', () => {
    const request: ComputeRequest = {
      program: 'h = jnp.tanh(jnp.outer(x, x)) @ x\ny = h * jnp.sum(h)',
      inputs: { x },
      jacobians: [{ of: 'y', wrt: ['x'] }],
    };
    const all = run(request);
    const parts = run(request, { limits: { ...limits, bytes: 4e6 } });
    expect(all.stats.jacobians?.[0].chunks).toBe(1);
    expect(parts.stats.jacobians?.[0].chunks).toBeGreaterThan(1);
    expect(parts.stats.peak_bytes).toBeLessThan(4e6);
    expect(differs(whole(parts.jacobians[0].wrt['x']), whole(all.jacobians[0].wrt['x']), 1e-14)).toBeNull();
  });
});

describe('an explanation', () => {
  test('shows pattern and colours', () => {
    const { matrices } = explain(
      {
        program: banded,
        inputs: { x: { dtype: 'float64', shape: [6] } as never },
        jacobians: [
          { of: 'y', wrt: ['x'], sparse: true },
          { of: 'y', wrt: ['x'] },
        ],
        hessians: [{ of: 'y', wrt: ['x'], sparse: true }],
      },
      { limits },
    );
    expect(matrices[0]).toMatchObject({
      kind: 'jacobian',
      of: 'y',
      wrt: ['x'],
      rows: 6,
      columns: 6,
      nnz: 14,
      colours: 3,
      picture: ['#     ', '###   ', ' ###  ', '  ### ', '   ###', '     #'],
      colouring: [0, 1, 2, 0, 1, 2],
    });
    expect(matrices[0].entries?.rows).toEqual([0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5]);
    expect(matrices[1]).not.toHaveProperty('picture');
    expect(matrices[2]).toMatchObject({ kind: 'hessian' });
  });

  test('draws what is large smaller', () => {
    const { matrices } = explain(
      {
        program: 'y = x * x[0]',
        inputs: { x: { dtype: 'float64', shape: [1000] } as never },
        jacobians: [{ of: 'y', wrt: ['x'], sparse: true }],
      },
      { limits },
    );
    const { picture = [], entries, colouring } = matrices[0];
    expect(picture.length).toBe(40);
    expect(picture[39]).toBe(`.${' '.repeat(38)}.`);
    expect([entries, colouring]).toEqual([undefined, undefined]);
  });
});
