// hello: x², and its derivative.

import type { EvalFunctions } from '../eval.ts';
import { program } from '../eval.ts';
import { scalar } from '../service.ts';

export const functions: EvalFunctions<number> = {
  square: {
    request: (x) => ({ program: program('hello'), inputs: { x } }),
    output: ({ outputs }) => scalar(outputs['y']),
  },
  double: {
    request: (x) => ({
      program: program('hello'),
      inputs: { x },
      outputs: [],
      gradients: [{ of: 'y', wrt: ['x'] }],
    }),
    output: ({ gradients: [{ wrt }] }) => scalar(wrt['x']),
  },
};
