// Convolution over 2 axes.

import { convolution } from '../families/convolution.ts';

export const conv2d = convolution('conv2d', 2, [
  {
    operands: [{ shape: [1, 2, 3, 4] }, { shape: [2, 2, 2, 2] }, { shape: [2] }],
    attrs: { stride: [1, 2], padding: 1 },
  },
  {
    operands: [{ shape: [2, 3, 3] }, { shape: [4, 1, 2, 3] }],
    attrs: { padding: [1, 0], dilation: [2, 1], groups: 2 },
  },
  { operands: [{ shape: [1, 1, 3, 3] }, { shape: [1, 1, 2, 2] }], attrs: { padding: 'SAME', stride: [2] } },
]);
