// scan: a loop whose number of turns is known, over the leading axis of arrays.

import { fail, invariant } from '../errors.ts';
import { showAval, sizeOf } from '../ir/aval.ts';
import type { Tensor } from '../ir/tensor.ts';
import { allocate, scalarTensor } from '../ir/tensor.ts';
import type { Op, Operand, Subprogram } from '../op.ts';
import {
  batchScan,
  carriedAvals,
  flopsOf,
  saving,
  scanOf,
  scanOver,
  stackOf,
  tangentsOfLoop,
  transposeScan,
} from '../families/loops.ts';
import { spreadScan } from '../families/spreading.ts';
import { elementAt, settleCarry } from '../families/turns.ts';

export const scan: Op = {
  name: 'scan',
  family: 'control',
  doc: {
    text:
      'A loop that carries values from turn to turn: body(carry…, x…) gives (carry…, y…), x the elements of the arrays ' +
      'along their leading axis and y collected along a new one. Results are the final carries, then the collected ys. ' +
      'A carry keeps its dtype and shape.',
    source: 'jax.lax.scan; reverse mode by the transposed loop, Griewank and Walther 2008, ch. 3.',
  },
  params: [
    {
      name: 'body',
      kind: 'function',
      doc: 'From the carries and one element of each x to the carries and one element of each y.',
    },
    { name: 'init', kind: 'tensors', default: [], doc: 'What the first turn carries in.' },
    { name: 'xs', kind: 'tensors', default: [], doc: 'Arrays with the number of turns as their leading axis.' },
    { name: 'length', kind: 'int', default: null, doc: 'The number of turns, needed where there are no xs.' },
    { name: 'reverse', kind: 'bool', default: false, doc: 'The last element first.' },
  ],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call(b, args) {
    const xs = (args['xs'] as readonly Operand[]).map((x) => b.lift(x));
    const init = (args['init'] as readonly Operand[]).map((x) => b.lift(x));
    const given = args['length'] as number | null;
    const lengths = xs.map((x) => x.aval.shape[0]);
    if (
      lengths.some((n) => n !== lengths[0] || n === undefined) ||
      (given !== null && lengths.some((n) => n !== given))
    ) {
      fail(
        'E_SHAPE_MISMATCH',
        `scan runs over the leading axis of ${xs.map((x) => showAval(x.aval)).join(', ')}${given === null ? '' : ` ${given} times`}: it needs one size.`,
      );
    }
    const length = lengths[0] ?? given;
    if (length === null) fail('E_OP_ARITY', 'scan needs xs, or a length where there are none.');
    const reverse = args['reverse'] === true;
    const body = args['body'] as Subprogram;
    return settleCarry(b, init, (carry) => {
      const traced = scanOver(b, { length, turns: null, reverse, init: carry, xs }, (_turn, states, elements) =>
        body(b, [...states, ...elements]),
      );
      return [...traced.carry, ...traced.ys];
    });
  },
  primitive: {
    infer(inputs, attrs) {
      const { body, length, init, xs } = scanOf(inputs, attrs);
      const m = init.length;
      invariant(body.inputs.length === 1 + (attrs['consts'] as number) + m + xs.length, 'a scan body has other inputs');
      const carried = carriedAvals(
        init,
        body.outputs.slice(0, m).map((y) => y.aval),
        'scan',
      );
      return [...carried, ...body.outputs.slice(m).map((y) => stackOf(y.aval, length))];
    },
    eval(inputs, attrs, outputs, run) {
      const { body, length, reverse, consts, init, xs } = scanOf(inputs, attrs);
      const n = length ?? Number(inputs[0].data[0]);
      let carry = init;
      const m = carry.length;
      const ys = outputs.slice(m).map((aval, k): Tensor => {
        const { dtype, shape } = body.outputs[m + k].aval;
        return { dtype: aval.dtype, shape: [n, ...shape], data: allocate(dtype, n * sizeOf(shape)) };
      });
      for (let k = 0; k < n; k++) {
        const at = reverse ? n - 1 - k : k;
        const results = run!.graph(body, [
          scalarTensor('int64', BigInt(at)),
          ...consts,
          ...carry,
          ...xs.map((x) => elementAt(x, at)),
        ]);
        carry = results.slice(0, m);
        ys.forEach((y, j) => y.data.set(results[m + j].data as never, at * results[m + j].data.length));
      }
      return [...carry, ...ys];
    },
    jvp(b, { inputs, attrs, tangents }) {
      const loop = scanOf(inputs, attrs);
      const { body, consts, init } = loop;
      const skip = loop.turns === null ? 0 : 1;
      const saved = b
        .emit(scan, inputs, { ...attrs, body: { graph: saving(body, consts.length, init.length) } })
        .slice(body.outputs.length);
      return tangentsOfLoop(b, loop, saved, tangents.slice(skip));
    },
    transpose: transposeScan,
    spread: spreadScan,
    linear: [],
    batch: batchScan,
    flops: (inputs, _outputs, attrs) => {
      const { body, length } = scanOf(inputs, attrs);
      return flopsOf(body) * (length ?? 1);
    },
  },
};
