// What the moves of random programs are made of: values at hand, and which of them to take.

import type { Aval } from '../../engine/ir/aval.ts';
import { isFloat, sizeOf } from '../../engine/ir/aval.ts';
import type { Builder } from '../../engine/ir/builder.ts';
import { withDefaults } from '../../engine/ir/builder.ts';
import type { Value } from '../../engine/ir/graph.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import type { Args, Op } from '../../engine/op.ts';
import { ops } from '../../engine/ops/index.ts';
import type { Random } from '../calculus/random.ts';

/** A value of the program under construction: its place, type and elements. */
export interface Known {
  readonly at: number;
  readonly aval: Aval;
  readonly tensor: Tensor;
}

/** One step of a program, as it is replayed on any builder over the values made so far. */
export type Step = (b: Builder, values: readonly Value[]) => readonly Value[];

/** Proposes a step, or null where the values at hand do not suit it. */
export type Move = (random: Random, pool: readonly Known[]) => Step | null;

export const byName = new Map<string, Op>(ops.map((op) => [op.name, op]));

export function callOf(b: Builder, name: string, args: Args): readonly Value[] {
  const op = byName.get(name)!;
  return b.call(op, withDefaults(op, args));
}

/** A shape of up to four axes, within so many elements. */
export function shapeOf(random: Random, sizes: readonly number[], most: number): number[] {
  const shape: number[] = [];
  for (let rank = random.pick([0, 1, 1, 2, 2, 2, 3, 3, 4]); rank > 0; rank--) {
    const d = random.pick(sizes);
    shape.push(sizeOf(shape) * d <= most ? d : 1);
  }
  return shape;
}

/** One of the list, later ones more often. */
export function recent<T>(random: Random, list: readonly T[]): T {
  const back = Math.min(random.integer(0, list.length - 1), random.integer(0, list.length - 1));
  return random.chance(0.5) ? list[list.length - 1 - Math.min(back, 3)] : list[list.length - 1 - back];
}

export const floatsOf = (pool: readonly Known[]): Known[] => pool.filter((x) => isFloat(x.aval.dtype));
export const withAxes = (pool: readonly Known[]): Known[] => pool.filter((x) => x.aval.shape.length > 0);

const broadcastable = (x: Aval, y: Aval): boolean => {
  const rank = Math.min(x.shape.length, y.shape.length);
  for (let i = 1; i <= rank; i++) {
    const [p, q] = [x.shape[x.shape.length - i], y.shape[y.shape.length - i]];
    if (p !== q && p !== 1 && q !== 1) return false;
  }
  return true;
};

export const partner = (random: Random, pool: readonly Known[], x: Known): Known =>
  recent(
    random,
    pool.filter((y) => broadcastable(x.aval, y.aval)),
  );
