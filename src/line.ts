// A line of things that can leave it from anywhere: first in, first out, for what comes and goes thousands of times a second.
//
// A Set does the same, and costs more than it seems to: as it grows and shrinks V8 moves it from table to table, each of
// which holds on to the next. One that has become old keeps all that came after it, and all that stood in them, until the
// next full collection of garbage. What leaves this line holds on to nothing.

/** What can stand in a line, one at a time. The line alone sets these. */
export interface Standing {
  line?: object | undefined;
  before?: Standing | undefined;
  behind?: Standing | undefined;
}

export class Line<T extends Standing> {
  #first: T | undefined;
  #last: T | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): T | undefined {
    return this.#first;
  }

  get last(): T | undefined {
    return this.#last;
  }

  has(item: T): boolean {
    return item.line === this;
  }

  /** At the end; it must stand nowhere yet. */
  add(item: T): void {
    item.line = this;
    item.before = this.#last;
    if (this.#last === undefined) this.#first = item;
    else this.#last.behind = item;
    this.#last = item;
    this.#size++;
  }

  /** False where it does not stand here. */
  delete(item: T): boolean {
    if (!this.has(item)) return false;
    const { before, behind } = item as { before: T | undefined; behind: T | undefined };
    if (before === undefined) this.#first = behind;
    else before.behind = behind;
    if (behind === undefined) this.#last = before;
    else behind.before = before;
    item.line = item.before = item.behind = undefined;
    this.#size--;
    return true;
  }

  after(item: T): T | undefined {
    return item.behind as T | undefined;
  }

  /** All that stands there now, in order. */
  *[Symbol.iterator](): Generator<T> {
    let item = this.#first;
    while (item !== undefined) {
      // Whoever walks may take out what he is handed.
      const next = this.after(item);
      yield item;
      item = next;
    }
  }
}
