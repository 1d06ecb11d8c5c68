// lstm: the loss of a character-level LSTM, and its gradient by all parameters.

import type { EvalFunctions } from '../eval.ts';
import { program } from '../eval.ts';
import type { ComputeRequest } from '../service.ts';
import { elements, float64, scalar } from '../service.ts';

type Matrix = readonly (readonly number[])[];

interface Input {
  /** For each layer a row of weights and a row of biases, four gates each. */
  readonly main_params: Matrix;
  readonly extra_params: Matrix;
  readonly state: Matrix;
  readonly sequence: Matrix;
}

const parameters = ['main_params', 'extra_params'];

function loss({ main_params, extra_params, state, sequence }: Input): ComputeRequest {
  const [l, b] = [main_params.length / 2, main_params[0].length / 4];
  return {
    program: program('lstm', { l, b }),
    inputs: {
      main_params: float64([2 * l, 4 * b], main_params),
      extra_params: float64([3, b], extra_params),
      state: float64([2 * l, b], state),
      sequence: float64([sequence.length, b], sequence),
    },
  };
}

export const functions: EvalFunctions<Input> = {
  objective: {
    request: (input) => ({ ...loss(input), outputs: ['loss'] }),
    output: ({ outputs }) => scalar(outputs['loss']),
  },
  jacobian: {
    request: (input) => ({ ...loss(input), outputs: [], gradients: [{ of: 'loss', wrt: parameters }] }),
    output: ({ gradients: [{ wrt }] }) => parameters.flatMap((name) => [...elements(wrt[name])]),
  },
};
