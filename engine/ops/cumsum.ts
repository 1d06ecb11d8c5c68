// Running sum.

import { scan } from '../families/scan.ts';

export const cumsum = scan({
  name: 'cumsum',
  doc: {
    text: 'Running sum along an axis (of the flattened array by default); bool is counted in int64, integers keep their dtype.',
    source: 'jax.numpy.cumsum',
  },
  step: (sum, x) => sum + x,
  join: 'add',
  stepInteger: (sum, x) => sum + x,
  jvp: (b, { tangents, attrs }) => b.cumsum(tangents[0]!, attrs),
  linear: [0],
  transpose: (b, { node, cotangents }) => [
    b.cumsum(cotangents[0]!, { axis: node.attrs['axis'] as number, reverse: node.attrs['reverse'] !== true }),
  ],
  samples: [
    { operands: [{ shape: [5] }] },
    { operands: [{ shape: [2, 3, 2] }], attrs: { axis: 1 } },
    { operands: [{ shape: [2, 3] }], attrs: { axis: -1, reverse: true } },
    { operands: [{ shape: [2, 2] }] },
    { operands: [{ shape: [0] }] },
    { operands: [{ shape: [] }] },
  ],
});
