// How the driver talks to a participant, a process of its own: JSON lines, one answer to each question.

import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import type { Precision, Program, Work } from './cases.ts';

export interface PreparedInput {
  readonly name: string;
  readonly dtype: Precision | 'int64';
  readonly shape: readonly number[];
  /** A file of the elements as they stand in memory, row-major and little-endian. */
  readonly file: string;
}

export interface PreparedCase {
  readonly id: string;
  readonly dtype: Precision;
  readonly work: Work;
  readonly inputs: readonly PreparedInput[];
  readonly program: Program;
}

export type Question =
  | { readonly ask: 'prepare'; readonly case: PreparedCase }
  /** Calls for about so many milliseconds, so that what compiles while it runs has done so. */
  | { readonly ask: 'warm'; readonly ms: number }
  | { readonly ask: 'run'; readonly calls: number }
  | { readonly ask: 'release' };

/** One result: its Euclidean norm, and elements at even distances. */
export interface Digest {
  readonly size: number;
  readonly norm: number;
  readonly samples: readonly number[];
}

/** Seconds by the clock and of processor time, per call. */
export interface Timing {
  readonly seconds: number;
  readonly cpu: number;
}

export type Answer =
  | { readonly results: readonly Digest[] }
  | { readonly unsupported: string }
  | { readonly failed: string }
  | Timing
  | { readonly released: true };

type Numbers = Float32Array | Float64Array | BigInt64Array;

/** A case made ready: `run` computes everything anew, `results` hands out what the last call left, row-major. */
export interface Runner {
  readonly run: () => void | Promise<void>;
  readonly results: () => readonly ArrayLike<number>[] | Promise<readonly ArrayLike<number>[]>;
  readonly release?: () => void;
}

/** Samples of a result; peer.py takes the same. */
export function digest(data: ArrayLike<number>): Digest {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] ** 2;
  const step = Math.max(1, Math.floor(data.length / 32));
  const samples = [];
  for (let i = 0; i < data.length; i += step) samples.push(data[i]);
  return { size: data.length, norm: Math.sqrt(sum), samples };
}

export function read(input: PreparedInput): Numbers {
  const bytes = readFileSync(input.file);
  const buffer = new Uint8Array(bytes).buffer;
  if (input.dtype === 'int64') return new BigInt64Array(buffer);
  return input.dtype === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer);
}

/** Answers questions until standard input ends. `prepare` gives a sentence where the participant cannot do a case. */
export async function serve(prepare: (c: PreparedCase) => Promise<Runner | string> | Runner | string): Promise<void> {
  let runner: Runner | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    let answer: Answer;
    try {
      const question = JSON.parse(line) as Question;
      switch (question.ask) {
        case 'prepare': {
          const prepared = await prepare(question.case);
          if (typeof prepared === 'string') answer = { unsupported: prepared };
          else {
            runner = prepared;
            await runner.run();
            answer = { results: Array.from(await runner.results(), digest) };
          }
          break;
        }
        case 'warm':
          answer = await warm(runner!, question.ms);
          break;
        case 'run':
          answer = await batch(runner!, question.calls);
          break;
        case 'release':
          runner?.release?.();
          runner = undefined;
          answer = { released: true };
          break;
      }
    } catch (error) {
      answer = { failed: error instanceof Error ? error.message : String(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

async function warm(runner: Runner, ms: number): Promise<Timing> {
  const end = performance.now() + ms;
  let timing = await batch(runner, 1);
  while (performance.now() < end) timing = await batch(runner, Math.max(1, Math.round(0.004 / timing.seconds)));
  return timing;
}

async function batch(runner: Runner, calls: number): Promise<Timing> {
  const { run } = runner;
  const cpu = process.cpuUsage();
  const started = performance.now();
  const first = run();
  // Only what has to be waited for is: an await of nothing costs as much as a small call.
  if (first === undefined) for (let i = 1; i < calls; i++) void run();
  else {
    await first;
    for (let i = 1; i < calls; i++) await run();
  }
  const seconds = (performance.now() - started) / 1000 / calls;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpu: (user + system) / 1e6 / calls };
}
