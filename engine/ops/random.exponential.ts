// Draws from the exponential distribution.

import { drawing } from '../families/randomness.ts';

export const random_exponential = drawing(
  'random.exponential',
  'exponential',
  'Independent draws from the exponential distribution of mean 1.',
  '−ln(1 − u)',
);
