// vjp: a function's results and the cotangents of its arguments.

import { functionalOp, liftAll, matched, zerosOf } from '../families/functionals.ts';
import type { Subprogram } from '../op.ts';

export const vjp = functionalOp({
  name: 'vjp',
  doc: {
    text: 'The results of a function at the primals, then the cotangents of the primals for those of the results.',
    source: 'jax.vjp.',
  },
  params: [
    { name: 'primals', kind: 'tensors' },
    { name: 'cotangents', kind: 'tensors', doc: 'One for each of the results.' },
  ],
  call(b, args) {
    const primals = liftAll(b, args, 'primals').map((x) => b.identity(x));
    const outputs = (args['fun'] as Subprogram)(b, primals);
    const cotangents = matched('vjp', 'cotangents', liftAll(b, args, 'cotangents'), outputs);
    const found = b.context.passes.vjp(b, outputs, primals, cotangents);
    return [...outputs, ...found.map((ct, k) => ct ?? zerosOf(b, primals[k]))];
  },
});
