// V8's flag that joins pairs of v128 operations, and the optimising compiler alone, which heeds it.

import { setFlagsFromString } from 'node:v8';

/** For this process, before it compiles any WebAssembly. */
export function widen(): void {
  setFlagsFromString('--experimental-wasm-revectorize');
  // Without the baseline compiler; it has to go together with inlining, which would wait for its feedback.
  setFlagsFromString('--no-wasm-inlining');
  setFlagsFromString('--no-liftoff');
}
