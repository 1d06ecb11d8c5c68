// Puts the service and its peers under load in one run, turn by turn, and shows how they compare.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findPython } from '../install.ts';
import { withResults } from '../report.ts';
import { machine } from '../machine.ts';
import { median } from '../statistics.ts';
import type { Measured } from './drive.ts';
import { drive } from './drive.ts';
import type { OverloadRow } from './overload.ts';
import { overload } from './overload.ts';
import type { Row } from './report.ts';
import {
  markdown,
  met,
  overloadHead,
  overloadLine,
  overloadMarkdown,
  overloadMet,
  terminalHead,
  terminalLine,
} from './report.ts';
import type { Server, ServerName } from './servers.ts';
import { labels, startServer } from './servers.ts';
import type { Workload } from './workloads.ts';
import { workloads } from './workloads.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean' },
    wrk: { type: 'boolean' },
    servers: { type: 'string' },
    connections: { type: 'string' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    help: { type: 'boolean' },
  },
});
const names = Object.keys(labels) as ServerName[];
if (values.help === true) {
  console.log(`npm run bench:load -- [words …] [--servers ${names.join(',')}] [--connections 1,64] [--seconds 3]
  [--rounds 3] [--wrk] [--write]
Words choose the requests whose names have them all, and "overload" what is beyond capacity; without words it is everything.
--wrk has wrk put the load on, if it is installed; --write puts the tables into docs/performance.md.`);
  process.exit(0);
}
const wanted = (values.servers?.split(',') ?? names) as ServerName[];
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined) throw new Error(`There is no server ${unknown}: ${names.join(', ')}.`);
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
const wrk = values.wrk === true;
const onlyConnections = values.connections?.split(',').map(Number);
const chosen = workloads.filter(({ name }) =>
  positionals.every((word) => name.toLowerCase().includes(word.toLowerCase())),
);

const withOverload = positionals.length === 0 || positionals.includes('overload');

const began = performance.now();
const servers = await startAll();
const rows: Row[] = [];
const beyond: OverloadRow[] = [];
try {
  if (chosen.length > 0) console.log(terminalHead());
  for (const workload of chosen) {
    const levels = workload.connections.filter((level) => onlyConnections?.includes(level) ?? true);
    for (const connections of levels) {
      for (const row of await compare(workload, connections)) {
        rows.push(row);
        console.log(terminalLine(row));
      }
    }
  }
  const calm = await atHalfOfCapacity();
  if (calm !== undefined) console.log(`\n${calm}`);
  if (withOverload) {
    console.log(`\n${overloadHead()}`);
    beyond.push(...(await overload(servers.get('ours')!, seconds, (row) => console.log(overloadLine(row)))));
  }
  const verdicts = [...rows.map(met), ...beyond.map(overloadMet)].filter((verdict) => verdict !== undefined);
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  console.log(`\n${verdicts.filter(Boolean).length} of ${verdicts.length} targets met, in ${minutes} minutes.`);
  if (values.write === true) write(calm);
} finally {
  await Promise.all([...servers.values()].map(async (server) => server.stop()));
}

async function startAll(): Promise<Map<ServerName, Server>> {
  const started = new Map<ServerName, Server>();
  const needPython = wanted.some((name) => !['ours', 'echo', 'hello'].includes(name));
  const python = needPython ? findPython(console.log) : undefined;
  for (const name of new Set<ServerName>(['ours', ...wanted])) {
    // One process of Fastify does both.
    const server = name === 'hello' && started.has('echo') ? started.get('echo')! : await startServer(name, python);
    if (typeof server === 'string') console.log(server);
    else started.set(name, server);
  }
  if (!started.has('ours')) throw new Error('The service did not start.');
  return started;
}

/**
 * All who take part, in turns: `rounds` times where there is a target, else once; the first turn of each is not counted.
 */
async function compare(workload: Workload, connections: number): Promise<Row[]> {
  const sent = { ours: { path: '/v1/compute' }, ...workload.peers };
  const taking = (Object.keys(sent) as ServerName[]).filter((name) => servers.has(name));
  const all = new Map<ServerName, Measured[]>(taking.map((name) => [name, []]));
  const held = taking.some((name) => workload.targets[name]?.[connections] !== undefined);
  for (let round = -1; round < (held ? rounds : 1); round++) {
    for (const name of taking) {
      const load = { workload, sent: sent[name]!, connections, seconds: round < 0 ? 1 : seconds, wrk };
      const measured = await drive(servers.get(name)!, load);
      if (round >= 0) all.get(name)!.push(measured);
    }
  }
  const ours = all.get('ours')!;
  return taking.map((name) => {
    const measured = all.get(name)!;
    const row = { workload: workload.name, connections, server: labels[name], measured: typical(measured) };
    if (name === 'ours') return row;
    const ratio = median(measured.map(({ perSecond }, i) => ours[i].perSecond / perSecond));
    return { ...row, ratio, target: workload.targets[name]?.[connections] };
  });
}

function typical(all: readonly Measured[]): Measured {
  const of = (key: keyof Measured): number => median(all.map((each) => each[key]));
  return {
    perSecond: of('perSecond'),
    p50: of('p50'),
    p99: of('p99'),
    p999: of('p999'),
    cpu: of('cpu'),
    memory: of('memory'),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** Latencies of small requests at half of what 64 connections can have: they should all be about the same. */
async function atHalfOfCapacity(): Promise<string | undefined> {
  const full = rows.find((row) => row.server === labels.ours && row.connections === 64);
  const workload = chosen.find(({ name }) => name === full?.workload);
  if (full === undefined || workload === undefined) return undefined;
  const rate = full.measured.perSecond / 2;
  const load = { workload, sent: { path: '/v1/compute' }, connections: 64, seconds: 2 * seconds, rate };
  const { p50, p99 } = await drive(servers.get('ours')!, load);
  // autocannon counts whole milliseconds: less than one is one.
  const ratio = Math.max(1, p99) / Math.max(1, p50);
  return (
    `At half of capacity (${workload.name}, ${Math.round(rate)} a second) p99 is ${ratio.toFixed(1)} times the median ` +
    `(at most 5 is wanted).`
  );
}

function write(calm: string | undefined): void {
  const page = new URL('../../docs/performance.md', import.meta.url);
  const by = wrk ? 'wrk' : 'autocannon';
  const command = ['npm run bench:load --', ...positionals, ...(wrk ? ['--wrk'] : []), '--write'].join(' ');
  const head = `${new Date().toISOString().slice(0, 10)}, ${machine()}, load by ${by} on the same machine. \`${command}\``;
  const text = [
    head,
    ...(rows.length === 0 ? [] : [markdown(rows)]),
    ...(calm === undefined ? [] : [calm]),
    ...(beyond.length === 0 ? [] : [overloadMarkdown(beyond)]),
  ].join('\n\n');
  writeFileSync(page, withResults(readFileSync(page, 'utf8'), text, { name: 'load', script: 'bench:load' }));
}
