// particle: where a charge must stand for another to fly through the origin, by nested derivatives in either mode each.

import type { EvalFunction, EvalFunctions } from '../eval.ts';
import { program } from '../eval.ts';
import { scalar } from '../service.ts';

interface Input {
  /** Where the descent starts. */
  readonly w: number;
}

/** The modes of the outer and of the inner derivative. */
const modes = (name: 'rr' | 'rf' | 'fr' | 'ff'): EvalFunction<Input> => ({
  request: ({ w }) => ({ program: `${program('particle')}found = ${name}(w)\n`, inputs: { w }, outputs: ['found'] }),
  output: ({ outputs }) => scalar(outputs['found']),
});

export const functions: EvalFunctions<Input> = { rr: modes('rr'), rf: modes('rf'), fr: modes('fr'), ff: modes('ff') };
