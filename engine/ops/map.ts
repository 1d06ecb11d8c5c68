// map: a function of every element along the leading axis.

import { fail } from '../errors.ts';
import { showAval } from '../ir/aval.ts';
import type { Op, Operand, Subprogram } from '../op.ts';
import { scanOver } from '../families/loops.ts';

export const map: Op = {
  name: 'map',
  family: 'control',
  doc: {
    text: 'What f gives of each element of the arrays along their leading axis, one after the other, collected along a new one.',
    source: 'jax.lax.map.',
  },
  params: [
    { name: 'f', kind: 'function' },
    { name: 'xs', kind: 'tensors', doc: 'Arrays with one leading axis.' },
  ],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call(b, args) {
    const xs = (args['xs'] as readonly Operand[]).map((x) => b.lift(x));
    const [length] = xs.map((x) => x.aval.shape[0]);
    if (length === undefined || xs.some((x) => x.aval.shape[0] !== length)) {
      fail(
        'E_SHAPE_MISMATCH',
        `map runs over the leading axis of ${xs.map((x) => showAval(x.aval)).join(', ') || 'nothing'}: it needs one size.`,
      );
    }
    const f = args['f'] as Subprogram;
    return scanOver(b, { length, turns: null, reverse: false, init: [], xs }, (_turn, _carry, elements) =>
      f(b, elements),
    ).ys;
  },
};
