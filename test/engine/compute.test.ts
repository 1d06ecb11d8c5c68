// Requests from end to end inside the engine: what is answered, and what is refused and where.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest } from '../../engine/index.ts';
import { createPlanCache, encode } from '../../engine/index.ts';
import { limits, plain, refused, run } from './requests.ts';

const gradientOf = (request: ComputeRequest, at = 0): Record<string, unknown> => {
  const { wrt } = run(request).gradients[at];
  return Object.fromEntries(Object.entries(wrt).map(([name, tensor]) => [name, plain(tensor)]));
};

describe('gradients', () => {
  test('of several values, with respect to inputs and intermediates, share one forward run', () => {
    const request: ComputeRequest = {
      program: 'y = x + 2\nz = 3 * y * y\nout = z.mean()',
      inputs: {
        x: [
          [1, 1],
          [1, 1],
        ],
      },
      gradients: [
        { of: 'out', wrt: ['x', 'y', 'z'] },
        { of: 'y', wrt: ['x'] },
      ],
    };
    const four = (v: number): number[][] => [
      [v, v],
      [v, v],
    ];
    expect(gradientOf(request)).toEqual({ x: four(4.5), y: four(4.5), z: four(0.25) });
    expect(gradientOf(request, 1)).toEqual({ x: four(1) });
  });

  test('of what is not a scalar are those of its sum, with a warning', () => {
    const { warnings, gradients } = run({
      program: 'y = x * x',
      inputs: { x: [1, 2] },
      gradients: [{ of: 'y', wrt: ['x'] }],
    });
    expect(plain(gradients[0].wrt['x'])).toEqual([2, 4]);
    expect(warnings.map((w) => w.code)).toEqual(['implicit_sum']);
  });

  test('take a cotangent of the shape of the output, also as a scalar array', () => {
    const program = 'y = x ** 3';
    const inputs = { x: [1, 2] };
    expect(gradientOf({ program, inputs, gradients: [{ of: 'y', wrt: ['x'], cotangent: [1, 10] }] })).toEqual({
      x: [3, 120],
    });
    const wrong = refused({ program, inputs, gradients: [{ of: 'y', wrt: ['x'], cotangent: [1, 1, 1] }] });
    expect(wrong.code).toBe('E_COTANGENT');
    expect(wrong.issues[0].pointer).toBe('/gradients/0/cotangent');
  });

  test('come for many cotangents at once', () => {
    const request: ComputeRequest = {
      program: 'y = jnp.sin(x) * x[0]',
      inputs: { x: [1, 2, 3] },
      gradients: [
        {
          of: 'y',
          wrt: ['x'],
          cotangent: [
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ],
          batched: true,
        },
      ],
      jacobians: [{ of: 'y', wrt: ['x'] }],
    };
    const answer = run(request);
    expect(plain(answer.gradients[0].wrt['x'])).toEqual(plain(answer.jacobians[0].wrt['x']));
  });

  test('add to what is accumulated', () => {
    const request: ComputeRequest = {
      program: 'y = (x ** 2).sum()',
      inputs: { x: [1, 2] },
      gradients: [{ of: 'y', wrt: ['x'], accumulate: { x: [10, 20] } }],
    };
    expect(gradientOf(request)).toEqual({ x: [12, 24] });
  });

  test('have the dtype and shape of what they are with respect to', () => {
    const { gradients } = run({
      program: 'y = (a * b).sum()',
      inputs: { a: { dtype: 'float32', data: [1, 2] }, b: { dtype: 'float64', shape: [1], data: [3] } },
      gradients: [{ of: 'y', wrt: ['a', 'b'] }],
    });
    expect(gradients[0].wrt['a'].dtype).toBe('float32');
    expect(gradients[0].wrt['b'].dtype).toBe('float64');
    expect(gradients[0].wrt['b'].shape).toEqual([1]);
  });

  test('are zero, with a warning, where nothing depends on the name', () => {
    const { gradients, warnings } = run({
      program: 'y = x * 2',
      inputs: { x: 1, unused: [1, 2] },
      gradients: [{ of: 'y', wrt: ['unused'] }],
    });
    expect(plain(gradients[0].wrt['unused'])).toEqual([0, 0]);
    expect(warnings).toMatchObject([{ code: 'disconnected', node: 'unused' }]);
  });
});

