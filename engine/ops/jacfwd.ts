// jacfwd: the Jacobian of a function, in forward mode.

import { atVariables, derivativeOp } from '../families/functionals.ts';

export const jacfwd = derivativeOp({
  name: 'jacfwd',
  doc: {
    text: 'The Jacobian of a function in forward mode: for each result and each operand that argnums names, result.shape + operand.shape.',
    source: 'jax.jacfwd.',
  },
  make(b, f, operands, argnums) {
    const { outputs, variables } = atVariables(b, 'jacfwd', f, operands, argnums);
    return outputs.flatMap((y) => b.context.passes.jacobianForward(b, y, variables));
  },
});
