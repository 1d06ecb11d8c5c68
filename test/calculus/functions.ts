// Functions of tensors that build themselves on any builder, and the transforms as maps from functions to functions:
// what a law says of a function it then says of its derivatives too.

import type { Aval } from '../../engine/ir/aval.ts';
import { isFloat } from '../../engine/ir/aval.ts';
import type { BuildContext, Builder } from '../../engine/ir/builder.ts';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Graph, Value } from '../../engine/ir/graph.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { verifyGraph } from '../../engine/ir/verify.ts';
import { ops } from '../../engine/ops/index.ts';
import { interpret } from '../../engine/run/interpret.ts';
import { batch } from '../../engine/transform/batch.ts';
import { jvp, vjp } from '../../engine/transform/derivatives.ts';
import { passes } from '../../engine/transform/passes.ts';

export type Body = (b: Builder, xs: readonly Value[]) => readonly Value[];

/** A function of tensors of given types. */
export interface Fn {
  readonly inputs: readonly Aval[];
  readonly body: Body;
}

/** A function built and verified, ready to run. */
export interface Compiled {
  readonly graph: Graph;
  readonly outputs: readonly Aval[];
  run(inputs: readonly Tensor[]): Tensor[];
}

const byName = new Map(ops.map((op) => [op.name, op]));

export const testContext: BuildContext = {
  ops: byName,
  constant: byName.get('constant')!,
  defaultFloat: 'float64',
  training: false,
  seed: 0,
  passes,
  maxNodes: 100_000,
  maxElements: 10_000_000,
};

export function compile(fn: Fn, context: BuildContext = testContext): Compiled {
  const b = createBuilder(context);
  const xs = fn.inputs.map((aval, i) => b.input(`x${i}`, aval));
  const ys = fn.body(b, xs);
  const graph = b.finish(ys);
  verifyGraph(graph);
  return { graph, outputs: ys.map((y) => y.aval), run: (inputs) => interpret(graph, inputs) };
}

/** Positions of the inputs or outputs that have a derivative. */
export const floatsIn = (avals: readonly Aval[]): number[] =>
  avals.flatMap((aval, i) => (isFloat(aval.dtype) ? [i] : []));

/** (x, v) ↦ J(x) v: one tangent for each float input, one for each float output; symbolic zeros become zeros. */
export function pushforward(fn: Fn, wrt = floatsIn(fn.inputs)): Fn {
  const n = fn.inputs.length;
  return {
    inputs: [...fn.inputs, ...wrt.map((i) => fn.inputs[i])],
    body(b, all) {
      const xs = all.slice(0, n);
      const ys = fn.body(b, xs);
      const tangents = jvp(
        b,
        ys,
        wrt.map((i) => xs[i]),
        all.slice(n),
      );
      return floatsIn(ys.map((y) => y.aval)).map((i) => tangents[i] ?? b.zeros(ys[i].aval));
    },
  };
}

/** (x, w) ↦ J(x)ᵀ w: one cotangent for each float output (of the given types), one for each float input. */
export function pullback(fn: Fn, outputs: readonly Aval[], wrt = floatsIn(fn.inputs)): Fn {
  const n = fn.inputs.length;
  const floats = floatsIn(outputs);
  return {
    inputs: [...fn.inputs, ...floats.map((i) => outputs[i])],
    body(b, all) {
      const xs = all.slice(0, n);
      const ys = fn.body(b, xs);
      const given = ys.map((_y, i) => (floats.includes(i) ? all[n + floats.indexOf(i)] : null));
      const pulled = vjp(
        b,
        ys,
        wrt.map((i) => xs[i]),
        given,
      );
      return wrt.map((i, k) => pulled[k] ?? b.zeros(fn.inputs[i]));
    },
  };
}

/** The function over a leading axis of the inputs in `mapped`. */
export function batched(fn: Fn, mapped: readonly boolean[], size: number): Fn {
  return {
    inputs: fn.inputs.map((aval, i) => (mapped[i] ? { dtype: aval.dtype, shape: [size, ...aval.shape] } : aval)),
    body(b, all) {
      const single = fn.inputs.map((aval, i) => (mapped[i] ? b.placeholder(aval) : all[i]));
      const ys = fn.body(b, single);
      const images = new Map(single.flatMap((x, i) => (mapped[i] ? [[x, all[i]] as const] : [])));
      return batch(b, ys, images, size);
    },
  };
}
