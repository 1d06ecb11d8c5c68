// value_and_grad: a function's value and its gradient.

import { atVariables, derivativeOp, scalarOf, zerosOf } from '../families/functionals.ts';

export const value_and_grad = derivativeOp({
  name: 'value_and_grad',
  doc: { text: 'The value of a function that gives a scalar, then its gradient.', source: 'jax.value_and_grad.' },
  make(b, f, operands, argnums) {
    const { outputs, variables } = atVariables(b, 'value_and_grad', f, operands, argnums);
    const y = scalarOf('value_and_grad', outputs);
    const gradient = b.context.passes.vjp(b, [y], variables, [b.fill(y.aval, 1)]);
    return [y, ...gradient.map((g, k) => g ?? zerosOf(b, variables[k]))];
  },
});
