// Random programs of everything there is: any op of the catalogue, dtypes mixed, shapes odd and empty, views of views, kernels
// between fused loops, several outputs. They need not be smooth: they are for holding compiled code to the interpreter.

import { EngineError } from '../../engine/errors.ts';
import type { DType } from '../../engine/ir/aval.ts';
import { isFloat, sizeOf } from '../../engine/ir/aval.ts';
import type { Builder } from '../../engine/ir/builder.ts';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Value } from '../../engine/ir/graph.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { tensorOf } from '../../engine/ir/tensor.ts';
import { evaluateNode, interpret, freely } from '../../engine/run/interpret.ts';
import type { Fn } from '../calculus/functions.ts';
import { testContext } from '../calculus/functions.ts';
import type { Random } from '../calculus/random.ts';
import { avalOf } from '../calculus/tensors.ts';
import { moves } from './program-moves.ts';
import type { Known, Step } from './program-parts.ts';
import { shapeOf } from './program-parts.ts';

export interface RandomProgram {
  readonly at: readonly Tensor[];
  readonly fn: Fn;
}

/** How large a program may be: elements of one value, and sizes of axes. */
interface Extent {
  readonly most: number;
  readonly sizes: readonly number[];
}

const extents: readonly (readonly [Extent, number])[] = [
  [{ most: 96, sizes: [1, 2, 2, 3, 4, 5, 7] }, 60],
  [{ most: 3000, sizes: [1, 2, 3, 4, 5, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100] }, 35],
  // In several pieces, which the fused loops begin to make at 16,384 elements.
  [{ most: 70_000, sizes: [1, 3, 4, 16, 65, 128, 200, 257, 1000, 4097, 16_385, 40_000] }, 3],
];

/** Evaluates each node as it is made, so that what leads nowhere is left out. */
class Draft {
  readonly builder: Builder = createBuilder(testContext);
  readonly values: Value[] = [];
  readonly pool: Known[] = [];
  readonly steps: Step[] = [];
  readonly #memory = new Map<Value, Tensor>();
  readonly #extent: Extent;
  #evaluated = 0;

  constructor(extent: Extent) {
    this.#extent = extent;
  }

  input(tensor: Tensor): void {
    this.#keep(this.builder.input(`x${this.values.length}`, avalOf(tensor)), tensor);
  }

