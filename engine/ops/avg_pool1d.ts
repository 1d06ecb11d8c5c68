// Average pooling over one axis.

import { avgPool } from '../families/convolution.ts';

export const avg_pool1d = avgPool('avg_pool1d', 1, [
  { operands: [{ shape: [2, 1, 5] }], attrs: { kernel_size: [2] } },
  { operands: [{ shape: [2, 4] }], attrs: { kernel_size: [3], stride: [2], padding: 1, ceil_mode: true } },
]);
