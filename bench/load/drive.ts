// Puts load on one server for some seconds, and tells what came of it.

import autocannon from 'autocannon';
import type { Server } from './servers.ts';
import type { Sent, Workload } from './workloads.ts';
import { runWrk } from './wrk.ts';

export interface Measured {
  /** Successful answers a second. */
  readonly perSecond: number;
  /** Latencies, milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** Seconds of the server's processors for 1,000 answers. */
  readonly cpu: number;
  /** Megabytes, right after. */
  readonly memory: number;
  readonly failed: number;
}

interface Load {
  readonly workload: Workload;
  readonly sent: Sent;
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second; as many as come back where it is absent. */
  readonly rate?: number;
  /** By wrk, where what is sent is known before. */
  readonly wrk?: boolean;
}

type Outcome = Pick<Measured, 'p50' | 'p99' | 'p999' | 'failed'> & {
  readonly answered: number;
  readonly seconds: number;
};

export async function drive(server: Server, load: Load): Promise<Measured> {
  const before = server.cpuSeconds();
  const byWrk = load.wrk === true && load.workload.fresh === undefined && load.rate === undefined;
  const { answered, seconds, ...outcome } = await (byWrk ? viaWrk : viaAutocannon)(server.url + load.sent.path, load);
  return {
    ...outcome,
    perSecond: answered / seconds,
    cpu: ((server.cpuSeconds() - before) / answered) * 1000,
    memory: server.residentMb(),
  };
}

const viaWrk = async (url: string, { workload, sent, connections, seconds }: Load): Promise<Outcome> =>
  runWrk({ url, bodies: sent.body === undefined ? workload.bodies : [sent.body], connections, seconds });

let freshlySent = 0;

async function viaAutocannon(url: string, { workload, sent, connections, seconds, rate }: Load): Promise<Outcome> {
  const { fresh } = workload;
  const bodies = sent.body === undefined ? workload.bodies : [sent.body];
  const result = await autocannon({
    url,
    method: 'POST',
    connections,
    duration: seconds,
    // What waits in a full queue is slow, not lost.
    timeout: 60,
    headers: { 'content-type': 'application/json' },
    ...(rate !== undefined && { overallRate: Math.max(1, Math.round(rate)) }),
    requests:
      fresh === undefined
        ? bodies.map((body) => ({ body }))
        : [{ setupRequest: (request) => ({ ...request, body: fresh(freshlySent++) }) }],
  });
  const { p50, p99, p99_9: p999 } = result.latency;
  const failed = result.non2xx + result.errors + result.timeouts;
  return { answered: result['2xx'], seconds: result.duration, p50, p99, p999, failed };
}
