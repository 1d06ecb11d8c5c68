// Draws from the Gumbel distribution.

import { drawing } from '../families/randomness.ts';

export const random_gumbel = drawing(
  'random.gumbel',
  'gumbel',
  'Independent draws from the standard Gumbel distribution: the argmax of logits plus these is a draw from their softmax.',
  '−ln(−ln u)',
);
