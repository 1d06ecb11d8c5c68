// cond: one of two computations, chosen by a condition.

import { fail } from '../errors.ts';
import { showAval } from '../ir/aval.ts';
import type { Op, Operand, Subprogram } from '../op.ts';
import { switchOver } from '../families/branches.ts';

export const cond: Op = {
  name: 'cond',
  family: 'control',
  doc: {
    text: 'The results of true_fun where the condition holds, else of false_fun; only the one that is chosen is computed.',
    source: 'jax.lax.cond.',
  },
  params: [
    { name: 'pred', kind: 'tensor', doc: 'A scalar; a number other than 0 holds.' },
    { name: 'true_fun', kind: 'function' },
    { name: 'false_fun', kind: 'function' },
    { name: 'operands', kind: 'tensors', default: [] },
  ],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call(b, args) {
    const condition = b.cast(args['pred'] as Operand, 'bool');
    if (condition.aval.shape.length > 0) {
      fail('E_SHAPE_MISMATCH', `The condition of cond is ${showAval(condition.aval)}: a scalar was expected.`);
    }
    const operands = (args['operands'] as readonly Operand[]).map((x) => b.lift(x));
    const branches = [args['false_fun'] as Subprogram, args['true_fun'] as Subprogram];
    return switchOver(
      b,
      b.cast(condition, 'int64'),
      branches.map((branch) => () => branch(b, operands)),
    );
  },
};
