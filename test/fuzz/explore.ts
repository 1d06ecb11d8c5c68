// A coverage-guided fuzzer: what makes new code run is kept, and more is made from it (as AFL and libFuzzer do).

import type { Coverage } from './coverage.ts';
import type { Random } from './mutate.ts';
import { mutate } from './mutate.ts';
import type { Target } from './targets.ts';

/** An input that made the target fail. */
export interface Finding {
  readonly input: Uint8Array;
  readonly error: unknown;
}

export interface Exploration {
  readonly runs: number;
  /** Blocks of our code that have run. */
  readonly blocks: number;
  /** Inputs that each made new code run. */
  readonly kept: readonly Uint8Array[];
  readonly findings: readonly Finding[];
}

interface Options {
  readonly coverage: Coverage;
  readonly random: Random;
  /** Inputs of an earlier exploration. */
  readonly corpus?: readonly Uint8Array[];
  readonly goesOn: (runs: number) => boolean;
  /** Told of each input before it runs, so that one that never ends is known. */
  readonly before?: (input: Uint8Array) => void;
}

/** Asking for the coverage costs as much as many runs: it is asked once for so many, and again for each if there is news. */
const batch = 32;
/** Findings of one kind are one: so many are enough. */
const mostFindings = 20;
const mostBytes = 65_536;

export function explore(target: Target, { coverage, random, corpus = [], goesOn, before }: Options): Exploration {
  const kept: Uint8Array[] = [];
  const findings = new Map<string, Finding>();
  let runs = 0;
  const run = (input: Uint8Array): void => {
    before?.(input);
    runs++;
    try {
      target.run(input);
    } catch (error) {
      const kind = kindOf(error);
      if (!findings.has(kind)) findings.set(kind, { input: shortened(input, target, kind), error });
    }
  };
  const words = target.words.map((word) => Buffer.from(word));
  const pick = (): Uint8Array => (kept.length === 0 ? new Uint8Array(0) : kept[random(kept.length)]);

  const seen = new Set(coverage());
  /** Keeps those of the inputs that run blocks which nothing before them ran; they have run, and run once more. */
  const keepNews = (inputs: readonly Uint8Array[]): void => {
    const news = coverage().difference(seen);
    if (news.size === 0) return;
    for (const block of news) seen.add(block);
    let left: ReadonlySet<string> = news;
    for (const input of inputs) {
      run(input);
      const others = left.difference(coverage());
      if (others.size < left.size) kept.push(input);
      left = others;
      if (left.size === 0) return;
    }
  };

  const given = [...target.seeds.map((seed) => Buffer.from(seed)), ...corpus];
  for (const input of given) {
    run(input);
    keepNews([input]);
  }
  while (goesOn(runs) && findings.size < mostFindings) {
    const inputs = Array.from({ length: batch }, () => mutate(pick(), { random, words, other: pick, mostBytes }));
    for (const input of inputs) run(input);
    keepNews(inputs);
  }
  return { runs, blocks: seen.size, kept, findings: [...findings.values()] };
}

/** Failures of one line of our code are one. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const line = /^ {4}at .*$/m.exec(error.stack ?? '')?.[0] ?? '';
  return `${error.name} ${line}`;
}

/** The input with every piece left out that the failure does not need. */
function shortened(input: Uint8Array, target: Target, kind: string): Uint8Array {
  let best = input;
  for (let size = Math.ceil(input.length / 2); size > 0; size = Math.floor(size / 2)) {
    for (let from = 0; from < best.length;) {
      const shorter = Buffer.concat([best.subarray(0, from), best.subarray(from + size)]);
      if (fails(shorter, target, kind)) best = shorter;
      else from += size;
    }
  }
  return best;
}

function fails(input: Uint8Array, target: Target, kind: string): boolean {
  try {
    target.run(input);
    return false;
  } catch (error) {
    return kindOf(error) === kind;
  }
}
