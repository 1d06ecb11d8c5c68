// Kernels that show whether an engine joins pairs of vectors into wider ones, and whether it does so correctly.
//
// V8's --experimental-wasm-revectorize makes one 256-bit operation of two v128 operations that end in stores to
// adjacent places. Here each operation runs twice: on pairs that lie together, and on the same pairs with a gap between
// their halves, where the pass finds nothing to join. The results must have the same bits.

import type { Code, Local } from './assembler.ts';
import { Module } from './assembler.ts';
import type { Case, Kind, Reduction } from './pair-cases.ts';
import { operand, pairCases, reductions } from './pair-cases.ts';

/** What a host must be able to do with the code of a module. */
export interface Optimizer {
  /** Compiles an exported function with the optimising compiler, at once. */
  optimize(exported: unknown): void;
  /** The size of all optimised code of a module, bytes. */
  codeBytes(module: WebAssembly.Module): number;
}

export interface PairCheck {
  /** Whether pairs are joined. */
  readonly joined: boolean;
  /** The first case whose results had other bits where pairs could be joined. */
  readonly wrong?: string;
}

/** Whether relaxed SIMD's multiply-add is there. */
export function hasFusedMultiplyAdd(): boolean {
  const module = new Module();
  module.function(['v128'], ['v128'], (code) => {
    for (let i = 0; i < 3; i++) code.get(code.param(0));
    code.op('f32x4.relaxed_madd');
  });
  return WebAssembly.validate(module.finish());
}

const iterations = 16;
/** Two vectors each time round. */
const vectors = 2 * iterations;
const casesPerFunction = 8;
const kinds: readonly Kind[] = ['f32', 'f64', 'i32', 'i64'];
/** The bytes before the operands hold a constant of each kind, 16 bytes apart. */
const headBytes = 64;

/** Runs every case both ways, in memory of its own; some twenty milliseconds. */
export function checkPairs(optimizer: Optimizer, fma: boolean): PairCheck {
  const cases = pairCases(fma);
  const [together, apart] = [16, 48].map((gap) => run(cases, gap, optimizer));
  const wrong = [...cases, ...reductions].find(({ kind }, i) => !same(together.results[i], apart.results[i], kind));
  return { joined: together.codeBytes < 0.9 * apart.codeBytes, ...(wrong !== undefined && { wrong: wrong.name }) };
}

interface Run {
  /** 16 bytes for each vector of each case's result. */
  readonly results: readonly Uint8Array<ArrayBuffer>[];
  readonly codeBytes: number;
}

/** Where things lie when the second half of a pair is `gap` bytes behind the first. */
function layout(gap: number) {
  const arrayBytes = iterations * 2 * gap;
  return {
    gap,
    arrayBytes,
    /** Where a vector of an array lies in it. */
    vector: (i: number) => (i >> 1) * 2 * gap + (i & 1) * gap,
    constant: (kind: Kind) => 16 * kinds.indexOf(kind),
    operand: (kind: Kind, which: 0 | 1) => headBytes + (2 * kinds.indexOf(kind) + which) * arrayBytes,
    result: (i: number) => headBytes + (2 * kinds.length + i) * arrayBytes,
  };
}
type Layout = ReturnType<typeof layout>;

