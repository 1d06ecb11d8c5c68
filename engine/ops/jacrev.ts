// jacrev: the Jacobian of a function, in reverse mode.

import { atVariables, derivativeOp } from '../families/functionals.ts';

export const jacrev = derivativeOp({
  name: 'jacrev',
  doc: {
    text: 'The Jacobian of a function in reverse mode: for each result and each operand that argnums names, result.shape + operand.shape.',
    source: 'jax.jacrev.',
  },
  make(b, f, operands, argnums) {
    const { outputs, variables } = atVariables(b, 'jacrev', f, operands, argnums);
    return outputs.flatMap((y) => b.context.passes.jacobianReverse(b, y, variables));
  },
});
