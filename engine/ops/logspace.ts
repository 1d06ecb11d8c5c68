// Numbers evenly spaced on a logarithmic scale.

import { composite } from '../families/composite.ts';
import type { Operand } from '../op.ts';

export const logspace = composite({
  name: 'logspace',
  family: 'creation',
  doc: { text: 'base to the power of num evenly spaced exponents from start to stop.', source: 'numpy.logspace' },
  params: [
    { name: 'start', kind: 'tensor' },
    { name: 'stop', kind: 'tensor' },
    { name: 'num', kind: 'int', default: 50 },
    { name: 'endpoint', kind: 'bool', default: true },
    { name: 'base', kind: 'tensor', default: 10 },
  ],
  samples: [{ operands: [{ shape: [] }, { shape: [] }], attrs: { num: 4 } }],
  body: (b, args) =>
    b.pow(
      args['base'] as Operand,
      b.linspace(args['start'] as Operand, args['stop'] as Operand, {
        num: args['num'] as number,
        endpoint: args['endpoint'] as boolean,
      }),
    ),
});
