// Collects garbage at once: memory of WebAssembly is given back only then, and a thread that sleeps collects none.

import { Session } from 'node:inspector';

let session: Session | undefined;

/** Some milliseconds in a thread with a small heap. */
export function collectGarbage(): void {
  if (session === undefined) {
    session = new Session();
    session.connect();
  }
  session.post('HeapProfiler.collectGarbage');
}
