// Zeros of the shape and dtype of another array.

import { filledLike } from '../families/filled.ts';

export const zeros_like = filledLike({
  name: 'zeros_like',
  aliases: ['empty_like'],
  text: 'An array of zeros of the shape and dtype of x.',
  number: 0,
});
