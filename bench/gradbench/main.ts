// npm run bench:gradbench: GradBench's evals with several tools in turns, ours in front of the running service. See README.md above.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Server } from '../load/servers.ts';
import { startServer } from '../load/servers.ts';
import { machine } from '../machine.ts';
import type { Row } from '../report.ts';
import { markdown, met, terminalHead, terminalLine, withResults } from '../report.ts';
import { median, quantile } from '../statistics.ts';
import type { Case, ToolName } from './cases.ts';
import { cases, labels } from './cases.ts';
import type { Lines } from './lines.ts';
import { startLines } from './lines.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    gradbench: { type: 'string', default: process.env['GRADBENCH'] ?? '' },
    tools: { type: 'string', default: 'manual,pytorch' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '0.5' },
    write: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
if (values.help === true) {
  console.log(`npm run bench:gradbench -- --gradbench DIRECTORY [words …] [--tools manual,pytorch] [--rounds 5]
  [--seconds 0.5] [--write]
DIRECTORY (or GRADBENCH in the environment) is a checkout of github.com/gradbench/gradbench after "make -C cpp"; BENCH_PYTHON
is a Python with what its evals and tools import. Words choose the evals; --write puts the table into docs/performance.md.`);
  process.exit(0);
}
const root = resolve(values.gradbench);
if (values.gradbench === '' || !existsSync(`${root}/cpp/json.hpp`)) {
  console.log('Left out: there is no checkout of GradBench, or "make -C cpp" was not run in it. --help tells more.');
  process.exit(0);
}
const python = process.env['BENCH_PYTHON'] ?? 'python3';
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const tools = ['ours', ...values.tools.split(',')] as ToolName[];
const unknown = tools.find((name) => !(name in labels));
if (unknown !== undefined) throw new Error(`There is no tool ${unknown}: ${Object.keys(labels).join(', ')}.`);
/** A tool whose round takes longer than this takes part in no further one. */
const longRound = 5;

interface Message {
  readonly id: number;
  readonly kind: string;
  readonly function: string;
  readonly input: object;
  readonly valid?: boolean;
  readonly error?: string;
}
interface Response {
  readonly success?: boolean;
  readonly error?: string;
  readonly timings?: readonly { readonly name: string; readonly nanoseconds: number }[];
}

const environment = { PYTHONPATH: [`${root}/python/gradbench`, process.env['PYTHONPATH'] ?? ''].join(':') };
const inRoot = (...args: string[]): Lines =>
  startLines({ file: python, args, cwd: root, env: { ...environment, OMP_NUM_THREADS: '1' } });

const rows: Row[] = [];
console.log(terminalHead());
const one = { WORKERS: '1', EXPRESS_WORKERS: '0', TEAM_THREADS: '0' };
const service = await startServer('ours', undefined, one);
if (typeof service === 'string') throw new Error(service);
try {
  const chosen = cases.filter(({ module }) => positionals.length === 0 || positionals.includes(module));
  for (const c of chosen) {
    for (const row of await runCase(c, service)) {
      rows.push(row);
      console.log(terminalLine(row));
    }
  }
} finally {
  await service.stop();
}
const targets = rows.filter(({ target }) => target !== undefined);
console.log(`\n${targets.filter((row) => met(row) === true).length} of ${targets.length} targets met.`);
if (values.write === true) {
  const page = new URL('../../docs/performance.md', import.meta.url);
  const part = { name: 'gradbench', script: 'bench:gradbench' };
  const head = `${new Date().toISOString().slice(0, 10)}, ${machine()}. \`npm run bench:gradbench -- ${[...positionals, '--rounds', values.rounds, '--write'].join(' ')}\``;
  writeFileSync(page, withResults(readFileSync(page, 'utf8'), `${head}\n\n${markdown(rows)}`, part));
}

