// Convolution over 1 axis.

import { convolution } from '../families/convolution.ts';

export const conv1d = convolution('conv1d', 1, [
  { operands: [{ shape: [2, 2, 5] }, { shape: [3, 2, 2] }, { shape: [3] }] },
  {
    operands: [{ shape: [2, 6] }, { shape: [2, 1, 3] }],
    attrs: { stride: [2], padding: 'SAME', dilation: [2], groups: 2 },
  },
  { operands: [{ shape: [1, 1, 4] }, { shape: [1, 1, 2] }], attrs: { padding: [[2, 0]] } },
]);
