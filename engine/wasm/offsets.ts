// Where in arrays the elements of a turn are, for loops that read and write them where they lie.

import type { Code, Local } from './assembler.ts';

/** Addresses that turns move, each computed once a turn. */
export class Offsets {
  readonly #code: Code;
  readonly #turn: Local;
  readonly #known = new Map<string, Local>();
  readonly #locals = new Map<string, Local>();

  constructor(code: Code, turn: Local) {
    this.#code = code;
    this.#turn = turn;
  }

  /** A turn begins. */
  clear(): void {
    this.#known.clear();
  }

  /** turn · bytes, from what a local holds. */
  of(bytes: number, from: Local | null): Local {
    return this.#once(`${bytes} ${from}`, from, () => this.#code.i32(bytes));
  }

  ofStack(base: Local, row: Local): Local {
    return this.#once(`stack ${base} ${row}`, base, () => this.#code.get(row));
  }

  #once(key: string, from: Local | null, bytes: () => void): Local {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const code = this.#code;
    const local = this.#locals.get(key) ?? code.local('i32');
    this.#locals.set(key, local);
    code.get(this.#turn);
    bytes();
    code.op('i32.mul');
    if (from !== null) {
      code.get(from);
      code.op('i32.add');
    }
    code.set(local);
    this.#known.set(key, local);
    return local;
  }
}
