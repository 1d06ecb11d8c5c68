// A participant's process, and its answers as promises.

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Answer, Digest, Question, Timing } from './protocol.ts';

/** Milliseconds that an answer may take; whoever takes longer is left out. */
const patience = 120_000;

export interface Prepared {
  readonly results: readonly Digest[];
  /** Seconds from the inputs to the first results, where the participant says. */
  readonly first?: number;
}

/** Why a participant has no answer: `unsupported` where it cannot do a case, else it failed. */
export class NoAnswer extends Error {
  readonly unsupported: boolean;
  constructor(message: string, unsupported: boolean) {
    super(message);
    this.unsupported = unsupported;
  }
}

export interface Child {
  readonly prepare: (c: Extract<Question, { ask: 'prepare' }>['case']) => Promise<Prepared>;
  readonly warm: (ms: number) => Promise<Timing>;
  readonly run: (calls: number) => Promise<Timing>;
  readonly release: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export function startChild(command: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
  const [file, ...args] = command;
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (bytes: Buffer) => (complaints = (complaints + String(bytes)).slice(-2000)));
  // A write to a process that has ended is reported by its end.
  child.stdin.on('error', () => undefined);
  const waiting: { settle: (line: string) => void; reject: (error: Error) => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.settle(line));
  let over: Error | undefined;
  const end = (why: string): void => {
    over ??= new NoAnswer(`${why}${lastLine(complaints)}`, false);
    for (const { reject } of waiting.splice(0)) reject(over);
  };
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      end(error.message);
      resolve();
    });
    child.on('close', (code, signal) => {
      end(`ended (${signal ?? code})`);
      resolve();
    });
  });

  async function ask(question: Question): Promise<Answer> {
    if (over !== undefined) throw over;
    const timer = setTimeout(() => {
      end(`no answer in ${patience / 1000} s`);
      child.kill('SIGKILL');
    }, patience);
    try {
      const line = await new Promise<string>((settle, reject) => {
        waiting.push({ settle, reject });
        child.stdin.write(`${JSON.stringify(question)}\n`);
      });
      const answer = JSON.parse(line) as Answer;
      if ('unsupported' in answer) throw new NoAnswer(answer.unsupported, true);
      if ('failed' in answer) throw new NoAnswer(answer.failed, false);
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    prepare: async (c) => (await ask({ ask: 'prepare', case: c })) as Prepared,
    warm: async (ms) => (await ask({ ask: 'warm', ms })) as Timing,
    run: async (calls) => (await ask({ ask: 'run', calls })) as Timing,
    release: async () => void (await ask({ ask: 'release' })),
    stop: async () => {
      stopGently(child);
      await ended;
    },
  };
}

/** The end of its input ends a participant; one that is stuck is killed. */
function stopGently(child: ChildProcess): void {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  child.on('close', () => clearTimeout(timer));
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? '';
  return line === '' ? '' : `: ${line.slice(0, 200)}`;
}
