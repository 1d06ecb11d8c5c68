// fori_loop: a loop that counts.

import { fail } from '../errors.ts';
import { isInteger, showAval } from '../ir/aval.ts';
import { scalarConstant } from '../ir/builder.ts';
import type { Op, Operand, Subprogram } from '../op.ts';
import { scanOver, turnAval, whileOver } from '../families/loops.ts';
import { settleCarry } from '../families/turns.ts';

export const fori_loop: Op = {
  name: 'fori_loop',
  family: 'control',
  doc: {
    text: 'Runs body_fun(i, carry…) for i from lower up to upper, which may depend on data. Results are the final carries.',
    source: 'jax.lax.fori_loop.',
  },
  params: [
    { name: 'lower', kind: 'tensor', doc: 'An integer scalar.' },
    { name: 'upper', kind: 'tensor', doc: 'An integer scalar.' },
    { name: 'body_fun', kind: 'function' },
    { name: 'init_val', kind: 'tensors', doc: 'What the first turn carries in.' },
  ],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call(b, args) {
    const body = args['body_fun'] as Subprogram;
    const init = (args['init_val'] as readonly Operand[]).map((x) => b.lift(x));
    const [lower, upper] = b.promote([args['lower'] as Operand, args['upper'] as Operand]);
    for (const end of [lower, upper]) {
      if (!isInteger(end.aval.dtype) || end.aval.shape.length > 0) {
        fail('E_DTYPE', `A bound of fori_loop is ${showAval(end.aval)}: an integer scalar was expected.`);
      }
    }
    const [first, last] = [lower, upper].map((end) => scalarConstant(end));
    if (first !== null && last !== null) {
      const frame = {
        length: Math.max(0, Number(last.data[0]) - Number(first.data[0])),
        turns: null,
        reverse: false,
        xs: [],
      };
      return settleCarry(
        b,
        init,
        (carry) =>
          scanOver(b, { ...frame, init: carry }, (turn, states) => {
            const at = Number(first.data[0]) === 0 ? turn : b.add(turn, b.fill(turnAval, BigInt(first.data[0])));
            return body(b, [b.cast(at, lower.aval.dtype), ...states]);
          }).carry,
      );
    }
    return settleCarry(b, init, (carry) =>
      whileOver(
        b,
        { init: [lower, ...carry] },
        ([at]) => b.less(at, upper),
        (_turn, [at, ...states]) => [b.add(at, b.fill(at.aval, 1n)), ...body(b, [at, ...states])],
      ).carry.slice(1),
    );
  },
};
