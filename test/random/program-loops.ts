// Loops and branches for random programs: bodies that are chains of a few operations on what they carry, read and see outside.

import { isFloat, sameShape } from '../../engine/ir/aval.ts';
import type { Builder } from '../../engine/ir/builder.ts';
import type { Value } from '../../engine/ir/graph.ts';
import type { Subprogram } from '../../engine/op.ts';
import type { Random } from '../calculus/random.ts';
import type { Known, Move } from './program-parts.ts';
import { callOf, partner, recent, withAxes } from './program-parts.ts';

/** One operation of a chain: on the chain so far, and perhaps on one of the other values. */
interface Link {
  readonly name: string;
  /** Which of the others, as a fraction of their number; null for an operation of one operand. */
  readonly other: number | null;
}

const binary = 'add subtract multiply maximum minimum where'.split(' ');
const unary = 'tanh sigmoid negative abs sin square relu floor sort cumsum sum max expand'.split(' ');

const chain = (random: Random): readonly Link[] =>
  Array.from({ length: random.integer(1, 5) }, () =>
    random.chance(0.6)
      ? { name: random.pick(binary), other: random.uniform() }
      : { name: random.pick(unary), other: null },
  );

/** The links one after the other, from the first value on; it ends in the first value's own type, and within bounds. */
function follow(b: Builder, links: readonly Link[], values: readonly Value[]): Value {
  const [first] = values;
  const { dtype, shape } = first.aval;
  let x = first;
  for (const { name, other } of links) {
    const rank = x.aval.shape.length;
    if (other !== null) {
      const y = values[Math.floor(other * values.length)];
      x = name === 'where' ? b.where(b.less(x, y), y, x) : callOf(b, name, { x, y })[0];
    } else if (name === 'sum' || name === 'max')
      x = callOf(b, name, { x, axis: rank === 0 ? null : -1, keepdims: true })[0];
    else if (name === 'sort' || name === 'cumsum') x = rank === 0 ? x : callOf(b, name, { x, axis: -1 })[0];
    else if (name === 'expand') x = b.flip(x, { axis: null });
    else [x] = callOf(b, name, { x });
  }
  const bounded = isFloat(x.aval.dtype) ? b.multiply(1.5, b.tanh(x)) : b.remainder(x, 7);
  const within = x.aval.dtype === 'bool' ? x : bounded;
  return b.broadcast_to(b.astype(within, { dtype }), { shape: [...shape] });
}

/** A whole number from the values at hand, from 0 up to `most`. */
function count(random: Random, pool: readonly Known[], most: number): (b: Builder, vs: readonly Value[]) => Value {
  const whole = pool.filter((x) => !isFloat(x.aval.dtype));
  if (whole.length === 0 || random.chance(0.3)) {
    const known = random.integer(0, most);
    return (b) => b.full(known, { shape: [], dtype: 'int64' });
  }
  const x = recent(random, whole);
  return (b, vs) => b.remainder(b.astype(b.sum(vs[x.at]), { dtype: 'int64' }), most + 1);
}

const kinds = ['scan', 'fori_loop', 'while_loop', 'cond', 'switch'] as const;

export const control: Move = (random, pool) => {
  const kind = random.pick(kinds);
  const carried = recent(random, pool);
  const seen = Array.from({ length: random.integer(0, 2) }, () => partner(random, pool, carried));
  const outside = (vs: readonly Value[]): Value[] => seen.map((y) => vs[y.at]);
  const [links, others] = [chain(random), chain(random)];
  const turns = count(random, pool, 4);
  switch (kind) {
    case 'scan': {
      const lists = withAxes(pool).filter(
        (x) => x.aval.shape[0] <= 12 && sameShape(x.aval.shape.slice(1), carried.aval.shape),
      );
      const xs = lists.length > 0 && random.chance(0.8) ? [recent(random, lists)] : [];
      const length = xs.length > 0 ? null : random.integer(0, 5);
      const reverse = random.chance(0.4);
      return (b, vs) => {
        const body: Subprogram = (inner, values) => {
          const all = [...values, ...outside(vs)];
          const next = follow(inner, links, all);
          return [next, follow(inner, others, [next, ...all.slice(1)])];
        };
        return callOf(b, 'scan', { body, init: [vs[carried.at]], xs: xs.map((x) => vs[x.at]), length, reverse });
      };
    }
    case 'fori_loop':
      return (b, vs) => {
        const body_fun: Subprogram = (inner, [at, state]) => [follow(inner, links, [state, at, ...outside(vs)])];
        const lower = b.full(0, { shape: [], dtype: 'int64' });
        return callOf(b, 'fori_loop', { lower, upper: turns(b, vs), body_fun, init_val: [vs[carried.at]] });
      };
    case 'while_loop':
      return (b, vs) => {
        const end = turns(b, vs);
        const cond_fun: Subprogram = (inner, [at, state]) => [
          inner.logical_and(inner.less(at, end), inner.less(inner.sum(state), 40)),
        ];
        const body_fun: Subprogram = (inner, [at, state]) => [
          inner.add(at, inner.full(1, { shape: [], dtype: 'int64' })),
          follow(inner, links, [state, ...outside(vs)]),
        ];
        const start = b.full(0, { shape: [], dtype: 'int64' });
        return callOf(b, 'while_loop', { cond_fun, body_fun, init_val: [start, vs[carried.at]] });
      };
    case 'cond':
      return (b, vs) => {
        const branch =
          (some: readonly Link[]): Subprogram =>
          (inner, operands) => [follow(inner, some, operands)];
        return callOf(b, 'cond', {
          pred: b.less(turns(b, vs), 2),
          true_fun: branch(links),
          false_fun: branch(others),
          operands: [vs[carried.at], ...outside(vs)],
        });
      };
    case 'switch':
      return (b, vs) => {
        const branch =
          (some: readonly Link[]): Subprogram =>
          (inner, operands) => [follow(inner, some, operands), follow(inner, some.slice(1), operands)];
        return callOf(b, 'switch', {
          index: b.subtract(turns(b, vs), 1),
          branches: [branch(links), branch(others), branch([])],
          operands: [vs[carried.at], ...outside(vs)],
        });
      };
  }
};
