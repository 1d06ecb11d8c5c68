// What a program is traced in: the ops it can name, its inputs and how long it may take.

import type { Value } from '../ir/graph.ts';
import type { Op } from '../op.ts';

export interface ProgramContext {
  readonly resolve: (name: string) => Op | undefined;
  readonly opNames: readonly string[];
  readonly inputs: ReadonlyMap<string, Value>;
  /** Steps of evaluation a program may take. */
  readonly maxSteps: number;
}