describe('products and matrices', () => {
  const request: ComputeRequest = {
    program: 'y = jnp.stack([a * b, jnp.sin(a), b ** 2])\ns = (y ** 2).sum()',
    inputs: { a: 2, b: 3 },
    jvps: [{ of: ['y', 's'], tangents: { a: 1, b: -1 } }],
    jacobians: [
      { of: 'y', wrt: ['a', 'b'], mode: 'forward' },
      { of: 'y', wrt: ['a', 'b'], mode: 'reverse' },
    ],
    hessians: [{ of: 's', wrt: ['a', 'b'] }],
    hvps: [{ of: 's', vectors: { a: 1, b: 2 } }],
  };

  test('a jvp is the Jacobian times the tangent', () => {
    const { jvps, jacobians } = run(request);
    const a = plain(jacobians[0].wrt['a']) as number[];
    const b = plain(jacobians[0].wrt['b']) as number[];
    (plain(jvps[0].of['y']) as number[]).forEach((t, i) => expect(t).toBeCloseTo(a[i] - b[i], 12));
    expect(a[1]).toBeCloseTo(Math.cos(2), 14);
  });

  test('forward and reverse Jacobians agree', () => {
    const { jacobians } = run(request);
    expect(plain(jacobians[0].wrt['a'])).toEqual(plain(jacobians[1].wrt['a']));
    expect(plain(jacobians[0].wrt['b'])).toEqual(plain(jacobians[1].wrt['b']));
  });

  test('a Hessian is symmetric, and times a vector is the hvp', () => {
    const { hessians, hvps } = run(request);
    const h = hessians[0].wrt;
    const entry = (i: string, j: string): number => plain(h[i][j]) as number;
    expect(entry('a', 'b')).toBeCloseTo(entry('b', 'a'), 12);
    expect(plain(hvps[0].wrt['a'])).toBeCloseTo(entry('a', 'a') + 2 * entry('a', 'b'), 12);
    expect(plain(hvps[0].wrt['b'])).toBeCloseTo(entry('b', 'a') + 2 * entry('b', 'b'), 12);
  });

  test('many tangents at once', () => {
    const { jvps, jacobians } = run({
      program: 'y = x ** 2 * x[1]',
      inputs: { x: [1, 2] },
      jvps: [
        {
          of: ['y'],
          tangents: {
            x: [
              [1, 0],
              [0, 1],
            ],
          },
          batched: true,
        },
      ],
      jacobians: [{ of: 'y', wrt: ['x'] }],
    });
    const [columns, matrix] = [plain(jvps[0].of['y']) as number[][], plain(jacobians[0].wrt['x']) as number[][]];
    expect(columns).toEqual([0, 1].map((j) => matrix.map((row) => row[j])));
  });
});

describe('numbers', () => {
  test('survive the wire: NaN and infinities as strings, -0, shortest float32, large int64', () => {
    const { outputs } = run({
      program: 'a = x / y\nb = f * 1\nc = n + 0\nd = -z',
      inputs: {
        x: [1, -1, 0],
        y: [0, 0, 0],
        f: { dtype: 'float32', data: [0.1, 16777217, 1e-45] },
        n: { dtype: 'int64', data: ['9007199254740993', 5] },
        z: 0,
      },
      outputs: ['a', 'b', 'c', 'd'],
    });
    const text = new TextDecoder().decode(encode(outputs));
    expect(text).toContain('"data":["Infinity","-Infinity","NaN"]');
    expect(text).toContain('"data":[0.1,16777216,1e-45]');
    expect(text).toContain('"data":["9007199254740993",5]');
    expect(text).toContain('"data":-0.0}');
  });

  test('read back from base64 bit for bit', () => {
    const inputs = { x: [0.1, -0, 1e-310, 3] };
    const text = new TextDecoder().decode(encode(run({ program: 'y = x', inputs, outputs: ['y'] }).outputs, 'base64'));
    const { y } = JSON.parse(text) as { y: { dtype: 'float64'; shape: number[]; base64: string } };
    expect(plain(run({ program: 'z = y', inputs: { y } }).outputs['z'])).toEqual(inputs.x);
  });

  test('of a float32 request are float32 throughout', () => {
    const { outputs } = run({ program: 'y = x * 0.1 + 2', inputs: { x: [1] }, dtype: 'float32' });
    expect(outputs['y'].dtype).toBe('float32');
  });

  test('that are not finite name the node they came from', () => {
    const { warnings } = run({ program: 'a = x - 2\nb = jnp.log(a)\nc = b + 1', inputs: { x: 1 } });
    expect(warnings).toMatchObject([{ code: 'nan', node: 'b' }]);
    const refusal = refused({ program: 'a = x - 2\nb = jnp.log(a)', inputs: { x: 1 }, debug_nans: true });
    expect(refusal.code).toBe('E_NAN');
    expect(refusal.issues[0]).toMatchObject({ line: 2, column: 5 });
  });
});

