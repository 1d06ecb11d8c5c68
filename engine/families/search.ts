// Searches along an axis: the index of the largest or smallest element.

import type { Shape } from '../ir/aval.ts';
import { normalizeAxis, showAval, sizeOf } from '../ir/aval.ts';
import { allocate } from '../ir/tensor.ts';
import { fail } from '../errors.ts';
import type { Op, Operand } from '../op.ts';
import { forEachLine } from './scan.ts';

/** The index of the first element that attains the extremum; NaN wins. */
export function argExtremum(name: 'argmax' | 'argmin', doc: Op['doc']): Op {
  const larger = name === 'argmax';
  const without = (shape: Shape, axis: number): number[] => shape.filter((_d, i) => i !== axis);
  const op: Op = {
    name,
    family: 'searching',
    doc,
    params: [
      { name: 'x', kind: 'tensor' },
      { name: 'axis', kind: 'axis', default: null },
      { name: 'keepdims', kind: 'bool', default: false, keyword: true },
    ],
    differentiable: 'no',
    samples: [
      { operands: [{ shape: [5] }] },
      { operands: [{ shape: [2, 3] }], attrs: { axis: 1, keepdims: true } },
      { operands: [{ shape: [2, 3] }] },
      { operands: [{ shape: [] }] },
    ],
    call(b, args) {
      const given = b.lift(args['x'] as Operand);
      const { shape } = given.aval;
      const flat = args['axis'] === null;
      const x = flat ? b.reshape(given, { shape: [-1] }) : given;
      const axis = flat ? 0 : normalizeAxis(args['axis'] as number, shape.length);
      const y = b.emitOne(op, [x], { axis });
      return args['keepdims'] === true ? b.reshape(y, { shape: shape.map((d, i) => (flat || i === axis ? 1 : d)) }) : y;
    },
    primitive: {
      infer([x], attrs) {
        const axis = attrs['axis'] as number;
        if (x.shape[axis] === 0)
          fail('E_EMPTY_REDUCTION', `${name} over an axis of size 0 has no value: x is ${showAval(x)}.`);
        return { dtype: 'int64', shape: without(x.shape, axis), weak: false };
      },
      eval([x], attrs, [aval]) {
        const data = allocate('int64', sizeOf(aval.shape));
        let at = 0;
        forEachLine(x.shape, attrs['axis'] as number, (start, stride, n) => {
          let best = 0;
          for (let k = 1; k < n; k++) {
            const [old, next] = [x.data[start + best * stride], x.data[start + k * stride]];
            if (old === old && (next !== next || (larger ? next > old : next < old))) best = k;
          }
          data[at++] = BigInt(best);
        });
        return { dtype: 'int64', shape: aval.shape, data };
      },
      kernel: (_inputs, _outputs, attrs) => ({
        kind: 'argextremum',
        axis: attrs['axis'] as number,
        larger,
        running: false,
      }),
      batch: (b, { inputs, attrs }) => b.emitOne(op, inputs, { axis: (attrs['axis'] as number) + 1 }),
      flops: ([x]) => sizeOf(x.shape),
    },
  };
  return op;
}
