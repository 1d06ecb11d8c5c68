// grad: the gradient of a function.

import { atVariables, derivativeOp, scalarOf, zerosOf } from '../families/functionals.ts';

export const grad = derivativeOp({
  name: 'grad',
  doc: {
    text: 'The gradient of a function that gives a scalar, at the operands, with respect to those that argnums names.',
    source: 'jax.grad.',
  },
  make(b, f, operands, argnums) {
    const { outputs, variables } = atVariables(b, 'grad', f, operands, argnums);
    const y = scalarOf('grad', outputs);
    return b.context.passes.vjp(b, [y], variables, [b.fill(y.aval, 1)]).map((g, k) => g ?? zerosOf(b, variables[k]));
  },
});
