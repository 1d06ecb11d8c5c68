// A request mapped over the leading axis of some inputs gives, for each example, what the request gives for it alone.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest, Tensor, WireTensor } from '../../engine/index.ts';
import { createMachine, createPlanCache, explain } from '../../engine/index.ts';
import { plain, refused, run, limits } from '../engine/requests.ts';

const xs = [
  [0.5, -1],
  [1.5, 2],
  [-0.25, 0.75],
];
const ys = [1, 0, 2];
const w = [0.3, -0.7];
const asked: ComputeRequest = {
  program: 'h = jnp.tanh(x * w)\nloss = (jnp.sum(h) - y) ** 2',
  outputs: ['h', 'loss'],
  gradients: [
    { of: 'loss', wrt: ['w', 'x', 'h'] },
    { of: 'h', wrt: ['w'], cotangent: [1, 10], accumulate: { w: [100, 200] } },
  ],
  jvps: [{ of: ['loss', 'h'], tangents: { w: [1, 2], x: [3, 4] } }],
  jacobians: [{ of: 'h', wrt: ['w', 'x'] }],
  hessians: [{ of: 'loss', wrt: ['w', 'y'] }],
  hvps: [{ of: 'loss', vectors: { w: [1, -1] } }],
};

/** Every tensor of an answer, in order, as plain numbers. */
function tensorsOf(answer: unknown): unknown[] {
  if (typeof answer !== 'object' || answer === null) return [];
  if ('data' in answer) return [plain(answer as Tensor)];
  return Object.values(answer).flatMap(tensorsOf);
}

const parts = ({ outputs, gradients, jvps, jacobians, hessians, hvps }: ReturnType<typeof run>): unknown[] =>
  tensorsOf([outputs, gradients, jvps, jacobians, hessians, hvps]);

const stacked = (requests: readonly ComputeRequest[]): unknown[] => {
  const answers = requests.map((request) => parts(run(request)));
  return answers[0].map((_t, k) => answers.map((answer) => answer[k]));
};

function close(found: unknown, wanted: unknown): void {
  if (Array.isArray(wanted)) {
    expect((found as unknown[]).length).toBe(wanted.length);
    wanted.forEach((v, i) => close((found as unknown[])[i], v));
  } else expect(found).toBeCloseTo(wanted as number, 12);
}

