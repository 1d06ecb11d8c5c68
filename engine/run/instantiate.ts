// Instances of compiled modules: all of the engine that a thread needs to compute pieces of what another has compiled.

/** The scalar functions of the interpreter, by the names that modules import them under. */
export type ScalarFunctions = (name: string) => (...xs: number[]) => number;

const scalarsOf = (module: WebAssembly.Module): string[] =>
  WebAssembly.Module.imports(module).flatMap((i) => (i.module === 'scalar' ? [i.name] : []));

/** Whether an instance of the module asks for scalar functions, which are the ops' own. */
export const importsScalars = (module: WebAssembly.Module): boolean => scalarsOf(module).length > 0;

/** The imports of a module over a memory: calls out of it, and the scalar functions that it names. */
export function importsOf(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  scalars: ScalarFunctions,
  calls: {
    readonly host: (number: number) => void;
    readonly share: (number: number, pieces: number) => 0 | 1;
    readonly more: (bytes: number) => void;
  },
): WebAssembly.Imports {
  return {
    env: { memory, ...calls },
    scalar: Object.fromEntries(scalarsOf(module).map((name) => [name, scalars(name)])),
  };
}

/** An instance of a plan's module for another thread, which computes pieces of its kernels over the same memory. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  scalars: ScalarFunctions,
): WebAssembly.Instance {
  const never = (): never => {
    throw new Error('invariant: a piece of a kernel calls nothing but scalar functions');
  };
  return new WebAssembly.Instance(
    module,
    importsOf(module, memory, scalars, { host: never, share: never, more: never }),
  );
}
