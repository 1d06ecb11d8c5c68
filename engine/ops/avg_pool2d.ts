// Average pooling over 2 axes.

import { avgPool } from '../families/convolution.ts';

export const avg_pool2d = avgPool('avg_pool2d', 2, [
  { operands: [{ shape: [1, 2, 4, 4] }], attrs: { kernel_size: [2] } },
  {
    operands: [{ shape: [1, 3, 4] }],
    attrs: { kernel_size: [2, 3], stride: [1, 2], padding: [1, 0], count_include_pad: false },
  },
  { operands: [{ shape: [1, 1, 3, 3] }], attrs: { kernel_size: [2], divisor_override: 3 } },
]);
