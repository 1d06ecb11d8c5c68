// Transposed convolution over 1 axis.

import { transposedConvolution } from '../families/convolution.ts';

export const conv_transpose1d = transposedConvolution('conv_transpose1d', 1, [
  { operands: [{ shape: [2, 2, 3] }, { shape: [2, 3, 2] }, { shape: [3] }], attrs: { stride: [2], padding: [1] } },
  {
    operands: [{ shape: [4, 3] }, { shape: [4, 1, 3] }],
    attrs: { stride: [2], output_padding: [1], groups: 2, dilation: [2] },
  },
]);