  #keep(value: Value, tensor: Tensor): void {
    this.#memory.set(value, tensor);
    this.pool.push({ at: this.values.length, aval: value.aval, tensor });
    this.values.push(value);
  }

  /** Takes the step unless the engine refuses it, or its results are too large, mostly not finite, or known already. */
  take(step: Step): void {
    const made = this.#attempt(step);
    if (made === null) return;
    this.steps.push(step);
    made.forEach(([value, tensor]) => this.#keep(value, tensor));
  }

  #attempt(step: Step): (readonly [Value, Tensor])[] | null {
    const from = this.builder.nodes.length;
    try {
      const values = step(this.builder, this.values);
      const nodes = this.builder.nodes.slice(from);
      const fits = nodes.flatMap((n) => n.outputs).every((y) => sizeOf(y.aval.shape) <= 4 * this.#extent.most);
      if (!fits || values.some((v) => sizeOf(v.aval.shape) > this.#extent.most || this.values.includes(v))) return null;
      for (const node of this.builder.nodes.slice(this.#evaluated)) {
        const results = evaluateNode(
          node,
          node.inputs.map((x) => this.#memory.get(x)!),
          freely((body, given) => interpret(body, given)),
        );
        node.outputs.forEach((y, i) => this.#memory.set(y, results[i]));
      }
      const made = values.map((v) => [v, this.#memory.get(v)!] as const);
      return made.every(([, tensor]) => isTame(tensor)) ? made : null;
    } catch (error) {
      if (error instanceof EngineError) return null;
      throw error;
    } finally {
      this.#evaluated = this.builder.nodes.length;
    }
  }
}

/** A program of NaN alone shows nothing, and neither do numbers so large that all are the same to a function. */
function isTame({ dtype, data }: Tensor): boolean {
  if (!isFloat(dtype) || data.length === 0) return true;
  let wild = 0;
  for (const x of data) if (!(Math.abs(Number(x)) < 1e6)) wild++;
  return wild <= data.length / 4;
}

export function randomProgram(random: Random): RandomProgram {
  const extent = weighted(random, extents);
  const draft = new Draft(extent);
  const shapes = Array.from({ length: random.integer(1, 3) }, () => shapeOf(random, extent.sizes, extent.most));
  if (random.chance(0.04)) shapes.push([random.integer(0, 3), 0, 2].slice(random.integer(0, 2)));
  const at = Array.from({ length: random.integer(1, 4) }, () => input(random, related(random, random.pick(shapes))));
  // Something to differentiate.
  if (!at.some((x) => isFloat(x.dtype))) at.push(input(random, shapes[0], 'float64'));
  for (const tensor of at) draft.input(tensor);
  const wanted = random.integer(1, 40);
  for (let tries = 0; draft.steps.length < wanted && tries < 6 * wanted; tries++) {
    const step = weighted(random, moves)(random, draft.pool);
    if (step !== null) draft.take(step);
  }
  const { steps, pool } = draft;
  const last = pool.slice(-random.integer(1, 3)).map((x) => x.at);
  const outputs = [...last, ...Array.from({ length: random.integer(0, 4) }, () => random.pick(pool).at)];
  return {
    at,
    fn: {
      inputs: at.map(avalOf),
      body(b, xs) {
        const values = [...xs];
        for (const step of steps) values.push(...step(b, values));
        return outputs.map((i) => values[i]);
      },
    },
  };
}

function weighted<T>(random: Random, list: readonly (readonly [T, number])[]): T {
  let left = random.uniform(
    0,
    list.reduce((sum, [, weight]) => sum + weight, 0),
  );
  for (const [item, weight] of list) {
    left -= weight;
    if (left < 0) return item;
  }
  return list[list.length - 1][0];
}

/** The shape, or one that broadcasts with it. */
function related(random: Random, shape: readonly number[]): number[] {
  const kept = random.chance(0.3) ? shape.slice(random.integer(0, shape.length)) : [...shape];
  return kept.map((d) => (random.chance(0.1) ? 1 : d));
}

const dtypes: readonly (readonly [DType, number])[] = [
  ['float64', 34],
  ['float32', 34],
  ['int64', 10],
  ['int32', 8],
  ['uint8', 6],
  ['bool', 8],
];

function input(random: Random, shape: readonly number[], dtype = weighted(random, dtypes)): Tensor {
  return tensorOf(dtype, shape, Array.from({ length: sizeOf(shape) }, elements(random, dtype)));
}

const rare = [NaN, Infinity, -Infinity, -0, 0, 1e-310, -1e-40, 3e38, 2 ** 24 + 1, 0.5, 1e-20];
const extreme = [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 31n - 1n, -(2n ** 31n), 2n ** 53n + 1n, 7n];

/** Draws elements in one of several manners: few values and many ties, fractions that sums do not round, anything. */
function elements(random: Random, dtype: DType): () => number | bigint {
  const manner = random.integer(0, 7);
  switch (dtype) {
    case 'bool':
      return () => (random.chance(manner < 6 ? 0.5 : 0.1) ? 1 : 0);
    case 'uint8':
      return () => random.integer(0, manner < 4 ? 5 : 255);
    case 'int32':
      return () => (manner === 7 ? Number(BigInt.asIntN(32, random.pick(extreme))) : random.integer(-9, 9));
    case 'int64':
      return () => (manner === 7 ? random.pick(extreme) : BigInt(random.integer(-9, 9)));
    default:
      if (manner < 2) return () => random.integer(-4, 4);
      if (manner === 2) return () => random.integer(-64, 64) / 16;
      if (manner === 3) return () => (random.chance(0.06) ? random.pick(rare) : random.normal());
      if (manner === 4) return () => random.uniform(0.05, 3);
      if (manner === 5) return () => random.normal() * 10 ** random.integer(-6, 3);
      return () => random.normal();
  }
}
