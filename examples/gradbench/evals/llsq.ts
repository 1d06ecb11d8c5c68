// llsq: a linear least squares objective, and its gradient by the coefficients.

import type { EvalFunctions } from '../eval.ts';
import { program } from '../eval.ts';
import type { ComputeRequest } from '../service.ts';
import { float64, nested, scalar } from '../service.ts';

interface Input {
  readonly x: readonly number[];
  readonly n: number;
}

const objective = ({ x, n }: Input): ComputeRequest => ({
  program: program('llsq', { n }),
  inputs: { x: float64([x.length], x) },
});

export const functions: EvalFunctions<Input> = {
  primal: {
    request: (input) => ({ ...objective(input), outputs: ['y'] }),
    output: ({ outputs }) => scalar(outputs['y']),
  },
  gradient: {
    request: (input) => ({ ...objective(input), outputs: [], gradients: [{ of: 'y', wrt: ['x'] }] }),
    output: ({ gradients: [{ wrt }] }) => nested(wrt['x']),
  },
};
