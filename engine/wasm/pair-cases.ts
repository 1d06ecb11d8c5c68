// What is tried on pairs of vectors: each operation by itself, and long random mixtures of them.

import type { Code, Local } from './assembler.ts';
import type { Plain } from './opcodes.ts';

/** What the lanes of operands and results are. */
export type Kind = 'f32' | 'f64' | 'i32' | 'i64';

export interface Case {
  readonly name: string;
  readonly kind: Kind;
  /** Leaves a vector on the stack; k has one number in all lanes. */
  readonly emit: (code: Code, x: Local, y: Local, k: Local) => void;
}

export interface Reduction {
  readonly name: string;
  readonly kind: Kind;
  /** Leaves the next value of the accumulator on the stack. */
  readonly emit: (code: Code, accumulator: Local, x: Local, y: Local) => void;
}

const lanes = { f32: 'f32x4', f64: 'f64x2', i32: 'i32x4', i64: 'i64x2' } as const;

const floatBinary = ['add', 'sub', 'mul', 'div', 'min', 'max', 'pmin', 'pmax'] as const;
const floatUnary = ['abs', 'sqrt', 'ceil', 'floor', 'trunc', 'nearest'] as const;
const floatCompare = ['eq', 'ne', 'lt', 'gt', 'le', 'ge'] as const;
const bitwise = ['v128.and', 'v128.andnot', 'v128.or', 'v128.xor'] as const;

const named = (kind: Kind, names: readonly string[]): Plain[] => names.map((name) => `${lanes[kind]}.${name}` as Plain);

/** Instructions of each kind by what they take. f64x2.neg is not there: V8 13.6 joins it wrongly, so we never emit it. */
const binary: Record<Kind, readonly Plain[]> = {
  f32: named('f32', floatBinary),
  f64: named('f64', floatBinary),
  i32: [...bitwise, ...named('i32', ['add', 'sub', 'mul', 'min_s', 'max_s'])],
  i64: [...bitwise, ...named('i64', ['add', 'sub', 'mul'])],
};
const unary: Record<Kind, readonly Plain[]> = {
  f32: [...named('f32', floatUnary), 'f32x4.neg'],
  f64: named('f64', floatUnary),
  i32: ['v128.not', 'i32x4.abs', 'i32x4.neg', 'f32x4.convert_i32x4_s', 'f64x2.convert_low_i32x4_s'],
  i64: ['i64x2.abs', 'i64x2.neg', 'i64x2.extend_low_i32x4_s', 'i64x2.extend_low_i32x4_u'],
};
const compare: Record<Kind, readonly Plain[]> = {
  f32: named('f32', floatCompare),
  f64: named('f64', floatCompare),
  i32: named('i32', ['eq', 'ne', 'lt_s', 'lt_u', 'gt_s', 'gt_u', 'le_s', 'ge_s']),
  i64: named('i64', ['eq', 'ne', 'lt_s', 'gt_s', 'le_s', 'ge_s']),
};
const shift: Record<'i32' | 'i64', readonly Plain[]> = {
  i32: named('i32', ['shl', 'shr_s', 'shr_u']),
  i64: named('i64', ['shl', 'shr_s', 'shr_u']),
};
/** Results of other lanes than the operands'. */
const converting: readonly { readonly op: Plain; readonly kind: Kind }[] = [
  { op: 'f64x2.promote_low_f32x4', kind: 'f32' },
  { op: 'i32x4.trunc_sat_f32x4_s', kind: 'f32' },
  { op: 'f32x4.demote_f64x2_zero', kind: 'f64' },
  { op: 'i32x4.trunc_sat_f64x2_s_zero', kind: 'f64' },
];

/** Fused multiply-add, where the engine has it: x y + k. */
const fused: Record<'f32' | 'f64', readonly Plain[]> = {
  f32: ['f32x4.relaxed_madd', 'f32x4.relaxed_nmadd'],
  f64: ['f64x2.relaxed_madd', 'f64x2.relaxed_nmadd'],
};
/**
 * Lanes of 4 bytes to take from x (0 to 3) and y (4 to 7): reversed, one copied, interleaved, halves joined. Only by
 * themselves: V8 13.6 joins i64x2.extend_low_i32x4_u of a shuffle wrongly, and loops of ours have no such thing.
 */
const shuffles = [
  [3, 2, 1, 0],
  [0, 0, 0, 0],
  [2, 2, 2, 2],
  [0, 4, 1, 5],
  [2, 6, 3, 7],
  [0, 2, 4, 6],
  [2, 3, 4, 5],
  [4, 5, 2, 3],
] as const;

const kinds: readonly Kind[] = ['f32', 'f64', 'i32', 'i64'];

