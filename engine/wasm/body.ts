// The body of a loop in SSA form: instructions on vectors, equal ones shared, and how they become WebAssembly.

import { invariant } from '../errors.ts';
import type { Code, FunctionRef, Local } from './assembler.ts';
import type { Kind, Vec } from './lanes.ts';
import type { Plain } from './opcodes.ts';
import type { Scratch, Vectors } from './spills.ts';
import { Spills } from './spills.ts';

/** Bits of a lane. */
export const widthOf = (kind: Kind): 32 | 64 => (kind.endsWith('32') ? 32 : 64);

/** One instruction. `args` are the ids of earlier ones. */
export type Instr =
  /** The bits of a number in every lane, from the pool of constants. */
  | { readonly op: 'const'; readonly kind: Kind; readonly args: readonly number[]; readonly bits: bigint }
  /** What the loop reads: the caller knows how. */
  | { readonly op: 'load'; readonly kind: Kind; readonly args: readonly number[]; readonly source: number }
  | { readonly op: 'plain'; readonly kind: Kind; readonly args: readonly number[]; readonly name: Plain }
  | {
      readonly op: 'shift';
      readonly kind: Kind;
      readonly args: readonly number[];
      readonly name: Plain;
      readonly by: number;
    }
  /** To lanes of 64 bits: the low half by an instruction, the high half by the same after a shuffle. */
  | { readonly op: 'widen'; readonly kind: Kind; readonly args: readonly number[]; readonly name: Plain }
  | { readonly op: 'narrow'; readonly kind: Kind; readonly args: readonly number[] }
  /** Two lanes side by side, each one of the first two of either operand: 0 and 1 of the first, 2 and 3 of the second. */
  | {
      readonly op: 'pair';
      readonly kind: Kind;
      readonly args: readonly number[];
      readonly lanes: readonly [number, number];
    }
  /** A conversion that only scalars have, lane by lane; operand and result are equally wide. */
  | { readonly op: 'lanewise'; readonly kind: Kind; readonly args: readonly number[]; readonly name: Plain }
  /** An operation that only scalars have, on integers, lane by lane; it may stop the program. */
  | { readonly op: 'integers'; readonly kind: Kind; readonly args: readonly number[]; readonly name: IntegerName }
  | { readonly op: 'scalar'; readonly kind: Kind; readonly args: readonly number[]; readonly name: string }
  /** A function of the module, vector by vector; `of` is what it computes, by which `name` it is known. */
  | {
      readonly op: 'call';
      readonly kind: Kind;
      readonly args: readonly number[];
      readonly name: string;
      readonly of: Body;
    }
  /** args: the mask, the value, then the function's operands. */
  | { readonly op: 'rarely'; readonly kind: Kind; readonly args: readonly number[]; readonly name: string }
  /** What the loop writes; no value. */
  | { readonly op: 'store'; readonly kind: Kind; readonly args: readonly number[]; readonly target: number };

export type IntegerName = 'div_s' | 'rem_s' | 'power';

export class Body {
  readonly instrs: Instr[] = [];
  readonly #known = new Map<string, number>();

  /** The instruction's value; an equal one that is there already is shared. */
  add(instr: Instr): Vec {
    const key = keyOf(instr);
    const known = this.#known.get(key);
    if (known !== undefined) return { id: known, kind: instr.kind };
    const id = this.instrs.length;
    this.instrs.push(instr);
    this.#known.set(key, id);
    return { id, kind: instr.kind };
  }

  store(target: number, x: Vec): void {
    this.instrs.push({ op: 'store', kind: x.kind, args: [x.id], target });
  }

  /** The bits of a constant, or null. */
  constantBits(x: Vec): bigint | null {
    const instr = this.instrs[x.id];
    return instr.op === 'const' ? instr.bits : null;
  }

  /** One line an instruction, for people and snapshots. */
  print(): string {
    return this.instrs.map((instr, id) => `%${id} = ${printInstr(instr)}`).join('\n');
  }
}

