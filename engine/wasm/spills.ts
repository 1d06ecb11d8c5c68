// Values of a loop's body that wait in memory while a rare branch is passed, until an instruction asks for them.

import type { Code, Local } from './assembler.ts';

/** Memory that is this thread's own: its size, and what leaves its address on the stack. */
export interface Scratch {
  readonly bytes: number;
  readonly push: (code: Code) => void;
}

/** The vectors of each value by its number; undefined where it is not in locals. */
export type Vectors = (readonly Local[] | undefined)[];

/**
 * Moves values from locals to slots of the scratch and back. A value is stored once, however many branches it outlives; its
 * slot starts at a multiple of 32 bytes, so that its vectors stand in pairs. Constants are not kept but made anew.
 */
export class Spills {
  readonly #code: Code;
  readonly #scratch: Scratch;
  readonly #locals: Vectors;
  /** What puts a constant into a local; null for any other value. */
  readonly #constant: (id: number) => ((local: Local) => void) | null;
  readonly #parts: (id: number) => number;
  readonly #slots = new Map<number, number>();
  /** Slots that are free again, by how many pairs of vectors they hold. */
  readonly #free = new Map<number, number[]>();
  #top = 0;
  #base: Local | null = null;

  constructor(
    code: Code,
    scratch: Scratch,
    locals: Vectors,
    parts: (id: number) => number,
    constant: (id: number) => ((local: Local) => void) | null,
  ) {
    this.#code = code;
    this.#scratch = scratch;
    this.#locals = locals;
    this.#parts = parts;
    this.#constant = constant;
  }

  /** Brings a value into locals. */
  fetch(id: number): void {
    if (this.#locals[id] !== undefined) return;
    const code = this.#code;
    const make = this.#constant(id);
    if (make !== null) {
      const local = code.local('v128');
      make(local);
      this.#locals[id] = Array.from({ length: this.#parts(id) }, () => local);
      return;
    }
    const at = this.#slots.get(id)!;
    this.#locals[id] = Array.from({ length: this.#parts(id) }, (_, part) => {
      const local = code.local('v128');
      code.get(this.#address());
      code.mem('v128.load', at + 16 * part);
      code.set(local);
      return local;
    });
  }

  /** Puts vectors into a slot that is the value's from now on; null where there is no room for it. */
  keep(id: number, vectors: readonly Local[]): ((part: number) => void) | null {
    const at = this.#take(Math.ceil(vectors.length / 2));
    if (at === null) return null;
    this.#slots.set(id, at);
    const write = (part: number): void => {
      this.#code.get(this.#address());
      this.#code.get(vectors[part]);
      this.#code.mem('v128.store', at + 16 * part);
    };
    vectors.forEach((_, part) => write(part));
    return write;
  }

  /** Makes sure that a value can be fetched when its locals are gone; false where there is no room for it. */
  save(id: number): boolean {
    const vectors = this.#locals[id];
    return (
      vectors === undefined || this.#slots.has(id) || this.#constant(id) !== null || this.keep(id, vectors) !== null
    );
  }

  /** Gives back the locals of a value. */
  leave(id: number): void {
    for (const local of new Set(this.#locals[id])) this.#code.release(local);
    this.#locals[id] = undefined;
  }

  /** Forgets a value that no instruction will ask for. */
  drop(id: number): void {
    this.leave(id);
    const at = this.#slots.get(id);
    if (at === undefined) return;
    this.#slots.delete(id);
    const pairs = Math.ceil(this.#parts(id) / 2);
    const list = this.#free.get(pairs);
    if (list === undefined) this.#free.set(pairs, [at]);
    else list.push(at);
  }

  /** Nothing is fetched any more. */
  end(): void {
    if (this.#base !== null) this.#code.release(this.#base);
  }

  #take(pairs: number): number | null {
    const free = this.#free.get(pairs)?.pop();
    if (free !== undefined) return free;
    const at = this.#top;
    if (at + 32 * pairs > this.#scratch.bytes) return null;
    this.#top += 32 * pairs;
    return at;
  }

  #address(): Local {
    if (this.#base === null) {
      this.#base = this.#code.local('i32');
      this.#scratch.push(this.#code);
      this.#code.set(this.#base);
    }
    return this.#base;
  }
}
