// Index of the smallest element.

import { argExtremum } from '../families/search.ts';

export const argmin = argExtremum('argmin', {
  text: 'The index of the smallest element along an axis (of the flattened array by default): the first of several, and a NaN if there is one.',
  source: 'Array API 2024.12, argmin',
});
