// Prints a digest of the bits that compiled random graphs and programs, long fused loops and kernels give: run with and without
// V8's flag.

import { createHash } from 'node:crypto';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Graph } from '../../engine/ir/graph.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { scalarFunction } from '../../engine/compile.ts';
import type { Machine } from '../../engine/run/machine.ts';
import { createMachine } from '../../engine/run/machine.ts';
import type { Fn } from '../calculus/functions.ts';
import { compile, testContext } from '../calculus/functions.ts';
import { createRandom } from '../calculus/random.ts';
import { drawTensor } from '../calculus/tensors.ts';
import { randomGraph } from '../random/generate.ts';
import { randomProgram } from '../random/programs.ts';
import { largeKernel } from './large-kernels.ts';
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

/** Masks that are widened, and used as they are beside: V8 13.6 aborted where it joined both. */
const masks = (dtype: 'bool' | 'int32'): Fn => ({
  inputs: [{ dtype, shape: [4020] }],
  body: (b, [x]) => [
    b.add(b.astype(x, { dtype: 'int64' }), b.astype(x, { dtype: 'int64' })),
    b.add(b.astype(x, { dtype: 'int32' }), b.astype(x, { dtype: 'int32' })),
    b.sum(b.astype(x, { dtype: 'int64' })),
    b.min(x),
  ],
});

const digests: Record<string, string> = {};
for (const dtype of ['bool', 'int32'] as const) {
  const data = Array.from({ length: 4020 }, (_, i) => (i * i) % 2);
  const feeds = [{ dtype, shape: [4020], data: dtype === 'bool' ? Uint8Array.from(data) : Int32Array.from(data) }];
  digests[`masks ${dtype}`] = digest(wide, compile(masks(dtype)).graph, feeds);
}
for (let i = 0; i < Number(count); i++) {
  const graph = randomGraph(createRandom(`${seed}/digests/${i}`));
  digests[`graph ${i}`] = digest(wide, compile(graph.scalar).graph, graph.at);
  const { fn, at } = randomProgram(createRandom(`${seed}/digests/program/${i}`));
  digests[`program ${i}`] = digest(wide, compile(fn).graph, at);
  for (const dtype of ['float32', 'float64'] as const) {
    const kernel = largeKernel(`${seed}/kernel/${i}`, dtype);
    digests[`kernel ${i} ${dtype}`] = digest(wide, compile(kernel.fn).graph, kernel.at);
    const loop = longLoop(`${seed}/loop/${i}`, dtype);
    const { graph: long } = compile(loop);
    const random = createRandom(`${seed}/loop/${i}/at`);
    const feeds = loop.inputs.map((aval) => drawTensor(random, aval, [-3, 3]));
    digests[`loop ${i} ${dtype}`] = digest(wide, long, feeds);
    digests[`narrow loop ${i} ${dtype}`] = digest(narrow, long, feeds);
  }
}
process.stdout.write(JSON.stringify(digests));
