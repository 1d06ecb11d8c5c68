// jvp: a function's results and their change in a direction.

import { functionalOp, liftAll, matched, zerosOf } from '../families/functionals.ts';
import type { Subprogram } from '../op.ts';

export const jvp = functionalOp({
  name: 'jvp',
  doc: {
    text: 'The results of a function at the primals, then their tangents for those of the primals.',
    source: 'jax.jvp.',
  },
  params: [
    { name: 'primals', kind: 'tensors' },
    { name: 'tangents', kind: 'tensors', doc: 'One for each of the primals.' },
  ],
  call(b, args) {
    const primals = liftAll(b, args, 'primals').map((x) => b.identity(x));
    const tangents = matched('jvp', 'tangents', liftAll(b, args, 'tangents'), primals);
    const outputs = (args['fun'] as Subprogram)(b, primals);
    const seeds = primals.map((value, k) => ({ value, tangent: tangents[k] }));
    const found = b.context.passes.linearize(b, outputs, seeds).tangents;
    return [...outputs, ...found.map((t, k) => t ?? zerosOf(b, outputs[k]))];
  },
});
