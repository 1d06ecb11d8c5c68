// A graph compiled and run, next to what the interpreter makes of it.

import { createBuilder } from '../../engine/ir/builder.ts';
import type { Graph } from '../../engine/ir/graph.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import type { Lowering } from '../../engine/passes.ts';
import { interpret } from '../../engine/run/interpret.ts';
import { createMachine } from '../../engine/run/machine.ts';
import { scalarFunction } from '../../engine/compile.ts';
import { testContext } from '../calculus/functions.ts';

const machine = createMachine({ wide: false, fma: true });
const builder = () => createBuilder(testContext);

/** A graph gone through every pass but the last, each verified, within so many bytes where there is a way. */
export const planned = (graph: Graph, limit?: number): Lowering => machine.plan(graph, builder, { check: true, limit });

/** What planned code gives. */
export const runPlanned = (lowering: Lowering, feeds: readonly Tensor[]): Tensor[] =>
  machine.prepare(lowering, scalarFunction, true).plan.compute(feeds);

/** Both results of a graph, and its steps. */
export function bothWays(graph: Graph, feeds: readonly Tensor[]): { want: Tensor[]; got: Tensor[]; steps: string } {
  const want = interpret(graph, feeds);
  const { plan, emitted } = machine.prepare(planned(graph), scalarFunction, true);
  const steps = emitted.steps
    .map((s) => (s.kind === 'loop' ? s.members.map((m) => m.node.op.name).join('+') : `${s.kind} ${s.node.op.name}`))
    .join(' | ');
  return { want, got: plan.compute(feeds), steps };
}

/** The first element that differs by more than the tolerance relative to its tensor's largest, or null. */
export function differs(want: readonly Tensor[], got: readonly Tensor[], scale = 1): string | null {
  for (const [i, w] of want.entries()) {
    const g = got[i];
    if (g.dtype !== w.dtype || g.data.length !== w.data.length) return `output ${i} is ${g.dtype}[${g.shape.join()}]`;
    const eps = w.dtype === 'float32' ? 2e-6 : w.dtype === 'float64' ? 1e-13 : 0;
    // What is left of numbers of ordinary size that cancel is compared with them.
    let largest = 1;
    for (const x of w.data) if (Math.abs(Number(x)) < Infinity) largest = Math.max(largest, Math.abs(Number(x)));
    for (let k = 0; k < w.data.length; k++) {
      const [a, b] = [Number(w.data[k]), Number(g.data[k])];
      if (Object.is(a, b) || (a !== a && b !== b) || Math.abs(a - b) <= eps * scale * largest) continue;
      return `output ${i}[${k}]: ${a} by the interpreter, ${b} compiled`;
    }
  }
  return null;
}
