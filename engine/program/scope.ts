// Scopes of names: a function's own, then the ones it was defined in, then builtins and modules.

import type { PyValue } from './values.ts';

export class Scope {
  readonly parent: Scope | undefined;
  readonly #values = new Map<string, PyValue>();
  /** Names this scope assigns anywhere: reading one before its assignment is an error, as in Python. */
  readonly locals: ReadonlySet<string>;

  constructor(parent: Scope | undefined, locals: ReadonlySet<string> = new Set()) {
    this.parent = parent;
    this.locals = locals;
  }

  get(name: string): PyValue | undefined {
    const own = this.#values.get(name);
    if (own !== undefined || this.#values.has(name) || this.locals.has(name)) return own;
    return this.parent?.get(name);
  }

  has(name: string): boolean {
    return this.#values.has(name) || (!this.locals.has(name) && this.parent?.has(name) === true);
  }

  set(name: string, value: PyValue): void {
    // A name that is assigned again moves to the end: the order is that of the last assignments.
    this.#values.delete(name);
    this.#values.set(name, value);
  }

  /** Every name that can be read here, the nearest first. */
  *names(): Generator<string> {
    yield* this.#values.keys();
    if (this.parent !== undefined) yield* this.parent.names();
  }

  entries(): IterableIterator<[string, PyValue]> {
    return this.#values.entries();
  }
}
