// What variance and standard deviation share: their parameters, and where property tests look at them.

import type { Op, Param } from '../op.ts';

/** The signature of jax.numpy.var and std, ddof and correction being two names of one thing. */
export const spreadParams: readonly Param[] = [
  { name: 'x', kind: 'tensor' },
  { name: 'axis', kind: 'axes', default: null },
  { name: 'dtype', kind: 'dtype', default: null, keyword: true },
  { name: 'ddof', kind: 'float', default: 0, keyword: true, doc: 'Another name for correction.' },
  { name: 'keepdims', kind: 'bool', default: false, keyword: true },
  { name: 'where', kind: 'tensor', default: null, keyword: true, doc: 'Elements to include.' },
  {
    name: 'correction',
    kind: 'float',
    default: null,
    keyword: true,
    doc: 'Taken off the count; 0 by default, 1 for samples.',
  },
];

export const spreadSamples: Op['samples'] = [
  { operands: [{ shape: [5] }] },
  { operands: [{ shape: [2, 3, 4] }], attrs: { axis: [0, -1], correction: 1 } },
  { operands: [{ shape: [3, 4] }], attrs: { axis: 1, keepdims: true } },
];
