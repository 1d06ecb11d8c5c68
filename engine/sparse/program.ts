// Linear programs: results that depend linearly on variables, what one run of them costs, and many runs at once.

import { bytesOfAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Node, Value } from '../ir/graph.ts';
import { reachable } from '../ir/graph.ts';
import { tensorOf } from '../ir/tensor.ts';
import { batch } from '../transform/batch.ts';
import type { Coloring } from './coloring.ts';

/** Tangents that `linearize` gives for placeholders, or cotangents that `transpose` gives. Null results are zero. */
export interface LinearProgram {
  readonly variables: readonly Value[];
  readonly results: readonly (Value | null)[];
}

/** What one run costs, beside what does not depend on the variables. */
export interface RunCost {
  /** Floating-point operations. */
  readonly flops: number;
  /** Elements that are computed or moved. */
  readonly elements: number;
  /** Bytes of all dependent values that are alive at once, at the worst moment. */
  readonly peak_bytes: number;
}

/** The nodes that depend on the variables. */
function dependents({ variables, results }: LinearProgram): Node[] {
  const depends = new Set(variables);
  return reachable(results.flatMap((y) => y ?? [])).filter((node) => {
    if (!node.inputs.some((x) => depends.has(x))) return false;
    for (const y of node.outputs) depends.add(y);
    return true;
  });
}

const costs = new WeakMap<LinearProgram, RunCost>();

export function costOfRun(program: LinearProgram): RunCost {
  const known = costs.get(program);
  if (known !== undefined) return known;
  const nodes = dependents(program);
  const lastUse = new Map<Value, number>();
  nodes.forEach((node, at) => node.inputs.forEach((x) => lastUse.set(x, at)));
  for (const y of program.results) if (y !== null) lastUse.set(y, Infinity);
  const alive = new Set(program.variables);
  let live = program.variables.reduce((n, x) => n + bytesOfAval(x.aval), 0);
  let [flops, elements, peak] = [0, 0, live];
  nodes.forEach((node, at) => {
    const outputs = node.outputs.map((y) => y.aval);
    const made = outputs.reduce((n, y) => n + sizeOf(y.shape), 0);
    elements += made;
    flops +=
      node.op.primitive!.flops?.(
        node.inputs.map((x) => x.aval),
        outputs,
        node.attrs,
      ) ?? made;
    for (const y of node.outputs) {
      live += bytesOfAval(y.aval);
      alive.add(y);
    }
    peak = Math.max(peak, live);
    for (const x of [...node.inputs, ...node.outputs]) {
      if ((lastUse.get(x) ?? -1) <= at && alive.delete(x)) live -= bytesOfAval(x.aval);
    }
  });
  const cost = { flops, elements, peak_bytes: peak };
  costs.set(program, cost);
  return cost;
}

/**
 * The results for each colour's indicator vector, each [colours, elements of the result]; null where a result is. Colours are
 * those of the variables' elements, one variable after another. They are run together, in `chunks` parts one after
 * another so that memory suffices.
 */
export function runColors(
  b: Builder,
  program: LinearProgram,
  { count, colors }: Coloring,
  chunks: number,
): (Value | null)[] {
  const live = program.results.flatMap((y) => y ?? []);
  const parts: Value[][] = live.map(() => []);
  for (let k = 0; k < chunks; k++) {
    const [from, to] = [Math.floor((k * count) / chunks), Math.floor(((k + 1) * count) / chunks)];
    if (from === to) continue;
    let at = 0;
    const seeds = program.variables.map((x): [Value, Value] => {
      const own = colors.subarray(at, (at += sizeOf(x.aval.shape)));
      return [x, indicators(b, own, from, to, x)];
    });
    batch(b, live, new Map(seeds), to - from).forEach((y, i) =>
      parts[i].push(b.reshape(y, { shape: [to - from, sizeOf(live[i].aval.shape)] })),
    );
  }
  return program.results.map((y) => (y === null ? null : b.concat(parts[live.indexOf(y)], { axis: 0 })));
}

/** [to − from, …shape of x]: 1 where an element of x has the colour, else 0. */
function indicators(b: Builder, colors: Int32Array, from: number, to: number, { aval }: Value): Value {
  const n = colors.length;
  const own = b.constant(tensorOf('int32', [1, n], colors));
  const each = b.constant(
    tensorOf(
      'int32',
      [to - from, 1],
      Int32Array.from({ length: to - from }, (_, k) => from + k),
    ),
  );
  const same = b.equal(b.broadcast(own, [to - from, n]), b.broadcast(each, [to - from, n]));
  return b.reshape(b.cast(same, aval.dtype), { shape: [to - from, ...aval.shape] });
}