function keyOf(instr: Instr): string {
  switch (instr.op) {
    case 'const':
      return `${instr.kind} ${instr.bits}`;
    case 'load':
      return `load ${instr.kind} ${instr.source}`;
    case 'plain':
      return `${instr.name} ${instr.kind} ${instr.args.join()}`;
    case 'shift':
      return `${instr.name} ${instr.by} ${instr.args.join()}`;
    case 'store':
      return `store ${instr.target}`;
    case 'narrow':
      return `narrow ${instr.kind} ${instr.args.join()}`;
    case 'pair':
      return `pair ${instr.kind} ${instr.args.join()} ${instr.lanes.join()}`;
    default:
      return `${instr.op} ${instr.kind} ${instr.name} ${instr.args.join()}`;
  }
}

function printInstr(instr: Instr): string {
  const args = instr.args.map((a) => `%${a}`).join(' ');
  switch (instr.op) {
    case 'const':
      return `${instr.kind}.const 0x${instr.bits.toString(16)}`;
    case 'load':
      return `${instr.kind}.load #${instr.source}`;
    case 'store':
      return `${instr.kind}.store #${instr.target} ${args}`;
    case 'shift':
      return `${instr.name} ${args} ${instr.by}`;
    case 'narrow':
      return `${instr.kind}.narrow ${args}`;
    case 'pair':
      return `${instr.kind}.pair ${args} ${instr.lanes.join(' ')}`;
    case 'widen':
      return `widen ${instr.name} ${args}`;
    default:
      return `${instr.op === 'plain' ? '' : `${instr.op} `}${instr.name} ${args}`;
  }
}

/** What a body needs of its surroundings to become code. */
export interface Surroundings {
  /** Bytes where the constant's bits stand in memory. */
  readonly constant: (bits: bigint, width: 32 | 64) => number;
  /** Leaves the `part`-th vector of what the loop reads on the stack; `count` lanes of it matter. */
  readonly load: (code: Code, source: number, kind: Kind, part: number, count: number) => void;
  /** Writes one vector, in a local. */
  readonly store: (code: Code, target: number, kind: Kind, part: number, count: number, value: Local) => void;
  /** The imported scalar function of so many floats. */
  readonly scalar: (name: string, arity: number) => FunctionRef;
  /** x to the power y of integers of so many bits; it stops the program where y is negative. */
  readonly power: (width: 32 | 64) => FunctionRef;
  /** Lanes of an instruction that matter, where not all do: what only scalars can do is done for them alone. */
  readonly lanes?: (instr: Instr) => number;
  /** The function that computes a body on so many vectors of a kind. */
  readonly call: (name: string, of: Body, kind: Kind, arity: number) => FunctionRef;
  /**
   * With it what lives across a branch goes through memory, in pairs of vectors, which is what V8 joins: a branch that
   * hands on vectors in locals keeps it from joining any of the loop. What does not fit stays in locals.
   */
  readonly scratch?: Scratch;
}

/** Vectors that `elements` lanes of a kind take. */
export const partsOf = (kind: Kind, elements: number): number => Math.ceil((elements * widthOf(kind)) / 128);

/**
 * Appends the body for `elements` consecutive elements, in blocks of `block`: within one each instruction for all of its
 * vectors, side by side, which is what lets V8 join pairs of them. Lanes past the last element hold anything.
 */
export function emitBody(code: Code, body: Body, elements: number, around: Surroundings, block = elements): void {
  for (let from = 0; from < elements; from += block) {
    emitBlock(code, body, Math.min(block, elements - from), from === 0 ? around : shiftedBy(around, from));
  }
}

/** What stands so many elements further on; a multiple of the lanes of a vector. */
const shiftedBy = (around: Surroundings, elements: number): Surroundings => ({
  ...around,
  load: (code, source, kind, part, count) => around.load(code, source, kind, partsOf(kind, elements) + part, count),
  store: (code, target, kind, part, count, value) =>
    around.store(code, target, kind, partsOf(kind, elements) + part, count, value),
});