describe('a batch', () => {
  const mapped: ComputeRequest = { ...asked, inputs: { x: xs, y: ys, w }, batch: { inputs: ['x', 'y'] } };

  test('is the stack of its examples, whatever is asked', () => {
    close(parts(run(mapped)), stacked(xs.map((x, i) => ({ ...asked, inputs: { x, y: ys[i], w } }))));
  });

  test('is the same compiled', () => {
    const machine = createMachine({ wide: false, fma: false });
    const plans = createPlanCache(1e8);
    run(mapped, { machine, plans });
    const again = run(mapped, { machine, plans });
    expect(again.stats.plan).toBe('cached');
    close(parts(again), parts(run(mapped)));
  });

  test('has cotangents, tangents, vectors and what is accumulated for each example where they have its axis', () => {
    const each = (i: number): ComputeRequest => ({
      ...asked,
      inputs: { x: xs[i], y: ys[i], w },
      gradients: [{ of: 'h', wrt: ['w'], cotangent: [i, 1], accumulate: { w: [0, 5 * i] } }],
      jvps: [{ of: ['h'], tangents: { w: [i, 2] } }],
      hvps: [{ of: 'loss', vectors: { w: [i, 2] } }],
    });
    const list = (f: (i: number) => number[]): WireTensor => [0, 1, 2].map(f);
    const all: ComputeRequest = {
      ...mapped,
      gradients: [
        {
          of: 'h',
          wrt: ['w'],
          cotangent: list((i) => [i, 1]),
          accumulate: { w: list((i) => [0, 5 * i]) },
        },
      ],
      jvps: [{ of: ['h'], tangents: { w: list((i) => [i, 2]) } }],
      hvps: [{ of: 'loss', vectors: { w: list((i) => [i, 2]) } }],
    };
    close(parts(run(all)), stacked([0, 1, 2].map(each)));
  });

  test('takes many cotangents and tangents at once for each example', () => {
    const basis = [
      [1, 0],
      [0, 1],
    ];
    const { gradients, jvps, jacobians } = run({
      ...mapped,
      gradients: [{ of: 'h', wrt: ['x'], cotangent: basis, batched: true }],
      jvps: [{ of: ['h'], tangents: { x: basis }, batched: true }],
      jacobians: [{ of: 'h', wrt: ['x'] }],
    });
    close(plain(gradients[0].wrt['x']), plain(jacobians[0].wrt['x']));
    close(plain(jvps[0].of['h']), plain(jacobians[0].wrt['x']));
  });

  test('repeats what no example changes', () => {
    const { outputs, gradients } = run({
      program: 'a = w * w\nb = x + a',
      inputs: { x: [1, 2], w: 3 },
      outputs: ['a', 'b'],
      batch: { inputs: ['x'] },
      gradients: [{ of: 'a', wrt: ['w'] }],
    });
    expect(plain(outputs['a'])).toEqual([9, 9]);
    expect(plain(outputs['b'])).toEqual([10, 11]);
    expect(plain(gradients[0].wrt['w'])).toEqual([6, 6]);
  });

  test('may have no examples', () => {
    const { outputs } = run({
      program: 'y = jnp.sum(x * 2)',
      inputs: { x: { shape: [0, 3], data: [] } },
      batch: { inputs: ['x'] },
    });
    expect(outputs['y'].shape).toEqual([0]);
  });

  test('has the graph_id of one example, and names its values in an explanation', () => {
    const one = run({ ...asked, inputs: { x: xs[0], y: 1, w } });
    expect(run(mapped).graph_id).toBe(one.graph_id);
    const shown = explain(mapped, { limits });
    expect(shown.graph_id).toBe(one.graph_id);
    expect(shown.inputs.find(({ name }) => name === 'x')?.shape).toEqual([3, 2]);
    expect(shown.outputs.map(({ shape }) => shape)).toEqual([[3, 2], [3]]);
    expect(shown.nodes.find(({ name }) => name === 'h')).toMatchObject({ shape: [3, 2], part: 'forward' });
    expect(shown.backward[0].ops.length).toBeGreaterThan(2);
  });

  test('holds declared inputs against one example', () => {
    const graph = {
      inputs: [{ name: 'x', dtype: 'float64' as const, shape: [2] }],
      nodes: [{ name: 'y', op: 'sum', inputs: ['x'] }],
      outputs: ['y'],
    };
    expect(plain(run({ graph, inputs: { x: xs }, batch: { inputs: ['x'] } }).outputs['y'])).toEqual([-0.5, 3.5, 0.5]);
    const error = refused({ graph, inputs: { x: [[1, 2, 3]] }, batch: { inputs: ['x'] } });
    expect(error).toMatchObject({ code: 'E_INPUT_MISMATCH' });
    expect(error.message).toContain('One example of the input "x"');
  });
});

describe('a batch that does not fit is refused:', () => {
  const program = 'z = x * y';
  test.each([
    ['no inputs', { x: [1], y: [1] }, [], 'E_BATCH', '/batch/inputs'],
    ['an unknown name', { x: [1], y: [1] }, ['x', 'z'], 'E_NAME_UNKNOWN', '/batch/inputs/1'],
    ['a name twice', { x: [1], y: [1] }, ['x', 'x'], 'E_BATCH', '/batch/inputs/1'],
    ['a scalar', { x: 1, y: [1] }, ['x'], 'E_BATCH', '/batch/inputs/0'],
    ['two sizes', { x: [1, 2], y: [1, 2, 3] }, ['y', 'x'], 'E_BATCH', '/batch/inputs/0'],
  ] as const)('%s', (_what, inputs, names, code, pointer) => {
    const error = refused({ program, inputs, batch: { inputs: names } });
    expect({ code: error.code, pointer: error.issues[0].pointer }).toEqual({ code, pointer });
  });

  test('a cotangent with another number of examples', () => {
    const error = refused({
      program: 'y = x * 2',
      inputs: { x: [1, 2, 3] },
      batch: { inputs: ['x'] },
      gradients: [{ of: 'y', wrt: ['x'], cotangent: [1, 2] }],
    });
    expect(error.issues[0]).toMatchObject({ pointer: '/gradients/0/cotangent' });
    expect(error.message).toContain('leading axis of 3');
  });
});
