// lse: the logarithm of a sum of exponentials, and its gradient.

import type { EvalFunctions } from '../eval.ts';
import { program } from '../eval.ts';
import type { ComputeRequest } from '../service.ts';
import { float64, nested, scalar } from '../service.ts';

interface Input {
  readonly x: readonly number[];
}

const sum = ({ x }: Input): ComputeRequest => ({ program: program('lse'), inputs: { x: float64([x.length], x) } });

export const functions: EvalFunctions<Input> = {
  primal: {
    request: (input) => ({ ...sum(input), outputs: ['y'] }),
    output: ({ outputs }) => scalar(outputs['y']),
  },
  gradient: {
    request: (input) => ({ ...sum(input), outputs: [], gradients: [{ of: 'y', wrt: ['x'] }] }),
    output: ({ gradients: [{ wrt }] }) => nested(wrt['x']),
  },
};