function emitBlock(code: Code, body: Body, elements: number, around: Surroundings): void {
  const { instrs } = body;
  const needed = neededOf(instrs);
  const lastUse = new Array<number>(instrs.length).fill(-1);
  instrs.forEach((instr, id) => {
    if (needed[id]) for (const arg of instr.args) lastUse[arg] = id;
  });
  const locals: Vectors = [];
  /** What a later instruction needs. */
  const alive = new Set<number>();
  const spills = spillsOf(code, body, elements, locals, around);
  instrs.forEach((instr, id) => {
    if (!needed[id]) return;
    for (const arg of instr.args) spills?.fetch(arg);
    if (instr.op === 'store') {
      // The upper vector of a pair first: in the other order V8 keeps a narrow store beside each wide one.
      const values = locals[instr.args[0]]!;
      const store = (part: number): void =>
        around.store(code, instr.target, instr.kind, part, lanesIn(instr.kind, elements, part), values[part]);
      for (let part = 0; part < values.length; part += 2) {
        if (part + 1 < values.length) store(part + 1);
        store(part);
      }
    } else {
      if (
        instr.op !== 'rarely' ||
        spills === null ||
        !emitThroughMemory(
          code,
          instr,
          id,
          [...alive].filter((k) => lastUse[k] > id),
          elements,
          locals,
          spills,
          around,
        )
      ) {
        locals[id] = emitInstr(code, instr, elements, locals, around);
      }
      alive.add(id);
    }
    for (const arg of instr.args) {
      if (lastUse[arg] !== id || !alive.delete(arg)) continue;
      if (spills !== null) spills.drop(arg);
      else for (const local of new Set(locals[arg])) code.release(local);
    }
  });
  spills?.end();
}

/** What keeps values across rare branches; null where there is no scratch for them. */
function spillsOf(code: Code, body: Body, elements: number, locals: Vectors, around: Surroundings): Spills | null {
  if (around.scratch === undefined || !body.instrs.some((instr) => instr.op === 'rarely')) return null;
  return new Spills(
    code,
    around.scratch,
    locals,
    (id) => partsOf(body.instrs[id].kind, elements),
    (id) => {
      const instr = body.instrs[id];
      return instr.op !== 'const'
        ? null
        : (local) => {
            emitConstant(code, instr.kind, instr.bits, around);
            code.set(local);
          };
    },
  );
}

/** Which instructions a store depends on. */
function neededOf(instrs: readonly Instr[]): boolean[] {
  const needed = instrs.map((instr) => instr.op === 'store');
  for (let id = instrs.length - 1; id >= 0; id--) if (needed[id]) for (const arg of instrs[id].args) needed[arg] = true;
  return needed;
}

function lanesIn(kind: Kind, elements: number, part: number): number {
  const lanes = 128 / widthOf(kind);
  return Math.min(lanes, elements - part * lanes);
}

