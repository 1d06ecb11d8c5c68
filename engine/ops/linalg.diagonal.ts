// Diagonals of matrices.

import { normalizeAxis, showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { axesBut } from '../families/contraction.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const linalg_diagonal = composite({
  name: 'linalg.diagonal',
  family: 'structural',
  doc: {
    text: 'The diagonal of the matrices of the last two axes, as a last axis; a positive offset lies above the main one.',
    source: 'Array API 2024.12, linalg.diagonal',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'offset', kind: 'int', default: 0, keyword: true },
    { name: 'axis1', kind: 'int', default: -2, keyword: true },
    { name: 'axis2', kind: 'int', default: -1, keyword: true },
  ],
  samples: [
    { operands: [{ shape: [3, 3] }] },
    { operands: [{ shape: [2, 3, 4] }], attrs: { offset: 1 } },
    { operands: [{ shape: [3, 2] }], attrs: { offset: -1 } },
    { operands: [{ shape: [2, 2] }], attrs: { offset: 5 } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const rank = x.aval.shape.length;
    if (rank < 2) fail('E_SHAPE_MISMATCH', `A diagonal needs two axes or more: x is ${showAval(x.aval)}.`);
    const axes = [args['axis1'] as number, args['axis2'] as number].map((a) => normalizeAxis(a, rank));
    if (axes[0] === axes[1]) fail('E_AXIS', `A diagonal lies between two different axes, not axis ${axes[0]} twice.`);
    const offset = args['offset'] as number;
    const matrices = b.permute_dims(x, { axes: [...axesBut(rank, axes), ...axes] });
    const lead = matrices.aval.shape.slice(0, -2);
    const [n, m] = matrices.aval.shape.slice(-2);
    const length = Math.max(0, offset < 0 ? Math.min(n + offset, m) : Math.min(n, m - offset));
    // In row-major order the diagonal is every (m + 1)-th element.
    const start = length === 0 ? 0 : offset < 0 ? -offset * m : offset;
    const zeros = lead.map(() => 0);
    const ones = lead.map(() => 1);
    return b.slice(b.reshape(matrices, { shape: [...lead, n * m] }), {
      start: [...zeros, start],
      stop: [...lead, length === 0 ? 0 : start + (length - 1) * (m + 1) + 1],
      step: [...ones, m + 1],
    });
  },
});
