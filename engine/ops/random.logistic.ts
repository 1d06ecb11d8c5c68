// Draws from the logistic distribution.

import { drawing } from '../families/randomness.ts';

export const random_logistic = drawing(
  'random.logistic',
  'logistic',
  'Independent draws from the standard logistic distribution.',
  'ln u − ln(1 − u)',
);
