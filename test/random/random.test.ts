// Random graphs obey the laws of differentiation, batching and determinism. COTANGENT_SEED picks others.

import { describe, expect, test } from 'vitest';
import { isFloat } from '../../engine/ir/aval.ts';
import { printGraph } from '../../engine/ir/print.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { gradient, hvp, jacobianForward } from '../../engine/transform/derivatives.ts';
import type { Fn } from '../calculus/functions.ts';
import { batched, compile, floatsIn, pullback } from '../calculus/functions.ts';
import type { Complaint } from '../calculus/laws.ts';
import { adjointHolds, allMasks, batchingAgrees, differencesAgree, jacobiansAgree } from '../calculus/laws.ts';
import type { Random } from '../calculus/random.ts';
import { createRandom } from '../calculus/random.ts';
import {
  asFloat,
  avalOf,
  difference,
  drawDirection,
  filled,
  innerProduct,
  moved,
  stacked,
} from '../calculus/tensors.ts';
import type { RandomGraph } from './generate.ts';
import { randomGraph } from './generate.ts';
import { seed } from '../effort.ts';

const count = 100;
const perTest = 20;

type Law = (graph: RandomGraph, random: Random) => Complaint;

const gradientOf = (fn: Fn): Fn => ({
  inputs: fn.inputs,
  body: (b, xs) =>
    gradient(
      b,
      fn.body(b, xs)[0],
      floatsIn(fn.inputs).map((i) => xs[i]),
    ),
});

/** (x, v) ↦ H(x) v. */
const hessianVector = (fn: Fn): Fn => {
  const wrt = floatsIn(fn.inputs);
  return {
    inputs: [...fn.inputs, ...wrt.map((i) => fn.inputs[i])],
    body: (b, all) =>
      hvp(
        b,
        fn.body(b, all.slice(0, fn.inputs.length))[0],
        wrt.map((i) => all[i]),
        all.slice(fn.inputs.length),
      ),
  };
};

const directions = (fn: Fn, random: Random): Tensor[] =>
  floatsIn(fn.inputs).map((i) => drawDirection(random, fn.inputs[i]));

/** Points next to the given one, where the graph is as smooth. */
const nearby = ({ at }: RandomGraph, random: Random, many: number): Tensor[][] =>
  Array.from({ length: many }, () =>
    at.map((x) => (isFloat(x.dtype) ? moved(x, 1e-3, drawDirection(random, avalOf(x))) : x)),
  );

const agree = (found: readonly Tensor[], wanted: readonly Tensor[], what: string, tolerance: number): Complaint => {
  for (const [k, y] of found.entries()) {
    const complaint = difference(y, wanted[k], tolerance);
    if (complaint !== null) return `${what} ${k} ${complaint}`;
  }
  return null;
};

