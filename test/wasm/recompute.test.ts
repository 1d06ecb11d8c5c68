// Plans under a memory limit: what is computed again gives the same bits, compiled and interpreted, and takes what it says.
// COTANGENT_SEED draws other graphs.

import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../engine/index.ts';
import type { Graph } from '../../engine/ir/graph.ts';
import { costOf } from '../../engine/optimize/plan.ts';
import { recomputeNodes } from '../../engine/optimize/recompute-nodes.ts';
import { interpret } from '../../engine/run/interpret.ts';
import type { Body } from '../calculus/functions.ts';
import { compile } from '../calculus/functions.ts';
import { createRandom } from '../calculus/random.ts';
import { drawTensor } from '../calculus/tensors.ts';
import { planned, runPlanned } from './compiled.ts';
import { deepBody, slopesOf } from './deep.ts';

const seed = process.env['COTANGENT_SEED'] ?? '1';
const fractions = [0.9, 0.7, 0.5, 0.35, 0.2];

/** The first output that is not the same to the last bit, or null. */
function differing(want: readonly Tensor[], got: readonly Tensor[]): number | null {
  const at = want.findIndex((w, i) => w.data.some((x: number | bigint, k: number) => !Object.is(x, got[i].data[k])));
  return at < 0 ? null : at;
}

/** Under limits from the peak that it has without one to less than there can be: how many were kept, and steps done again. */
function underLimits(graph: Graph, feeds: readonly Tensor[]): { readonly kept: number; readonly again: number } {
  const free = planned(graph);
  const want = runPlanned(free, feeds);
  let [kept, again] = [0, 0];
  for (const fraction of fractions) {
    const limit = Math.floor(free.placement.peak * fraction);
    const tight = planned(graph, limit);
    if (tight.recomputed === null) {
      expect(tight.least).toBeGreaterThan(limit);
      continue;
    }
    expect(tight.placement.peak).toBeLessThanOrEqual(limit);
    expect(differing(want, runPlanned(tight, feeds)), `at ${fraction} of the peak`).toBe(null);
    kept++;
    again += tight.recomputed.steps;
  }
  return { kept, again };
}

describe(`deep graphs and their gradients, seed ${seed}`, () => {
  const shapes = [[160], [7, 96], [64, 3, 2], [96, 97], [40, 1, 256]];
  test.each(['float32', 'float64'] as const)('%s', (dtype) => {
    let [kept, again] = [0, 0];
    for (const [k, shape] of shapes.entries()) {
      const name = `${seed}/recompute/${k}/${dtype}`;
      const random = createRandom(`${name}/feeds`);
      const inputs = [0, 1].map(() => ({ dtype, shape }));
      const feeds = inputs.map((aval) => drawTensor(random, aval, [-2, 2]));
      const { graph } = compile({ inputs, body: slopesOf(deepBody(name, 60, 2)) });
      const found = underLimits(graph, feeds);
      kept += found.kept;
      again += found.again;
    }
    expect(kept).toBeGreaterThan(0);
    expect(again).toBeGreaterThan(0);
  });
});

describe('layers, whose products and sums are computed again', () => {
  const depth = 24;
  const weights = Array.from({ length: depth }, () => ({ dtype: 'float64', shape: [16, 16] }) as const);
  const x = { dtype: 'float64', shape: [128, 16] } as const;
  const layers: Body = (b, [input, ...ws]) => {
    let h = input;
    for (const w of ws) h = b.layer_norm(b.tanh(b.matmul(h, w)), null, null, { normalized_shape: [16] });
    return [b.sum(b.multiply(h, h)), h, h];
  };
  const { graph } = compile({ inputs: [x, ...weights], body: slopesOf(layers) });
  const random = createRandom('layers');
  const feeds = [x, ...weights].map((aval) => drawTensor(random, aval, [-1, 1]));

  test('compiled', () => {
    expect(underLimits(graph, feeds).kept).toBeGreaterThanOrEqual(3);
  });

  test('interpreted', () => {
    const free = costOf(graph);
    const want = interpret(graph, feeds);
    for (const fraction of [0.9, 0.5, 0.3]) {
      const limit = Math.floor(free.peak_bytes * fraction);
      const found = recomputeNodes(graph, limit);
      if ('least' in found) expect.fail(`${found.least} of ${limit}`);
      expect(found.cost.peak_bytes).toBeLessThanOrEqual(limit);
      expect(found.cost.flops).toBeLessThan(3 * free.flops);
      expect(differing(want, interpret(found.graph, feeds))).toBe(null);
    }
    expect(recomputeNodes(graph, 1000)).toHaveProperty('least');
  });

  test('a lower limit never takes less work', () => {
    const work = fractions.flatMap(
      (f) => planned(graph, Math.floor(f * planned(graph).placement.peak)).recomputed?.flops ?? [],
    );
    expect(work).toEqual([...work].sort((p, q) => p - q));
    // Half of the memory costs no more than the forward part does.
    expect(work[2]).toBeLessThan(costOf(graph).flops / 2);
  });
});
