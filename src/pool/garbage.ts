// Collects garbage on demand: memory of WebAssembly is given back only then, and V8 does not count it as a reason to.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Collects this thread's garbage: some milliseconds where the heap is small. Memory is then given back in the background.
 * V8 has the function for it in contexts that are made while its flag is set; the inspector's needs an idle event loop.
 * The flag stays: it is all threads', and one that took it back would do so under another that is about to ask.
 */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
