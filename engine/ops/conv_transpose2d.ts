// Transposed convolution over 2 axes.

import { transposedConvolution } from '../families/convolution.ts';

export const conv_transpose2d = transposedConvolution('conv_transpose2d', 2, [
  {
    operands: [{ shape: [1, 2, 2, 3] }, { shape: [2, 1, 2, 2] }, { shape: [1] }],
    attrs: { stride: [2, 1], padding: [0, 1] },
  },
]);
