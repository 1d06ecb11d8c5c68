// Differences of neighbours.

import { normalizeAxis } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import { along, withSize } from '../families/manipulation.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const diff = composite({
  name: 'diff',
  family: 'structural',
  doc: { text: 'Each element minus the one before it along an axis, n times.', source: 'Array API 2024.12, diff' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'n', kind: 'int', default: 1 },
    { name: 'axis', kind: 'int', default: -1 },
    { name: 'prepend', kind: 'tensor', default: null },
    { name: 'append', kind: 'tensor', default: null },
  ],
  samples: [
    { operands: [{ shape: [5] }] },
    { operands: [{ shape: [3, 2] }], attrs: { axis: 0, n: 2 } },
    { operands: [{ shape: [1] }] },
  ],
  body(b, args) {
    const n = args['n'] as number;
    if (n < 0) fail('E_ATTRIBUTE', `n=${n} is no number of times.`);
    let x = b.lift(args['x'] as Operand);
    const axis = normalizeAxis(args['axis'] as number, x.aval.shape.length);
    const parts = [args['prepend'], x, args['append']].filter((v) => v !== null) as Operand[];
    if (parts.length > 1) {
      const ends = parts.map((v): Value => {
        const end = b.cast(v, x.aval.dtype);
        return end.aval.shape.length === 0 ? b.broadcast(end, withSize(x.aval.shape, axis, 1)) : end;
      });
      x = b.concat(ends, { axis });
    }
    for (let k = 0; k < n; k++) {
      const size = x.aval.shape[axis];
      const [late, early] = [along(b, x, axis, Math.min(1, size), size), along(b, x, axis, 0, Math.max(0, size - 1))];
      x = x.aval.dtype === 'bool' ? b.not_equal(late, early) : b.subtract(late, early);
    }
    return x;
  },
});
