// What the service does past its capacity: clients that hammer without a pause, and arrivals at a rate that it cannot meet.

import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../statistics.ts';
import type { Crowd, CrowdReport } from './crowd.ts';
import type { Probe, ProbeReport } from './probe.ts';
import type { Server } from './servers.ts';
import { rosenbrockBody } from './workloads.ts';

export interface OverloadRow {
  readonly work: string;
  /** How it is offered: `64 clients that hammer`, `10 × capacity`. */
  readonly offer: string;
  /** Beyond capacity: here the targets hold. */
  readonly over: boolean;
  /** Answers a second, and their part of the most that any offer had. */
  readonly perSecond: number;
  readonly part: number;
  readonly refused: number;
  /** Milliseconds, of what is answered. */
  readonly p50: number;
  readonly p99: number;
  /** Of `GET /healthz`. */
  readonly health: number;
  readonly healthMost: number;
  /** Megabytes. */
  readonly memory: number;
  readonly failed: number;
  /** Of the arrivals at a rate, those that no client was free to send. */
  readonly unsent: number;
}

interface Offer {
  readonly name: string;
  readonly connections: number;
  /** Times the capacity, arriving evenly; absent: clients that ask again at once. */
  readonly times?: number;
  readonly over: boolean;
}

/** At least so much of its peak, and health within so many milliseconds. */
export const overloadTargets = { part: 0.9, healthMs: 50 } as const;

const hammering = (clients: number, over: boolean): Offer => ({
  name: `${clients} clients that hammer`,
  connections: clients,
  over,
});
const arriving = (times: number): Offer => ({
  name: `arrivals at ${times} × capacity`,
  connections: 8000,
  times,
  over: true,
});

/** A few milliseconds of one core from a short body, and next to nothing. The first offers tell the capacity. */
const works: readonly { readonly name: string; readonly body: string; readonly offers: readonly Offer[] }[] = [
  {
    name: 'a loop of 3 ms',
    body: JSON.stringify({
      program: 'y = jax.lax.fori_loop(0, 300000, lambda i, s: s + 1e-6 * jnp.sin(s), x)',
      inputs: { x: 1 },
      outputs: ['y'],
    }),
    offers: [
      hammering(16, false),
      hammering(64, false),
      arriving(1),
      arriving(2),
      arriving(10),
      hammering(640, true),
      hammering(2000, true),
    ],
  },
  {
    name: 'Rosenbrock-10',
    body: rosenbrockBody,
    // Ten times as many arrivals as can be answered are more than the bench can send from the same cores.
    offers: [hammering(16, false), hammering(64, false), hammering(640, true), hammering(2000, true)],
  },
];

/** All offers of each work, `seconds` each. */
export async function overload(
  server: Server,
  seconds: number,
  tell: (row: OverloadRow) => void,
): Promise<OverloadRow[]> {
  const rows: OverloadRow[] = [];
  for (const { name, body, offers } of works) {
    const done: OverloadRow[] = [];
    let capacity = 0;
    for (const offer of offers) {
      const row = await make(server, body, offer, seconds, capacity);
      capacity = Math.max(capacity, row.perSecond);
      done.push({ ...row, work: name, part: row.perSecond / capacity });
      tell(done.at(-1)!);
      // What still waits in the queue goes first.
      await sleep(1500);
    }
    rows.push(...done);
  }
  return rows;
}

async function make(
  server: Server,
  body: string,
  offer: Offer,
  seconds: number,
  capacity: number,
): Promise<Omit<OverloadRow, 'work' | 'part'>> {
  const port = Number(new URL(server.url).port);
  const { name, connections, times } = offer;
  const leadSeconds = 2;
  const crowd: Crowd = {
    port,
    path: '/v1/compute',
    body,
    connections,
    seconds,
    leadSeconds,
    ...(times !== undefined && { rate: times * capacity }),
  };
  const probe: Probe = { port, seconds: seconds + leadSeconds };
  const [made, health] = await Promise.all([run<CrowdReport>('crowd.ts', crowd), run<ProbeReport>('probe.ts', probe)]);
  return {
    offer: name,
    over: offer.over,
    perSecond: made.answered / seconds,
    refused: made.refused / seconds,
    p50: quantile(made.latencies, 0.5),
    p99: quantile(made.latencies, 0.99),
    health: quantile(health.latencies, 0.5),
    healthMost: quantile(health.latencies, 1),
    memory: server.residentMb(),
    failed: made.failed + health.failed,
    unsent: made.unsent / seconds,
  };
}

async function run<Report>(file: string, workerData: object): Promise<Report> {
  const worker = new Worker(new URL(file, import.meta.url), { workerData });
  const [report] = (await once(worker, 'message')) as [Report];
  await worker.terminate();
  return report;
}
