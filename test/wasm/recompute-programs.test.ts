// Random programs and their derivatives under memory limits, and with their loops in segments: the same bits. test/effort.ts says
// which and how many.

import { describe, expect, test } from 'vitest';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Graph } from '../../engine/ir/graph.ts';
import { printGraph } from '../../engine/ir/print.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { tidyLoops } from '../../engine/optimize/loops.ts';
import { inSegments } from '../../engine/optimize/segments.ts';
import { interpret } from '../../engine/run/interpret.ts';
import { testContext } from '../calculus/functions.ts';
import { rounds, seed } from '../effort.ts';
import { planned, runPlanned } from './compiled.ts';
import { graphsOf } from './programs.ts';

const programs = rounds(30);
const perTest = 10;
const builder = () => createBuilder(testContext);

const differs = (want: readonly Tensor[], got: readonly Tensor[]): boolean =>
  want.some((w, i) => w.data.some((x: number | bigint, k: number) => !Object.is(x, got[i].data[k])));

/** What the graph gives, or null where its values are a mistake. */
function attempt(run: () => Tensor[]): Tensor[] | null {
  try {
    return run();
  } catch {
    return null;
  }
}

/** In which ways of saving memory a graph gives something else. */
function complaints(graph: Graph, feeds: readonly Tensor[]): string[] {
  const found: string[] = [];
  const whole = planned(graph);
  const want = attempt(() => runPlanned(whole, feeds));
  if (want === null) return found;
  for (const fraction of [0.9, 0.7]) {
    const tight = planned(graph, Math.floor(fraction * whole.placement.peak));
    if (tight.recomputed !== null && differs(want, runPlanned(tight, feeds)))
      found.push(`at ${fraction} of its memory`);
  }
  const meant = interpret(graph, feeds);
  for (const depth of [1, 2]) {
    const cut = inSegments(tidyLoops(graph, builder), builder, depth);
    if (cut === null) continue;
    if (differs(meant, interpret(cut, feeds))) found.push(`in segments of depth ${depth}, interpreted`);
    if (differs(want, runPlanned(planned(cut), feeds))) found.push(`in segments of depth ${depth}`);
  }
  return found;
}

describe(`random programs, seed ${seed}`, () => {
  test.each(Array.from({ length: Math.ceil(programs / perTest) }, (_, k) => k * perTest))('from %i', (from) => {
    for (let i = from; i < Math.min(programs, from + perTest); i++) {
      for (const [what, graph, feeds] of graphsOf(`${seed}/recompute/${i}`)) {
        const found = complaints(graph, feeds);
        if (found.length > 0) expect.fail(`program ${i}${what}: ${found.join('; ')}\n${printGraph(graph)}`);
      }
    }
  });
});
