// npm run bench: the engine against its peers, in rounds in which all take turns. See README.md here.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { PeerName } from './cases.ts';
import { cases } from './cases.ts';
import type { Cold } from './cold.ts';
import { coldCase } from './cold.ts';
import { machine } from './machine.ts';
import { measureCase, measureCold } from './measure.ts';
import type { Row } from './report.ts';
import { markdown, met, terminalHead, terminalLine, withResults } from './report.ts';
import { freshJax, labels, startAll } from './roster.ts';
import { median, quantile } from './statistics.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean' },
    peers: { type: 'string' },
    cpu: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
const peerNames = (Object.keys(labels) as (PeerName | 'ours')[]).filter((name) => name !== 'ours');
if (values.help === true) {
  console.log(`npm run bench -- [words …] [--peers ${peerNames.join(',')}] [--cpu] [--write]
Words choose the cases whose names have them all. --cpu counts processor time, for a machine that is busy;
--write puts the table into docs/performance.md; bench/results.json has the last run's numbers.`);
  process.exit(0);
}
const wanted = new Set((values.peers?.split(',') ?? peerNames) as PeerName[]);
const unknown = [...wanted].find((name) => !peerNames.includes(name));
if (unknown !== undefined) throw new Error(`There is no peer ${unknown}: ${peerNames.join(', ')}.`);
const chosen = (id: string): boolean => positionals.every((word) => id.toLowerCase().includes(word.toLowerCase()));
const path = (name: string): string => new URL(name, import.meta.url).pathname;

const rows: Row[] = [];
const add = (row: Row): void => {
  rows.push(row);
  console.log(terminalLine(row));
};

console.log(terminalHead());
if (values.cpu === true && values.write === true) throw new Error('What is written is measured by the clock.');
const todo = cases.filter((c) => chosen(c.id));
if (todo.length > 0) {
  const participants = startAll(wanted, console.log);
  try {
    for (const c of todo) {
      for (const row of await measureCase(c, participants, values.cpu === true ? 'cpu' : 'seconds')) add(row);
    }
  } finally {
    await Promise.all(participants.flatMap((p) => p.variants).map(async (child) => child.stop()));
  }
}
if (chosen('cold start')) for (const row of await coldStart()) add(row);
if (positionals.length === 0 || positionals.some((word) => 'decimal codec'.includes(word.toLowerCase()))) {
  for (const row of codecs()) if (chosen(row.case)) add(row);
}

const targets = rows.filter((row) => row.target !== undefined);
console.log(`\n${targets.filter((row) => met(row) === true).length} of ${targets.length} targets met.`);
writeFileSync(path('results.json'), `${JSON.stringify({ machine: machine(), rows }, null, 1)}\n`);
if (values.write === true) {
  const page = path('../docs/performance.md');
  const head = `${new Date().toISOString().slice(0, 10)}, ${machine()}. \`npm run bench -- ${[...positionals, '--write'].join(' ')}\``;
  writeFileSync(page, withResults(readFileSync(page, 'utf8'), `${head}\n\n${markdown(rows)}`));
}

/** A graph's first answer in seven fresh processes whose thread is ready as a worker is; then in some that have compiled nothing, and JAX's. */
async function coldStart(): Promise<Row[]> {
  const runs = coldRuns(7);
  const unwarmed = coldRuns(3, '--unwarmed');
  const jax = await coldJax();
  const row = (
    name: string,
    of: (c: Cold) => number,
    { from = runs, ...bounds }: { target?: number; jax?: number; from?: readonly Cold[] } = {},
  ): Row => {
    const times = from.map(of);
    return {
      case: `cold start, ${runs[0].nodes} nodes: ${name}`,
      peer: bounds.jax === undefined ? '' : labels.jax,
      ours: median(times) / 1000,
      theirs: bounds.jax,
      ratio: median(times),
      spread: [quantile(times, 0.25), quantile(times, 0.75)],
      target: bounds.target,
      bound: 'most',
      note: 'in milliseconds, not a ratio',
    };
  };
  return [
    row('a worker is ready', (c) => c.load),
    row('program to graph', (c) => c.plan),
    row('graph to first answer', (c) => c.first, { target: 10 }),
    row('graph to steady state', (c) => c.steady, { target: 40 }),
    row('program to first answer, nothing warm', (c) => c.plan + c.first, { jax, from: unwarmed }),
  ];
}

function coldRuns(count: number, ...args: string[]): Cold[] {
  return Array.from(
    { length: count },
    () => JSON.parse(execFileSync(process.execPath, [path('cold.ts'), ...args], { encoding: 'utf8' })) as Cold,
  );
}

async function coldJax(): Promise<number | undefined> {
  if (!wanted.has('jax')) return undefined;
  const seconds: number[] = [];
  for (let i = 0; i < 3; i++) {
    const child = freshJax();
    if (child === undefined) return undefined;
    try {
      seconds.push(await measureCold(coldCase, child));
    } finally {
      await child.stop();
    }
  }
  return median(seconds);
}

/** The decimal codecs have a bench of their own, which prints its rows. */
function codecs(): Row[] {
  try {
    return JSON.parse(execFileSync(process.execPath, [path('codec.ts'), '--json'], { encoding: 'utf8' })) as Row[];
  } catch (error) {
    // What the others took is not lost with it.
    return [
      { case: 'decimal codec', peer: '', note: `codec.ts --json prints no rows: ${String(error).split('\n')[0]}` },
    ];
  }
}
