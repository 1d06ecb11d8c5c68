// Negative log likelihood of Poisson variables.

import { composite } from '../families/composite.ts';
import { inputAndTarget, reduced, reductionParam } from '../families/losses.ts';

export const poisson_nll_loss = composite({
  name: 'poisson_nll_loss',
  family: 'loss',
  doc: {
    text: 'Minus the log-probability of counts whose rates input gives the logarithms of; full adds an approximation of ln target!.',
    math: 'mean (e^input − target · input)',
    source: 'torch.nn.functional.poisson_nll_loss',
  },
  params: [
    { name: 'input', kind: 'tensor' },
    { name: 'target', kind: 'tensor' },
    { name: 'log_input', kind: 'bool', default: true, keyword: true, doc: 'Whether input is logarithms of rates.' },
    { name: 'full', kind: 'bool', default: false, keyword: true, doc: 'Whether to add Stirling’s term.' },
    { name: 'eps', kind: 'float', default: 1e-8, keyword: true, doc: 'Added to rates before the logarithm.' },
    reductionParam,
  ],
  samples: [
    { operands: [{ shape: [3] }, { shape: [3], values: [0, 2, 5] }] },
    {
      operands: [
        { shape: [3], range: [0.5, 3] },
        { shape: [3], values: [0, 2, 5] },
      ],
      attrs: { log_input: false, full: true },
    },
  ],
  body(b, args) {
    const [input, target] = inputAndTarget(b, args, 'poisson_nll_loss');
    const losses =
      args['log_input'] === true
        ? b.subtract(b.exp(input), b.multiply(target, input))
        : b.subtract(input, b.multiply(target, b.log(b.add(input, args['eps'] as number))));
    if (args['full'] !== true) return reduced(b, losses, args['reduction']);
    const root = b.multiply(b.log(b.multiply(target, 2 * Math.PI)), 0.5);
    const stirling = b.add(b.subtract(b.xlogy(target, target), target), root);
    return reduced(b, b.add(losses, b.where(b.greater(target, 1), stirling, 0)), args['reduction']);
  },
});
