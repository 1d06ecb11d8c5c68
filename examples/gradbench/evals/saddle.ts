// saddle: a saddle point by an ascent inside of a descent, with nested derivatives in either mode each.

import type { EvalFunction, EvalFunctions } from '../eval.ts';
import { program } from '../eval.ts';
import { float64, nested } from '../service.ts';

interface Input {
  /** Two numbers, from which both start. */
  readonly start: readonly number[];
}

/** The modes of the outer and of the inner derivative. */
const modes = (name: 'rr' | 'rf' | 'fr' | 'ff'): EvalFunction<Input> => ({
  request: ({ start }) => ({
    program: `${program('saddle')}found = ${name}(start)\n`,
    inputs: { start: float64([2], start) },
    outputs: ['found'],
  }),
  output: ({ outputs }) => nested(outputs['found']),
});

export const functions: EvalFunctions<Input> = { rr: modes('rr'), rf: modes('rf'), fr: modes('fr'), ff: modes('ff') };
