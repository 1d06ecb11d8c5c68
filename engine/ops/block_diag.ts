// Matrices along the diagonal of one.

import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const block_diag = composite({
  name: 'block_diag',
  family: 'structural',
  doc: {
    text: 'A matrix with the given ones along its diagonal, corner to corner, and zeros elsewhere; vectors are rows.',
    source: 'jax.scipy.linalg.block_diag',
  },
  params: [{ name: 'arrays', kind: 'tensors' }],
  samples: [{ operands: [{ shape: [2, 2] }, { shape: [1, 3] }] }, { operands: [{ shape: [] }, { shape: [2] }] }],
  body(b, args) {
    const given = args['arrays'] as readonly Operand[];
    if (given.length === 0) fail('E_OP_ARITY', 'block_diag needs at least one matrix.');
    const blocks = b.promote(given).map((x) => b.atleast_2d(x));
    const width = blocks.reduce((n, x) => n + x.aval.shape[1], 0);
    let before = 0;
    const rows = blocks.map((x) => {
      if (x.aval.shape.length !== 2)
        fail('E_SHAPE_MISMATCH', `block_diag takes matrices, and is given ${showAval(x.aval)}.`);
      const own = x.aval.shape[1];
      const row = b.zero_pad(x, { low: [0, before], high: [0, width - before - own], interior: [0, 0] });
      before += own;
      return row;
    });
    return b.concat(rows, { axis: 0 });
  },
});
