// What may be differentiated, with respect to what, and what the answer says about it.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest, ComputeResponse, WireTensor } from '../../engine/index.ts';
import { createPlanCache } from '../../engine/index.ts';
import { plain, refused, run } from '../engine/requests.ts';

const int32 = (...data: number[]): WireTensor => ({ dtype: 'int32', data });
const float32 = (...data: number[]): WireTensor => ({ dtype: 'float32', data });

const gradientOf = (request: ComputeRequest, at = 0): Record<string, unknown> =>
  Object.fromEntries(Object.entries(run(request).gradients[at].wrt).map(([name, t]) => [name, plain(t)]));
const warned = ({ warnings }: ComputeResponse): unknown[] => warnings.map(({ code, node }) => [code, node]);

describe('refused', () => {
  const x: WireTensor = [1, 2];
  const n = int32(1, 2);
  const pair = { program: 'y = x * n', inputs: { x, n } };
  const single = { program: 'y = x * 2', inputs: { x: float32(1, 2) } };

  test.each<[string, ComputeRequest, string, string]>([
    [
      'an integer input',
      { ...pair, gradients: [{ of: 'y', wrt: ['n'] }] },
      'E_NOT_DIFFERENTIABLE',
      '/gradients/0/wrt/0',
    ],
    [
      'a bool input',
      { program: 'y = jnp.where(m, 1.0, 2.0)', inputs: { m: [true] }, gradients: [{ of: 'y', wrt: ['m'] }] },
      'E_NOT_DIFFERENTIABLE',
      '/gradients/0/wrt/0',
    ],
    [
      'an integer tangent',
      { ...pair, jvps: [{ of: ['y'], tangents: { n: [1, 1] } }] },
      'E_NOT_DIFFERENTIABLE',
      '/jvps/0/tangents/n',
    ],
    [
      'an integer output',
      { program: 'y = jnp.argmax(x)', inputs: { x }, gradients: [{ of: 'y', wrt: ['x'] }] },
      'E_NOT_DIFFERENTIABLE',
      '/gradients/0/of',
    ],
    [
      'a bool output',
      { program: 'y = x > 1', inputs: { x }, jvps: [{ of: ['y'], tangents: { x } }] },
      'E_NOT_DIFFERENTIABLE',
      '/jvps/0/of/0',
    ],
    ['a name twice', { ...pair, gradients: [{ of: 'y', wrt: ['x', 'x'] }] }, 'E_WRT_DUPLICATE', '/gradients/0/wrt/1'],
    ['nothing', { ...pair, gradients: [{ of: 'y', wrt: [] }] }, 'E_WRT_EMPTY', '/gradients/0/wrt'],
    ['no tangent', { ...pair, jvps: [{ of: ['y'], tangents: {} }] }, 'E_WRT_EMPTY', '/jvps/0/tangents'],
    [
      'a cotangent of another shape',
      { ...pair, gradients: [{ of: 'y', wrt: ['x'], cotangent: [1, 1, 1] }] },
      'E_COTANGENT',
      '/gradients/0/cotangent',
    ],
    [
      'a cotangent that would broadcast',
      { ...pair, gradients: [{ of: 'y', wrt: ['x'], cotangent: [1] }] },
      'E_COTANGENT',
      '/gradients/0/cotangent',
    ],
    [
      'a tangent of another shape',
      { ...pair, jvps: [{ of: ['y'], tangents: { x: 1 } }] },
      'E_COTANGENT',
      '/jvps/0/tangents/x',
    ],
    [
      'a cotangent that loses digits',
      { ...single, gradients: [{ of: 'y', wrt: ['x'], cotangent: { dtype: 'float64', data: [0.1, 1] } }] },
      'E_COTANGENT',
      '/gradients/0/cotangent',
    ],
  ])('%s', (_what, request, code, pointer) => {
    const error = refused(request);
    expect(error.code).toBe(code);
    expect(error.issues[0].pointer).toBe(pointer);
    expect(error.message).toMatch(/\w/);
  });

  test('grad of what is not a scalar, inside a program', () => {
    const error = refused({ program: 'y = jax.grad(lambda x: x * 2)(x)', inputs: { x } });
    expect(error.code).toBe('E_NON_SCALAR_OUTPUT');
    expect(error.issues[0]).toMatchObject({ line: 1 });
    expect(error.issues[0].hint).toContain('jacrev');
  });

  test('grad with respect to integers, inside a program', () => {
    expect(refused({ program: 'y = jax.grad(lambda k: k * 2.0)(n[0])', inputs: { n } }).code).toBe(
      'E_NOT_DIFFERENTIABLE',
    );
  });
});

