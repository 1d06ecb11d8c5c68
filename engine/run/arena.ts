// The memory that compiled plans run in, one at a time.

import { EngineError } from '../errors.ts';
import { mostPages } from '../wasm/lay-out.ts';

export const pageBytes = 65_536;
/** What a memory begins with. */
const initialPages = 16;
/** Less than this is not worth replacing a memory for. */
const leastSpareBytes = 32 * 1024 * 1024;
/** A memory is replaced when it is so many times as large as what was needed of late. */
const muchLarger = 4;
/** Of what was needed at most, this part is forgotten with each plan that needs less. */
const forgotten = 1 / 16;

/** What the turns of loops give has become more than a plan may take. */
export class StackFull extends EngineError {
  constructor(maxBytes: number, asked: boolean) {
    super('E_LIMIT', {
      pointer: asked ? '/memory_limit' : '',
      message: `The derivative of a loop keeps more of its turns than ${maxBytes} bytes hold.`,
      hint: 'Fewer turns, or a smaller carry, need less.',
    });
  }
}

/** Code that computes in the memory, by turns. */
interface Tenant {
  instantiate(memory: WebAssembly.Memory): WebAssembly.Instance;
}

type Exports = Readonly<Record<string, () => void>>;

/** It grows to the largest plan; memories of WebAssembly never shrink, so one that has become much too large is replaced. */
export class Arena {
  #memory = newMemory();
  /** Over this memory: nobody else holds them, so that they go with it. */
  #instances = new WeakMap<Tenant, WebAssembly.Instance>();
  /** Whose constants lie in it. */
  #tenant: Tenant | null = null;
  #exports: Exports = {};
  /** Bytes that plans have needed of late. */
  #recent = 0;

  get memory(): WebAssembly.Memory {
    return this.#memory;
  }

  /** What the code exports that has the memory now. */
  get exports(): Exports {
    return this.#exports;
  }

  /** Makes the memory a plan's own; its constants are where its code reads them. */
  enter(tenant: Tenant, bytes: number): void {
    const have = this.#memory.buffer.byteLength;
    if (bytes > have) this.#grow(bytes, have);
    this.#recent = Math.max(bytes, this.#recent * (1 - forgotten));
    if (this.#tenant === tenant) return;
    let instance = this.#instances.get(tenant);
    if (instance === undefined) {
      instance = tenant.instantiate(this.#memory);
      this.#instances.set(tenant, instance);
    }
    this.#tenant = tenant;
    this.#exports = instance.exports as Exports;
    this.#exports['init']();
  }

  /** Grows the memory to at least so many bytes while a plan runs, for what loops stack up. */
  reach(bytes: number): void {
    const have = this.#memory.buffer.byteLength;
    if (bytes > have) this.#grow(Math.min(mostPages * pageBytes, Math.max(bytes, Math.ceil(1.5 * have))), have);
    this.#recent = Math.max(this.#recent, bytes);
  }

  #grow(bytes: number, have: number): void {
    try {
      this.#memory.grow(Math.ceil((bytes - have) / pageBytes));
    } catch {
      throw new EngineError('E_LIMIT', {
        pointer: '',
        message: `The computation needs ${bytes} bytes at once, and the machine has not so many free.`,
      });
    }
  }

  /**
   * Takes a new memory in place of one that is much larger than what was needed of late, or in an `idle` time than nothing,
   * and returns the old one, which is free once everybody has let go of it and garbage is collected; else null.
   */
  replace(idle: boolean): WebAssembly.Memory | null {
    const old = this.#memory;
    if (idle) this.#recent = 0;
    const have = old.buffer.byteLength;
    if (have < leastSpareBytes || have < muchLarger * this.#recent) return null;
    this.#memory = newMemory();
    this.#instances = new WeakMap();
    this.#tenant = null;
    this.#exports = {};
    return old;
  }
}

const newMemory = (): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: initialPages, maximum: mostPages, shared: true });