function alone(fma: boolean): Case[] {
  const list: Case[] = [];
  for (const kind of kinds) {
    for (const op of binary[kind]) {
      list.push({ name: op, kind, emit: (code, x, y) => push(code, op, x, y) });
      list.push({ name: `${op} of a constant`, kind, emit: (code, x, _y, k) => push(code, op, k, x) });
    }
    for (const op of unary[kind]) list.push({ name: op, kind, emit: (code, x) => push(code, op, x) });
    for (const op of compare[kind]) {
      list.push({ name: op, kind, emit: (code, x, y) => choose(code, op, x, y) });
    }
  }
  for (const kind of ['i32', 'i64'] as const) {
    for (const op of shift[kind]) list.push({ name: op, kind, emit: (code, x) => shiftBy(code, op, x, 5) });
  }
  for (const kind of ['f32', 'f64'] as const) {
    if (!fma) break;
    for (const op of fused[kind]) list.push({ name: op, kind, emit: (code, x, y, k) => push(code, op, x, y, k) });
  }
  for (const four of shuffles) {
    list.push({ name: `shuffle ${four.join(' ')}`, kind: 'i32', emit: (code, x, y) => shuffle(code, four, x, y) });
  }
  for (const { op, kind } of converting) list.push({ name: op, kind, emit: (code, x) => push(code, op, x) });
  return list;
}

function push(code: Code, op: Plain, ...operands: readonly Local[]): void {
  for (const operand of operands) code.get(operand);
  code.op(op);
}

/** x where the comparison holds, y elsewhere. */
function choose(code: Code, op: Plain, x: Local, y: Local): void {
  code.get(x);
  code.get(y);
  push(code, op, x, y);
  code.op('v128.bitselect');
}

function shiftBy(code: Code, op: Plain, x: Local, by: number): void {
  code.get(x);
  code.i32(by);
  code.op(op);
}

function shuffle(code: Code, four: readonly number[], x: Local, y: Local): void {
  code.get(x);
  code.get(y);
  code.shuffle(four.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)));
}

/** Long enough to meet operations in each other's registers, short enough to be joined whole. */
const steps = 24;
const mixturesOfKind = 6;

/** A mixture of `steps` operations of one kind, each of earlier values; the seed alone decides which. */
function mixture(kind: Kind, seed: number, fma: boolean): Case {
  return {
    name: `mixture ${seed} of ${lanes[kind]}`,
    kind,
    emit(code, x, y, k) {
      const random = generator(seed);
      const one = <T>(list: readonly T[]): T => list[random() % list.length];
      const values = [x, y, k];
      const recent = () => values[Math.max(0, values.length - 1 - (random() % 6))];
      const whole = kind === 'i32' || kind === 'i64';
      for (let i = 0; i < steps; i++) {
        const sort = random() % 8;
        if (sort === 0) choose(code, one(compare[kind]), recent(), recent());
        else if (sort === 1 && whole) shiftBy(code, one(shift[kind]), recent(), random() % 8);
        else if (sort === 1 && fma && !whole) push(code, one(fused[kind]), recent(), recent(), recent());
        else if (sort === 2) push(code, one(unary[kind]), recent());
        else push(code, one(binary[kind]), recent(), recent());
        const made = code.local('v128');
        code.set(made);
        values.push(made);
      }
      code.get(values[values.length - 1]);
      for (const made of values.slice(3)) code.release(made);
    },
  };
}

/** Maps of two operands and a constant; with fused multiply-add where the engine has it. */
export const pairCases = (fma: boolean): readonly Case[] => [
  ...alone(fma),
  ...kinds.flatMap((kind, n) => Array.from({ length: mixturesOfKind }, (_, i) => mixture(kind, 100 * n + i + 1, fma))),
];

/** Running sums, products and extrema. */
export const reductions: readonly Reduction[] = [
  ...(['f32', 'f64'] as const).flatMap((kind): Reduction[] => [
    reduction(kind, 'add'),
    reduction(kind, 'max'),
    {
      name: `sum of products of ${lanes[kind]}`,
      kind,
      emit(code, accumulator, x, y) {
        code.get(accumulator);
        push(code, `${lanes[kind]}.mul`, x, y);
        code.op(`${lanes[kind]}.add`);
      },
    },
  ]),
  reduction('i32', 'add'),
  reduction('i64', 'add'),
];

function reduction(kind: Kind, op: string): Reduction {
  const name = `${lanes[kind]}.${op}` as Plain;
  return { name: `running ${name}`, kind, emit: (code, accumulator, x) => push(code, name, accumulator, x) };
}

/** Marsaglia's xorshift32 ("Xorshift RNGs", 2003). */
function generator(seed: number): () => number {
  let state = Math.imul(seed, 0x9e37_79b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const edges = [
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  NaN,
  0.5,
  -2.5,
  1e-40,
  -1e-310,
  3e38,
  1.5e308,
  16_777_217,
  -7e9,
  2.25,
];

/** Operand number `which` of a kind: so many vectors of edges among random numbers. */
export function operand(kind: Kind, which: number, vectors: number): Uint8Array<ArrayBuffer> {
  const random = generator(kinds.indexOf(kind) * 3 + which + 1);
  const words = Uint32Array.from({ length: 4 * vectors }, random);
  if (kind === 'i32' || kind === 'i64') return new Uint8Array(words.buffer);
  const floats = kind === 'f32' ? new Float32Array(words.buffer) : new Float64Array(words.buffer);
  for (let i = 0; i < floats.length; i++) {
    const draw = random();
    floats[i] = draw % 3 === 0 ? edges[(draw >>> 8) % edges.length] : (draw / 2 ** 32 - 0.5) * 2 ** (draw % 9);
  }
  return new Uint8Array(words.buffer);
}
