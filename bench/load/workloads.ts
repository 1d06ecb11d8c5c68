// What is sent under load: requests of four sizes, graphs that never come twice, and a mixture.

import { createRandom } from '../../test/calculus/random.ts';
import type { ServerName } from './servers.ts';

export interface Workload {
  readonly name: string;
  /** JSON bodies that take turns; ours and an echo are sent the same. */
  readonly bodies: readonly string[];
  /** A body that has not been sent before, in place of `bodies`. */
  readonly fresh?: (n: number) => string;
  readonly connections: readonly number[];
  /** Who else takes part, and where such a server has its gradient of the same. */
  readonly peers: Readonly<Partial<Record<ServerName, Sent>>>;
  /** At least so many times a peer's requests a second, by connections. */
  readonly targets: Readonly<Partial<Record<ServerName, Readonly<Record<number, number>>>>>;
}

/** What a peer is sent: its own path, and its own body where it is not ours. */
export interface Sent {
  readonly path: string;
  readonly body?: string;
}

const random = createRandom('load');
const vector = (n: number): number[] => Array.from({ length: n }, () => random.uniform(-1, 1));
const matrix = (rows: number, columns: number): number[][] => Array.from({ length: rows }, () => vector(columns));

const point = vector(10);
const rosenbrock = {
  program: 'f = jnp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)',
  inputs: { x: point },
  gradients: [{ of: 'f', wrt: ['x'] }],
};

const mlp = {
  program: 'h = jnp.tanh(x @ w1 + b1)\ny = h @ w2 + b2\nloss = jnp.mean((y[:, 0] - t) ** 2)',
  inputs: { x: matrix(8, 10), w1: matrix(10, 32), b1: vector(32), w2: matrix(32, 1), b2: vector(1), t: vector(8) },
  outputs: ['loss'],
  gradients: [{ of: 'loss', wrt: ['w1', 'b1', 'w2', 'b2'] }],
};

const long = vector(100_000);
const elementwise = {
  program: 'y = jnp.sum(jnp.tanh(x))',
  inputs: { x: long },
  gradients: [{ of: 'y', wrt: ['x'] }],
};

const longer = Float64Array.from({ length: 1_000_000 }, () => random.uniform(-1, 1));
const binary = {
  ...elementwise,
  inputs: {
    x: { dtype: 'float64', shape: [longer.length], base64: Buffer.from(longer.buffer).toString('base64') },
  },
  encoding: 'base64',
};

/** The constants make each a graph of its own, of about thirty nodes. */
const cold = (n: number): string =>
  JSON.stringify({
    program: [
      `a = jnp.tanh(x * ${n}.5) + ${n % 977}`,
      'b = jax.nn.sigmoid(a) * x',
      'c = jnp.cumsum(b) / (1 + jnp.sum(b * b))',
      'd = jnp.where(c > 0, c, jnp.expm1(c))',
      'f = jnp.sum(d * a) + jax.nn.logsumexp(c)',
    ].join('\n'),
    inputs: { x: point },
    gradients: [{ of: 'f', wrt: ['x'] }],
  });

const text = { rosenbrock, mlp, elementwise, binary };
const json = Object.fromEntries(Object.entries(text).map(([name, body]) => [name, JSON.stringify(body)])) as Record<
  keyof typeof text,
  string
>;

export const rosenbrockBody = json.rosenbrock;

const echo: Sent = { path: '/echo' };
const tiny = [1, 16, 64, 256, 1000];
const torch = (path: string) => ({ torch1: { path }, torch2: { path } });

export const workloads: readonly Workload[] = [
  {
    name: 'Rosenbrock-10',
    bodies: [json.rosenbrock],
    connections: tiny,
    peers: {
      echo,
      hello: { path: '/hello' },
      ...torch('/rosenbrock'),
      umbridge: {
        path: '/Gradient',
        body: JSON.stringify({ name: 'rosenbrock', outWrt: 0, inWrt: 0, input: [point], sens: [1], config: {} }),
      },
    },
    targets: { echo: { 64: 1, 256: 1 }, torch2: { 64: 7, 256: 7 }, umbridge: { 64: 5, 256: 5 } },
  },
  {
    name: 'MLP 10-32-1, batch 8',
    bodies: [json.mlp],
    connections: tiny,
    peers: { echo, ...torch('/mlp') },
    targets: { echo: { 64: 1, 256: 1 }, torch2: { 64: 7, 256: 7 } },
  },
  {
    name: '100,000 numbers, JSON',
    bodies: [json.elementwise],
    connections: [1, 8, 64],
    peers: {
      echo,
      torch1: { path: '/elementwise' },
      tesseract: {
        path: '/vector_jacobian_product',
        body: JSON.stringify({
          inputs: { x: tesseractArray(long) },
          vjp_inputs: ['x'],
          vjp_outputs: ['y'],
          cotangent_vector: { y: 1 },
        }),
      },
    },
    targets: { echo: { 1: 1.3, 8: 2 }, torch1: { 1: 12, 8: 12 }, tesseract: { 1: 4, 8: 4 } },
  },
  {
    name: '1,000,000 numbers, base64',
    bodies: [json.binary],
    connections: [1, 8],
    peers: { echo },
    targets: { echo: { 1: 0.5, 8: 0.5 } },
  },
  { name: 'cold graphs', bodies: [], fresh: cold, connections: [1, 16, 64, 256], peers: {}, targets: {} },
  {
    name: 'a mixture: 20 small, 4 MLP, 1 of 100,000 numbers',
    bodies: [
      ...Array<string>(10).fill(json.rosenbrock),
      ...Array<string>(4).fill(json.mlp),
      json.elementwise,
      ...Array<string>(10).fill(json.rosenbrock),
    ],
    connections: [1, 16, 64, 256, 1000],
    peers: { echo },
    targets: {},
  },
];

/** An array as Tesseract writes it. */
function tesseractArray(numbers: readonly number[]): object {
  return {
    object_type: 'array',
    shape: [numbers.length],
    dtype: 'float64',
    data: { buffer: numbers, encoding: 'json' },
  };
}