describe('accepted', () => {
  test('a cotangent of another dtype where nothing is lost', () => {
    const request = { program: 'y = x * 2', inputs: { x: float32(1, 2) } };
    for (const cotangent of [{ dtype: 'float64' as const, data: [0.5, 1] }, int32(1, 2), [0.1, 1]]) {
      const { wrt } = run({ ...request, gradients: [{ of: 'y', wrt: ['x'], cotangent }] }).gradients[0];
      expect(wrt['x'].dtype).toBe('float32');
    }
  });

  test('an intermediate, as a cut', () => {
    const request: ComputeRequest = {
      program: 'h = x * 3\nz = h * h + x\ny = z * h',
      inputs: { x: 2 },
      gradients: [{ of: 'y', wrt: ['h', 'z', 'x', 'y'] }],
    };
    // y = (h² + x) h: ∂y/∂h = 3h² + x with x held, ∂y/∂z = h, dy/dx = 27 · 3 x² + 6x.
    expect(gradientOf(request)).toEqual({ h: 110, z: 6, x: 336, y: 1 });
  });

  test('what is beside the path', () => {
    const request = {
      program: 'a = x * 2\nb = x * 3\ny = a * 5',
      inputs: { x: 1 },
      gradients: [{ of: 'y', wrt: ['b', 'a'] }],
    };
    expect(gradientOf(request)).toEqual({ b: 0, a: 5 });
    expect(warned(run(request))).toEqual([['disconnected', 'b']]);
  });

  test('several at once, each as if alone', () => {
    const request: ComputeRequest = {
      program: 'y = x ** 2\nz = y * x',
      inputs: { x: 2 },
      gradients: [
        { of: 'y', wrt: ['x'] },
        { of: 'z', wrt: ['x', 'y'] },
        { of: 'z', wrt: ['x'], cotangent: 10 },
      ],
    };
    expect([0, 1, 2].map((at) => gradientOf(request, at))).toEqual([{ x: 4 }, { x: 12, y: 2 }, { x: 120 }]);
  });

  test('a scalar of shape (1,)', () => {
    expect(gradientOf({ program: 'y = x * 2', inputs: { x: [3] }, gradients: [{ of: 'y', wrt: ['x'] }] })).toEqual({
      x: [2],
    });
  });

  test('mixed dtypes: a gradient is of its input', () => {
    const { wrt } = run({
      program: 'y = (a * b + c).sum()',
      inputs: {
        a: { dtype: 'float32', shape: [3, 1], data: [1, 2, 3] },
        b: { dtype: 'float64', shape: [1, 2], data: [4, 5] },
        c: { dtype: 'float32', data: 1 },
      },
      gradients: [{ of: 'y', wrt: ['a', 'b', 'c'] }],
    }).gradients[0];
    expect(Object.values(wrt).map((t) => [t.dtype, plain(t)])).toEqual([
      ['float32', [[9], [9], [9]]],
      ['float64', [[6, 6]]],
      ['float32', 6],
    ]);
  });
});

describe('cuts', () => {
  const both = (y: string, x: WireTensor = 3): [unknown, unknown] => {
    const { gradients, jvps } = run({
      program: `y = ${y}`,
      inputs: { x },
      gradients: [{ of: 'y', wrt: ['x'] }],
      jvps: [{ of: ['y'], tangents: { x: 1 } }],
    });
    return [plain(gradients[0].wrt['x']), plain(jvps[0].of['y'])];
  };
  test.each<[string, number]>([
    ['jax.lax.stop_gradient(x) * x', 3],
    ['jax.lax.stop_gradient(x ** 2)', 0],
    ['x + jax.lax.stop_gradient(jnp.round(x) - x)', 1],
    ['x.astype(int).astype(float) * x', 3],
    ['jnp.float64(x > 2) * x', 1],
    ['jnp.argmax(jnp.stack([x, x + 1])) * x', 1],
  ])('%s has the derivative %d in both modes', (y, slope) => {
    expect(both(y)).toEqual([slope, slope]);
  });

  test('stop_gradient holds in second derivatives and in grad inside a program', () => {
    const { hessians, outputs } = run({
      program: 'y = jax.lax.stop_gradient(x) * x * x\ng = jax.grad(lambda u: u * jax.lax.stop_gradient(u))(x)',
      inputs: { x: 3 },
      outputs: ['g'],
      hessians: [{ of: 'y', wrt: ['x'] }],
    });
    expect(plain(hessians[0].wrt['x']['x'])).toBe(6);
    expect(plain(outputs['g'])).toBe(3);
  });
});

