// Code that threads share: what the engine asks of a host whose threads all compile.

import type { PlanCode } from './execute.ts';

export interface CodeShare {
  /**
   * The code that goes by this digest: another thread's, if one has it or is about to, else what `make` gives, which is then
   * there for the others. One that waits for another goes on by itself should that one fail. Null and errors of `make` are
   * not shared.
   */
  once(digest: string, make: () => PlanCode | null): PlanCode | null;
}