const laws: Readonly<Record<string, Law>> = {
  'is built and computed the same twice': ({ fn, at }) => {
    const [one, two] = [compile(fn), compile(fn)];
    if (printGraph(one.graph) !== printGraph(two.graph)) return 'two builds print differently';
    return agree(one.run(at), two.run(at), 'output', 0);
  },
  'J v equals differences': ({ fn, at }, random) => differencesAgree(fn, at, random, 1e-6),
  '⟨J v, w⟩ equals ⟨v, Jᵀ w⟩': ({ fn, at }, random) => adjointHolds(fn, at, random),
  'H v equals differences of the gradient': ({ scalar, at }, random) =>
    differencesAgree(gradientOf(scalar), at, random, 1e-6),
  '⟨u, H v⟩ equals ⟨v, H u⟩': ({ scalar, at }, random) => {
    const { run } = compile(hessianVector(scalar));
    const [u, v] = [directions(scalar, random), directions(scalar, random)];
    const left = innerProduct(u, run([...at, ...v]));
    const right = innerProduct(v, run([...at, ...u]));
    const scale = Math.max(1, left.scale, right.scale);
    return Math.abs(left.value - right.value) <= 1e-10 * scale ? null : `${left.value} and ${right.value}`;
  },
  'reverse over reverse equals forward over reverse': ({ scalar, at }, random) => {
    const v = directions(scalar, random);
    const slopes = gradientOf(scalar);
    const twice = compile(pullback(slopes, compile(slopes).outputs)).run([...at, ...v]);
    return agree(twice, compile(hessianVector(scalar)).run([...at, ...v]), 'Hessian-vector product', 1e-10);
  },
  'a batch equals a loop': (graph, random) =>
    batchingAgrees(
      graph.fn,
      [[...graph.at], ...nearby(graph, random, 2)],
      1e-12,
      allMasks(graph.at.length).filter((mask) => mask.every(Boolean) || random.chance(0.3)),
    ),
  'the gradient of a batch is the batch of gradients': (graph, random) => {
    const points = [[...graph.at], ...nearby(graph, random, 1)];
    const given = graph.at.map((_x, i) => stacked(points.map((point) => point[i])));
    const every = graph.at.map(() => true);
    const { scalar } = graph;
    const outer = batched(scalar, every, points.length);
    const [total] = compile(outer).outputs;
    const ofBatch = compile(pullback(outer, [total])).run([...given, filled(total, 1)]);
    return agree(ofBatch, compile(batched(gradientOf(scalar), every, points.length)).run(given), 'gradient', 1e-12);
  },
  'the Jacobian by columns equals the Jacobian by rows': ({ fn, at }) => jacobiansAgree(fn, at, 1e-10),
  'the Hessian is symmetric': ({ scalar, at }) => {
    const wrt = floatsIn(scalar.inputs);
    const blocks = compile({
      inputs: scalar.inputs,
      body: (b, xs) => {
        const by = wrt.map((i) => xs[i]);
        return gradient(b, scalar.body(b, xs)[0], by).flatMap((g) => jacobianForward(b, g, by));
      },
    }).run(at);
    const sizes = wrt.map((i) => at[i].data.length);
    for (const [p, rows] of sizes.entries()) {
      for (const [q, columns] of sizes.entries()) {
        const [block, mirror] = [blocks[p * sizes.length + q].data, blocks[q * sizes.length + p].data];
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j++) {
            const [x, y] = [Number(block[i * columns + j]), Number(mirror[j * rows + i])];
            if (!(Math.abs(x - y) <= 1e-10 * Math.max(1, Math.abs(x))))
              return `block ${p}, ${q} has ${x}, and its mirror ${y}`;
          }
        }
      }
    }
    return null;
  },
  'float32 stays close, and adjoint': ({ scalar, at }, random) => {
    const narrow = at.map((x) => asFloat(x, 'float32'));
    const fn = { ...scalar, inputs: narrow.map(avalOf) };
    const { run, outputs } = compile(fn);
    if (outputs[0].dtype !== 'float32') return `the result is ${outputs[0].dtype}`;
    const [y] = run(narrow);
    const [z] = compile(scalar).run(narrow.map((x) => asFloat(x, 'float64')));
    return difference(asFloat(y, 'float64'), z, 1e-3) ?? adjointHolds(fn, narrow, random);
  },
};

describe(`random graphs, seed ${seed}`, () => {
  const graphs = Array.from({ length: count }, (_, i) => ({ i, graph: randomGraph(createRandom(`${seed}/${i}`)) }));
  describe.each(Object.entries(laws))('%s', (law, check) => {
    test.each(Array.from({ length: count / perTest }, (_, k) => k * perTest))(`graphs from %i`, (from) => {
      for (const { i, graph } of graphs.slice(from, from + perTest)) {
        let complaint: Complaint;
        try {
          complaint = check(graph, createRandom(`${seed}/${i}/${law}`));
        } catch (error) {
          complaint = `threw ${(error as Error).stack}`;
        }
        if (complaint !== null) {
          expect.fail(`graph ${i} of seed ${seed}: ${complaint}\n${printGraph(compile(graph.fn).graph)}`);
        }
      }
    });
  });
});
