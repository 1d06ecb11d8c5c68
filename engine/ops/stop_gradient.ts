// The identity, with zero derivative.

import { elementwise } from '../families/elementwise.ts';

export const stop_gradient = elementwise({
  name: 'stop_gradient',
  doc: { text: 'The value itself, treated as a constant by every derivative (detach, BlockGrad).' },
  operands: ['x'],
  accepts: 'number',
  eval: (x) => x,
  evalInteger: (x) => x,
  lower: (_v, x) => x,
  lowerInteger: (_v, x) => x,
  lowerBool: (_v, x) => x,
  differentiable: 'zero',
  view: (x) => x,
  cost: 0,
});
