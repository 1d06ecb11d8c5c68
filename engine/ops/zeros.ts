// Zeros.

import { filled } from '../families/filled.ts';

export const zeros = filled({
  name: 'zeros',
  aliases: ['empty'],
  text: 'An array of zeros; what is asked for empty holds zeros too, so that the same request gives the same bits.',
  number: 0,
});
