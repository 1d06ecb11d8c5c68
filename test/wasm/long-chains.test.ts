// Very long chains of operations on small arrays: the interpreter's values, in code that calls its functions.

import { describe, expect, test } from 'vitest';
import type { Builder } from '../../engine/ir/builder.ts';
import type { Value } from '../../engine/ir/graph.ts';
import { gradient } from '../../engine/transform/derivatives.ts';
import { createMachine } from '../../engine/run/machine.ts';
import { scalarFunction } from '../../engine/compile.ts';
import type { Body } from '../calculus/functions.ts';
import { compile } from '../calculus/functions.ts';
import { createRandom } from '../calculus/random.ts';
import { avalOf, drawTensor } from '../calculus/tensors.ts';
import { bothWays, differs, planned } from './compiled.ts';

const random = createRandom(20261125);

/** A step of the chain: functions that are long, short, of two operands, and with a rare branch; nothing grows. */
function step(b: Builder, x: Value, first: Value, i: number): Value {
  switch (i % 7) {
    case 0:
      return b.sin(x);
    case 1:
      return b.tanh(b.add(x, first));
    case 2:
      return b.multiply(x, first);
    case 3:
      return b.sigmoid(b.negative(x));
    case 4:
      return b.atan2(x, b.add(b.square(first), 1));
    case 5:
      return b.where(b.greater(x, 0), x, b.expm1(x));
    default:
      return b.log1p(b.square(x));
  }
}

const chain =
  (length: number): Body =>
  (b, [x]) => {
    let y = x;
    for (let i = 0; i < length; i++) y = step(b, y, x, i);
    const sum = b.sum(y);
    return [y, sum, ...gradient(b, sum, [x])];
  };

describe.each(['float32', 'float64'] as const)('%s', (dtype) => {
  test.each([[[]], [[3]], [[5, 7]], [[257]]])('over %j', (shape) => {
    const x = drawTensor(random, { dtype, shape }, [-2, 2]);
    const { want, got, steps } = bothWays(compile({ inputs: [avalOf(x)], body: chain(250) }).graph, [x]);
    // Each step adds its rounding to what comes of it.
    expect(differs(want, got, 250), steps).toBeNull();
  });

  test('bytes of the module grow by few for each operation', () => {
    const machine = createMachine({ wide: false, fma: true });
    const bytes = (length: number): number => {
      const { graph } = compile({ inputs: [{ dtype, shape: [4] }], body: (b, xs) => [chain(length)(b, xs)[0]] });
      return machine.prepare(planned(graph), scalarFunction, true).emitted.bytes.length;
    };
    expect((bytes(900) - bytes(450)) / 450).toBeLessThan(60);
  });
});
