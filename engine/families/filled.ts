// Arrays filled with one number, of a given shape or of the shape of another array.

import type { DType, Shape } from '../ir/aval.ts';
import type { Op, Operand } from '../op.ts';
import { composite } from './composite.ts';
import { dtypeOr, requireShape } from './creation.ts';

interface FilledSpec {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly text: string;
  readonly number: 0 | 1;
}

const doc = ({ name, text }: FilledSpec): Op['doc'] => ({ text, source: `Array API 2024.12, ${name}` });

/** `zeros(shape, dtype)` */
export const filled = (spec: FilledSpec): Op =>
  composite({
    name: spec.name,
    aliases: spec.aliases,
    family: 'creation',
    doc: doc(spec),
    params: [
      { name: 'shape', kind: 'shape' },
      { name: 'dtype', kind: 'dtype', default: null },
    ],
    samples: [
      { operands: [], attrs: { shape: [2, 3] } },
      { operands: [], attrs: { shape: [], dtype: 'int64' } },
      { operands: [], attrs: { shape: [0] } },
    ],
    body: (b, args) =>
      b.broadcast(b.cast(spec.number, dtypeOr(b, args['dtype'])), requireShape(args['shape'] as Shape)),
  });

/** `zeros_like(x, dtype, shape)` */
export const filledLike = (spec: FilledSpec): Op =>
  composite({
    name: spec.name,
    aliases: spec.aliases,
    family: 'creation',
    doc: doc(spec),
    params: [
      { name: 'x', kind: 'tensor' },
      { name: 'dtype', kind: 'dtype', default: null },
      { name: 'shape', kind: 'shape', default: null },
    ],
    differentiable: 'zero',
    samples: [
      { operands: [{ shape: [2, 3] }] },
      { operands: [{ shape: [] }], attrs: { dtype: 'int32' } },
      { operands: [{ shape: [3] }], attrs: { shape: [2] } },
    ],
    body(b, args) {
      const x = b.avalOf(args['x'] as Operand);
      const dtype = (args['dtype'] as DType | null) ?? x.dtype;
      return b.broadcast(b.cast(spec.number, dtype), requireShape((args['shape'] as Shape | null) ?? x.shape));
    },
  });
