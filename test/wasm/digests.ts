// Prints a digest of the bits that compiled random graphs and long fused loops give: run with and without V8's flag.

import { createHash } from 'node:crypto';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Graph } from '../../engine/ir/graph.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { scalarFunction } from '../../engine/compile.ts';
import { createMachine } from '../../engine/run/machine.ts';
import type { Body } from '../calculus/functions.ts';
import { compile, testContext } from '../calculus/functions.ts';
import { createRandom } from '../calculus/random.ts';
import { drawTensor } from '../calculus/tensors.ts';
import { randomGraph } from '../random/generate.ts';

const [seed, count] = process.argv.slice(2);
const machine = createMachine({ wide: true, fma: true });

function digest(graph: Graph, feeds: readonly Tensor[]): string {
  const { plan } = machine.prepare(machine.plan(graph, () => createBuilder(testContext)), scalarFunction);
  const hash = createHash('sha256');
  for (const { data } of plan.compute(feeds)) {
    // Which NaN it is may differ.
    const plain =
      data instanceof Float64Array || data instanceof Float32Array ? data.map((x) => (x === x ? x : NaN)) : data;
    hash.update(new Uint8Array(plain.buffer as ArrayBuffer, plain.byteOffset, plain.byteLength));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Unary and binary ops in random order over long vectors, with reductions among them. */
function longLoop(name: string, dtype: 'float32' | 'float64'): string {
  const random = createRandom(name);
  const unary = 'tanh sigmoid exp negative abs sqrt sin floor square relu erf log1p'.split(' ');
  const binary = 'add multiply subtract divide maximum minimum'.split(' ');
  const body: Body = (b, inputs) => {
    const call = (op: string, ...xs: readonly unknown[]) =>
      (b as unknown as Record<string, (...xs: readonly unknown[]) => (typeof values)[number]>)[op](...xs);
    const values = [...inputs];
    for (let i = 0; i < 12; i++) {
      const pick = () => values[random.integer(0, values.length - 1)];
      const op = random.integer(0, 2) === 0 ? unary[random.integer(0, unary.length - 1)] : undefined;
      values.push(
        op === undefined ? call(binary[random.integer(0, binary.length - 1)], pick(), pick()) : call(op, pick()),
      );
    }
    const last = values.slice(-3);
    return [...last, ...last.map((y) => b.sum(y)), ...last.map((y) => b.max(y))];
  };
  const inputs = [1, 2, 3].map(() => ({ dtype, shape: [1003] }));
  return digest(
    compile({ inputs, body }).graph,
    inputs.map((aval) => drawTensor(random, aval, [-3, 3])),
  );
}

const digests: Record<string, string> = {};
for (let i = 0; i < Number(count); i++) {
  const graph = randomGraph(createRandom(`${seed}/digests/${i}`));
  digests[`graph ${i}`] = digest(compile(graph.scalar).graph, graph.at);
  for (const dtype of ['float32', 'float64'] as const) {
    digests[`loop ${i} ${dtype}`] = longLoop(`${seed}/loop/${i}`, dtype);
  }
}
process.stdout.write(JSON.stringify(digests));
