// gmm: the log posterior of a Gaussian mixture model, and its gradient by weights, means and precision matrices.

import type { EvalFunctions } from '../eval.ts';
import { program } from '../eval.ts';
import type { ComputeRequest, Nested } from '../service.ts';
import { float64, nested, scalar } from '../service.ts';

interface Input {
  readonly d: number;
  readonly k: number;
  readonly n: number;
  readonly x: Nested;
  readonly m: number;
  readonly gamma: number;
  readonly alpha: Nested;
  readonly mu: Nested;
  readonly q: Nested;
  readonly l: Nested;
}

const posterior = ({ d, k, n, x, m, gamma, alpha, mu, q, l }: Input): ComputeRequest => ({
  program: program('gmm', { d, k, n }),
  inputs: {
    x: float64([n, d], x),
    m,
    gamma,
    alpha: float64([k], alpha),
    mu: float64([k, d], mu),
    q: float64([k, d], q),
    l: float64([k, (d * (d - 1)) / 2], l),
  },
});

export const functions: EvalFunctions<Input> = {
  objective: {
    request: (input) => ({ ...posterior(input), outputs: ['objective'] }),
    output: ({ outputs }) => scalar(outputs['objective']),
  },
  jacobian: {
    request: (input) => ({
      ...posterior(input),
      outputs: [],
      gradients: [{ of: 'objective', wrt: ['alpha', 'mu', 'q', 'l'] }],
    }),
    output: ({ gradients: [{ wrt }] }) =>
      Object.fromEntries(['alpha', 'mu', 'q', 'l'].map((name) => [name, nested(wrt[name])])),
  },
};
