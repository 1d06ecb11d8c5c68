// What a worker computes before it is ready, so that no caller waits while code is loaded and compiled for the first time.

import type { WorkerEndpoint } from '../../routes/endpoint.ts';

/** A request of an endpoint, and how often it is made. */
export interface Warming {
  readonly endpoint: string;
  readonly body: unknown;
  readonly times: number;
}

/** A classifier and the gradients of its parameters: matrix products, rows in phases, a gather and its transpose, reductions. */
const classifier = {
  program: `h = jnp.tanh(x @ w1 + b1)
scores = jax.nn.log_softmax(h @ w2 + b2)
loss = -jnp.take_along_axis(scores, labels[:, None], axis=1).mean()`,
  inputs: {
    x: numbers(12, 9),
    labels: { dtype: 'int64', data: Array.from({ length: 12 }, (_, i) => i % 3) },
    w1: numbers(9, 20),
    b1: numbers(20),
    w2: numbers(20, 3),
    b2: numbers(3),
  },
  gradients: [{ of: 'loss', wrt: ['w1', 'b1', 'w2', 'b2'] }],
};

function numbers(...shape: readonly number[]): unknown {
  const [n, ...inner] = shape;
  return Array.from({ length: n }, (_, i) => (inner.length === 0 ? Math.sin(i) : numbers(...inner)));
}

/** The first example of each endpoint, twice: what comes again takes another way. Then what exercises the compiler. */
export const warmings = (endpoints: Iterable<WorkerEndpoint>): Warming[] => [
  ...Array.from(endpoints, ({ id, examples }) => ({ endpoint: id, body: examples[0].body, times: 2 })),
  ...(['float32', 'float64'] as const).map((dtype) => ({
    endpoint: 'compute',
    body: { ...classifier, dtype },
    times: 1,
  })),
];
