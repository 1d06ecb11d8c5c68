// ode: a system of differential equations solved by Runge and Kutta's method, and the gradient of its last element.

import type { EvalFunctions } from '../eval.ts';
import { program } from '../eval.ts';
import type { ComputeRequest } from '../service.ts';
import { float64, nested } from '../service.ts';

interface Input {
  readonly x: readonly number[];
  /** Steps. */
  readonly s: number;
}

const solution = ({ x, s }: Input): ComputeRequest => ({
  program: program('ode', { steps: s }),
  inputs: { x: float64([x.length], x) },
});

export const functions: EvalFunctions<Input> = {
  primal: {
    request: (input) => ({ ...solution(input), outputs: ['y'] }),
    output: ({ outputs }) => nested(outputs['y']),
  },
  gradient: {
    request: (input) => ({ ...solution(input), outputs: [], gradients: [{ of: 'last', wrt: ['x'] }] }),
    output: ({ gradients: [{ wrt }] }) => nested(wrt['x']),
  },
};
