// Matrix products and convolutions of some size, as the graphs have them: with a bias and a reduction behind.

import type { FloatDType } from '../../engine/ir/aval.ts';
import type { Body } from '../calculus/functions.ts';
import { createRandom } from '../calculus/random.ts';
import { drawTensor } from '../calculus/tensors.ts';
import type { RandomProgram } from '../random/programs.ts';

/** The product or convolution of a name. */
export function largeKernel(name: string, dtype: FloatDType): RandomProgram {
  const random = createRandom(name);
  const size = (most: number) => random.integer(1, most);
  const made = (shapes: readonly (readonly number[])[], body: Body): RandomProgram => {
    const inputs = shapes.map((shape) => ({ dtype, shape }));
    return { fn: { inputs, body }, at: inputs.map((aval) => drawTensor(random, aval, [-3, 3])) };
  };
  if (random.chance(0.5)) {
    const [m, n, k] = [size(90), size(140), size(300)];
    const [across, down] = [random.chance(0.5), random.chance(0.5)];
    const attrs = {
      contract: [[across ? 0 : 1], [down ? 1 : 0]],
      batch: [[], []],
    };
    return made([across ? [k, m] : [m, k], down ? [n, k] : [k, n], [n]], (b, [x, y, bias]) => {
      const z = b.add(b.dot_general(x, y, attrs), bias);
      return [b.relu(z), b.sum(z, { axis: 1 })];
    });
  }
  const [channels, features, width] = [size(9), size(40), size(4)];
  const attrs = {
    window_strides: [size(2), size(2)],
    padding: [
      [1, 0],
      [size(2), 1],
    ],
    rhs_dilation: [1, 1],
    lhs_dilation: [1, size(2)],
  };
  const shapes = [
    [size(3), channels, width + size(20), width + size(30)],
    [features, channels, size(width), size(width)],
    [features, 1, 1],
  ];
  return made(shapes, (b, [x, w, bias]) => {
    const z = b.add(b.conv_general(x, w, attrs), bias);
    return [b.relu(z), b.sum(z, { axis: [0, 2, 3] })];
  });
}
