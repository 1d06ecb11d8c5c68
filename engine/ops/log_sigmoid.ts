// Logarithm of the logistic function.

import { elementwise } from '../families/elementwise.ts';
import { logSigmoid } from '../numeric/logistic.ts';

export const log_sigmoid = elementwise({
  name: 'log_sigmoid',
  family: 'activation',
  doc: { text: 'Logarithm of the logistic function, without overflow.', math: '−ln(1 + e^−x)' },
  aliases: ['logsigmoid', 'log_inv_logit'],
  operands: ['x'],
  accepts: 'float',
  eval: logSigmoid,
  lower: (v, x) => v.use('log_sigmoid', x),
  partials: [(b, [x]) => b.sigmoid(b.negative(x))],
  cost: 20,
});
