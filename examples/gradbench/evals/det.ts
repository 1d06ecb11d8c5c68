// det: a determinant by expansion along rows, and its gradient.

import type { EvalFunctions } from '../eval.ts';
import { program } from '../eval.ts';
import type { ComputeRequest } from '../service.ts';
import { elements, float64, scalar } from '../service.ts';

interface Input {
  /** Row-major. */
  readonly A: readonly number[];
  readonly ell: number;
}

const determinant = ({ A, ell }: Input): ComputeRequest => ({
  program: program('det'),
  inputs: { a: float64([ell, ell], A) },
});

export const functions: EvalFunctions<Input> = {
  primal: {
    request: (input) => ({ ...determinant(input), outputs: ['y'] }),
    output: ({ outputs }) => scalar(outputs['y']),
  },
  gradient: {
    request: (input) => ({ ...determinant(input), outputs: [], gradients: [{ of: 'y', wrt: ['a'] }] }),
    output: ({ gradients: [{ wrt }] }) => [...elements(wrt['a'])],
  },
};
