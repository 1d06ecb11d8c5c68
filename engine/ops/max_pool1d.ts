// Max pooling over one axis.

import { maxPool } from '../families/convolution.ts';

export const max_pool1d = maxPool('max_pool1d', 1, [
  { operands: [{ shape: [2, 1, 5] }], attrs: { kernel_size: [2] } },
  { operands: [{ shape: [2, 5] }], attrs: { kernel_size: [3], stride: [2], padding: 1, ceil_mode: true } },
]);
