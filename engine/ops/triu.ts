// Upper triangles of matrices.

import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { triangle } from '../families/creation.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const triu = composite({
  name: 'triu',
  family: 'structural',
  doc: {
    text: 'The elements of the last two axes on and above the k-th diagonal, zeros below.',
    source: 'Array API 2024.12, triu',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'k', kind: 'int', default: 0 },
  ],
  samples: [
    { operands: [{ shape: [3, 3] }] },
    { operands: [{ shape: [2, 2, 3] }], attrs: { k: 1 } },
    { operands: [{ shape: [3, 2] }], attrs: { k: -1 } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    if (x.aval.shape.length < 2) fail('E_SHAPE_MISMATCH', `triu needs two axes or more: x is ${showAval(x.aval)}.`);
    const [n, m] = x.aval.shape.slice(-2);
    return b.where(triangle(b, n, m, args['k'] as number, 'upper'), x, b.zeros(x.aval));
  },
});