function run(cases: readonly Case[], gap: number, optimizer: Optimizer): Run {
  const at = layout(gap);
  const pages = Math.ceil(at.result(cases.length + reductions.length) / 65_536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const bytes = new Uint8Array(memory.buffer);
  for (const kind of kinds) {
    bytes.set(operand(kind, 2, 1), at.constant(kind));
    for (const which of [0, 1] as const) {
      const values = operand(kind, which, vectors);
      for (let i = 0; i < vectors; i++) {
        bytes.set(values.subarray(16 * i, 16 * (i + 1)), at.operand(kind, which) + at.vector(i));
      }
    }
  }
  const module = new WebAssembly.Module(emit(cases, at, pages));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  for (const kernel of Object.values(exports)) {
    optimizer.optimize(kernel);
    (kernel as () => void)();
  }
  const results = Array.from({ length: cases.length + reductions.length }, (_, result) => {
    const gathered = new Uint8Array(16 * vectors);
    for (let i = 0; i < vectors; i++) {
      const from = at.result(result) + at.vector(i);
      gathered.set(bytes.subarray(from, from + 16), 16 * i);
    }
    return gathered;
  });
  return { results, codeBytes: optimizer.codeBytes(module) };
}

function emit(cases: readonly Case[], at: Layout, pages: number): Uint8Array<ArrayBuffer> {
  const module = new Module();
  module.importMemory('env', 'memory', pages, pages, true);
  for (let first = 0; first < cases.length; first += casesPerFunction) {
    const group = cases.slice(first, first + casesPerFunction);
    module.function([], [], (code) => emitLoop(code, group, first, at), `loop${first}`);
  }
  reductions.forEach((reduction, i) => {
    module.function([], [], (code) => emitReduction(code, reduction, at.result(cases.length + i), at), `sum${i}`);
  });
  return module.finish();
}

/** One loop that computes a few cases, each for the two halves of a pair. */
function emitLoop(code: Code, group: readonly Case[], first: number, at: Layout): void {
  const [p, x, y, k] = [code.local('i32'), code.local('v128'), code.local('v128'), code.local('v128')];
  const halves = [code.local('v128'), code.local('v128')];
  code.count(p, 0, at.arrayBytes, 2 * at.gap, () => {
    group.forEach(({ kind, emit }, i) => {
      loadConstant(code, kind, k, at);
      halves.forEach((half, h) => {
        load(code, p, x, at.operand(kind, 0) + h * at.gap);
        load(code, p, y, at.operand(kind, 1) + h * at.gap);
        emit(code, x, y, k);
        code.set(half);
      });
      // Either order of the two stores is joined.
      for (const h of i % 2 === 0 ? [1, 0] : [0, 1]) {
        code.get(p);
        code.get(halves[h]);
        code.mem('v128.store', at.result(first + i) + h * at.gap);
      }
    });
  });
}

/** Accumulators of a pair, which end in stores after the loop. */
function emitReduction(code: Code, { kind, emit }: Reduction, result: number, at: Layout): void {
  const [p, x, y] = [code.local('i32'), code.local('v128'), code.local('v128')];
  const halves = [code.local('v128'), code.local('v128')];
  code.i32(0);
  code.set(p);
  halves.forEach((half, h) => load(code, p, half, at.operand(kind, 1) + h * at.gap));
  code.count(p, 0, at.arrayBytes, 2 * at.gap, () => {
    halves.forEach((half, h) => {
      load(code, p, x, at.operand(kind, 0) + h * at.gap);
      load(code, p, y, at.operand(kind, 1) + h * at.gap);
      emit(code, half, x, y);
      code.set(half);
    });
  });
  halves.forEach((half, h) => {
    code.i32(0);
    code.get(half);
    code.mem('v128.store', result + h * at.gap);
  });
}

function load(code: Code, p: Local, into: Local, offset: number): void {
  code.get(p);
  code.mem('v128.load', offset);
  code.set(into);
}

function loadConstant(code: Code, kind: Kind, into: Local, at: Layout): void {
  code.i32(at.constant(kind));
  code.mem(kind === 'f32' || kind === 'i32' ? 'v128.load32_splat' : 'v128.load64_splat');
  code.set(into);
}

/** The same bits, but for floats any NaN is as good as another: which of two goes on is left to the processor. */
function same(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>, kind: Kind): boolean {
  const [words, others] = [new Int32Array(a.buffer), new Int32Array(b.buffer)];
  if (kind === 'f64') {
    const [xs, ys] = [new Float64Array(a.buffer), new Float64Array(b.buffer)];
    return xs.every((x, i) => Object.is(x, ys[i]));
  }
  if (kind === 'f32') {
    const [xs, ys] = [new Float32Array(a.buffer), new Float32Array(b.buffer)];
    return xs.every((x, i) => Object.is(x, ys[i]));
  }
  return words.every((word, i) => word === others[i]);
}
