// increasing: times as they are, where each is later than the one before.

import { fail } from '../errors.ts';
import { sizeOf } from '../ir/aval.ts';
import type { Op } from '../op.ts';

export const increasing: Op = {
  name: 'increasing',
  family: 'control',
  internal: true,
  doc: { text: 'The values as they are; an error where they do not increase strictly along the last axis.' },
  params: [],
  differentiable: 'yes',
  samples: [],
  call: () => [],
  primitive: {
    infer: ([x]) => x,
    eval([x]) {
      const n = x.shape[x.shape.length - 1];
      for (let i = 1; i < sizeOf(x.shape); i++) {
        if (i % n === 0 || x.data[i - 1] < x.data[i]) continue;
        fail(
          'E_PROGRAM_VALUE',
          `The times of odeint must increase, and time ${i % n} is ${x.data[i]} after ${x.data[i - 1]}.`,
          'Backwards in time, y(−s) solves dy/ds = −f(y, −s), whose times increase.',
        );
      }
      return x;
    },
    jvp: (_b, { tangents: [t] }) => t,
    transpose: (_b, { cotangents: [ct] }) => [ct],
    linear: [0],
    batch: (b, { inputs }) => b.emitOne(b.context.ops.get('increasing')!, inputs),
  },
};
