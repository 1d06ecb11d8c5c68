// Random deep graphs: chains of maps with breaks between them, and their gradients.

import type { Builder } from '../../engine/ir/builder.ts';
import type { Value } from '../../engine/ir/graph.ts';
import { gradient } from '../../engine/transform/derivatives.ts';
import type { Body } from '../calculus/functions.ts';
import { createRandom } from '../calculus/random.ts';

/** Maps that bring numbers nearer together, so that nothing grows or cancels however many there are. */
const maps: readonly ((b: Builder, x: Value, y: Value) => Value)[] = [
  (b, x) => b.tanh(x),
  (b, x) => b.sin(x),
  (b, x) => b.multiply(0.5, x),
  (b, x, y) => b.add(b.multiply(0.6, x), b.multiply(0.3, y)),
  (b, x, y) => b.multiply(b.sigmoid(x), y),
  (b, x, y) => b.where(b.greater(x, y), b.multiply(0.9, x), y),
  (b, x) => b.log1p(b.square(x)),
  (b, x, y) => b.maximum(x, b.negative(y)),
  (b, x) => b.astype(b.astype(b.multiply(2, x), { dtype: 'int32' }), { dtype: x.aval.dtype }),
];

/** What a loop cannot go on behind in one pass, or at all. */
const breaks: readonly ((b: Builder, x: Value) => Value)[] = [
  (b, x) => b.subtract(x, b.mean(x, { axis: -1, keepdims: true })),
  (b, x) => b.subtract(x, b.mean(x, { axis: 0 })),
  (b, x) => b.divide(x, b.add(1, b.max(b.abs(x)))),
  (b, x) => b.multiply(0.05, b.cumsum(x, { axis: x.aval.shape.length - 1 })),
  (b, x) => b.flip(x, { axis: 0 }),
  (b, x) => b.softmax(x, null, { axis: -1 }),
  (b, x) => b.multiply(b.add(x, 1), b.sum(x, { axis: x.aval.shape.length - 1, keepdims: true })),
];

/** Deep, with several results; `every`: how often there is a break. */
export function deepBody(name: string, length: number, every: number): Body {
  return (b, inputs) => {
    const random = createRandom(name);
    const values = [...inputs];
    for (let i = 0; i < length; i++) {
      // Near ones mostly, so that much is needed long after it is made, and not everything at the end.
      const near = (): Value => values[Math.max(0, values.length - 1 - Math.floor(random.uniform(0, 1) ** 3 * 40))];
      const made = random.chance(1 / every) ? random.pick(breaks)(b, near()) : random.pick(maps)(b, near(), near());
      values.push(made);
    }
    const ends = values.slice(-3);
    return [...ends, b.sum(ends[0]), b.sum(ends[1], { axis: 0 }), b.max(ends[2], { axis: -1 })];
  };
}

/** One of its results, a mean of three, and the gradient of that. */
export const slopesOf =
  (body: Body): Body =>
  (b, xs) => {
    const ys = body(b, xs);
    const y = b.add(b.mean(ys[0]), b.add(b.mean(ys[1]), b.mean(ys[2])));
    return [ys[1], y, ...gradient(b, y, xs)];
  };
