// Negative log likelihood of normal variables.

import { composite } from '../families/composite.ts';
import { inputAndTarget, reduced, reductionParam } from '../families/losses.ts';
import type { Operand } from '../op.ts';

export const gaussian_nll_loss = composite({
  name: 'gaussian_nll_loss',
  family: 'loss',
  doc: {
    text: 'Minus the log-density of targets that are normal around input, with variances var of at least eps.',
    math: 'mean (ln var + (input − target)² / var) / 2',
    source: 'torch.nn.functional.gaussian_nll_loss',
  },
  params: [
    { name: 'input', kind: 'tensor', doc: 'Means.' },
    { name: 'target', kind: 'tensor' },
    { name: 'var', kind: 'tensor', doc: 'Variances.' },
    { name: 'full', kind: 'bool', default: false, keyword: true, doc: 'Adds ln(2π) / 2.' },
    { name: 'eps', kind: 'float', default: 1e-6, keyword: true },
    reductionParam,
  ],
  samples: [{ operands: [{ shape: [2, 3] }, { shape: [2, 3] }, { shape: [2, 1], range: [0.5, 2] }] }],
  body(b, args) {
    const [input, target] = inputAndTarget(b, args, 'gaussian_nll_loss');
    const given = b.cast(args['var'] as Operand, input.aval.dtype);
    const variance = b.add(given, b.stop_gradient(b.relu(b.subtract(args['eps'] as number, given))));
    const distance = b.divide(b.square(b.subtract(input, target)), variance);
    const losses = b.multiply(b.add(b.log(variance), distance), 0.5);
    return reduced(b, args['full'] === true ? b.add(losses, Math.log(2 * Math.PI) / 2) : losses, args['reduction']);
  },
});
