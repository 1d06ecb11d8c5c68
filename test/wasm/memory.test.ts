// Planned memory: what chains of operations take is bounded, whatever breaks them up, and sharing places changes no result.
// COTANGENT_SEED draws other graphs.

import { describe, expect, test } from 'vitest';
import type { DType } from '../../engine/ir/aval.ts';
import { bytesOfAval } from '../../engine/ir/aval.ts';
import type { Builder } from '../../engine/ir/builder.ts';
import type { Value } from '../../engine/ir/graph.ts';
import type { Body } from '../calculus/functions.ts';
import { compile } from '../calculus/functions.ts';
import { createRandom } from '../calculus/random.ts';
import { drawTensor } from '../calculus/tensors.ts';
import { gradient } from '../../engine/transform/derivatives.ts';
import { bothWays, differs, planned } from './compiled.ts';
import { deepBody, slopesOf } from './deep.ts';

const seed = process.env['COTANGENT_SEED'] ?? '1';

/** A function of one array, made of a step that is repeated. */
const chain =
  (length: number, step: (b: Builder, x: Value, i: number) => Value): Body =>
  (b, [x]) => {
    let y = x;
    for (let i = 0; i < length; i++) y = step(b, y, i);
    return [y];
  };

/** Its value and gradient, through a sum. */
const withGradient =
  (body: Body): Body =>
  (b, xs) => {
    const y = b.sum(body(b, xs)[0]);
    return [y, ...gradient(b, y, xs)];
  };

const shape = [2048, 1024];
/** The planned bytes of a function of one array, counted in such arrays. */
function arraysOf(body: Body, dtype: DType = 'float64'): number {
  const aval = { dtype, shape };
  const { graph } = compile({ inputs: [aval], body });
  return planned(graph).placement.bytes / bytesOfAval(aval);
}
/** What is counted beside arrays: constants of the code and what loops keep near them, little of an array of this size. */
const little = 0.09;

describe('the memory of a fused chain is that of its inputs, its outputs and one array more', () => {
  const steps: Record<string, (b: Builder, x: Value, i: number) => Value> = {
    tanh: (b, x) => b.tanh(x),
    'sin and products': (b, x) => b.multiply(x, b.sin(b.add(x, 1))),
    gelu: (b, x) => b.gelu(x),
    softmax: (b, x) => b.softmax(b.multiply(x, 2), null, { axis: 1 }),
    normalised: (b, x) => b.layer_norm(b.tanh(x), null, null, { normalized_shape: [1024] }),
  };
  for (const length of [1, 10, 60]) {
    for (const dtype of ['float32', 'float64'] as const) {
      test.each(Object.entries(steps))(`${length} × %s, ${dtype}`, (_name, step) => {
        expect(arraysOf(chain(length, step), dtype)).toBeLessThan(3);
      });
    }
  }
  test.each(['tanh', 'sin and products', 'gelu'])('60 × %s and its gradient', (name) => {
    expect(arraysOf(withGradient(chain(60, steps[name])))).toBeLessThan(3);
  });
  test('900 × tanh and its gradient', () => {
    expect(arraysOf(withGradient(chain(900, steps['tanh'])))).toBeLessThan(3);
  });
});

describe('what cannot be fused is held in as few arrays', () => {
  // Each breaks a chain: its result is there only when all of its operand is.
  const breaks: Record<string, (b: Builder, x: Value) => Value> = {
    'running sums': (b, x) => b.cumsum(x, { axis: 1 }),
    'running sums of columns': (b, x) => b.cumsum(x, { axis: 0 }),
    'a mean of everything': (b, x) => b.subtract(x, b.mean(x)),
    'means of columns': (b, x) => b.subtract(x, b.mean(x, { axis: 0 })),
    turned: (b, x) => b.reshape(b.permute_dims(x, { axes: [1, 0] }), { shape }),
    'the other way round': (b, x) => b.flip(x, { axis: 0 }),
    'added to in places': (b, x) => b.scatter_add_along(x, b.arange(5), b.ones({ shape: [5, 1024] })),
  };
  const cases = Object.entries(breaks);
  test.each(cases)('%s between linear steps', (_name, between) => {
    const step = (b: Builder, x: Value, i: number): Value => between(b, b.add(b.multiply(x, 1 + i / 8), 1));
    expect(arraysOf(chain(12, step))).toBeLessThan(3 + little);
    // Nothing of the way forward is needed on the way back.
    expect(arraysOf(withGradient(chain(12, step)))).toBeLessThan(3 + little);
  });
  test.each(cases)('%s between curved steps: one array of each is kept for the way back', (_name, between) => {
    const step = (b: Builder, x: Value): Value => between(b, b.tanh(b.multiply(x, 2)));
    expect(arraysOf(chain(12, step))).toBeLessThan(3 + little);
    expect(arraysOf(withGradient(chain(12, step)))).toBeLessThan(12 + 3 + little);
  });
});

describe(`deep graphs are what the interpreter makes of them, seed ${seed}`, () => {
  // Domains that can be cut into blocks and that cannot; arrays small and large.
  const shapes = [[160], [7, 96], [64, 3, 2], [131], [5, 1, 64], [96, 97], [40, 1, 256]];
  for (const [k, shape] of shapes.entries()) {
    for (const dtype of ['float32', 'float64'] as const) {
      test.each([10, 1000])(`${dtype}[${shape.join()}], a break every %i`, (every) => {
        const name = `${seed}/deep/${k}/${dtype}/${every}`;
        const random = createRandom(`${name}/feeds`);
        const inputs = [0, 1].map(() => ({ dtype, shape }));
        const feeds = inputs.map((aval) => drawTensor(random, aval, [-2, 2]));
        const large = shape.reduce((n, d) => n * d, 1) > 1000;
        const body = deepBody(name, large ? 60 : 250, every);
        for (const one of [body, slopesOf(body)]) {
          const { want, got, steps } = bothWays(compile({ inputs, body: one }).graph, feeds);
          expect(differs(want, got, 64), steps).toBe(null);
        }
      });
    }
  }
});
