// Random graphs as functions: inputs of several shapes and dtypes, 5 to 60 moves, smooth at the point they come with.

import type { DType } from '../../engine/ir/aval.ts';
import { isFloat, sizeOf } from '../../engine/ir/aval.ts';
import type { Builder } from '../../engine/ir/builder.ts';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Value } from '../../engine/ir/graph.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { toNumbers } from '../../engine/ir/tensor.ts';
import type { Fn } from '../calculus/functions.ts';
import { testContext } from '../calculus/functions.ts';
import type { Random } from '../calculus/random.ts';
import { avalOf, drawTensor } from '../calculus/tensors.ts';
import type { Known, Step } from './moves.ts';
import { moves } from './moves.ts';

export interface RandomGraph {
  readonly at: readonly Tensor[];
  /** Outputs: some of the values made, one of them usually not a scalar. */
  readonly fn: Fn;
  /** The same computation ending in one scalar that depends on every value that was left over. */
  readonly scalar: Fn;
}

const largest = 48;
const highest = 30;

/** Evaluates each node as it is made, so that every move can be judged at the point. */
class Sketch {
  readonly builder: Builder = createBuilder(testContext);
  readonly values: Value[] = [];
  readonly pool: Known[] = [];
  readonly steps: Step[] = [];
  readonly #memory = new Map<Value, Tensor>();
  #evaluated = 0;

  input(tensor: Tensor): void {
    this.#keep(this.builder.input(`x${this.values.length}`, avalOf(tensor)), tensor);
  }

  #keep(value: Value, tensor: Tensor): void {
    this.#memory.set(value, tensor);
    this.pool.push({ at: this.values.length, aval: value.aval, tensor });
    this.values.push(value);
  }

  /** Takes the step unless its result is too large, in size or in number; says whether it did. */
  take(step: Step): boolean {
    const value = step(this.builder, this.values);
    const tensor = this.#evaluate(value);
    const tame = toNumbers(tensor).every((x) => Math.abs(x) < highest);
    if (!tame || sizeOf(value.aval.shape) > largest || this.values.includes(value)) return false;
    this.#keep(value, tensor);
    this.steps.push(step);
    return true;
  }

  #evaluate(wanted: Value): Tensor {
    for (const node of this.builder.nodes.slice(this.#evaluated)) {
      const inputs = node.inputs.map((x) => this.#memory.get(x)!);
      const avals = node.outputs.map((y) => y.aval);
      const made = node.op.primitive!.eval(inputs, node.attrs, avals);
      const list: readonly Tensor[] = Array.isArray(made) ? (made as readonly Tensor[]) : [made as Tensor];
      node.outputs.forEach((y, i) => this.#memory.set(y, list[i]));
    }
    this.#evaluated = this.builder.nodes.length;
    return this.#memory.get(wanted)!;
  }
}

export function randomGraph(random: Random): RandomGraph {
  const sketch = new Sketch();
  const at = inputs(random);
  for (const tensor of at) sketch.input(tensor);
  const wanted = random.integer(5, 60);
  const weighted = moves.flatMap(([move, weight]) => new Array<typeof move>(weight).fill(move));
  for (let tries = 0; sketch.steps.length < wanted && tries < 20 * wanted; tries++) {
    const step = random.pick(weighted)(random, sketch.pool);
    if (step !== null) sketch.take(step);
  }
  const { steps } = sketch;
  const types = at.map(avalOf);
  const replay = (b: Builder, xs: readonly Value[]): Value[] => {
    const values = [...xs];
    for (const step of steps) values.push(step(b, values));
    return values;
  };
  const made = sketch.pool.slice(at.length).filter((x) => isFloat(x.aval.dtype));
  const outputs = [made[made.length - 1], random.pick(made)].map((x) => x.at);
  return {
    at,
    fn: {
      inputs: types,
      body: (b, xs) => {
        const values = replay(b, xs);
        return outputs.map((i) => values[i]);
      },
    },
    scalar: { inputs: types, body: (b, xs) => [total(b, replay(b, xs).slice(at.length))] },
  };
}

/** Σ tanh(mean) over the values, weighted: bounded, and curved in each of them. */
function total(b: Builder, values: readonly Value[]): Value {
  const terms = values
    .filter((v) => isFloat(v.aval.dtype))
    .slice(-6)
    .map((v, i) => b.multiply(1 + i / 4, b.tanh(b.divide(b.sum(v), 4 * sizeOf(v.aval.shape)))));
  return terms.reduce((sum, term) => b.add(sum, term));
}

function inputs(random: Random): Tensor[] {
  const [m, n] = [random.integer(1, 4), random.integer(2, 4)];
  const shapes = [[], [n], [m, n], [n, m], [m, 1], [2, m, n], [n, n], [1]];
  const draw = (dtype: DType, shape: readonly number[], range: readonly [number, number]): Tensor =>
    drawTensor(random, { dtype, shape }, range);
  const tensors = Array.from({ length: random.integer(1, 3) }, () => draw('float64', random.pick(shapes), [-2, 2]));
  tensors.push(draw('float64', [m, n], [0.3, 2]));
  if (random.chance(0.5)) tensors.push(draw('int64', [random.integer(1, 4)], [-9, 9]));
  if (random.chance(0.4)) tensors.push(draw('bool', [n], [0, 1]));
  return tensors;
}
