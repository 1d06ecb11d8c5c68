// Draws from the Laplace distribution.

import { drawing } from '../families/randomness.ts';

export const random_laplace = drawing(
  'random.laplace',
  'laplace',
  'Independent draws from the Laplace distribution of mean 0 and scale 1.',
  'sign(u) ln(1 − |u|), u uniform on (−1, 1)',
);
