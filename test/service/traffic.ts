// Random traffic for a running service: requests with the answer that each must get, and clients that leave.

import { gzipSync } from 'node:zlib';
import type { ComputeRequest, ComputeResponse } from '../../engine/index.ts';
import { compute } from '../../engine/index.ts';
import type { Random } from '../calculus/random.ts';
import { context } from '../engine/requests.ts';

export interface Exchange {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
  /** The client leaves after so many milliseconds, and asks for nothing. */
  readonly leavesAfter?: number;
  /** Statuses that it may end in. */
  readonly statuses: readonly number[];
  /** What is wrong with the answer of an allowed status, if anything. */
  readonly complaint: (status: number, answer: unknown) => string | undefined;
}

/** Programs on a vector x, a matrix m of as many rows, and a scalar s; each ends in a scalar y. */
const programs = [
  'y = jnp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2) + 0 * s + 0 * jnp.sum(m)',
  'y = jnp.mean(jnp.tanh(x @ m) ** 2) * s',
  'h = jax.nn.softmax(m, axis=1)\ny = -jnp.sum(jnp.log(h[:, 0])) + s * jnp.sum(x)',
  'def f(v):\n    return jnp.sum(jnp.sin(v) * v)\ny = f(x) + jnp.sum(jax.grad(f)(x)) * s + jnp.sum(m)',
  'y = jnp.sum(jnp.cumsum(x) * jnp.sort(x)) + s ** 2 + jnp.max(m)',
  'c = s\nfor i in range(4):\n    c = c * 0.5 + jnp.sum(m) * 0.01\ny = c * jnp.sum(x * x)',
  'k = jnp.exp(-0.5 * (x[:, None] - x[None, :]) ** 2)\ny = jnp.sum(k @ m) + s',
  'y = jnp.where(s > 0, jnp.sum(x), jnp.prod(jnp.abs(m) + 0.5)) + jax.nn.logsumexp(x)',
];

const wrong: readonly { readonly status: number; readonly code: string; readonly body: string }[] = [
  { status: 400, code: 'E_JSON', body: '{"program": "y = x", ' },
  { status: 400, code: 'E_JSON', body: '' },
  { status: 400, code: 'E_REQUEST_SHAPE', body: '{"program": 5}' },
  { status: 400, code: 'E_REQUEST_SHAPE', body: '[]' },
  { status: 422, code: 'E_OP_UNKNOWN', body: '{"program": "y = jnp.tahn(x)", "inputs": {"x": 1}}' },
  { status: 422, code: 'E_SHAPE_MISMATCH', body: '{"program": "y = a @ b", "inputs": {"a": [1, 2], "b": [1, 2, 3]}}' },
  { status: 400, code: 'E_TENSOR_SHAPE', body: '{"program": "y = x", "inputs": {"x": [[1, 2], [3]]}}' },
  { status: 422, code: 'E_LIMIT', body: '{"program": "y = jnp.ones((100000, 100000))"}' },
];

const vector = (random: Random, n: number): number[] => Array.from({ length: n }, () => random.normal());

/** A request whose plan and numbers are drawn, and what the interpreter answers. */
function computation(random: Random): Exchange {
  const n = random.integer(2, random.chance(0.1) ? 200 : 20);
  const columns = random.integer(1, 6);
  const m = Array.from({ length: n }, () => vector(random, columns));
  const encoding = random.pick(['json', 'json', 'base64'] as const);
  const wrt = random.pick([['x'], ['x', 'm'], ['s'], ['m', 's']]);
  // Now and then a program that has never been: its constant makes it one.
  const program = `${random.pick(programs)}${random.chance(0.2) ? ` + ${random.integer(0, 1e6)} * 1e-6` : ''}`;
  const request: ComputeRequest = {
    program,
    inputs: { x: vector(random, n), m, s: random.uniform(0.5, 2) },
    gradients: [{ of: 'y', wrt }],
    encoding,
    ...(random.chance(0.2) && { jvps: [{ of: ['y'], tangents: { x: vector(random, n) } }] }),
  };
  const text = JSON.stringify(random.chance(0.3) ? { ...request, timeout_ms: 20_000 } : request);
  const gzip = random.chance(0.2);
  return {
    body: gzip ? new Uint8Array(gzipSync(text)) : text,
    headers: gzip ? { 'content-encoding': 'gzip' } : {},
    statuses: [200, 503],
    complaint(status, answer) {
      if (status === 503) return undefined;
      const expected = compute(request, context);
      const { outputs, gradients, jvps } = answer as ComputeResponse;
      return differences({ outputs, gradients, jvps }, expected);
    },
  };
}

function mistake(random: Random): Exchange {
  const { status, code, body } = random.pick(wrong);
  return {
    body,
    headers: {},
    statuses: [status, 503],
    complaint(got, answer) {
      const { code: told } = answer as { readonly code?: string };
      return got === 503 || told === code ? undefined : `${body} is ${told}, and should be ${code}`;
    },
  };
}

/** It would take minutes, and allows itself a fifth of a second. */
const endless = (): Exchange => ({
  body: JSON.stringify({
    program: Array(2000).fill('x = jnp.tanh(x @ x)').join('\n'),
    inputs: { x: { dtype: 'float64', shape: [300, 300], data: Array<number>(90_000).fill(0.001) } },
    outputs: ['x'],
    timeout_ms: 200,
  }),
  headers: {},
  statuses: [504, 503],
  complaint: () => undefined,
});

function leaver(random: Random): Exchange {
  const exchange = random.chance(0.1) ? endless() : computation(random);
  return { ...exchange, leavesAfter: random.integer(0, 30) };
}

export function drawExchange(random: Random): Exchange {
  const draw = random.uniform();
  if (draw < 0.002) return endless();
  if (draw < 0.05) return leaver(random);
  return draw < 0.15 ? mistake(random) : computation(random);
}

/** Where the values differ by more than rounding; tensors of an answer may be base64. */
function differences(got: unknown, wanted: unknown, path = ''): string | undefined {
  if (isTensor(wanted)) return tensorsDiffer(got as WireTensor, wanted, path);
  if (typeof got !== 'object' || got === null) return got === wanted ? undefined : `${path} is ${String(got)}`;
  for (const [key, value] of Object.entries(got)) {
    const found = differences(value, (wanted as Record<string, unknown>)[key], `${path}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface WireTensor {
  readonly shape: readonly number[];
  readonly data?: unknown;
  readonly base64?: string;
}
interface PlainTensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

const isTensor = (value: unknown): value is PlainTensor =>
  typeof value === 'object' && value !== null && 'data' in value && ArrayBuffer.isView(value.data);

function tensorsDiffer(got: WireTensor, wanted: PlainTensor, path: string): string | undefined {
  if (got.shape.join() !== wanted.shape.join()) return `${path} has the shape ${got.shape.join()}`;
  const numbers =
    got.base64 === undefined
      ? [got.data].flat(Infinity).map(Number)
      : new Float64Array(new Uint8Array(Buffer.from(got.base64, 'base64')).buffer);
  for (let i = 0; i < wanted.data.length; i++) {
    const [a, b] = [numbers[i], wanted.data[i]];
    if (Math.abs(a - b) > 1e-9 * Math.max(1, Math.abs(b))) return `${path} has ${a} at ${i}, and should have ${b}`;
  }
  return numbers.length === wanted.data.length ? undefined : `${path} has ${numbers.length} elements`;
}
