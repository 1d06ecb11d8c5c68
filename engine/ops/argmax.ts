// Index of the largest element.

import { argExtremum } from '../families/search.ts';

export const argmax = argExtremum('argmax', {
  text: 'The index of the largest element along an axis (of the flattened array by default): the first of several, and a NaN if there is one.',
  source: 'Array API 2024.12, argmax',
});
