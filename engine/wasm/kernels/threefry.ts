// Threefry-2x32-20 as WebAssembly: one counter at a time for keys, eight for draws.

import type { FunctionRef, Module } from '../assembler.ts';
import type { Plain } from '../opcodes.ts';
import type { Expr, Variable } from './writer.ts';
import { Writer } from './writer.ts';

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
export const parity = 0x1bd11bda;

/** How the words of a counter are computed with: as numbers or as vectors of them. */
interface Words {
  readonly type: 'i32' | 'v128';
  readonly add: Plain;
  readonly xor: Plain;
  readonly rotate: (w: Writer, x: Expr, by: number) => Expr;
  readonly number: (w: Writer, n: number) => Expr;
}

const scalars: Words = {
  type: 'i32',
  add: 'i32.add',
  xor: 'i32.xor',
  rotate: (w, x, by) => w.op('i32.rotl', x, w.i32(by)),
  number: (w, n) => w.i32(n),
};
const vectors = (turns: readonly Expr[]): Words => ({
  type: 'v128',
  add: 'i32x4.add',
  xor: 'v128.xor',
  rotate: (w, x, by) => w.op('v128.or', w.op('i32x4.shl', x, w.i32(by)), w.op('i32x4.shr_u', x, w.i32(32 - by))),
  number: (_w, n) => turns[n],
});

/**
 * The two words that a counter is enciphered to under a key of three words, the last being the exclusive or of the others
 * and `parity`. Source: Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3 (2011).
 */
function encipher(w: Writer, words: Words, keys: readonly Expr[], high: Expr, low: Expr): [Variable, Variable] {
  const { add, xor, rotate, number, type } = words;
  const x = w.variable(type, w.op(add, high, keys[0]));
  const y = w.variable(type, w.op(add, low, keys[1]));
  for (let round = 0; round < 20; round++) {
    x.set(w.op(add, x, y));
    y.set(w.op(xor, rotate(w, y, rotations[round % 8]), x));
    if (round % 4 === 3) {
      const turn = (round + 1) / 4;
      x.set(w.op(add, x, keys[turn % 3]));
      y.set(w.op(add, w.op(add, y, keys[(turn + 1) % 3]), number(w, turn)));
    }
  }
  return [x, y];
}

/** Four counters at once, whose high words are zero; `turns` are the numbers from 0 to 5 in every lane. */
export const encipherVectors = (
  w: Writer,
  turns: readonly Expr[],
  keys: readonly Expr[],
  low: Expr,
): [Variable, Variable] => encipher(w, vectors(turns), keys, turns[0], low);

const functions = new WeakMap<Module, FunctionRef>();

/** (key: i32, i32, counter: i32, i32) → i64: the two words, the first one on top. */
export function threefryFunction(module: Module): FunctionRef {
  const known = functions.get(module);
  if (known !== undefined) return known;
  const made = module.function(['i32', 'i32', 'i32', 'i32'], ['i64'], (code) => {
    const w = new Writer(code);
    const [k0, k1, high, low] = [0, 1, 2, 3].map((i) => w.param(i));
    const k2 = w.variable('i32', w.op('i32.xor', w.op('i32.xor', k0, k1), w.i32(parity)));
    const [x, y] = encipher(w, scalars, [k0, k1, k2], high, low);
    const top = w.op('i64.shl', w.op('i64.extend_i32_u', x), w.i64(32n));
    w.op('i64.or', top, w.op('i64.extend_i32_u', y))();
  });
  functions.set(module, made);
  return made;
}
