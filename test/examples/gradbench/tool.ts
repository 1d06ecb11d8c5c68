// The driver as GradBench runs it: a process that is sent messages and answers each with a line.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Answer {
  readonly id: number;
  readonly success?: boolean;
  readonly error?: string;
  readonly tool?: string;
  readonly output?: unknown;
  readonly timings?: readonly { readonly name: string; readonly nanoseconds: number }[];
}

export interface Tool {
  /** Sends a message, less its id, and waits for the answer to it. */
  ask(message: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** The exit code, once its input has ended. */
  end(): Promise<number | null>;
}

const driver = new URL('../../../examples/gradbench/driver.ts', import.meta.url).pathname;

export function startTool(url: string): Tool {
  const child = spawn(process.execPath, [driver, '--url', url], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let id = 0;
  return {
    async ask(message) {
      child.stdin.write(`${JSON.stringify({ id: id++, ...message })}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('The driver has ended.');
      return JSON.parse(value) as Answer;
    },
    end: () =>
      new Promise((resolve) => {
        child.once('close', resolve);
        child.stdin.end();
      }),
  };
}
