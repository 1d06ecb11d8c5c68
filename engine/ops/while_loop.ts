// while_loop: a loop that ends when its condition fails.

import { fail, invariant } from '../errors.ts';
import { showAval, sizeOf } from '../ir/aval.ts';
import type { Tensor } from '../ir/tensor.ts';
import { allocate, scalarTensor } from '../ir/tensor.ts';
import type { Op, Operand, Subprogram } from '../op.ts';
import {
  batchWhile,
  carriedAvals,
  flopsOf,
  saving,
  stackOf,
  tangentsOfLoop,
  turnAval,
  whileOf,
  whileOver,
} from '../families/loops.ts';
import { settleCarry } from '../families/turns.ts';

export const while_loop: Op = {
  name: 'while_loop',
  family: 'control',
  doc: {
    text:
      'Runs the body on what it carries while the condition holds. Results are the final carries. Reverse mode keeps what ' +
      'each turn carries in, and runs the turns backwards from there.',
    source: 'jax.lax.while_loop, whose reverse mode JAX refuses; Griewank and Walther 2008, ch. 4.',
  },
  params: [
    { name: 'cond_fun', kind: 'function', doc: 'From the carries to a boolean scalar.' },
    { name: 'body_fun', kind: 'function', doc: 'From the carries to the carries.' },
    { name: 'init_val', kind: 'tensors', doc: 'What the first turn carries in.' },
  ],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call(b, args) {
    const [condition, body] = [args['cond_fun'] as Subprogram, args['body_fun'] as Subprogram];
    const init = (args['init_val'] as readonly Operand[]).map((x) => b.lift(x));
    return settleCarry(
      b,
      init,
      (carry) =>
        whileOver(
          b,
          { init: carry },
          (states) => {
            const [test] = condition(b, states);
            if (test?.aval.shape.length !== 0) {
              fail(
                'E_SHAPE_MISMATCH',
                `The condition of while_loop is ${test === undefined ? 'nothing' : showAval(test.aval)}: a boolean scalar was expected.`,
              );
            }
            return b.cast(test, 'bool');
          },
          (_turn, states) => body(b, states),
        ).carry,
    );
  },
  primitive: {
    infer(inputs, attrs) {
      const { condition, conditionConsts, loop } = whileOf(inputs, attrs);
      const m = loop.init.length;
      invariant(
        condition.inputs.length === conditionConsts.length + m &&
          loop.body.inputs.length === 1 + loop.consts.length + m,
        'a while_loop has other inputs than its graphs',
      );
      const carried = carriedAvals(
        loop.init,
        loop.body.outputs.slice(0, m).map((y) => y.aval),
        'while_loop',
      );
      return [...carried, turnAval, ...loop.body.outputs.slice(m).map((y) => stackOf(y.aval, null))];
    },
    eval(inputs, attrs, _outputs, run) {
      const { condition, conditionConsts, loop } = whileOf(inputs, attrs);
      let carry = loop.init;
      const m = carry.length;
      const rows: (readonly Tensor[])[] = [];
      let turns = 0;
      const before = run!.turns();
      while (run!.graph(condition, [...conditionConsts, ...carry])[0].data[0]) {
        const results = run!.graph(loop.body, [scalarTensor('int64', BigInt(turns)), ...loop.consts, ...carry]);
        carry = results.slice(0, m);
        if (results.length > m) rows.push(results.slice(m));
        turns++;
        // Of a loop in segments the turns count that the segments make.
        if (attrs['segments'] === true) run!.bound(run!.turns() - before);
        else run!.turn(turns);
      }
      const ys = loop.body.outputs.slice(m).map(({ aval: { dtype, shape } }, k): Tensor => {
        const n = sizeOf(shape);
        const data = allocate(dtype, turns * n);
        rows.forEach((row, i) => data.set(row[k].data as never, i * n));
        return { dtype, shape: [turns, ...shape], data };
      });
      return [...carry, scalarTensor('int64', BigInt(turns)), ...ys];
    },
    jvp(b, { inputs, attrs, tangents }) {
      const { conditionConsts, loop } = whileOf(inputs, attrs);
      const { body, consts, init } = loop;
      const m = init.length;
      const outputs = b.emit(while_loop, inputs, { ...attrs, body: { graph: saving(body, consts.length, m) } });
      const saved = outputs.slice(1 + body.outputs.length);
      const found = tangentsOfLoop(b, { ...loop, turns: outputs[m] }, saved, tangents.slice(conditionConsts.length));
      return [...found.slice(0, m), null, ...found.slice(m)];
    },
    batch: batchWhile,
    flops: (inputs, _outputs, attrs) => {
      const { condition, loop } = whileOf(inputs, attrs);
      return flopsOf(condition) + flopsOf(loop.body);
    },
  },
};
