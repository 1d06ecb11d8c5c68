// Prints a digest of the bits that compiled random graphs and programs, long fused loops and kernels give: run with and without V8's flag.

import { createHash } from 'node:crypto';
import type { Aval } from '../../engine/ir/aval.ts';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Graph } from '../../engine/ir/graph.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { scalarFunction } from '../../engine/compile.ts';
import type { Machine } from '../../engine/run/machine.ts';
import { createMachine } from '../../engine/run/machine.ts';
import type { Body } from '../calculus/functions.ts';
import { compile, testContext } from '../calculus/functions.ts';
import type { Random } from '../calculus/random.ts';
import { createRandom } from '../calculus/random.ts';
import { drawTensor } from '../calculus/tensors.ts';
import { randomGraph } from '../random/generate.ts';
import { randomProgram } from '../random/programs.ts';
import { longLoop } from './long-loops.ts';

const [seed, count] = process.argv.slice(2);
function digest(machine: Machine, graph: Graph, feeds: readonly Tensor[]): string {
  const { plan } = machine.prepare(
    machine.plan(graph, () => createBuilder(testContext)),
    scalarFunction,
  );
  const hash = createHash('sha256');
  for (const { data } of plan.compute(feeds)) {
    // Which NaN it is may differ.
    const plain =
      data instanceof Float64Array || data instanceof Float32Array ? data.map((x) => (x === x ? x : NaN)) : data;
    hash.update(new Uint8Array(plain.buffer as ArrayBuffer, plain.byteOffset, plain.byteLength));
  }
  return hash.digest('hex').slice(0, 16);
}

const [wide, narrow] = [true, false].map((on) => createMachine({ wide: on, fma: true }));

/** A product or a convolution of some size, with a bias and a reduction behind it. */
function kernel(name: string, dtype: 'float32' | 'float64'): string {
  const random = createRandom(name);
  const size = (most: number) => random.integer(1, most);
  if (random.chance(0.5)) {
    const [m, n, k] = [size(90), size(140), size(300)];
    const [across, down] = [random.chance(0.5), random.chance(0.5)];
    const inputs = [across ? [k, m] : [m, k], down ? [n, k] : [k, n], [n]].map((shape) => ({ dtype, shape }));
    const contract = [[across ? 0 : 1], [down ? 1 : 0]];
    return digestOf(random, inputs, (b, [x, y, bias]) => {
      const z = b.add(b.dot_general(x, y, { contract, batch: [[], []] }), bias);
      return [b.relu(z), b.sum(z, { axis: 1 })];
    });
  }
  const [channels, features, width] = [size(9), size(40), size(4)];
  const inputs = [
    [size(3), channels, width + size(20), width + size(30)],
    [features, channels, size(width), size(width)],
    [features, 1, 1],
  ].map((shape) => ({ dtype, shape }));
  const attrs = {
    window_strides: [size(2), size(2)],
    padding: [
      [1, 0],
      [size(2), 1],
    ],
    rhs_dilation: [1, 1],
    lhs_dilation: [1, size(2)],
  };
  return digestOf(random, inputs, (b, [x, w, bias]) => {
    const z = b.add(b.conv_general(x, w, attrs), bias);
    return [b.relu(z), b.sum(z, { axis: [0, 2, 3] })];
  });
}

const digestOf = (random: Random, inputs: readonly Aval[], body: Body): string =>
  digest(
    wide,
    compile({ inputs, body }).graph,
    inputs.map((aval) => drawTensor(random, aval, [-3, 3])),
  );

const digests: Record<string, string> = {};
for (let i = 0; i < Number(count); i++) {
  const graph = randomGraph(createRandom(`${seed}/digests/${i}`));
  digests[`graph ${i}`] = digest(wide, compile(graph.scalar).graph, graph.at);
  const { fn, at } = randomProgram(createRandom(`${seed}/digests/program/${i}`));
  digests[`program ${i}`] = digest(wide, compile(fn).graph, at);
  for (const dtype of ['float32', 'float64'] as const) {
    digests[`kernel ${i} ${dtype}`] = kernel(`${seed}/kernel/${i}`, dtype);
    const loop = longLoop(`${seed}/loop/${i}`, dtype);
    const { graph: long } = compile(loop);
    const random = createRandom(`${seed}/loop/${i}/at`);
    const feeds = loop.inputs.map((aval) => drawTensor(random, aval, [-3, 3]));
    digests[`loop ${i} ${dtype}`] = digest(wide, long, feeds);
    digests[`narrow loop ${i} ${dtype}`] = digest(narrow, long, feeds);
  }
}
process.stdout.write(JSON.stringify(digests));
