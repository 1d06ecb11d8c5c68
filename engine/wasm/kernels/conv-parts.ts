// How a convolution is cut into pieces that may run at once.

import type { Code, Local } from '../assembler.ts';
import type { Kernel } from '../kernel.ts';
import type { Geometry } from './conv-geometry.ts';

/** Into how many parts each loop is cut; a piece has one part of each. */
export interface Parts {
  readonly images: number;
  readonly groups: number;
  /** Of blocks of features. */
  readonly blocks: number;
  /** Of places of the first axis. */
  readonly rows: number;
}

export const piecesOf = (p: Parts): number => p.images * p.groups * p.blocks * p.rows;

/** A piece is worth at least this much: what is prepared anew in each costs little beside it. */
const leastFlops = 5e7;
const mostPieces = 8;

/** How many pieces a convolution is worth. */
export const piecesWorth = (g: Geometry): number => Math.max(1, Math.min(mostPieces, Math.floor(g.flops / leastFlops)));

/**
 * The cut into about `pieces`: by groups, which share nothing; then by what costs less to prepare twice. Cutting images or rows packs the
 * weight in each piece, cutting blocks copies the input in each.
 */
export function cut(
  g: Geometry,
  limits: { images: number; blocks: number; rows: number },
  copied: boolean,
  pieces: number,
): Parts {
  let wanted = pieces;
  const take = (most: number): number => {
    const n = Math.max(1, Math.min(most, wanted));
    wanted = Math.ceil(wanted / n);
    return n;
  };
  const groups = take(g.groups);
  const kernel = g.axes.reduce((n, axis) => n * axis.kernel, g.channels * g.features);
  const input = g.axes.reduce((n, axis) => n * axis.size, g.channels * g.images);
  const byBlocks = !copied || input < 2 * kernel;
  const blocks = byBlocks ? take(limits.blocks) : 1;
  const images = take(limits.images);
  const rows = take(limits.rows);
  return { images, groups, blocks, rows };
}

/** A kernel with what does all of its pieces at once, as `make` gives it, and prepares everything but once. */
export function withWhole(kernel: Kernel, make: () => Kernel): Kernel {
  if (kernel.chunks === 1) return kernel;
  const { run, scratchBytes } = make();
  return { ...kernel, whole: run, scratchBytes: Math.max(kernel.scratchBytes, scratchBytes) };
}

/** A part of a loop: from, and where it ends. */
export interface Bounds {
  readonly from: Local;
  readonly to: Local;
}

/** The bounds of a piece in each loop. */
export function boundsOf(
  code: Code,
  chunk: Local,
  parts: Parts,
  totals: Parts,
): Record<'images' | 'groups' | 'blocks' | 'rows', Bounds> {
  const left = code.local('i32');
  code.get(chunk);
  code.set(left);
  const bounds = (name: keyof Parts): Bounds => {
    const [n, total] = [parts[name], totals[name]];
    const [from, to] = [code.local('i32'), code.local('i32')];
    for (const [local, more] of [
      [from, 0],
      [to, 1],
    ] as const) {
      if (n === 1) code.i32(more * total);
      else {
        code.get(left);
        code.i32(n);
        code.op('i32.rem_s');
        code.i32(more);
        code.op('i32.add');
        code.i32(total);
        code.op('i32.mul');
        code.i32(n);
        code.op('i32.div_s');
      }
      code.set(local);
    }
    if (n > 1) {
      code.get(left);
      code.i32(n);
      code.op('i32.div_s');
      code.set(left);
    }
    return { from, to };
  };
  const result = { rows: bounds('rows'), images: bounds('images'), blocks: bounds('blocks'), groups: bounds('groups') };
  code.release(left);
  return result;
}
