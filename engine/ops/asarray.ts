// An array from numbers and arrays in nested lists.

import type { DType } from '../ir/aval.ts';
import { isFloat, promote, showShape } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { convertTensor, tensorOf } from '../ir/tensor.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Literal, Operand } from '../op.ts';

/** What may be made an array of. */
type Nested = Operand | readonly Nested[];

export const asarray = composite({
  name: 'asarray',
  family: 'creation',
  aliases: ['array'],
  doc: {
    text: 'An array from a number, an array, or nested lists of them, which are stacked: of integers alone int64, with floats the default float.',
    source: 'Array API 2024.12, asarray',
  },
  params: [
    { name: 'x', kind: 'tensor', doc: 'A number, an array, or nested lists of them.' },
    { name: 'dtype', kind: 'dtype', default: null },
  ],
  samples: [{ operands: [{ shape: [3] }] }, { operands: [{ shape: [2, 2] }], attrs: { dtype: 'float32' } }],
  body(b, args) {
    const dtype = args['dtype'] as DType | null;
    const x = arrayOf(b, args['x'] as Nested, dtype);
    return dtype === null ? x : b.cast(x, dtype);
  },
});

const isList = (x: Nested): x is readonly Nested[] => Array.isArray(x);

function arrayOf(b: Builder, x: Nested, dtype: DType | null): Value {
  if (!isList(x)) return dtype === null ? b.lift(x) : b.cast(x, dtype);
  const leaves: Operand[] = [];
  const collect = (y: Nested): void => (isList(y) ? y.forEach(collect) : void leaves.push(y));
  collect(x);
  if (leaves.every((leaf) => typeof leaf !== 'object')) return numbers(b, x, leaves, dtype);
  const common =
    dtype ??
    promote(
      leaves.map((leaf) => b.avalOf(leaf)),
      b.context.defaultFloat,
    ).dtype;
  return stacked(b, x, common);
}

/** Numbers alone are one constant, however many. */
function numbers(b: Builder, x: Nested, leaves: readonly Literal[], dtype: DType | null): Value {
  const shape: number[] = [];
  for (let y = x; isList(y); y = y[0]) {
    shape.push(y.length);
    if (y.length === 0) break;
  }
  requireShape(x, shape, 0);
  const natural =
    leaves.length === 0
      ? b.context.defaultFloat
      : promote(
          leaves.map((leaf) => b.avalOf(leaf)),
          b.context.defaultFloat,
        ).dtype;
  const want = dtype ?? natural;
  // Through the dtype the numbers have themselves, so that -1 as uint8 wraps and 1.5 as int64 truncates.
  const exact = tensorOf(isFloat(natural) ? 'float64' : natural, shape, leaves);
  return b.constant(convertTensor(exact, want));
}

function requireShape(x: Nested, shape: readonly number[], depth: number): void {
  const ragged = isList(x) ? depth >= shape.length || x.length !== shape[depth] : depth < shape.length;
  if (ragged) {
    fail(
      'E_SHAPE_MISMATCH',
      `The lists are ragged: at depth ${depth} there is ${isList(x) ? `a list of ${x.length}` : 'a number'}, where others make the shape ${showShape(shape)}.`,
    );
  }
  if (isList(x)) for (const y of x) requireShape(y, shape, depth + 1);
}

function stacked(b: Builder, x: Nested, dtype: DType): Value {
  if (!isList(x)) return b.cast(x, dtype);
  if (x.length === 0) return b.zeros({ dtype, shape: [0] });
  return b.stack(x.map((y) => stacked(b, y, dtype)));
}
