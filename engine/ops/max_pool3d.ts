// Max pooling over 3 axes.

import { maxPool } from '../families/convolution.ts';

export const max_pool3d = maxPool('max_pool3d', 3, [
  { operands: [{ shape: [1, 1, 2, 2, 4] }], attrs: { kernel_size: [2] } },
]);
