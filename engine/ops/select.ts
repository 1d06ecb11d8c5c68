// The first of several choices whose condition holds.

import { composite } from '../families/composite.ts';
import type { Value } from '../ir/graph.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const select = composite({
  name: 'select',
  family: 'selection',
  doc: {
    text: 'For each element, the choice of the first condition that holds, or the default.',
    source: 'numpy.select',
  },
  params: [
    { name: 'condlist', kind: 'tensors' },
    { name: 'choicelist', kind: 'tensors' },
    { name: 'default', kind: 'tensor', default: 0 },
  ],
  samples: [{ operands: [{ shape: [2, 3], dtype: 'bool', range: [0, 1.99] }, { shape: [3] }] }],
  body(b, args) {
    const conditions = args['condlist'] as readonly Operand[];
    const choices = args['choicelist'] as readonly Operand[];
    if (conditions.length !== choices.length || conditions.length === 0) {
      fail(
        'E_OP_ARITY',
        `select is given ${conditions.length} conditions and ${choices.length} choices: there must be as many, and one at least.`,
      );
    }
    return conditions.reduceRight<Operand>(
      (rest, condition, i) => b.where(condition, choices[i], rest),
      args['default'] as Operand,
    ) as Value;
  },
});
