// A thread that asks for the health of a server, as an orchestrator does: a new connection each time, one after another.

import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

export interface Probe {
  readonly port: number;
  readonly seconds: number;
}

export interface ProbeReport {
  /** Milliseconds from the call to the whole answer. */
  readonly latencies: Float64Array;
  /** Answers that were no 200, and connections that failed. */
  readonly failed: number;
}

const everyMs = 20;

const once = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    get({ port, host: '127.0.0.1', path: '/healthz', agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode === 200));
      response.on('error', () => resolve(false));
    }).on('error', () => resolve(false));
  });

const { port, seconds } = workerData as Probe;
const until = performance.now() + seconds * 1000;
const latencies: number[] = [];
let failed = 0;
while (performance.now() < until) {
  const began = performance.now();
  if (!(await once(port))) failed++;
  latencies.push(performance.now() - began);
  await sleep(everyMs);
}
parentPort!.postMessage({ latencies: Float64Array.from(latencies), failed } satisfies ProbeReport);
