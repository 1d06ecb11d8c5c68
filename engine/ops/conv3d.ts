// Convolution over 3 axes.

import { convolution } from '../families/convolution.ts';

export const conv3d = convolution('conv3d', 3, [
  { operands: [{ shape: [1, 1, 2, 3, 2] }, { shape: [2, 1, 2, 2, 1] }, { shape: [2] }], attrs: { padding: [0, 1, 0] } },
]);
