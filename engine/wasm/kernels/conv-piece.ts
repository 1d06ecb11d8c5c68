// What the convolutions along features and along places share: the scratch of a piece, what a piece begins with, and the plain
// loop that it turns to where the zeros of the padding would meet a weight that is not finite.

import type { Code, FunctionRef, Local, Module } from '../assembler.ts';
import { push, sum } from './addresses.ts';
import { allFinite } from './conv-emit.ts';
import type { Geometry } from './conv-geometry.ts';
import { meetsPadding } from './conv-geometry.ts';
import type { Layout, TapTables } from './conv-input.ts';
import { emitTable } from './conv-input.ts';
import type { Bounds, Parts } from './conv-parts.ts';
import { boundsOf } from './conv-parts.ts';
import { plainFunction } from './conv-plain.ts';

/** Where things lie in the scratch of a piece, in bytes. */
export interface Scratch {
  readonly taps: number;
  /** The table of updates of each combination of phases. */
  readonly tables: readonly number[];
  /** The packed weights of each combination. */
  readonly packed: readonly number[];
  readonly packedBytes: number;
  /** The copy of the input. */
  readonly copy: number;
  readonly sums: number;
  readonly bytes: number;
}

/** The scratch for so many updates, and bytes of packed weights, of each combination. */
export function scratchOf(
  tables: TapTables,
  depths: readonly number[],
  packedBytes: readonly number[],
  copyBytes: number,
  sumBytes: number,
): Scratch {
  let bytes = 0;
  const reserve = (n: number): number => {
    const at = bytes;
    bytes += Math.ceil(n / 64) * 64;
    return at;
  };
  const taps = reserve(tables.bytes.length);
  const tablesAt = depths.map((k) => reserve(4 * k));
  const packed = packedBytes.map((n) => reserve(n));
  const copy = reserve(copyBytes);
  const sums = reserve(sumBytes);
  return { taps, tables: tablesAt, packed, packedBytes: copy - packed[0], copy, sums, bytes };
}

/** What a convolution is cut into, and how its input lies. */
interface Plan {
  readonly g: Geometry;
  readonly layout: Layout;
  readonly tables: TapTables;
  /** The tables as they stand in the module. */
  readonly segment: number;
  /** Updates of each combination of phases. */
  readonly depths: readonly number[];
  readonly scratch: Scratch;
  readonly parts: Parts;
  /** What the parts are parts of. */
  readonly totals: Parts;
}

/** A piece in its function (x, weight, out, scratch, chunk) → (). */
export interface Piece {
  readonly x: Local;
  readonly w: Local;
  readonly out: Local;
  /** Its own scratch, and what lies there. */
  readonly my: Local;
  readonly copy: Local;
  readonly sums: Local;
  readonly taps: Local;
  readonly bounds: Readonly<Record<keyof Parts, Bounds>>;
}

/** Finds a piece's bounds and scratch, and writes its tables. */
export function beginPiece(code: Code, { g, layout, tables, segment, depths, scratch, parts, totals }: Plan): Piece {
  const [x, w, out, all, chunk] = [0, 1, 2, 3, 4].map((i) => code.param(i));
  const my = sum(code, 0, all, [chunk, scratch.bytes]);
  const bounds = boundsOf(code, chunk, parts, totals);
  const copy = sum(code, scratch.copy, my);
  const sums = sum(code, scratch.sums, my);
  push(code, scratch.taps, my);
  code.i32(0);
  code.i32(tables.bytes.length);
  code.memoryInit(segment);
  const taps = sum(code, scratch.taps, my);
  g.combinations.forEach(({ phases }, i) => {
    if (depths[i] === 0) return;
    const to = sum(code, scratch.tables[i], my);
    emitTable(code, g, layout, tables, phases, taps, to);
    code.release(to);
  });
  return { x, w, out, my, copy, sums, taps, bounds };
}

/** Zeros at a place of the piece's scratch. */
export function clear(code: Code, { my }: Piece, at: number, bytes: number): void {
  push(code, at, my);
  code.i32(0);
  code.i32(bytes);
  code.memoryFill();
}

/** Tells whether weights are finite, and computes without padding; null where no tap meets any. */
export interface Guard {
  readonly finite: FunctionRef;
  readonly plain: FunctionRef;
}

export const guardOf = (module: Module, g: Geometry): Guard | null =>
  meetsPadding(g.axes) ? { finite: allFinite(module, g.dtype), plain: plainFunction(module, g) } : null;

/** The piece's part of a group by the plain loop; `features` leaves the first and the end of its features on the stack. */
export function runPlain(
  code: Code,
  { plain }: Guard,
  { x, w, out, bounds }: Piece,
  group: Local,
  features: () => void,
  rows: Bounds | number,
): void {
  for (const p of [x, w, out, bounds.images.from, bounds.images.to, group]) code.get(p);
  push(code, 1, group);
  features();
  if (typeof rows === 'number') {
    code.i32(0);
    code.i32(rows);
  } else {
    code.get(rows.from);
    code.get(rows.to);
  }
  code.call(plain);
}
