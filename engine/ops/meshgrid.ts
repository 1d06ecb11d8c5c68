// Coordinates of a grid.

import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const meshgrid = composite({
  name: 'meshgrid',
  family: 'creation',
  doc: {
    text: 'The coordinates of a grid, one array an axis. With indexing "xy" the first two axes of the results are exchanged.',
    source: 'Array API 2024.12, meshgrid',
  },
  params: [
    { name: 'arrays', kind: 'tensors' },
    { name: 'indexing', kind: 'enum', values: ['xy', 'ij'], default: 'xy', keyword: true },
  ],
  results: 'list',
  samples: [
    { operands: [{ shape: [2] }, { shape: [3] }] },
    { operands: [{ shape: [2] }, { shape: [3] }, { shape: [1] }], attrs: { indexing: 'ij' } },
    { operands: [{ shape: [2] }] },
  ],
  body(b, args) {
    const xs = (args['arrays'] as readonly Operand[]).map((x) => b.atleast_1d(x));
    xs.forEach((x) => {
      if (x.aval.shape.length !== 1)
        fail('E_SHAPE_MISMATCH', `meshgrid takes vectors, and is given ${showAval(x.aval)}.`);
    });
    const turned = args['indexing'] === 'xy' && xs.length > 1;
    const place = xs.map((_x, i) => (turned && i < 2 ? 1 - i : i));
    const shape = xs.map((_x, axis) => xs[place.indexOf(axis)].aval.shape[0]);
    return xs.map((x, i) =>
      b.broadcast(b.reshape(x, { shape: shape.map((d, axis) => (axis === place[i] ? d : 1)) }), shape),
    );
  },
});
