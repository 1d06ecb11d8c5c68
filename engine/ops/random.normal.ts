// Draws from the normal distribution.

import { drawing } from '../families/randomness.ts';

export const random_normal = drawing(
  'random.normal',
  'normal',
  'Independent draws from the standard normal distribution; mean + deviation * draw has derivatives in both.',
  '√2 erf⁻¹(u), u uniform on (−1, 1)',
);
