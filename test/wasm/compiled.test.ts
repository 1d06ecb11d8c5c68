// Compiled code agrees with the interpreter: every op at its samples, its derivatives, and random graphs with theirs.
// COTANGENT_SEED draws others, COTANGENT_GRAPHS says how many random graphs.

import { describe, expect, test } from 'vitest';
import { isFloat } from '../../engine/ir/aval.ts';
import type { Graph } from '../../engine/ir/graph.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { ops } from '../../engine/ops/index.ts';
import type { Fn } from '../calculus/functions.ts';
import { compile, floatsIn, pullback, pushforward } from '../calculus/functions.ts';
import { createRandom } from '../calculus/random.ts';
import { drawDirection, drawTensor } from '../calculus/tensors.ts';
import { casesOf } from '../ops/contract/cases.ts';
import { randomGraph } from '../random/generate.ts';
import { bothWays, differs } from './compiled.ts';
import { rounds, seed } from '../effort.ts';
import { longLoop } from './long-loops.ts';

const graphs = Number(process.env['COTANGENT_GRAPHS'] ?? rounds(1000));
const perTest = 100;

function complaint(label: string, graph: Graph, feeds: readonly Tensor[]): string[] {
  const { want, got, steps } = bothWays(graph, feeds);
  const difference = differs(want, got, 16);
  return difference === null ? [] : [`${label}: ${difference}\n  ${steps}`];
}

/** Compares a function, and its pushforward and pullback where it has them. */
function complaints(label: string, fn: Fn, at: readonly Tensor[], differentiable: boolean): string[] {
  const random = createRandom(`${seed}/${label}`);
  const plain = compile(fn);
  const found = complaint(label, plain.graph, at);
  const [wrt, of] = [floatsIn(fn.inputs), floatsIn(plain.outputs)];
  if (!differentiable || wrt.length === 0 || of.length === 0) return found;
  const tangents = wrt.map((i) => drawDirection(random, fn.inputs[i]));
  const cotangents = of.map((i) => drawDirection(random, plain.outputs[i]));
  return [
    ...found,
    ...complaint(`${label}, J v`, compile(pushforward(fn)).graph, [...at, ...tangents]),
    ...complaint(`${label}, Jᵀ w`, compile(pullback(fn, plain.outputs)).graph, [...at, ...cotangents]),
  ];
}

describe('every op', () => {
  test.each(ops.filter((op) => op.samples.length > 0).map((op) => [op.name, op] as const))('%s', (_name, op) => {
    const differentiable = op.differentiable === 'yes';
    const found = casesOf(op).flatMap((c) =>
      complaints(c.label, c.fn, c.at, differentiable && c.at.some((x) => isFloat(x.dtype))),
    );
    expect(found).toEqual([]);
  });
});

describe(`random graphs, seed ${seed}`, () => {
  test.each(Array.from({ length: Math.ceil(graphs / perTest) }, (_, k) => k * perTest))('from %i', (from) => {
    const found: string[] = [];
    for (let i = from; i < Math.min(graphs, from + perTest); i++) {
      const graph = randomGraph(createRandom(`${seed}/compiled/${i}`));
      found.push(...complaints(`graph ${i}`, graph.fn, graph.at, false));
      found.push(...complaints(`gradient of graph ${i}`, graph.scalar, graph.at, true));
    }
    expect(found).toEqual([]);
  });
});

test(`long loops, seed ${seed}`, () => {
  const found: string[] = [];
  for (let i = 0; i < 20; i++) {
    for (const dtype of ['float32', 'float64'] as const) {
      const loop = longLoop(`${seed}/long/${i}`, dtype);
      const random = createRandom(`${seed}/long/${i}/at`);
      const at = loop.inputs.map((aval) => drawTensor(random, aval, [-3, 3]));
      found.push(...complaint(`loop ${i} ${dtype}`, compile(loop).graph, at));
    }
  }
  expect(found).toEqual([]);
});
