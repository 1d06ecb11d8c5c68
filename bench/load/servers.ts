// The servers under load, each a process of its own on this machine alone, with what it has used of processor and memory.

import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Python } from '../install.ts';

export const labels = {
  ours: 'Cotangent',
  echo: 'Fastify, echo of the body',
  hello: 'Fastify, hello',
  torch1: 'PyTorch, FastAPI, uvicorn, 1 worker',
  torch2: 'PyTorch, FastAPI, uvicorn, 2 workers',
  umbridge: "UM-Bridge's Python server, NumPy",
  tesseract: "Tesseract's runtime, PyTorch",
} as const;
export type ServerName = keyof typeof labels;

export interface Server {
  readonly name: ServerName;
  readonly url: string;
  /** Seconds of processor that it and its children have used; NaN where the system does not tell. */
  cpuSeconds(): number;
  /** Megabytes in memory, now. */
  residentMb(): number;
  stop(): Promise<void>;
}

const path = (name: string): string => new URL(name, import.meta.url).pathname;

interface Recipe {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** An address that answers once the server is up. */
  readonly ready: string;
}

const uvicorn = ({ command }: Python, port: number, workers: number): Recipe => ({
  command,
  args: ['-m', 'uvicorn', 'torch_server:app', '--port', String(port), '--workers', String(workers), '--no-access-log'],
  ready: '/ready',
});

function recipe(name: ServerName, port: number, python: Python | undefined): Recipe | string {
  const node = (file: string, ready: string): Recipe => ({ command: process.execPath, args: [path(file)], ready });
  switch (name) {
    case 'ours':
      return node('../../src/server.ts', '/readyz');
    case 'echo':
    case 'hello':
      return node('../peers/fastify.ts', '/hello');
    default:
  }
  if (python === undefined) return 'there is no Python';
  const needs = {
    torch1: ['torch', 'fastapi', 'uvicorn'],
    umbridge: ['umbridge'],
    tesseract: ['tesseract_core', 'torch'],
  };
  const missing = needs[name === 'torch2' ? 'torch1' : name].filter((module) => !imports(python, module));
  if (missing.length > 0) return `${python.command} has no ${missing.join(', ')}`;
  switch (name) {
    case 'torch1':
      return uvicorn(python, port, 1);
    case 'torch2':
      return uvicorn(python, port, 2);
    case 'umbridge':
      return { command: python.command, args: ['umbridge_server.py', String(port)], ready: '/Info' };
    case 'tesseract':
      return {
        command: python.command,
        args: ['-m', 'uvicorn', 'tesseract_core.runtime.app_http:app', '--port', String(port), '--no-access-log'],
        env: {
          TESSERACT_API_PATH: path('../peers/tesseract_api.py'),
          // Where it keeps the records of its runs.
          TESSERACT_OUTPUT_PATH: mkdtempSync(join(tmpdir(), 'cotangent-tesseract-')),
        },
        ready: '/health',
      };
  }
}

const imports = ({ command }: Python, module: string): boolean =>
  spawnSync(command, ['-c', `import ${module}`]).status === 0;

/** Starts a server, with further knobs in its environment; a sentence where it cannot be had here. */
export async function startServer(
  name: ServerName,
  python: Python | undefined,
  knobs: Readonly<Record<string, string>> = {},
): Promise<Server | string> {
  const port = await freePort();
  const made = recipe(name, port, python);
  if (typeof made === 'string') return `${labels[name]} is left out: ${made}.`;
  const child = spawn(made.command, made.args, {
    cwd: path('../peers'),
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(port),
      // As many threads in all as there are cores: several requests run side by side.
      OMP_NUM_THREADS: '1',
      ...made.env,
      ...knobs,
    },
    // The log is written, as in production, and goes nowhere.
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (chunk) => (said = (said + String(chunk)).slice(-2000)));
  const url = `http://127.0.0.1:${port}`;
  if (!(await answers(child, url + made.ready))) {
    await end(child);
    return `${labels[name]} is left out: it did not start. ${said.trim().split('\n').at(-1) ?? ''}`;
  }
  return {
    name,
    url,
    cpuSeconds: () => total(child.pid!, cpuOf),
    residentMb: () => total(child.pid!, residentOf),
    stop: () => end(child),
  };
}

async function answers(child: ChildProcess, url: string): Promise<boolean> {
  for (let tries = 0; tries < 600 && child.exitCode === null; tries++) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok === true) return true;
    await sleep(100);
  }
  return false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(late);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

// -- what Linux tells of a process and its children; others do not --

function total(pid: number, of: (pid: number) => number): number {
  try {
    const parents = new Map<number, number>();
    for (const entry of readdirSync('/proc')) {
      if (/^\d+$/.test(entry)) parents.set(Number(entry), Number(statOf(Number(entry))?.[1] ?? 0));
    }
    const belongs = (one: number): boolean => one === pid || (one > 1 && belongs(parents.get(one) ?? 0));
    return [...parents.keys()].filter(belongs).reduce((sum, one) => sum + of(one), 0);
  } catch {
    return NaN;
  }
}

/** The fields behind the name: state, parent, …; undefined where the process has ended. */
function statOf(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return undefined;
  }
}

const ticksPerSecond = 100;

function cpuOf(pid: number): number {
  const stat = statOf(pid);
  return stat === undefined ? 0 : (Number(stat[11]) + Number(stat[12])) / ticksPerSecond;
}

function residentOf(pid: number): number {
  const pages = Number(statOf(pid)?.[21] ?? 0);
  return (pages * 4096) / 2 ** 20;
}