describe('plans', () => {
  const request: ComputeRequest = {
    program: 'y = jnp.tanh(x) @ w',
    inputs: { x: [0.5, 1], w: [2, 3] },
    gradients: [{ of: 'y', wrt: ['x'], cotangent: 2 }],
  };

  test('are kept, and give the same bits on other data of the same types', () => {
    const plans = createPlanCache(1e8);
    const first = run(request, { plans });
    const again = run(request, { plans });
    expect([first.stats.plan, again.stats.plan]).toEqual(['compiled', 'cached']);
    expect(again.gradients).toEqual(first.gradients);
    const other = { ...request, inputs: { x: [1.5, -1], w: [2, 4] } };
    expect(run(other, { plans }).stats.plan).toBe('cached');
    expect(run(other, { plans }).outputs).toEqual(run(other).outputs);
  });

  test('are not taken for a request of another form', () => {
    const plans = createPlanCache(1e8);
    run(request, { plans });
    for (const other of [
      { ...request, inputs: { x: [[0.5, 1]], w: [2, 3] } },
      { ...request, inputs: { x: [0.5, 1], w: { dtype: 'float32' as const, data: [2, 3] } } },
      { ...request, dtype: 'float32' as const },
      { ...request, gradients: [{ of: 'y', wrt: ['w'], cotangent: 2 }] },
    ]) {
      const gradients = (other.gradients ?? []).map((g) => ({ ...g, cotangent: undefined }));
      const answer = run({ ...other, gradients }, { plans });
      expect(answer.stats.plan).toBe('compiled');
    }
  });

  test('check the data of every request all the same', () => {
    const plans = createPlanCache(1e8);
    run(request, { plans });
    const ragged = refused({ ...request, inputs: { x: [0.5, [1]], w: [2, 3] } }, { plans });
    expect(ragged.code).toBe('E_TENSOR_SHAPE');
  });

  test('leave when there are too many', () => {
    const plans = createPlanCache(20_000);
    const programs = Array.from({ length: 50 }, (_, i) => ({ program: `y = x * ${i}`, inputs: { x: 1 } }));
    for (const p of programs) run(p, { plans });
    expect(run(programs[49], { plans }).stats.plan).toBe('cached');
    expect(run(programs[0], { plans }).stats.plan).toBe('compiled');
  });
});