describe('warnings', () => {
  const asked = (program: string, inputs: Record<string, WireTensor>, more: Partial<ComputeRequest> = {}) =>
    warned(run({ program, inputs, gradients: [{ of: 'y', wrt: ['x'] }], ...more }));

  test.each<[string, string, Record<string, WireTensor>, unknown[]]>([
    ['none where all is well', 'y = (x ** 2).sum()', { x: [1, 2] }, []],
    ['a sum that was not written', 'y = x * 2', { x: [1, 2] }, [['implicit_sum', 'y']]],
    ['even of one element', 'y = x * 2', { x: [1] }, [['implicit_sum', 'y']]],
    ['nothing depends on x', 'y = jnp.ones(()) * 2.0', { x: 1 }, [['disconnected', 'x']]],
    ['a step', 'f = jnp.floor(x)\ny = f + x', { x: 1 }, [['zero_by_convention', 'f']]],
    [
      'a step alone',
      'y = jnp.sign(x)',
      { x: 1 },
      [
        ['zero_by_convention', 'y'],
        ['disconnected', 'x'],
      ],
    ],
    ['a conversion to integers', 'k = x.astype(int)\ny = k * x', { x: 2 }, [['zero_by_convention', 'k']]],
    ['a draw', 'r = jax.random.bernoulli(jax.random.key(0), x)\ny = r * x', { x: 0.5 }, [['zero_by_convention', 'r']]],
    ['stop_gradient is meant', 'y = jax.lax.stop_gradient(x) + x', { x: 1 }, []],
    ['a comparison is no step', 'y = jnp.where(x > 0, x, 0)', { x: 1 }, []],
  ])('%s', (_what, program, inputs, wanted) => {
    expect(asked(program, inputs)).toEqual(wanted);
  });

  test.each<[string, Record<string, WireTensor>, unknown[]]>([
    ['a = x - 2\ny = jnp.log(a)', { x: 1 }, [['nan', 'y']]],
    ['a = 1 / x\ny = a * 0', { x: 0 }, [['nan', 'y']]],
    ['y = 1 / x', { x: 0 }, [['infinity', 'y']]],
    ['a = jnp.exp(x)\ny = a + 1', { x: 1000 }, [['infinity', 'a']]],
    ['a = jnp.log(x)\ny = jnp.where(x > 0, a, 0)', { x: -1 }, []],
    ['y = x + 1', { x: 'NaN' }, []],
  ])('%s: the first node that made it', (program, inputs, wanted) => {
    expect(warned(run({ program, inputs, outputs: ['y'] }))).toEqual(wanted);
  });

  test('a NaN of the derivative alone is named too, and refused on demand', () => {
    const request: ComputeRequest = {
      program: 's = jnp.sqrt(x)\ny = s ** 2',
      inputs: { x: 0 },
      gradients: [{ of: 'y', wrt: ['x'] }],
    };
    expect(run(request).warnings.map((w) => w.code)).toEqual(['nan']);
    expect(refused({ ...request, debug_nans: true }).code).toBe('E_NAN');
  });
});

