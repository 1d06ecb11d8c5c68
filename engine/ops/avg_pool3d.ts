// Average pooling over 3 axes.

import { avgPool } from '../families/convolution.ts';

export const avg_pool3d = avgPool('avg_pool3d', 3, [
  { operands: [{ shape: [1, 1, 2, 2, 4] }], attrs: { kernel_size: [2] } },
]);
