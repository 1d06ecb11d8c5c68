// The inside of a transposing copy: square tiles that are turned in registers.

import type { Dim } from './copy.ts';
import type { Expr, Variable, Writer } from './writer.ts';
import { bitsOfSize } from './writer.ts';

const tileOf = (bytes: number): number => (bytes === 1 ? 8 : 16 / bytes);

/** Whether tiles fit in both axes. */
export const canTranspose = (bytes: number, fast: Dim, last: Dim): boolean =>
  fast.n >= tileOf(bytes) && last.n >= tileOf(bytes);

/**
 * out[a][b] = x[b][a]: `fast` is contiguous in x, `last` in the output; a from `from` up to `to`. Strips of tiles along the
 * output, as wide as half a cache line of x.
 */
export function transposeTiles(
  w: Writer,
  bytes: number,
  fast: Dim,
  last: Dim,
  x: Expr,
  y: Expr,
  from: Expr,
  to: Expr,
): void {
  const tile = tileOf(bytes);
  const [rowX, rowY] = [last.from * bytes, fast.to * bytes];
  const a = w.variable('i32', from);
  const [f, t, b] = [w.variable('i32'), w.variable('i32'), w.variable('i32')];
  // Immediate offsets are not negative.
  const at = (base: Expr, offset: number): [Expr, number] => (offset < 0 ? [w.plus(base, offset), 0] : [base, offset]);
  const strip = (tiles: number): void => {
    f.set(w.add(x, w.times(a, bytes)));
    t.set(w.add(y, w.times(a, rowY)));
    w.range(b, w.i32(0), w.i32(last.n - (last.n % tile)), tile, () => {
      for (let k = 0; k < tiles; k++) {
        turn(
          w,
          bytes,
          (j) => at(f, j * rowX + k * tile * bytes),
          (i) => [t, (k * tile + i) * rowY],
        );
      }
      f.set(w.plus(f, tile * rowX));
      t.set(w.plus(t, tile * bytes));
    });
    // What is left of the last axis, element by element.
    const { load, store } = bitsOfSize(bytes);
    for (let j = 0; j < last.n % tile; j++) {
      for (let i = 0; i < tiles * tile; i++) {
        const [base, offset] = at(f, j * rowX + i * bytes);
        w.store(store, t, w.load(load, base, offset), i * rowY + j * bytes);
      }
    }
  };
  const wide = 2 * tile;
  w.while(w.op('i32.le_s', w.plus(a, wide), to), () => {
    strip(2);
    a.set(w.plus(a, wide));
  });
  w.while(w.op('i32.le_s', w.plus(a, tile), to), () => {
    strip(1);
    a.set(w.plus(a, tile));
  });
  const { load, store } = bitsOfSize(bytes);
  w.while(w.op('i32.lt_s', a, to), () => {
    f.set(w.add(x, w.times(a, bytes)));
    t.set(w.add(y, w.times(a, rowY)));
    w.range(b, w.i32(0), w.i32(last.n), 1, () => {
      w.store(store, t, w.load(load, f));
      f.set(w.plus(f, rowX));
      t.set(w.plus(t, bytes));
    });
    a.set(w.plus(a, 1));
  });
}

/** Elements of two vectors in turn, from byte `start` of each on. */
const interleave = (bytes: number, start: number): number[] =>
  Array.from({ length: 16 }, (_, i) => {
    const k = Math.floor(i / bytes);
    return (k % 2) * 16 + start + Math.floor(k / 2) * bytes + (i % bytes);
  });

type Place = (row: number) => readonly [Expr, number];

/**
 * One tile: 2 × 2 of 8 bytes, 4 × 4 of 4, 8 × 8 of one. Interleaving the first half of the elements with the second
 * rotates the bits of an element's position by one: as often as a row number has bits, it swaps rows and columns.
 */
function turn(w: Writer, bytes: number, from: Place, to: Place): void {
  const tile = tileOf(bytes);
  // Rows of eight bytes share a vector in pairs.
  const paired = bytes === 1;
  let vectors = Array.from({ length: paired ? tile / 2 : tile }, (_, j): Variable => {
    const [base, offset] = from(paired ? 2 * j : j);
    const v = w.variable('v128', w.load(paired ? 'v128.load64_zero' : 'v128.load', base, offset));
    if (paired) {
      const [second, more] = from(2 * j + 1);
      v.set(() => {
        second();
        v();
        w.code.memLane('v128.load64_lane', more, 1);
      });
    }
    return v;
  });
  const half = vectors.length / 2;
  for (let width = 1; width < tile; width *= 2) {
    const before = vectors;
    vectors = before.map((_v, j) => {
      const k = j >> 1;
      return w.variable('v128', w.shuffle(interleave(bytes, (j % 2) * 8), before[k], before[k + half]));
    });
  }
  for (let i = 0; i < tile; i++) {
    const [base, offset] = to(i);
    if (paired) {
      base();
      vectors[i >> 1]();
      w.code.memLane('v128.store64_lane', offset, i % 2);
    } else w.store('v128.store', base, vectors[i], offset);
  }
}
