// A process that speaks in lines of JSON: one of GradBench's evals, which sends messages, or a tool, which answers them.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Lines {
  send(line: object): void;
  /** The next line; undefined once the process has ended. */
  next(): Promise<unknown>;
  /** The last line of what it complained about. */
  complaint(): string;
  stop(): void;
}

export function startLines({ file, args, cwd, env }: Command): Lines {
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (bytes: Buffer) => (complaints = (complaints + String(bytes)).slice(-2000)));
  child.on('error', (error) => (complaints += error.message));
  // A write to a process that has ended is told by its end.
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    send: (line) => void child.stdin.write(`${JSON.stringify(line)}\n`),
    async next() {
      const { value, done } = await lines.next();
      if (done === true) return undefined;
      try {
        return JSON.parse(value) as unknown;
      } catch {
        // It ended within a line.
        return undefined;
      }
    },
    complaint: () => complaints.trim().split('\n').at(-1) ?? '',
    stop() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
      child.on('close', () => clearTimeout(timer));
    },
  };
}