function emitInstr(
  code: Code,
  instr: Exclude<Instr, { op: 'store' }>,
  elements: number,
  locals: Readonly<Vectors>,
  around: Surroundings,
): Local[] {
  const parts = partsOf(instr.kind, elements);
  if (instr.op === 'const') {
    // One vector for all.
    const value = code.local('v128');
    emitConstant(code, instr.kind, instr.bits, around);
    code.set(value);
    return Array.from({ length: parts }, () => value);
  }
  const results = Array.from({ length: parts }, () => code.local('v128'));
  const lanesOf = (part: number): number =>
    Math.min(lanesIn(instr.kind, elements, part), around.lanes?.(instr) ?? Infinity);
  const arg = (k: number, part: number): void => code.get(locals[instr.args[k]]![part]);
  if (instr.op === 'rarely') {
    emitRarely(code, instr, elements, results, locals, around);
    return results;
  }
  for (let part = 0; part < parts; part++) {
    switch (instr.op) {
      case 'load':
        around.load(code, instr.source, instr.kind, part, lanesIn(instr.kind, elements, part));
        break;
      case 'plain':
        instr.args.forEach((_, k) => arg(k, part));
        code.op(instr.name);
        break;
      case 'call':
        instr.args.forEach((_, k) => arg(k, part));
        code.call(around.call(instr.name, instr.of, instr.kind, instr.args.length));
        break;
      case 'shift':
        arg(0, part);
        code.i32(instr.by);
        code.op(instr.name);
        break;
      case 'widen':
        arg(0, part >> 1);
        if ((part & 1) === 0) code.op(instr.name);
        // Not a shuffle and extend_low, which V8 13.6 joins wrongly at times; nor both halves of one value, which it joins and
        // then aborts, because it has no vector of 128 bits left of a value that was itself joined with another.
        else if (instr.name === 'i64x2.extend_low_i32x4_s') {
          arg(0, part >> 1);
          code.op('v128.and');
          code.op('i64x2.extend_high_i32x4_s');
        } else {
          arg(0, part >> 1);
          code.shuffle(highHalf);
          code.op(instr.name);
        }
        break;
      case 'narrow':
        emitNarrow(code, instr.kind, locals[instr.args[0]]!, part);
        break;
      case 'pair':
        arg(0, part);
        arg(1, part);
        code.shuffle(pairBytes(instr.kind, instr.lanes));
        break;
      case 'lanewise': {
        const [from, to] = lanewise[instr.kind === 'f64' || instr.kind === 'f32' ? 'toFloat' : 'toInteger'];
        code.v128(zeros);
        for (let i = 0; i < lanesOf(part); i++) {
          arg(0, part);
          code.lane(from, i);
          code.op(instr.name);
          code.lane(to, i);
        }
        break;
      }
      case 'integers':
        emitIntegers(code, instr, lanesOf(part), results[part], arg, part, around);
        continue;
      case 'scalar':
        code.v128(zeros);
        code.set(results[part]);
        for (let i = 0; i < lanesOf(part); i++) {
          callLane(code, instr.name, instr.args, instr.kind, part, i, results[part], locals, around);
        }
        continue;
    }
    code.set(results[part]);
  }
  return results;
}

/** result[lane] = x[lane] op y[lane] for so many lanes. */
function emitIntegers(
  code: Code,
  { kind, name }: Extract<Instr, { op: 'integers' }>,
  lanes: number,
  result: Local,
  arg: (k: number, part: number) => void,
  part: number,
  around: Surroundings,
): void {
  const width = widthOf(kind);
  const shape = width === 32 ? 'i32x4' : 'i64x2';
  code.v128(zeros);
  code.set(result);
  for (let i = 0; i < lanes; i++) {
    code.get(result);
    for (const k of [0, 1]) {
      arg(k, part);
      code.lane(`${shape}.extract_lane`, i);
    }
    if (name === 'power') code.call(around.power(width));
    else code.op(`i${width}.${name}`);
    code.lane(`${shape}.replace_lane`, i);
    code.set(result);
  }
}

function emitConstant(code: Code, kind: Kind, bits: bigint, around: Surroundings): void {
  const width = widthOf(kind);
  code.i32(0);
  code.mem(width === 32 ? 'v128.load32_splat' : 'v128.load64_splat', around.constant(bits, width));
}

/** Out of lanes of 64 bits and into them. */
const lanewise = {
  toFloat: ['i64x2.extract_lane', 'f64x2.replace_lane'],
  toInteger: ['f64x2.extract_lane', 'i64x2.replace_lane'],
} as const;
const zeros = new Uint8Array(16);
const highHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
/** The low words of two vectors of 64-bit lanes. */
const lowWords = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
const lowHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** Which bytes of two vectors make a pair; on lanes of 32 bits twice. */
function pairBytes(kind: Kind, [low, high]: readonly [number, number]): number[] {
  const bytes = widthOf(kind) / 8;
  const lane = (l: number): number[] =>
    Array.from({ length: bytes }, (_, i) => (l >= 2 ? 16 : 0) + (l & 1) * bytes + i);
  const pair = [...lane(low), ...lane(high)];
  return bytes === 8 ? pair : [...pair, ...pair];
}

