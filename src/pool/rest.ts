// What a worker does between requests: gives back memory that it does not need any more.

import type { Machine } from '../../engine/index.ts';
import { collectGarbage } from './garbage.ts';

/** Without a request for so long, a worker is idle. */
const idleMs = 5000;

export interface Rest {
  /** A request is done, and nothing that it made lies in the machine's memory any more. */
  done(): void;
  /** How often the machine's memory was replaced. */
  readonly replaced: number;
}

/**
 * After each request, and when there has been none for some time, has the machine replace a memory that has become much too
 * large. Garbage is then collected, which is what gives it back, once the answer is out.
 */
export function restBetween(machine: Machine): Rest {
  let replaced = 0;
  const collect = (): void => void collectGarbage();
  const idle = setTimeout(() => {
    if (machine.trim(true) > 0) replaced++;
    // Bodies and answers are garbage too.
    collect();
  }, idleMs).unref();
  return {
    done() {
      idle.refresh();
      if (machine.trim(false) === 0) return;
      replaced++;
      setImmediate(collect);
    },
    get replaced() {
      return replaced;
    },
  };
}
