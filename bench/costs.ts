// What each step of a request costs the processor, one by one in this process: reading, checking, computing, the boxes
// between threads, a line of the log. And what waking another thread takes, which requests that come together share.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { createMachine, createPlanCache } from '../engine/index.ts';
import { isWorkerEndpoint } from '../routes/endpoint.ts';
import { endpoints } from '../routes/index.ts';
import { readConfig } from '../src/config.ts';
import { logOptions } from '../src/observe/log.ts';
import { decode } from '../src/pool/decode.ts';
import { Box } from '../src/pool/link.ts';
import { placesOf } from '../src/pool/places.ts';
import type { OutcomeHead, TaskHead } from '../src/pool/serve.ts';
import { Stopwatch } from '../src/pool/stopwatch.ts';
import { validator } from '../src/pool/validate.ts';
import { limitsOf } from '../src/service.ts';
import { decideVectors } from '../src/vectors.ts';
import { workloads } from './load/workloads.ts';
import { machine as machineName } from './machine.ts';
import { withResults } from './report.ts';
import { median } from './statistics.ts';

interface Cost {
  readonly step: string;
  /** Microseconds, for each of the requests. */
  readonly us: readonly number[];
}

if (isMainThread) await main();
else parentPort!.on('message', (message) => parentPort!.postMessage(message));

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { write: { type: 'boolean' }, rounds: { type: 'string', default: '15' } } });
  const rounds = Number(values.rounds);
  const requests = workloads.filter(({ name }) => /^(Rosenbrock|MLP)/.test(name));
  const lists = await Promise.all(requests.map(async ({ bodies }) => stepsOf(bodies[0])));
  const costs: Cost[] = [];
  for (const [i, { step }] of lists[0].entries()) {
    const us: number[] = [];
    for (const list of lists) us.push(await timed(list[i].run, rounds));
    costs.push({ step, us });
  }
  const wake = await wakeUs(rounds);
  const table = [
    `| step | ${requests.map(({ name }) => name).join(' | ')} |`,
    `| --- |${' --- |'.repeat(requests.length)}`,
    ...costs.map(({ step, us }) => `| ${step} | ${us.map((x) => `${x.toFixed(1)} µs`).join(' | ')} |`),
    `| a thread woken and its answer waited for, alone |${` ${wake.toFixed(0)} µs |`.repeat(requests.length)}`,
  ].join('\n');
  console.log(table);
  if (values.write !== true) return;
  const page = new URL('../docs/performance.md', import.meta.url);
  const head = `${new Date().toISOString().slice(0, 10)}, ${machineName()}. \`npm run bench:costs -- --write\``;
  const part = { name: 'costs', script: 'bench:costs' };
  writeFileSync(page, withResults(readFileSync(page, 'utf8'), `${head}\n\n${table}`, part));
}

interface Step {
  readonly step: string;
  readonly run: () => unknown;
}

/** The steps in the order of a request, each on what the one before has made. */
async function stepsOf(text: string): Promise<Step[]> {
  const config = readConfig({});
  const limits = limitsOf(config);
  const { wide, fma } = decideVectors('auto');
  const now = (): number => performance.now();
  const context = {
    limits,
    now,
    plans: createPlanCache(config.PLAN_CACHE_BYTES),
    machine: createMachine({ wide, fma }),
  };
  const endpoint = endpoints.filter(isWorkerEndpoint).find(({ id }) => id === 'compute')!;
  const validate = validator(endpoint.request);
  const place = placesOf(endpoint.request);
  const body = new TextEncoder().encode(text);
  const request = decode(body, 'identity', limits, place) as never;
  const made = await endpoint.work(request, context);
  const answer = typeof made.body === 'string' ? new TextEncoder().encode(made.body) : made.body;
  const [requestsMemory, outcomesMemory] = [new SharedArrayBuffer(1 << 20), new SharedArrayBuffer(1 << 20)];
  const head: TaskHead = { endpoint: 'compute', coding: 'identity', job: 12_345, waited: 1.25 };
  const watch = new Stopwatch(now, performance.timeOrigin);
  await endpoint.work(request, { ...context, report: watch.report });
  const outcome: OutcomeHead = { kind: 'answer', type: made.type, measured: watch.stop(true), ms: 0.05 };
  const log = pino(logOptions('info'), { write: (line) => void Buffer.from(line) });
  const line = {
    method: 'POST',
    url: '/v1/compute',
    route: '/v1/compute',
    status: 200,
    ms: 1.234,
    queue_ms: 0.5,
    decode_ms: 0.012,
    compile_ms: 0.002,
    run_ms: 0.001,
    encode_ms: 0.02,
    ...outcome.measured?.computed,
  };
  return [
    { step: 'through a box and back out of one', run: through(requestsMemory, head, body) },
    { step: 'JSON to tensors', run: () => decode(body, 'identity', limits, place) },
    { step: 'JSON.parse of the same, to compare', run: () => JSON.parse(text) as unknown },
    { step: 'validation', run: () => validate(request) },
    { step: 'plan found, tensors in, run, answer as JSON', run: () => endpoint.work(request, context) },
    { step: 'the answer through a box', run: through(outcomesMemory, outcome, answer) },
    { step: 'a line of the log', run: () => log.child({ reqId: '0'.repeat(36) }).info(line, 'answered') },
  ];
}

function through(memory: SharedArrayBuffer, head: object, body: Uint8Array): () => unknown {
  const [writer, reader] = [new Box<object>(memory), new Box<object>(memory)];
  return () => {
    writer.clear();
    writer.put({ position: 0, head, body });
    reader.rewind();
    return reader.take();
  };
}

/** Processor time of a call, microseconds: the median over rounds of a thousand. */
async function timed(run: () => unknown, rounds: number): Promise<number> {
  const calls = 1000;
  const times: number[] = [];
  for (let round = -3; round < rounds; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i++) {
      const made = run();
      if (made instanceof Promise) await made;
    }
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) times.push((user + system) / calls);
  }
  return median(times);
}

/** A message to a thread that sleeps, and its answer: by the clock. */
async function wakeUs(rounds: number): Promise<number> {
  const thread = new Worker(new URL(import.meta.url));
  const once = async (): Promise<number> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const started = performance.now();
    thread.once('message', () => resolve());
    thread.postMessage(0);
    await promise;
    return 1000 * (performance.now() - started);
  };
  try {
    const times: number[] = [];
    for (let i = -20; i < 20 * rounds; i++) {
      const us = await once();
      if (i >= 0) times.push(us);
    }
    return median(times);
  } finally {
    await thread.terminate();
  }
}
