// What one of GradBench's evals is here: a program beside it, and for each function the way from input to output.

import { readFileSync } from 'node:fs';
import type { ComputeAnswer, ComputeRequest } from './service.ts';

/** One function of an eval's module. */
export interface EvalFunction<Input> {
  /** The request that computes it at an input; the driver adds how tensors are sent back. */
  request(input: Input): ComputeRequest;
  /** The service's answer in the form that the eval expects. */
  output(answer: ComputeAnswer, input: Input): unknown;
}

/** What a file `evals/<module>.ts` exports as `functions`: by GradBench's names. */
export type EvalFunctions<Input> = Readonly<Record<string, EvalFunction<Input>>>;

/**
 * The text of `evals/<name>.py`. What decides shapes and structure is static, in JAX as here: it stands before the text as
 * assignments of whole numbers and lists of them.
 */
export function program(name: string, sizes: Readonly<Record<string, number | readonly number[]>> = {}): string {
  const text = readFileSync(new URL(`evals/${name}.py`, import.meta.url), 'utf8');
  return Object.entries(sizes)
    .map(([size, value]) => `${size} = ${JSON.stringify(value)}\n`)
    .concat(text)
    .join('');
}