function emitNarrow(code: Code, kind: Kind, from: readonly Local[], part: number): void {
  const low = from[2 * part];
  const high = from[2 * part + 1] ?? low;
  if (kind === 'f32') {
    code.get(low);
    code.op('f32x4.demote_f64x2_zero');
    code.get(high);
    code.op('f32x4.demote_f64x2_zero');
    code.shuffle(lowHalves);
    return;
  }
  code.get(low);
  code.get(high);
  code.shuffle(lowWords);
}

/** result[lane] = f(args[lane] …), floats as f64. */
function callLane(
  code: Code,
  name: string,
  args: readonly number[],
  kind: Kind,
  part: number,
  index: number,
  result: Local,
  locals: Readonly<Vectors>,
  around: Surroundings,
): void {
  invariant(kind === 'f32' || kind === 'f64', `a scalar function gives floats, not ${kind}`);
  code.get(result);
  for (const arg of args) {
    code.get(locals[arg]![part]);
    code.lane(kind === 'f32' ? 'f32x4.extract_lane' : 'f64x2.extract_lane', index);
    if (kind === 'f32') code.op('f64.promote_f32');
  }
  code.call(around.scalar(name, args.length));
  if (kind === 'f32') code.op('f32.demote_f64');
  code.lane(kind === 'f32' ? 'f32x4.replace_lane' : 'f64x2.replace_lane', index);
  code.set(result);
}

/**
 * As emitRarely, with nothing in locals behind the branch: neither the result nor what later instructions need. False, and
 * nothing is emitted but stores, where memory does not hold them.
 */
function emitThroughMemory(
  code: Code,
  instr: Extract<Instr, { op: 'rarely' }>,
  id: number,
  across: readonly number[],
  elements: number,
  locals: Vectors,
  spills: Spills,
  around: Surroundings,
): boolean {
  const [, value] = instr.args;
  if (!across.every((k) => spills.save(k))) return false;
  const vectors = locals[value]!;
  const write = spills.keep(id, vectors);
  if (write === null) return false;
  // The value itself may be needed again: it is patched in the result's slot alone.
  emitPatches(code, instr, elements, vectors, locals, around, write);
  for (const k of across) spills.leave(k);
  return true;
}

/** The value, patched lane by lane where the mask holds; one branch for all vectors. */
function emitRarely(
  code: Code,
  instr: Extract<Instr, { op: 'rarely' }>,
  elements: number,
  results: readonly Local[],
  locals: Readonly<Vectors>,
  around: Surroundings,
): void {
  results.forEach((result, part) => {
    code.get(locals[instr.args[1]]![part]);
    code.set(result);
  });
  emitPatches(code, instr, elements, results, locals, around, () => {});
}

/** Lanes of the results where the mask holds replaced, and then each vector handed on. */
function emitPatches(
  code: Code,
  instr: Extract<Instr, { op: 'rarely' }>,
  elements: number,
  results: readonly Local[],
  locals: Readonly<Vectors>,
  around: Surroundings,
  patched: (part: number) => void,
): void {
  const [mask, , ...operands] = instr.args;
  const masks = locals[mask]!;
  masks.forEach((local, part) => {
    code.get(local);
    if (part > 0) code.op('v128.or');
  });
  code.op('v128.any_true');
  code.if(() => {
    results.forEach((result, part) => {
      const lanes = Math.min(lanesIn(instr.kind, elements, part), around.lanes?.(instr) ?? Infinity);
      for (let i = 0; i < lanes; i++) {
        code.get(masks[part]);
        if (widthOf(instr.kind) === 32) code.lane('i32x4.extract_lane', i);
        else {
          code.lane('i64x2.extract_lane', i);
          code.op('i32.wrap_i64');
        }
        code.if(() => callLane(code, instr.name, operands, instr.kind, part, i, result, locals, around));
      }
      patched(part);
    });
  });
}
