// GradBench's messages, one JSON object a line: what an eval sends to a tool, and what the tool answers.

export interface StartMessage {
  readonly id: number;
  readonly kind: 'start';
}

/** Asks whether the tool has the module. */
export interface DefineMessage {
  readonly id: number;
  readonly kind: 'define';
  readonly module: string;
}

/** Asks for the value of one of a module's functions at an input. */
export interface EvaluateMessage {
  readonly id: number;
  readonly kind: 'evaluate';
  readonly module: string;
  readonly function: string;
  readonly input: unknown;
}

/** Whether an output was right; needs no answer but its id, like any kind that may come later. */
export interface OtherMessage {
  readonly id: number;
  readonly kind: 'analysis' | 'end';
}

export type Message = StartMessage | DefineMessage | EvaluateMessage | OtherMessage;

/** What a part of an evaluation took: `evaluate` is the function alone, once for each run. */
export interface Timing {
  readonly name: string;
  readonly nanoseconds: number;
}

/** Fields of an input that asks for many runs: at least so many, and for at least so long in all. */
export interface Runs {
  readonly min_runs?: number;
  readonly min_seconds?: number;
}
