// The compiler as one list of named passes: what a graph goes through on its way to a module, and what holds after each.

import { invariant } from './errors.ts';
import type { Builder } from './ir/builder.ts';
import type { Graph } from './ir/graph.ts';
import { verifyGraph } from './ir/verify.ts';
import type { Fused, Step } from './optimize/fuse.ts';
import { fuse } from './optimize/fuse.ts';
import { order } from './optimize/order.ts';
import type { Placement } from './optimize/place.ts';
import { place } from './optimize/place.ts';
import { verifyPlacement } from './optimize/verify-placement.ts';
import { verifySteps } from './optimize/verify-steps.ts';
import { simplify } from './optimize/simplify.ts';
import { straighten } from './optimize/straight.ts';
import { tidyLoops } from './optimize/loops.ts';
import type { Emitted } from './wasm/emit.ts';
import { emit } from './wasm/emit.ts';
import type { Layout, Target } from './wasm/lay-out.ts';
import { layOut } from './wasm/lay-out.ts';
import { recompute } from './wasm/recompute.ts';
import { verifyLayout } from './wasm/verify-layout.ts';

/** A graph on its way: each pass sets what the next ones read. */
export class Lowering {
  readonly target: Target;
  /** Empty builders of the graph's ops. */
  readonly builder: () => Builder;
  graph: Graph;
  fused!: Fused;
  layout!: Layout;
  placement!: Placement;
  /** What is computed again so that the plan fits; null where it fits as it is, or cannot. */
  recomputed: { readonly steps: number; readonly flops: number; readonly without: number } | null = null;
  /** The least bytes that were found, computing again what can be; absent where the plan fits. */
  least?: number;
  emitted!: Emitted;
  /** Bytes that arrays and scratch should take at most. */
  readonly limit: number;

  constructor(graph: Graph, builder: () => Builder, target: Target, limit: number) {
    this.graph = graph;
    this.builder = builder;
    this.target = target;
    this.limit = limit;
  }
}

export interface Pass {
  readonly name: string;
  /** What it does, in a sentence. */
  readonly text: string;
  readonly run: (l: Lowering) => void;
  /** What came of it, of a graph that has gone through the passes up to `place`. */
  readonly tell?: (l: Lowering) => string;
  /** Fails where what the pass has made is not sound: a bug of ours. */
  readonly verify: (l: Lowering) => void;
}

/** The passes, in their order. */
const passes: readonly Pass[] = [
  {
    name: 'loops',
    text: 'Makes loops over the same turns one, and drops from bodies of loops and branches what no result needs.',
    run(l) {
      l.graph = tidyLoops(l.graph, l.builder);
    },
    verify: (l) => verifyGraph(l.graph),
  },
  {
    name: 'simplify',
    text: 'Computes what is known, makes equal nodes one, drops what no output needs, and puts the laws that ops declare to use.',
    run(l) {
      l.graph = simplify(l.graph, l.builder);
    },
    tell: (l) => `${l.graph.nodes.length} nodes`,
    verify: (l) => verifyGraph(l.graph),
  },
  {
    name: 'straighten',
    text: 'Makes a plan of many steps over tiny arrays one step of straight code.',
    run(l) {
      l.graph = straighten(l.graph, l.builder);
    },
    verify: (l) => verifyGraph(l.graph),
  },
  {
    name: 'order',
    text: 'Moves nodes to where they are first needed, where that keeps less in memory.',
    run(l) {
      l.graph = order(l.graph);
    },
    verify: (l) => verifyGraph(l.graph),
  },
  {
    name: 'fuse',
    text: 'Groups nodes into steps: loop nests, kernels, calls of the interpreter. Views become strides.',
    run(l) {
      l.fused = fuse(l.graph);
    },
    tell: (l) => countSteps(l.fused),
    verify: (l) => verifySteps(l.graph, l.fused),
  },
  {
    name: 'lay out',
    text: 'Gives each step its form: axes, phases and pieces of a nest, the function of a kernel, and what it asks of memory.',
    run(l) {
      l.layout = layOut(l.graph, l.fused, l.target);
    },
    tell(l) {
      const most = Math.max(0, ...l.layout.demands.steps.map((step) => step.scratchBytes));
      return `at most ${most} bytes of scratch in a step`;
    },
    verify: (l) => verifyLayout(l.layout),
  },
  {
    name: 'place',
    text: 'Gives every array its address: what is never alive at once shares a place, and results go over operands that die.',
    run(l) {
      l.placement = place(l.layout.demands);
    },
    tell: ({ placement: { address, peak } }) =>
      `${peak} bytes for ${address.size} arrays in ${new Set(address.values()).size} places`,
    verify: (l) => verifyPlacement(l.layout.demands, l.placement),
  },
  {
    name: 'recompute',
    text: 'Where that takes more memory than there may be, does steps again in place of keeping what they make.',
    run(l) {
      const { peak } = l.placement;
      if (peak <= l.limit) return;
      const found = recompute(l.layout, l.limit);
      if ('least' in found) {
        l.least = Math.min(peak, found.least);
        return;
      }
      l.layout = found.layout;
      l.fused = found.layout.fused;
      l.placement = found.placement;
      l.recomputed = { steps: found.steps, flops: found.flops, without: peak };
    },
    tell: ({ recomputed, placement }) =>
      recomputed === null
        ? 'nothing'
        : `${recomputed.steps} steps again: ${placement.peak} bytes in place of ${recomputed.without}`,
    verify(l) {
      verifySteps(l.graph, l.fused);
      verifyLayout(l.layout);
      verifyPlacement(l.layout.demands, l.placement);
    },
  },
  {
    name: 'emit',
    text: 'Writes the module: one exported call that runs every step.',
    run(l) {
      l.emitted = emit(l.graph, l.fused, l.layout, l.placement);
    },
    verify: (l) => invariant(WebAssembly.validate(l.emitted.bytes), 'a module is valid'),
  },
];

const last = passes.length - 1;

/**
 * Runs the passes up to the one that writes code: the memory of the plan is known, at most `limit` bytes where there is a way,
 * and nothing is compiled. `check` verifies each.
 */
export function lower(
  graph: Graph,
  builder: () => Builder,
  target: Target,
  { check = false, limit = Infinity }: { readonly check?: boolean; readonly limit?: number } = {},
): Lowering {
  const l = new Lowering(graph, builder, target, limit);
  run(l, passes.slice(0, last), check);
  return l;
}

/** Runs the last pass over what was planned. */
export function finish(l: Lowering, check = false): Emitted {
  run(l, passes.slice(last), check);
  return l.emitted;
}

/** The passes with what came of each that has been run over a graph. */
export const tellPasses = (l: Lowering): { readonly name: string; readonly text: string; readonly result?: string }[] =>
  passes.map(({ name, text, tell }) => ({ name, text, ...(tell !== undefined && { result: tell(l) }) }));

const kinds: Readonly<Record<Step['kind'], string>> = {
  loop: 'loop nests',
  contract: 'matrix products',
  kernel: 'kernels',
  control: 'loops and branches',
  host: 'calls of the interpreter',
};

/** How many steps of each kind there are. */
function countSteps({ steps }: Fused): string {
  const counts = Object.entries(kinds).flatMap(([kind, name]) => {
    const count = steps.filter((step) => step.kind === kind).length;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  return counts.length === 0 ? 'no steps' : counts.join(', ');
}

function run(l: Lowering, some: readonly Pass[], check: boolean): void {
  for (const pass of some) {
    pass.run(l);
    if (check) pass.verify(l);
  }
}
