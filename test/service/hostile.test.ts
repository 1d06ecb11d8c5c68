// Requests of a hostile or clumsy client: each gets a problem that names a place, soon, and the next one an answer.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, RunningService } from './running.ts';
import { post, startService } from './running.ts';

let service: RunningService;
beforeAll(async () => {
  service = await startService({ environment: { WORKERS: '1', TIMEOUT_MS: '25000' } });
});
afterAll(() => service.close());

const compute = (body: unknown) => post(`${service.url}/v1/compute`, body);
const program = (text: string) => compute({ program: text, inputs: { x: [1, 2] } });

/** Not a word of ours that is no business of the caller's. */
function expectProblem({ status, json }: { status: number; json: Answer }): void {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  for (const { pointer, line, message, hint = '' } of json.errors!) {
    expect(pointer ?? line).toBeDefined();
    expect(message.length + hint.length).toBeLessThan(2500);
    expect(message + hint).not.toMatch(/\.ts\b|node_modules|\[object|\bundefined\b/);
  }
}

describe('sizes that multiply', () => {
  const doubling = (start: string, each: string, last = '1') =>
    `a = ${start}\nfor i in range(60):\n  a = ${each}\ny = ${last}`;

  test.each([
    ['a string that doubles', doubling("'a'", 'a + a')],
    ['a list that doubles', doubling('[0]', 'a + a')],
    ['a tuple that doubles', doubling('(0,)', 'a + a')],
    ['a list repeated', doubling('[0]', 'a * 1000')],
    ['few lists, very many paths', doubling('[1]', '[a, a]', 'jnp.array(a)')],
    ['rows without elements', 'y = jnp.zeros((10**9, 0))'],
    ['more rows than a number counts', 'y = jnp.zeros((2**53 - 1, 2**53 - 1, 0))'],
    ['rows to broadcast to', 'y = jnp.broadcast_to(x[:, None], (10**9, 2, 0))'],
    ['results without elements', 'y = jnp.zeros((90000000, 0))'],
    ['a batch of large arrays', 'y = jax.vmap(lambda a: jnp.zeros(10**8))(x)'],
    ['derivatives of derivatives', 'g = jnp.tanh\nfor i in range(60):\n  g = jax.grad(g)\ny = g(1.0)'],
  ])('%s', async (_name, text) => {
    const answer = await program(text);
    expectProblem(answer);
    expect(answer.json.code).toMatch(/E_LIMIT|E_SHAPE_MISMATCH/);
  });

  test.each([
    [1e9, 0],
    [2 ** 40, 0, 2 ** 40],
    [0, 2 ** 40, 2 ** 40],
  ])('a tensor of the shape %j', async (...shape) => {
    const answer = await compute({ program: 'y = x * 2', inputs: { x: { shape, data: [] } } });
    expectProblem(answer);
    expect(answer.json).toMatchObject({ code: 'E_LIMIT', errors: [{ pointer: '/inputs/x' }] });
  });

  test('what the request quotes is cut short', async () => {
    const name = 'n'.repeat(300_000);
    for (const body of [
      { program: 'y = x', inputs: { x: 1 }, outputs: [name] },
      { program: `y = ${name}`, inputs: { x: 1 } },
      { program: `y = x.${name}`, inputs: { x: 1 } },
      { program: `y = "${name}"`, inputs: { x: 1 } },
      { program: `y = jnp.array([0x${'f'.repeat(100_000)}])` },
      { program: 'y = x', inputs: { x: { dtype: name, data: 1 } } },
    ]) {
      expectProblem(await compute(body));
    }
  });
});

describe('answers that would be wrong', () => {
  test.each([
    ['words among numbers', "y = jnp.array([1, 'a'])", 'E_PROGRAM_TYPE'],
    ['None among numbers', 'y = jnp.array([[1, None]])', 'E_PROGRAM_TYPE'],
    ['an int that no dtype holds', 'y = jnp.array([10**30])', 'E_PROGRAM_VALUE'],
    ['an int that no dtype holds, alone', 'y = jnp.array(10**30)', 'E_PROGRAM_VALUE'],
    ['an int that no dtype holds, as the result', 'y = 2**64', 'E_PROGRAM_TYPE'],
    ['functions alone', 'def f(a):\n  return a', 'E_PROGRAM_VALUE'],
    ['nothing', '', 'E_PROGRAM_VALUE'],
  ])('%s', async (_name, text, code) => {
    const answer = await program(text);
    expectProblem(answer);
    expect(answer.json).toMatchObject({ status: 422, code });
  });

  test('an int may be large on the way', async () => {
    const { json } = await program('big = 2**64\ny = x * (big / 2**63)');
    expect(json['outputs']).toEqual({ y: { dtype: 'float64', shape: [2], data: [2, 4] } });
  });

  test('outputs may be none where that is asked', async () => {
    const { status, json } = await compute({ program: 'y = x', inputs: { x: 1 }, outputs: [] });
    expect([status, json['outputs']]).toEqual([200, {}]);
  });
});

describe('a tensor without elements', () => {
  test.each([
    [[0], []],
    [
      [2, 0],
      [[], []],
    ],
    [[0, 3], []],
    [
      [2, 2, 0, 3],
      [
        [[], []],
        [[], []],
      ],
    ],
  ])('of the shape %j', async (shape, data) => {
    const { json } = await compute({ program: 'y = x * 2', inputs: { x: { shape, data: [] } } });
    expect(json['outputs']).toEqual({ y: { dtype: 'float64', shape, data } });
  });
});

test('minus zero keeps its sign in readers that know integers', async () => {
  for (const dtype of ['float64', 'float32']) {
    const body = JSON.stringify({ program: 'y = -x', inputs: { x: { dtype, data: [0, 1] } } });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${service.url}/v1/compute`, { method: 'POST', body, headers });
    expect(await response.text()).toContain('"data":[-0.0,-1]');
  }
});

describe('base64', () => {
  test.each([0, 1, 2, 3, 4, 5, 100])('of %i bytes comes back as it went', async (n) => {
    const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 37 + 250) % 256);
    const x = { dtype: 'uint8', shape: [n], base64: Buffer.from(bytes).toString('base64') };
    const { json } = await compute({ program: 'y = x', inputs: { x }, encoding: 'base64' });
    expect(json['outputs']).toEqual({ y: x });
  });
});
