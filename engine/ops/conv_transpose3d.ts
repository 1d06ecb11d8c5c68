// Transposed convolution over 3 axes.

import { transposedConvolution } from '../families/convolution.ts';

export const conv_transpose3d = transposedConvolution('conv_transpose3d', 3, [
  { operands: [{ shape: [1, 1, 2, 1, 2] }, { shape: [1, 2, 1, 2, 2] }], attrs: { stride: [2] } },
]);
