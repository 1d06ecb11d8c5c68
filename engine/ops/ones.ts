// Ones.

import { filled } from '../families/filled.ts';

export const ones = filled({
  name: 'ones',
  text: 'An array of ones.',
  number: 1,
});
