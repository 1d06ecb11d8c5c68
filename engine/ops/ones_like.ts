// Ones of the shape and dtype of another array.

import { filledLike } from '../families/filled.ts';

export const ones_like = filledLike({
  name: 'ones_like',
  text: 'An array of ones of the shape and dtype of x.',
  number: 1,
});
