// Collects garbage on demand: memory of WebAssembly is given back only then, and V8 does not count it as a reason to.

import { Session } from 'node:inspector/promises';

let session: Session | undefined;

/** Resolves when this thread's garbage is collected: some milliseconds where the heap is small. */
export async function collectGarbage(): Promise<void> {
  if (session === undefined) {
    session = new Session();
    session.connect();
  }
  await session.post('HeapProfiler.collectGarbage');
}