describe('refusals', () => {
  const x = { x: [1, 2, 3] };
  const cases: readonly (readonly [string, ComputeRequest, string, object])[] = [
    [
      'an unknown output',
      { program: 'loss = x', inputs: x, outputs: ['los'] },
      'E_NAME_UNKNOWN',
      { pointer: '/outputs/0', hint: 'Did you mean "loss"?' },
    ],
    [
      'an unknown wrt',
      { program: 'y = x', inputs: x, gradients: [{ of: 'y', wrt: ['z'] }] },
      'E_NAME_UNKNOWN',
      { pointer: '/gradients/0/wrt/0' },
    ],
    [
      'an unknown of',
      { program: 'y = x', inputs: x, hessians: [{ of: 'q', wrt: ['x'] }] },
      'E_NAME_UNKNOWN',
      { pointer: '/hessians/0/of' },
    ],
    [
      'a wrt twice',
      { program: 'y = x', inputs: x, gradients: [{ of: 'y', wrt: ['x', 'x'] }] },
      'E_WRT_DUPLICATE',
      { pointer: '/gradients/0/wrt/1' },
    ],
    [
      'an empty wrt',
      { program: 'y = x', inputs: x, gradients: [{ of: 'y', wrt: [] }] },
      'E_WRT_EMPTY',
      { pointer: '/gradients/0/wrt' },
    ],
    [
      'an integer wrt',
      { program: 'y = x * 2.0', inputs: { x: { dtype: 'int64', data: [1] } }, gradients: [{ of: 'y', wrt: ['x'] }] },
      'E_NOT_DIFFERENTIABLE',
      { pointer: '/gradients/0/wrt/0' },
    ],
    [
      'a boolean of',
      { program: 'y = x > 1', inputs: x, gradients: [{ of: 'y', wrt: ['x'] }] },
      'E_NOT_DIFFERENTIABLE',
      { pointer: '/gradients/0/of' },
    ],
    [
      'a ragged tensor',
      { program: 'y = x', inputs: { x: [[1, 2], [3]] } },
      'E_TENSOR_SHAPE',
      { pointer: '/inputs/x/1' },
    ],
    [
      'a null in a tensor',
      { program: 'y = x', inputs: { x: [1, null as never] } },
      'E_TENSOR_SHAPE',
      { pointer: '/inputs/x/1' },
    ],
    [
      'a word in a tensor',
      { program: 'y = x', inputs: { x: [1, 'two'] } },
      'E_TENSOR_SHAPE',
      { pointer: '/inputs/x/1' },
    ],
    [
      'a number too large',
      { program: 'y = x', inputs: { x: [1, Infinity] } },
      'E_NUMBER_OVERFLOW',
      { pointer: '/inputs/x/1' },
    ],
    [
      'an int32 too large',
      { program: 'y = x', inputs: { x: { dtype: 'int32', data: [2 ** 31] } } },
      'E_NUMBER_OVERFLOW',
      { pointer: '/inputs/x/data/0' },
    ],
    [
      'data of another shape',
      { program: 'y = x', inputs: { x: { dtype: 'float64', shape: [2, 2], data: [1, 2, 3] } } },
      'E_TENSOR_SHAPE',
      { pointer: '/inputs/x/data' },
    ],
    [
      'bad base64',
      { program: 'y = x', inputs: { x: { dtype: 'float64', shape: [1], base64: '!!!' } } },
      'E_TENSOR_SHAPE',
      { pointer: '/inputs/x/base64' },
    ],
    [
      'base64 of another length',
      { program: 'y = x', inputs: { x: { dtype: 'float64', shape: [1], base64: 'AAAA' } } },
      'E_TENSOR_SHAPE',
      { pointer: '/inputs/x/base64' },
    ],
    [
      'an unknown dtype',
      { program: 'y = x', inputs: { x: { dtype: 'float63' as never, data: [1] } } },
      'E_DTYPE',
      { pointer: '/inputs/x/dtype' },
    ],
    [
      'accumulating into what is not asked',
      { program: 'y = x', inputs: x, gradients: [{ of: 'y', wrt: ['x'], accumulate: { z: 1 } }] },
      'E_NAME_UNKNOWN',
      { pointer: '/gradients/0/accumulate/z' },
    ],
    [
      'more axes than an array may have',
      { program: 'y = jnp.zeros([1] * 65)', inputs: x },
      'E_LIMIT',
      { line: 1, column: 5 },
    ],
    ['a builtin that reads or writes', { program: 'print(x)', inputs: x }, 'E_PROGRAM_UNSUPPORTED', { line: 1 }],
    [
      'an index out of bounds',
      { program: 'y = x[i]', inputs: { ...x, i: { dtype: 'int64', data: 7 } } },
      'E_INDEX_OUT_OF_BOUNDS',
      { line: 1 },
    ],
  ];
  test.each(cases)('%s', (_name, request, code, issue) => {
    const error = refused(request);
    expect(error.code, error.message).toBe(code);
    expect(error.issues[0]).toMatchObject(issue);
  });

  test('a plan over a limit is refused before it runs', () => {
    const program = 'y = x[:, None] * x[None, :]';
    const inputs = { x: Array.from({ length: 2000 }, () => 1) };
    const error = refused({ program, inputs }, { limits: limitsOf({ bytes: 1e6 }) });
    expect(error.code).toBe('E_LIMIT');
    expect(refused({ program, inputs }, { limits: limitsOf({ tensor_elements: 1e6 }) }).code).toBe('E_LIMIT');
    expect(refused({ program, inputs }, { limits: limitsOf({ flops: 1e3 }) }).code).toBe('E_LIMIT');
    expect(refused({ program, inputs }, { limits: limitsOf({ output_bytes: 1e3 }) }).code).toBe('E_LIMIT');
  });
});

const limitsOf = (change: object): NonNullable<Parameters<typeof run>[1]>['limits'] => ({ ...limits, ...change });
