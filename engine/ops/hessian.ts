// hessian: the second derivatives of a function.

import { atVariables, derivativeOp } from '../families/functionals.ts';

export const hessian = derivativeOp({
  name: 'hessian',
  doc: {
    text: 'The second derivatives of a function, forward over reverse: for each result and each pair of operands that argnums names.',
    source: 'jax.hessian.',
  },
  make(b, f, operands, argnums) {
    const { passes } = b.context;
    const { outputs, variables } = atVariables(b, 'hessian', f, operands, argnums);
    return outputs.flatMap((y) =>
      passes.jacobianReverse(b, y, variables).flatMap((row) => passes.jacobianForward(b, row, variables)),
    );
  },
});
