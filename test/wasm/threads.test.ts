// Large steps are shared with other threads, small ones are not, and the bits are the same whoever computes which piece.

import { expect, test } from 'vitest';
import { scalarFunction } from '../../engine/compile.ts';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { createMachine } from '../../engine/run/machine.ts';
import type { Team } from '../../engine/run/team.ts';
import type { Body } from '../calculus/functions.ts';
import { compile, pullback, testContext } from '../calculus/functions.ts';
import { createRandom } from '../calculus/random.ts';
import { drawTensor } from '../calculus/tensors.ts';

/** Stands for threads that take the pieces in a random order; notes how many pieces each step had. */
function pretended(taken: number[]): Team {
  const random = createRandom('pieces');
  return {
    size: 2,
    idle: () => true,
    run({ name, instance }, pieces) {
      taken.push(pieces);
      const order = Array.from({ length: pieces }, (_, i) => i);
      for (let i = pieces - 1; i > 0; i--) {
        const j = random.integer(0, i);
        [order[i], order[j]] = [order[j], order[i]];
      }
      for (const piece of order) (instance!.exports[name] as (piece: number) => void)(piece);
    },
    release: () => {},
  };
}

type Shapes = readonly (readonly number[])[];

/** A function's gradients with no team and with one, and into how many pieces steps were cut. */
function bothWays(
  dtype: 'float32' | 'float64',
  shapes: Shapes,
  body: Body,
): { alone: Tensor[]; team: Tensor[]; taken: number[] } {
  const inputs = shapes.map((shape) => ({ dtype, shape }));
  const random = createRandom(JSON.stringify(shapes));
  const feeds = inputs.map((aval) => drawTensor(random, aval, [-1, 1]));
  const fn = { inputs, body };
  const plain = compile(fn);
  const { graph } = compile(pullback(fn, plain.outputs));
  const cotangents = plain.outputs.map((aval) => drawTensor(random, aval, [-1, 1]));
  const taken: number[] = [];
  const run = (team?: Team): Tensor[] => {
    const machine = createMachine({ wide: false, fma: true }, team);
    const { plan } = machine.prepare(
      machine.plan(graph, () => createBuilder(testContext)),
      scalarFunction,
    );
    return plan.compute([...feeds, ...cotangents]);
  };
  return { alone: run(), team: run(pretended(taken)), taken };
}

const large: Record<string, [Shapes, Body]> = {
  'a matrix product': [
    [
      [310, 320],
      [320, 300],
    ],
    (b, [x, y]) => [b.matmul(x, y)],
  ],
  'a long loop with a sum': [[[200_003]], (b, [x]) => [b.sum(b.multiply(b.tanh(x), b.sigmoid(x)))]],
  'rows in phases': [[[1003, 401]], (b, [x]) => [b.softmax(x)]],
  'a convolution': [
    [
      [4, 24, 40, 40],
      [48, 24, 3, 3],
    ],
    (b, [x, w]) => [b.conv2d(x, w, null, { padding: 1 })],
  ],
};

test.each(Object.entries(large))('%s is shared', (_name, [shapes, body]) => {
  for (const dtype of ['float32', 'float64'] as const) {
    const { alone, team, taken } = bothWays(dtype, shapes, body);
    expect(taken.length).toBeGreaterThan(0);
    expect(Math.min(...taken)).toBeGreaterThan(1);
    expect(team).toEqual(alone);
  }
});

test('what takes less than handing it over is not', () => {
  const { alone, team, taken } = bothWays('float32', [[70_001]], (b, [x]) => [b.multiply(x, x)]);
  expect(taken).toEqual([]);
  expect(team).toEqual(alone);
});
