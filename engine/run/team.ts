// Work of one request on several threads: what the engine asks of a host that has them.

/** A function of a compiled module, over one memory: `name(chunk: i32)` computes one chunk of its work. */
export interface Kernel {
  readonly module: WebAssembly.Module;
  /** Shared, and imported by the module as `instantiate` provides it. */
  readonly memory: WebAssembly.Memory;
  /** The exported function. */
  readonly name: string;
  /** The caller's own instance of the module over this memory; without it one is made. */
  readonly instance?: WebAssembly.Instance;
}

/** Threads that compute together. The caller is one of them. */
export interface Team {
  /** The most threads that take part, the caller included; there may be fewer at times, down to the caller alone. */
  readonly size: number;
  /** Whether another thread would take part now. */
  idle(): boolean;
  /**
   * Calls the kernel for chunks 0 to `chunks` − 1; all are done when it returns. Chunks are independent and write to
   * places of their own, so results do not depend on who computed what. Some milliseconds are a good length for one:
   * a computation that is stopped ends between two. Throws what the kernel throws; the memory is then in no defined state.
   */
  run(kernel: Kernel, chunks: number): void;
  /** The memory will not be used again: the other threads let go of it. */
  release(memory: WebAssembly.Memory): void;
}
