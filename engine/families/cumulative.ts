// Running sums and products as the Array API has them (an axis that only a vector may leave out, an initial element), and
// running extrema.

import { fail } from '../errors.ts';
import type { DType } from '../ir/aval.ts';
import { isInteger, normalizeAxis, showAval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Op, Operand } from '../op.ts';
import { composite } from './composite.ts';
import { gatherAlong } from './indexing.ts';
import { withSize } from './manipulation.ts';

interface CumulativeSpec {
  readonly name: string;
  readonly doc: Op['doc'];
  /** The scan it is, and what NumPy calls that. */
  readonly scan: (b: Builder, x: Value, attrs: { axis: number; dtype: DType | null }) => Value;
  readonly numpy: string;
  readonly initial: number;
}

export const cumulative = ({ name, doc, scan, numpy, initial }: CumulativeSpec): Op =>
  composite({
    name,
    family: 'scan',
    doc,
    params: [
      { name: 'x', kind: 'tensor' },
      { name: 'axis', kind: 'axis', default: null, keyword: true },
      { name: 'dtype', kind: 'dtype', default: null, keyword: true },
      { name: 'include_initial', kind: 'bool', default: false, keyword: true },
    ],
    samples: [
      { operands: [{ shape: [4] }] },
      { operands: [{ shape: [2, 3] }], attrs: { axis: 1, include_initial: true } },
      { operands: [{ shape: [0] }], attrs: { include_initial: true } },
    ],
    body(b, args) {
      const x = b.lift(args['x'] as Operand);
      const rank = x.aval.shape.length;
      if (rank === 0) fail('E_SHAPE_MISMATCH', `${name} needs an axis to run along, and x is a scalar.`);
      if (args['axis'] === null && rank > 1) {
        fail('E_ATTRIBUTE', `${name} of ${showAval(x.aval)} needs axis.`, `${numpy} runs through the flattened array.`);
      }
      const axis = normalizeAxis((args['axis'] as number | null) ?? 0, rank);
      const wide = isInteger(x.aval.dtype) ? 'int64' : null;
      const y = scan(b, x, { axis, dtype: (args['dtype'] as DType | null) ?? wide });
      if (args['include_initial'] !== true) return y;
      const first = b.broadcast(b.cast(initial, y.aval.dtype), withSize(y.aval.shape, axis, 1));
      return b.concat([first, y], { axis });
    },
  });

/** cummax and cummin: gathers at the latest element that attains the extremum, where the gradient goes too. */
export const runningExtremum = (name: string, kind: 'max' | 'min', text: string): Op =>
  composite({
    name,
    family: 'scan',
    doc: {
      text: `${text} NaN once there has been one. The gradient goes to the latest element that attains it.`,
      source: `jax.lax.${name}; torch.${name}`,
    },
    params: [
      { name: 'x', kind: 'tensor' },
      { name: 'axis', kind: 'int', default: 0 },
      { name: 'reverse', kind: 'bool', default: false },
    ],
    samples: [
      { operands: [{ shape: [5] }] },
      { operands: [{ shape: [2, 3] }], attrs: { axis: -1, reverse: true } },
      { operands: [{ shape: [0] }] },
    ],
    body(b, args) {
      const x = b.lift(args['x'] as Operand);
      const axis = normalizeAxis(args['axis'] as number, x.aval.shape.length);
      const reverse = args['reverse'] === true;
      const turned = reverse ? b.flip(x, { axis }) : x;
      const y = gatherAlong(b, turned, b.cumulative_argextremum(turned, { axis, kind }), axis);
      return reverse ? b.flip(y, { axis }) : y;
    },
  });
