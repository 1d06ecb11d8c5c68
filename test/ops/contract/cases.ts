// The points of the contract suite: each sample of each op as a function of tensors and the tensors to call it with.

import type { Aval, DType } from '../../../engine/ir/aval.ts';
import { isFloat } from '../../../engine/ir/aval.ts';
import type { Builder } from '../../../engine/ir/builder.ts';
import { withDefaults } from '../../../engine/ir/builder.ts';
import type { Value } from '../../../engine/ir/graph.ts';
import type { Tensor } from '../../../engine/ir/tensor.ts';
import { tensorOf, toNumbers } from '../../../engine/ir/tensor.ts';
import type { Args, Op, Param, Sample } from '../../../engine/op.ts';
import type { Fn } from '../../calculus/functions.ts';
import type { Random } from '../../calculus/random.ts';
import { createRandom } from '../../calculus/random.ts';
import { avalOf, drawTensor, showTensor } from '../../calculus/tensors.ts';
import { seed } from '../../effort.ts';

export interface Case {
  readonly op: Op;
  readonly sample: Sample;
  readonly fn: Fn;
  readonly at: readonly Tensor[];
  readonly random: Random;
  /** `sum sample 1 (axis=0)` */
  readonly label: string;
}

/** COTANGENT_SEED draws other points. */

export const casesOf = (op: Op): Case[] => op.samples.map((sample, k) => caseOf(op, sample, k));

function caseOf(op: Op, sample: Sample, k: number): Case {
  const random = createRandom(`${seed}/${op.name}/${k}`);
  const at = sample.operands.map((operand) => drawOperand(random, operand));
  const attrs = Object.entries(sample.attrs ?? {}).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return {
    op,
    sample,
    fn: callOf(op, sample, at.map(avalOf)),
    at,
    random: random.fork('checks'),
    label: `${op.name}, sample ${k}${attrs.length > 0 ? ` (${attrs.join(', ')})` : ''}`,
  };
}

/** A call of the op on operands of these types, with the attributes of the sample. */
export const callOf = (op: Op, sample: Sample, inputs: readonly Aval[]): Fn => ({
  inputs,
  body: (b: Builder, xs: readonly Value[]) => b.call(op, withDefaults(op, argumentsOf(op, sample, xs))),
});

/** The operands of a sample fill the op's operands in order; one that the sample's attributes name is theirs. */
function argumentsOf(op: Op, sample: Sample, xs: readonly Value[]): Args {
  const attrs = sample.attrs ?? {};
  const slots = op.params.filter((p) => isOperand(p) && !Object.hasOwn(attrs, p.name));
  const args: Record<string, Args[string]> = { ...attrs };
  let at = 0;
  slots.forEach((p, i) => {
    if (p.kind === 'tensors') {
      const after = slots.slice(i + 1).filter((q) => q.default === undefined).length;
      args[p.name] = xs.slice(at, xs.length - after);
      at = xs.length - after;
    } else if (at < xs.length) args[p.name] = xs[at++];
  });
  return args;
}

const isOperand = (p: Param): boolean => p.kind === 'tensor' || p.kind === 'tensors';

const defaultRange = (dtype: DType): readonly [number, number] =>
  dtype === 'bool' ? [0, 1] : isFloat(dtype) ? [-3, 3] : dtype === 'uint8' ? [0, 9] : [-9, 9];

function drawOperand(random: Random, { shape, dtype = 'float64', range, values }: Sample['operands'][number]): Tensor {
  return values === undefined
    ? drawTensor(random, { dtype, shape }, range ?? defaultRange(dtype))
    : tensorOf(dtype, shape, values);
}

/** More points of the same case, for batching: fresh draws; given values in another order, or a little larger. */
export function morePoints({ sample, at, random }: Case, count: number): Tensor[][] {
  const points = [[...at]];
  for (let i = 1; i < count; i++) {
    points.push(
      sample.operands.map((operand, k) => {
        if (operand.values === undefined) return drawOperand(random, operand);
        const numbers = toNumbers(at[k]);
        const { dtype, shape } = at[k];
        const others = isFloat(dtype)
          ? numbers.map((x) => x * (1 + i / 8))
          : numbers.map((_x, j) => numbers[(j + i) % numbers.length]);
        return tensorOf(dtype, shape, others);
      }),
    );
  }
  return points;
}

/** The case at a point full of ties and zeros: its float operands made of -1, 0 and 1. */
export function tiedPoint({ at, random }: Case): Tensor[] {
  return at.map((x) =>
    isFloat(x.dtype)
      ? tensorOf(
          x.dtype,
          x.shape,
          toNumbers(x).map(() => random.integer(-1, 1)),
        )
      : x,
  );
}

/** The case with an operand of another type, its elements drawn anew (given ones repeated as far as they go). */
export function withOperand({ op, sample, at, random }: Case, k: number, aval: Aval): { fn: Fn; at: Tensor[] } {
  const operand = sample.operands[k];
  const given = operand.values;
  const [low, high] = operand.range ?? defaultRange(operand.dtype ?? 'float64');
  const safe = [aval.dtype === 'uint8' || aval.dtype === 'bool' ? Math.max(0, low) : low, high] as const;
  const drawn = drawTensor(random, aval, aval.dtype === 'bool' ? [0, 1] : safe);
  const tensor =
    given === undefined || given.length === 0
      ? drawn
      : tensorOf(
          aval.dtype,
          aval.shape,
          toNumbers(drawn).map((_x, i) =>
            isFloat(aval.dtype) ? given[i % given.length] : Math.trunc(given[i % given.length]),
          ),
        );
  const point = at.map((x, i) => (i === k ? tensor : x));
  return { fn: callOf(op, sample, point.map(avalOf)), at: point };
}

/** What a failure shows: the case, what is wrong and the operands. */
export const failure = (c: Case, complaint: string): string =>
  `${c.label}: ${complaint}\n${c.at.map((x, i) => `    operand ${i}: ${showTensor(x)}`).join('\n')}`;
