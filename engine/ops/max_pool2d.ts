// Max pooling over 2 axes.

import { maxPool } from '../families/convolution.ts';

export const max_pool2d = maxPool('max_pool2d', 2, [
  { operands: [{ shape: [1, 2, 4, 4] }], attrs: { kernel_size: [2] } },
  {
    operands: [{ shape: [1, 3, 4] }],
    attrs: { kernel_size: [2, 3], stride: [1, 2], padding: [1, 0], dilation: [2, 1] },
  },
]);