describe('train and predict', () => {
  const dropped = (more: Partial<ComputeRequest>, p = 0.5): ComputeRequest => ({
    program: `y = dropout(x, ${p})`,
    inputs: { x: [1, 2, 3, 4, 5, 6, 7, 8] },
    gradients: [{ of: 'y', wrt: ['x'] }],
    ...more,
  });
  test('dropout is the identity unless it trains', () => {
    for (const more of [{}, { mode: 'predict' as const }, { mode: 'predict' as const, seed: 1 }]) {
      const { outputs, gradients } = run(dropped(more));
      expect(plain(outputs['y'])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(plain(gradients[0].wrt['x'])).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    }
  });
  test('in training the seed decides what is dropped, in value and gradient alike', () => {
    const at = (seed: number): [unknown, unknown] => {
      const { outputs, gradients } = run(dropped({ mode: 'train', seed }));
      return [plain(outputs['y']), plain(gradients[0].wrt['x'])];
    };
    const [value, slope] = at(1) as [number[], number[]];
    expect(at(1)).toEqual([value, slope]);
    expect(at(2)).not.toEqual([value, slope]);
    expect(new Set(slope)).toEqual(new Set([0, 2]));
    expect(value).toEqual(slope.map((d, i) => d * (i + 1)));
  });
  test('without a seed or a key there is nothing to draw from', () => {
    expect(refused(dropped({ mode: 'train' })).code).toBe('E_ATTRIBUTE');
    expect(refused({ program: 'y = jax.random.normal(shape=(3,))' }).code).toBe('E_OP_ARITY');
  });
  test('what is dropped with probability 1 is 0 and has the gradient 0', () => {
    const { outputs, gradients } = run(dropped({ mode: 'train', seed: 1 }, 1));
    expect(plain(outputs['y'])).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(plain(gradients[0].wrt['x'])).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
  test('batch_norm returns new statistics in training, and uses the old ones otherwise', () => {
    const request = (mode: 'train' | 'predict'): ComputeRequest => ({
      program: 'y, mean, spread = batch_norm(x, scale, bias, m, v)'
        .replace('scale', 'jnp.zeros(2)')
        .replace('bias', 'jnp.ones(2)')
        .replace('m,', 'jnp.ones(2),')
        .replace('v)', 'jnp.zeros(2))'),
      inputs: {
        x: [
          [1, 2],
          [3, 6],
        ],
      },
      outputs: ['mean', 'spread'],
      mode,
    });
    expect(plain(run(request('predict')).outputs['mean'])).toEqual([0, 0]);
    expect(plain(run(request('train')).outputs['mean'])).not.toEqual([0, 0]);
  });
});

describe('the same request gives the same bits', () => {
  const request: ComputeRequest = {
    program: [
      'h = jnp.tanh(x @ w + b)',
      'p = jax.nn.softmax(h * jax.random.normal(jax.random.key(7), (4,)))',
      'y = jnp.sum(p * jnp.log(p)) + jnp.mean(h ** 2) + dropout(h, 0.25).sum()',
    ].join('\n'),
    inputs: {
      x: [
        [0.1, 0.2, 0.3],
        [0.4, 0.5, 0.7],
      ],
      w: Array.from({ length: 3 }, (_, i) => Array.from({ length: 4 }, (_x, j) => Math.sin(i * 4 + j))),
      b: [0.1, -0.2, 0.3, 1e-9],
    },
    gradients: [{ of: 'y', wrt: ['x', 'w', 'b'] }],
    hvps: [{ of: 'y', vectors: { b: [1, 2, 3, 4] } }],
    mode: 'train',
    seed: 11,
  };
  const bits = ({ outputs, gradients, hvps, graph_id }: ComputeResponse): unknown => ({
    outputs,
    gradients,
    hvps,
    graph_id,
  });

  test('run again, from a kept plan, and after other work', () => {
    const first = bits(run(request));
    expect(bits(run(request))).toEqual(first);
    const plans = createPlanCache(1e8);
    for (let i = 0; i < 2; i++) {
      run({ program: 'y = jnp.sum(x) * 3', inputs: { x: [1, 2, 3 + i] } }, { plans });
      expect(bits(run(request, { plans }))).toEqual(first);
    }
  });

  test('whatever else is asked in the same request', () => {
    const more: ComputeRequest = {
      ...request,
      gradients: [...request.gradients!, { of: 'h', wrt: ['x'] }],
      jacobians: [{ of: 'p', wrt: ['b'] }],
    };
    expect(run(more).gradients[0]).toEqual(run(request).gradients[0]);
  });

  test('cotangents add up in the order of the graph: 1e16 + 1 − 1e16', () => {
    const sum = (terms: string): unknown =>
      plain(
        run({ program: `y = ${terms}`, inputs: { x: 1 }, gradients: [{ of: 'y', wrt: ['x'] }] }).gradients[0].wrt['x'],
      );
    const once = sum('x * 1e16 + x * 1.0 - x * 1e16');
    for (let i = 0; i < 3; i++) expect(sum('x * 1e16 + x * 1.0 - x * 1e16')).toBe(once);
  });

  test('sums add in pairs: the error does not grow with the length', () => {
    const n = 1 << 16;
    const { outputs } = run({
      program: 'y = x.sum()',
      inputs: { x: { dtype: 'float32', shape: [n], data: new Array<number>(n).fill(0.1) } },
    });
    expect(plain(outputs['y'])).toBe(Math.fround(n * Math.fround(0.1)));
  });
});

describe('draws are those of JAX', () => {
  test.each<[string, unknown]>([
    [
      'jax.random.split(jax.random.key(42))',
      [
        [1832780943n, 270669613n],
        [64467757n, 2916123636n],
      ],
    ],
    ['jax.random.fold_in(jax.random.key(42), 7)', [2547012911n, 1371500959n]],
  ])('%s', (y, wanted) => {
    expect(plain(run({ program: `y = ${y}` }).outputs['y'])).toEqual(wanted);
  });

  // As they are printed, to eight digits; the suite of random ops holds the bits.
  test.each<[string, readonly number[]]>([
    ['uniform', [0.48870957, 0.6797972, 0.6162715]],
    ['normal', [-0.02830462, 0.46713185, 0.29570296]],
  ])('%s in float32', (kind, wanted) => {
    const program = `y = jax.random.${kind}(jax.random.key(42), (3,), jnp.float32)`;
    (plain(run({ program }).outputs['y']) as number[]).forEach((x, i) => expect(x).toBeCloseTo(wanted[i], 7));
  });

  test('under vmap too', () => {
    const { outputs } = run({
      program: [
        'keys = jax.random.split(jax.random.key(1), 3)',
        'a = jax.vmap(lambda k: jax.random.normal(k, (2,)))(keys)',
        'b = jnp.stack([jax.random.normal(keys[i], (2,)) for i in range(3)])',
      ].join('\n'),
      outputs: ['a', 'b'],
    });
    expect(plain(outputs['a'])).toEqual(plain(outputs['b']));
  });
});
