// Elements in registers: straight code is gathered instruction by instruction, and what lives on between runs of it is in locals.

import type { DType } from '../ir/aval.ts';
import { itemBytes } from '../ir/aval.ts';
import { loadVector, storeVector } from './access.ts';
import type { Code, Local } from './assembler.ts';
import type { Instr, Surroundings } from './body.ts';
import { Body, emitBody, widthOf } from './body.ts';
import { kindOf, maskAs } from './convert.ts';
import type { Kind, Vec } from './lanes.ts';
import type { KernelContext } from './kernel.ts';
import { integerPower } from './integer-power.ts';
import { functionOf } from './outline.ts';
import { lanesOf } from './vocabulary.ts';

/** Elements in memory, at an offset from what a local holds: one, in all lanes, or two side by side. */
export interface Spot {
  readonly pointer: Local | null;
  readonly at: number;
  readonly dtype: DType;
  readonly count: 1 | 2;
}

/** A vector of two elements, or one in its first lane; of what the other lanes hold nothing is known but where it is `spread`. */
export class Cell {
  readonly kind: Kind;
  /** All lanes are the first. */
  readonly spread: boolean;
  /** Where it comes from, if it is not computed. */
  readonly from: { readonly bits: bigint } | { readonly spot: Spot } | null;
  /** Where it is kept from one run of instructions to the next. */
  local: Local | null = null;
  /** The instruction that has it in the current run. */
  vec: Vec | null = null;
  run = -1;

  constructor(kind: Kind, spread: boolean, from: Cell['from'] = null) {
    this.kind = kind;
    this.spread = spread;
    this.from = from;
  }
}

/** An element: the first or the second lane of a cell. */
export interface Ref {
  readonly cell: Cell;
  readonly lane: 0 | 1;
}

type Outside = Pick<Surroundings, 'constant' | 'scalar' | 'power' | 'call'>;
type Source = { readonly local: Local } | { readonly spot: Spot };
type Target = { readonly local: Local } | { readonly spot: Spot };

export class Registers {
  readonly code: Code;
  readonly context: KernelContext;
  /** The cells that later runs need. */
  readonly #live: () => Iterable<Cell>;
  body = new Body();
  #run = 0;
  #sources: Source[] = [];
  #targets: Target[] = [];
  readonly #known = new Map<string, number>();
  /** Instructions whose second lane matters. */
  #double = new Set<Instr>();
  readonly #spread = new Map<number, boolean>();

  constructor(context: KernelContext, code: Code, live: () => Iterable<Cell>) {
    this.context = context;
    this.code = code;
    this.#live = live;
  }

  constant(kind: Kind, bits: bigint): Cell {
    return new Cell(kind, true, { bits });
  }

  inMemory(spot: Spot): Cell {
    return new Cell(kindOf[spot.dtype], spot.count === 1, { spot });
  }

  /** The cell of a local that is set by other code. */
  inLocal(kind: Kind, local: Local, spread: boolean): Cell {
    const cell = new Cell(kind, spread);
    cell.local = local;
    return cell;
  }

