// What a request will take, learnt from what requests like it took: the main thread does not read bodies.

import type { Job } from './messages.ts';

export interface Estimate {
  /** Milliseconds of a worker. */
  readonly ms: number;
  /** Whether requests like it have come before. */
  readonly known: boolean;
}

/** From here on work is heavy: it waits in a line of its own, and not every worker takes it. */
export const heavyMs = 50;
/** Up to here it is light: several go to a worker at once. */
export const lightMs = 2;
/** Operations that take about a millisecond, for plans that have not run yet: what an ordinary plan reaches, not the best. */
const operationsPerMs = 1e6;

/** What is heavy, in operations of the plan. */
export const heavyFlops = heavyMs * operationsPerMs;
export const msOfFlops = (flops: number): number => Math.max(heavyMs, flops / operationsPerMs);

/** Kinds of requests that are remembered. */
const mostRemembered = 4096;
/** A body begins with its program more often than not: so many bytes tell requests of one form from others. */
const telling = 96;
/** What stands before the numbers tells nothing if it is shorter. */
const fewLetters = 16;
/** Requests of a caller and a size that have to agree before a new one is taken for one of them. */
const enough = 8;
/** A request that is like nothing seen before: tracing and compiling a small graph, and reading the body. */
const coldMs = 10;
const msPerByte = 30e-6;

interface Kind {
  ms: number;
  /** The longest of late: it decays. */
  longest: number;
  count: number;
}

/** What requests are told apart by. */
export interface Likeness {
  /** The same computation on other numbers, where the computation stands first. */
  readonly form: string;
  /** About the same size, of one caller. */
  readonly size: string;
  readonly bytes: number;
}

export function likenessOf({ endpoint, coding, body, caller = '' }: Job): Likeness {
  const { buffer, byteOffset, byteLength: bytes } = body;
  const start = Buffer.from(buffer, byteOffset, Math.min(telling, bytes)).toString('latin1');
  const numbers = start.indexOf('"inputs"');
  // Lengths in steps of about a fifth.
  const common = `${endpoint} ${coding} ${Math.round(4 * Math.log2(bytes + 1))}`;
  return {
    form: `${common} ${numbers < fewLetters ? start : start.slice(0, numbers)}`,
    size: `${common} from ${caller}`,
    bytes,
  };
}

export class Estimates {
  #kinds = new Map<string, Kind>();
  /** Those that were there when `kinds` was full: what is not asked for again is forgotten with them. */
  #older = new Map<string, Kind>();

  of({ form, size, bytes }: Likeness): Estimate {
    const same = this.#find(form);
    if (same !== undefined) return { ms: same.ms, known: true };
    const alike = this.#find(size);
    // New, but from somebody whose requests of this size were all light so far.
    if (alike !== undefined && alike.count >= enough && alike.longest <= lightMs) return { ms: alike.ms, known: true };
    return { ms: coldMs + bytes * msPerByte, known: false };
  }

  /** A request took so long, or has taken so long and not ended. */
  learn({ form, size }: Likeness, ms: number): void {
    this.#learn(form, ms);
    this.#learn(size, ms);
  }

  #learn(key: string, ms: number): void {
    const kind = this.#find(key) ?? this.#keep(key, { ms, longest: ms, count: 0 });
    // The first time includes compiling: the second says more.
    kind.ms += (ms - kind.ms) * (kind.count < 2 ? 1 : 1 / 8);
    kind.longest = Math.max(ms, kind.longest + (ms - kind.longest) / 64);
    kind.count++;
  }

  #find(key: string): Kind | undefined {
    const kind = this.#kinds.get(key);
    if (kind !== undefined) return kind;
    const older = this.#older.get(key);
    return older === undefined ? undefined : this.#keep(key, older);
  }

  #keep(key: string, kind: Kind): Kind {
    if (this.#kinds.size >= mostRemembered / 2) {
      this.#older = this.#kinds;
      this.#kinds = new Map();
    }
    this.#kinds.set(key, kind);
    return kind;
  }
}
