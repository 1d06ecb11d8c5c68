// Makes an instance of a compiled module: the one place that knows what modules import.

/** An instance over `memory`, which compiled modules import as env.memory. */
export const instantiate = (module: WebAssembly.Module, memory: WebAssembly.Memory): WebAssembly.Instance =>
  new WebAssembly.Instance(module, { env: { memory } });