  /** The cell of what an instruction of the current run computes. */
  made(vec: Vec): Cell {
    const bits = this.body.constantBits(vec);
    if (bits !== null) return this.constant(vec.kind, bits);
    const cell = new Cell(vec.kind, this.#isSpread(vec.id));
    cell.vec = vec;
    cell.run = this.#run;
    return cell;
  }

  #isSpread(id: number): boolean {
    const known = this.#spread.get(id);
    if (known !== undefined) return known;
    const instr = this.body.instrs[id];
    const spread =
      instr.op === 'pair'
        ? instr.lanes[0] === instr.lanes[1]
        : ['const', 'plain', 'shift', 'widen', 'narrow'].includes(instr.op) &&
          instr.args.every((arg) => this.#isSpread(arg));
    this.#spread.set(id, spread);
    return spread;
  }

  /** The vector of a cell, in the current run. */
  vec(cell: Cell): Vec {
    if (cell.vec !== null && cell.run === this.#run) return cell.vec;
    const { from, kind, local } = cell;
    let vec: Vec;
    if (from !== null && 'bits' in from) {
      vec = { ...this.body.add({ op: 'const', kind, args: [], bits: from.bits }), kind };
    } else {
      const source: Source = local !== null ? { local } : { spot: (from as { spot: Spot }).spot };
      vec = this.body.add({ op: 'load', kind, args: [], source: this.#sourceOf(source) });
      this.#spread.set(vec.id, cell.spread);
    }
    cell.vec = vec;
    cell.run = this.#run;
    return vec;
  }

  #sourceOf(source: Source): number {
    const key =
      'local' in source
        ? `${source.local}`
        : `${source.spot.pointer} ${source.spot.at} ${source.spot.dtype} ${source.spot.count}`;
    const known = this.#known.get(key) ?? this.#sources.push(source) - 1;
    this.#known.set(key, known);
    return known;
  }

  /** An element in the first lane. */
  scalar({ cell, lane }: Ref): Vec {
    const x = this.vec(cell);
    return lane === 0 || cell.spread ? x : this.#pair(x, x, [1, 1]);
  }

  /** Two elements side by side; of a single one nothing is said about the second lane. */
  pair(low: Ref, high: Ref | null): Vec {
    if (high === null) return this.scalar(low);
    let [x, y] = [this.vec(low.cell), this.vec(high.cell)];
    if (low.cell === high.cell) {
      if (low.cell.spread || (low.lane === 0 && high.lane === 1)) return x;
      return this.#pair(x, x, [low.lane, high.lane]);
    }
    if (x.kind !== y.kind) [x, y] = [this.narrowMask(x), this.narrowMask(y)];
    return this.#pair(x, y, [low.lane, high.lane === 0 ? 2 : 3]);
  }

  /** Whether that takes an instruction. */
  pairCosts(low: Ref, high: Ref | null): number {
    if (high === null) return low.lane === 0 || low.cell.spread ? 0 : 1;
    return low.cell === high.cell && (low.cell.spread || (low.lane === 0 && high.lane === 1)) ? 0 : 1;
  }

  #pair(x: Vec, y: Vec, lanes: readonly [number, number]): Vec {
    return this.body.add({ op: 'pair', kind: x.kind, args: [x.id, y.id], lanes });
  }

  /** A mask as wide as those in memory and in what loops carry. */
  narrowMask(x: Vec): Vec {
    return x.kind === 'm64' ? maskAs(lanesOf(this.body, 'm64', false), x, 32) : x;
  }

  /** Both lanes of what is computed from some operands matter. */
  both(result: Vec, operands: readonly Vec[]): void {
    const stop = new Set(operands.map((x) => x.id));
    const stack = [result.id];
    while (stack.length > 0) {
      const id = stack.pop()!;
      const instr = this.body.instrs[id];
      if (stop.has(id) || this.#double.has(instr)) continue;
      this.#double.add(instr);
      stack.push(...instr.args);
    }
  }

  /** Sets a local when the run ends. */
  keep(local: Local, x: Vec): void {
    this.body.store(this.#targets.push({ local }) - 1, x);
  }

  /** Writes the first lane, or both, to memory when the run ends. */
  write(spot: Spot, x: Vec): void {
    const value = this.narrowMask(x);
    this.body.store(this.#targets.push({ spot }) - 1, value);
  }

  /** Ends the run: its instructions become code, and what later ones need is in locals. */
  end(): void {
    for (const cell of this.#live()) {
      if (cell.run !== this.#run || cell.vec === null || cell.local !== null || cell.from !== null) continue;
      cell.local = this.code.local('v128');
      this.keep(cell.local, cell.vec);
    }
    emitBody(this.code, this.body, 2, this.#surroundings());
    this.#run++;
    this.body = new Body();
    this.#sources = [];
    this.#targets = [];
    this.#known.clear();
    this.#double = new Set();
    this.#spread.clear();
  }

  /** What bodies need whatever they read and write. */
  outside(): Outside {
    const { module, constant, scalar } = this.context;
    const outside: Outside = {
      constant,
      scalar,
      power: (width) => integerPower(module, width),
      call: (name, of, kind, arity) => functionOf(module, name, of, kind, arity, outside),
    };
    return outside;
  }

  #surroundings(): Surroundings {
    const [sources, targets, double] = [this.#sources, this.#targets, this.#double];
    return {
      ...this.outside(),
      lanes: (instr) => (double.has(instr) ? 2 : 1),
      load: (code, number, kind) => {
        const source = sources[number];
        if ('local' in source) code.get(source.local);
        else {
          const { dtype, count } = source.spot;
          loadVector(
            code,
            dtype,
            kind,
            { ...walkOf(source.spot), stride: count === 1 ? 0 : itemBytes(dtype) },
            0,
            count,
          );
        }
      },
      store: (code, number, kind, _part, _count, value) => {
        const target = targets[number];
        if ('local' in target) {
          code.get(value);
          code.set(target.local);
        } else storeElements(code, target.spot, kind, value);
      },
    };
  }

  /** Ends the run with an element in a local. */
  settled(ref: Ref): Local {
    const local = this.code.local('v128');
    this.keep(local, this.narrowMask(this.scalar(ref)));
    this.end();
    return local;
  }

  /** Ends the run with an element on the stack, as an integer of 64 bits. */
  pushInteger(ref: Ref): void {
    this.code.get(this.settled(ref));
    this.code.lane('i64x2.extract_lane', 0);
  }
}

const walkOf = ({ pointer, at }: Spot) => ({
  index: (code: Code): void => {
    if (pointer === null) code.i32(0);
    else code.get(pointer);
  },
  offset: at,
});

/** Lane by lane: pairs of stores of whole vectors are where V8 begins to join what leads to them. */
function storeElements(code: Code, spot: Spot, kind: Kind, value: Local): void {
  const { dtype, count } = spot;
  const bytes = itemBytes(dtype);
  const walk = walkOf(spot);
  if (bytes === 1) {
    storeVector(code, dtype, kind, { ...walk, stride: bytes }, 0, count, value);
    return;
  }
  for (let lane = 0; lane < count; lane++) {
    walk.index(code);
    code.get(value);
    code.memLane(widthOf(kind) === 64 ? 'v128.store64_lane' : 'v128.store32_lane', walk.offset + lane * bytes, lane);
  }
}
