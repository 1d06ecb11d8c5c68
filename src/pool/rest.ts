// What a worker does between requests: gives back memory that it does not need any more.

import type { Machine } from '../../engine/index.ts';
import { collectGarbage } from './garbage.ts';

/** Without a request for so long, a worker has nothing to do. */
const patienceMs = 5000;

export interface Rest {
  /** A request is done, and nothing that it made lies in the machine's memory any more. */
  done(): void;
  /** How often the machine's memory was replaced. */
  readonly replaced: number;
}

/**
 * After each request, and when there has been none for some time, has the machine replace a memory that has become much too
 * large. Only a collection of garbage gives it back, which takes some milliseconds: once the answer is out.
 */
export function restBetween(machine: Machine, idleMs = patienceMs): Rest {
  let replaced = 0;
  let garbage = false;
  function trim(idle: boolean): void {
    if (machine.trim(idle) === 0) return;
    replaced++;
    garbage = true;
  }
  function collect(): void {
    if (!garbage) return;
    garbage = false;
    collectGarbage();
  }
  const idle = setTimeout(() => {
    trim(true);
    // Bodies and answers are garbage too.
    garbage = true;
    collect();
  }, idleMs).unref();
  return {
    done() {
      idle.refresh();
      trim(false);
      if (garbage) setImmediate(collect);
    },
    get replaced() {
      return replaced;
    },
  };
}
