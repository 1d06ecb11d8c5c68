// What every front end gives the compiler: the values of a posted computation, by name.

import type { Value } from './ir/graph.ts';

export interface Traced {
  /** Every named value, inputs included; any of them can be an output, an `of` or a `wrt`. */
  readonly names: ReadonlyMap<string, Value>;
  /** What is returned when the request names no outputs. */
  readonly defaultOutputs: readonly string[];
}
