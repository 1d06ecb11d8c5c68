// What turns of a loop give where their number is not known: rows on a stack past all arrays.

import type { Node } from '../ir/graph.ts';
import type { Code, Local } from './assembler.ts';
import type { Draft } from './lay-out.ts';
import { cells } from './lay-out.ts';

/**
 * What turns give where their number is not known: rows on a stack past all arrays. A stacked value's own place holds the
 * address of its first element and the bytes from one turn's to the next's, 32 bits each.
 */
export class Stacks {
  readonly #draft: Draft;

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  /** Remembers how far the stack reaches. */
  mark(code: Code, low: Local): void {
    code.i32(cells.top);
    code.mem('i32.load');
    code.set(low);
  }

  /** Lets go of what was stacked since. */
  release(code: Code, low: Local): void {
    code.i32(cells.top);
    code.get(low);
    code.mem('i32.store');
  }

  /**
   * A while loop begins: how many turns have been counted, where its own are segments of a loop and those count that loops
   * inside of it make.
   */
  begin(code: Code, { attrs }: Node): Local | null {
    if (attrs['segments'] !== true) return null;
    const before = code.local('i64');
    code.i32(cells.turns);
    code.mem('i64.load');
    code.set(before);
    return before;
  }

  /** Stops where a loop that is in turn i has made more turns than it may. */
  bound(code: Code, i: Local, before: Local | null): void {
    if (before === null) {
      code.get(i);
      code.i32(cells.most);
      code.mem('i32.load');
      code.op('i32.gt_s');
    } else {
      code.i32(cells.turns);
      code.mem('i64.load');
      code.get(before);
      code.op('i64.sub');
      code.i32(cells.most);
      code.mem('i32.load');
      code.op('i64.extend_i32_u');
      code.op('i64.gt_s');
    }
    code.if(() => {
      code.i32(0);
      code.call(this.#draft.more);
    });
  }

  /** Adds to the turns of while loops, but for those that are segments. */
  count(code: Code, i: Local, before: Local | null): void {
    if (before !== null) return code.release(before);
    code.i32(cells.turns);
    code.i32(cells.turns);
    code.mem('i64.load');
    code.get(i);
    code.op('i64.extend_i32_u');
    code.op('i64.add');
    code.mem('i64.store');
  }

  /** Raises the top by what is on the stack of operands, unsigned; asks for memory where there is not enough. */
  #raise(code: Code, bytes: Local, wide: boolean): void {
    const { more } = this.#draft;
    const top = code.local('i64');
    code.i32(cells.top);
    code.mem('i32.load');
    code.op('i64.extend_i32_u');
    code.get(bytes);
    if (!wide) code.op('i64.extend_i32_u');
    code.op('i64.add');
    code.set(top);
    const ceiling = (): void => {
      code.i32(cells.ceiling);
      code.mem('i32.load');
      code.op('i64.extend_i32_u');
    };
    code.get(top);
    ceiling();
    code.op('i64.gt_u');
    code.if(() => {
      code.get(top);
      ceiling();
      code.op('i64.sub');
      // More than an address reaches is refused all the same.
      code.i64(0xffffffffn);
      code.get(top);
      code.i64(0xffffffffn);
      code.op('i64.lt_u');
      code.op('select');
      code.op('i32.wrap_i64');
      code.call(more);
    });
    code.i32(cells.top);
    code.get(top);
    code.op('i32.wrap_i64');
    code.mem('i32.store');
    code.release(top);
  }

  /** Room for n rows, from where `base` then says. */
  reserve(code: Code, n: Local, { row }: Row, base: Local): void {
    this.mark(code, base);
    if (row > 0) {
      const bytes = code.local('i64');
      code.get(n);
      code.op('i64.extend_i32_u');
      code.i64(BigInt(row));
      code.op('i64.mul');
      code.set(bytes);
      this.#raise(code, bytes, true);
      code.release(bytes);
    }
  }

  /** Room for one more row, whose address is left in the local that is returned. */
  push(code: Code, { row }: Row): Local {
    const [here, bytes] = [code.local('i32'), code.local('i32')];
    this.mark(code, here);
    code.i32(row);
    code.set(bytes);
    this.#raise(code, bytes, false);
    code.release(bytes);
    return here;
  }
}

/** What one turn gives, in bytes: elements stand at offsets. */
export interface Row {
  readonly offsets: readonly number[];
  readonly row: number;
}

/** Where in a row each of its elements stands, and its bytes. */
export function rowOf(given: readonly number[]): Row {
  let row = 0;
  const offsets = given.map((bytes) => {
    const at = row;
    row += Math.ceil(bytes / 8) * 8;
    return at;
  });
  return { offsets, row };
}

/** Tells where stacked values begin, at the addresses that are theirs. */
export function tell(code: Code, base: Local, { offsets, row }: Row, places: readonly number[]): void {
  places.forEach((place, k) => {
    code.i32(place);
    code.get(base);
    code.i32(offsets[k]);
    code.op('i32.add');
    code.mem('i32.store');
    code.i32(place);
    code.i32(row);
    code.mem('i32.store', 4);
  });
}

/** Begins a run: stacks are empty, and lie past everything that has a place. */
export function emitStart(code: Code, bytes: number): void {
  code.i32(cells.top);
  code.i32(Math.ceil(bytes / 64) * 64);
  code.mem('i32.store');
  code.i32(cells.turns);
  code.i64(0n);
  code.mem('i64.store');
}