/** Starts the tools and the eval, and stands between them as GradBench's own command does. */
async function runCase(c: Case, { url }: Server): Promise<Row[]> {
  const able = tools.filter((name) => c.without?.includes(name) !== true);
  const started = new Map(able.map((name) => [name, startTool(name, url)]));
  const own = [...c.args, '--min-seconds', String(seconds)];
  const run = inRoot(`python/gradbench/gradbench/evals/${c.module}/run.py`, ...own);
  const found: Row[] = [];
  try {
    for (;;) {
      const message = (await run.next()) as Message | undefined;
      if (message === undefined) break;
      const [response, more] = await relay(c, message, started);
      found.push(...more);
      if (message.valid === false) found.push({ case: nameOf(c), peer: '', note: `not valid: ${message.error}` });
      run.send({ id: message.id, ...response });
    }
    if (found.length === 0) found.push({ case: nameOf(c), peer: '', note: run.complaint() });
    return found;
  } finally {
    run.stop();
    for (const tool of started.values()) tool.stop();
  }
}

function nameOf({ module, args }: Case, name = ''): string {
  return [module, name, ...args].filter(Boolean).join(' ');
}

function startTool(name: ToolName, url: string): Lines {
  if (name === 'manual') return inRoot('python/gradbench/gradbench/cpp.py', 'manual');
  if (name === 'pytorch') return inRoot('python/gradbench/gradbench/tools/pytorch/run.py');
  const driver = new URL('../../examples/gradbench/driver.ts', import.meta.url).pathname;
  return startLines({ file: process.execPath, args: [driver, '--url', url], cwd: root });
}

/** Our answer to a message, once every tool has it; derivatives in rounds, in which all take turns. */
async function relay(c: Case, message: Message, all: Map<ToolName, Lines>): Promise<[object, Row[]]> {
  const measured = message.kind === 'evaluate' && c.derivatives.includes(message.function);
  const asked = [...all].filter(([name]) => name === 'ours' || message.kind !== 'evaluate' || measured);
  const answers = new Map<ToolName, Response>();
  const times = new Map<ToolName, number[]>(asked.map(([name]) => [name, []]));
  const out = new Set<ToolName>();
  // The first round warms up, and counts for those alone that take no further part.
  for (let round = 0; round <= (measured ? rounds : 0); round++) {
    for (const [name, tool] of asked) {
      if (out.has(name)) continue;
      const began = performance.now();
      tool.send(message);
      const answer = ((await tool.next()) ?? { success: false, error: tool.complaint() }) as Response;
      answers.set(name, answer);
      const runs = (answer.timings ?? []).filter((t) => t.name === 'evaluate').map((t) => t.nanoseconds / 1e9);
      if (round === 1) times.set(name, []);
      if (runs.length > 0) times.get(name)!.push(median(runs));
      if (answer.success === false || performance.now() - began > longRound * 1000) out.add(name);
    }
  }
  for (const [name, { success }] of answers) {
    // What a tool has not got it is not asked for.
    if (message.kind === 'define' && success !== true && name !== 'ours') {
      all.get(name)!.stop();
      all.delete(name);
    }
  }
  return [answers.get('ours')!, measured ? rowsOf(c, message.function, answers, times) : []];
}

function rowsOf(
  c: Case,
  name: string,
  answers: ReadonlyMap<ToolName, Response>,
  times: ReadonlyMap<ToolName, readonly number[]>,
): Row[] {
  const own = times.get('ours')!;
  const base = { case: nameOf(c, name), ours: own.length === 0 ? undefined : median(own) };
  const peers = tools.filter((tool) => tool !== 'ours' && answers.has(tool));
  if (own.length === 0) return [{ ...base, peer: '', note: answers.get('ours')?.error }];
  if (peers.length === 0) return [{ ...base, peer: '' }];
  return peers.map((tool): Row => {
    const theirs = times.get(tool)!;
    const row = { ...base, peer: labels[tool], target: c.targets[tool] };
    if (theirs.length === 0) return { ...row, note: answers.get(tool)?.error?.trim().split('\n').at(-1) ?? 'no times' };
    const ratios = theirs.map((t, round) => t / (theirs.length < own.length ? median(own) : own[round]));
    const spread = [quantile(ratios, 0.25), quantile(ratios, 0.75)] as const;
    return { ...row, theirs: median(theirs), ratio: median(ratios), spread };
  });
}
