// Norms of vectors and matrices, as NumPy tells them apart.

import { normalizeAxes, normalizeAxis, showAval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import { keepAxes } from '../families/reduction.ts';
import { orderOf } from '../families/norms.ts';
import { fail } from '../errors.ts';
import type { AttrValue, Operand } from '../op.ts';

export const linalg_norm = composite({
  name: 'linalg.norm',
  family: 'linalg',
  aliases: ['norm'],
  doc: {
    text:
      'Norm over one axis (a vector norm) or two (a matrix norm: "fro", 1, -1, inf, -inf); without axis and ord, the 2-norm of all elements. ' +
      'At zero the gradient is 0.',
    source: 'numpy.linalg.norm',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'ord', kind: 'any', default: null },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'keepdims', kind: 'bool', default: false },
  ],
  samples: [
    { operands: [{ shape: [4] }] },
    { operands: [{ shape: [2, 3] }] },
    { operands: [{ shape: [2, 3] }], attrs: { ord: 1 } },
    { operands: [{ shape: [2, 3, 2] }], attrs: { ord: 'inf', axis: [0, 2] } },
    { operands: [{ shape: [2, 3] }], attrs: { ord: 'fro', keepdims: true } },
    { operands: [{ shape: [2, 3] }], attrs: { ord: 3, axis: -1 } },
  ],
  body(b, args) {
    const [x] = b.promote([args['x'] as Operand], 'float');
    const keepdims = args['keepdims'] as boolean;
    const given = args['axis'] as number | number[] | null;
    if (args['ord'] === null) {
      // Of a matrix the default is the Frobenius norm, which is the 2-norm of its elements.
      return b.linalg_vector_norm(x, { axis: given, keepdims });
    }
    const ord = orderOf(args['ord'] as AttrValue);
    const rank = x.aval.shape.length;
    if (given === null && rank !== 1 && rank !== 2) {
      fail(
        'E_ATTRIBUTE',
        `With ord, x must be a vector or a matrix, and is ${showAval(x.aval)}.`,
        'axis chooses one axis or two.',
      );
    }
    const list = given === null ? undefined : typeof given === 'number' ? [given] : given;
    const axes = list?.map((a) => normalizeAxis(a, rank)) ?? normalizeAxes(null, rank);
    if (axes.length === 1)
      return b.linalg_vector_norm(x, { axis: axes, keepdims, ord: typeof ord === 'number' ? spelled(ord) : ord });
    if (axes.length !== 2 || axes[0] === axes[1]) {
      fail(
        'E_ATTRIBUTE',
        `axis=(${axes.join(', ')}) chooses ${axes.length} axes: a norm is over one axis or two different ones.`,
      );
    }
    return keepAxes(b, matrixNorm(b, x, ord, axes), x.aval, axes, keepdims);
  },
});

const spelled = (order: number): AttrValue => (order === Infinity ? 'inf' : order === -Infinity ? '-inf' : order);

function matrixNorm(b: Builder, x: Value, ord: number | string, [rows, columns]: readonly number[]): Value {
  if (ord === 'fro') return b.linalg_vector_norm(x, { axis: [rows, columns] });
  if (ord !== 1 && ord !== -1 && ord !== Infinity && ord !== -Infinity) {
    fail(
      'E_ATTRIBUTE',
      `The matrix norm of ord ${JSON.stringify(typeof ord === 'number' ? spelled(ord) : ord)} is not available.`,
      'Available are "fro", 1, -1, "inf" and "-inf"; axis=-1 gives the vector norms of rows; max and sum of linalg.svdvals give 2 and nuc.',
    );
  }
  const [summed, other] = Math.abs(ord) === 1 ? [rows, columns] : [columns, rows];
  const sums = b.sum(b.abs(x), { axis: summed });
  const axis = other > summed ? other - 1 : other;
  return ord > 0 ? b.max(sums, { axis }) : b.min(sums, { axis });
}
