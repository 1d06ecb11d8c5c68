// What the service counts and measures, in the form that Prometheus reads.
//
// Names keep to Prometheus's conventions: base units, _total for counters, and labels with few values; a route is a
// template, never an address.

import { performance } from 'node:perf_hooks';
import { collectDefaultMetrics, Registry } from '@prometheus-io/client';
import type { Answer, HostState } from '../../routes/endpoint.ts';
import type { ErrorCode } from '../../routes/errors.ts';
import { unready } from '../../routes/native/health.ts';
import type { PoolStats } from '../pool/counts.ts';
import type { Computed } from '../pool/messages.ts';
import type { PoolObserver, Trail } from '../pool/observer.ts';
import { endings, turnings } from '../pool/observer.ts';
import { phases, phasesOf } from './phases.ts';
import { counterOf, gaugeOf, Tally, Times } from './tallies.ts';

/** Seconds: from what a cached scalar takes to the longest time limit. */
const buckets = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120,
];

/**
 * Of the client library's metrics about Node: a list of every socket made at each scrape, and samples of the event loop's
 * utilisation, which a counter tells better. (Their names break the conventions, too.)
 */
const unwanted = [
  'nodejs_active_resources',
  'nodejs_active_resources_total',
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
  'nodejs_eventloop_utilization_summary',
  'nodejs_eventloop_utilization_histogram',
];

export interface Exchange {
  readonly method: string;
  /** As OpenAPI writes it; `unmatched` where no route took the request. */
  readonly route: string;
  /** 499 where the client went away before its answer was sent. */
  readonly status: number;
  readonly seconds: number;
  /** Bytes of the bodies. */
  readonly received: number;
  readonly sent: number;
  /** The error that was answered, if one was. */
  readonly code: ErrorCode | undefined;
}

export interface Metrics extends PoolObserver {
  /** A request has been answered, or its client is gone. */
  exchanged(exchange: Exchange): void;
  /** A request has been through the workers; its answer may still be sent. */
  worked(trail: Trail): void;
  /** What was not HTTP at all was turned away. */
  rejected(code: ErrorCode): void;
  /** All of it, for a scraper. */
  read(): Promise<Answer>;
  readonly registry: Registry;
}

/** What is looked up when a scraper asks. */
export interface Sources {
  readonly state: () => HostState;
  readonly stats: () => PoolStats;
  readonly traffic: () => { readonly requests: number; readonly connections: number };
  readonly overload: () => { readonly held: number; readonly bytes: number };
  readonly build: { readonly version: string; readonly vectors: string };
}

export function createMetrics({ state, stats, traffic, overload, build }: Sources): Metrics {
  const register = new Registry();
  const named = (name: string, help: string) => ({ name: `cotangent_${name}`, help, register });
  const gauge = (name: string, help: string, read: () => number) =>
    gaugeOf<string>(named(name, help), [], (tell) => tell({}, read()));
  const counter = (name: string, help: string, read: () => number) =>
    counterOf<string>(named(name, help), [], (tell) => tell({}, read()));
  /** Counts of what has no label. */
  const sums = { received: 0, sent: 0, busyMs: 0, replaced: 0, flops: 0 };

  const requests = new Map<string, { method: string; route: string; status: string; count: number }>();
  counterOf(
    named('http_requests_total', 'Requests, by what was answered; 499: the client went away.'),
    ['method', 'route', 'status'],
    (tell) => {
      for (const { count, ...labels } of requests.values()) tell(labels, count);
    },
  );
  const requestTimes = new Times(
    named('http_request_duration_seconds', 'Time from the head of a request to the end of its answer.'),
    'route',
    buckets,
  );
  gauge('http_requests_in_flight', 'Requests that are not answered yet.', () => traffic().requests);
  gauge('http_connections', 'Open connections.', () => traffic().connections);
  counter('http_received_bytes_total', 'Bytes of request bodies, as sent.', () => sums.received);
  counter('http_sent_bytes_total', 'Bytes of answer bodies.', () => sums.sent);
  const rejections = new Tally(
    named('rejections_total', 'Requests that were answered with a problem, by its code.'),
    'code',
  );

  gauge('queue_length', 'Requests that wait for a worker.', () => state().queue.length);
  gauge('queue_limit', 'Requests that may wait for a worker.', () => state().queue.limit);
  gauge('refusals_held', 'Refusals that wait for their turn to be sent.', () => overload().held);
  gauge(
    'transit_bytes',
    'Bytes of bodies that have not come whole, and of answers that have not been taken whole.',
    () => overload().bytes,
  );
  const turnedAway = new Tally(
    named(
      'queue_rejections_total',
      'Requests that got no worker: the queue was full, they would have waited too long (long) or beyond their time limit ' +
        '(late), they did (waited), or the worker that had them next ended.',
    ),
    'cause',
    turnings,
  );
  gaugeOf(
    named('workers', 'Worker threads, express ones too: computing, free, or not warm yet.'),
    ['state'],
    (tell) => {
      const { size, ready, busy } = stats().threads;
      tell({ state: 'busy' }, busy);
      tell({ state: 'idle' }, Math.max(0, ready - busy));
      tell({ state: 'starting' }, size - ready);
    },
  );
  counter('worker_busy_seconds_total', 'Time that workers were at requests.', () => sums.busyMs / 1000);
  const ended = new Tally(named('worker_ends_total', 'Workers that ended, by why.'), 'cause', endings);
  counter('worker_replacements_total', 'Workers that became ready in place of one that ended.', () => sums.replaced);
  gauge('ready', '1 while GET /readyz welcomes requests, else 0.', () => (unready(state()) === undefined ? 1 : 0));

  const phaseTimes = new Times(
    named(
      'phase_duration_seconds',
      'Time of each phase of a request that a worker took: waiting for one, bytes to request, request to plan, ' +
        'plan to results, results to bytes.',
    ),
    'phase',
    buckets,
    phases,
  );
  const computations = new Tally(named('computations_total', 'Computations, by what ran them.'), 'runner', [
    'wasm',
    'interpreter',
  ]);
  counter(
    'floating_point_operations_total',
    'Floating-point operations of all computations, as planned.',
    () => sums.flops,
  );
  const tensorBytes = new Tally(
    named('tensor_bytes_total', 'Bytes of the tensors given and of the results.'),
    'direction',
    ['in', 'out'],
  );
  const plans = () => stats().plans;
  counter('plan_cache_hits_total', 'Computations whose plan their worker had.', () => plans().hits);
  counter('plan_cache_misses_total', 'Computations whose plan had to be made.', () => plans().misses);
  counter('plan_cache_evictions_total', 'Plans that left the cache of a worker to make room.', () => plans().evictions);
  gauge('plan_cache_plans', 'Plans in the caches of all workers.', () => plans().held);
  gauge('plan_cache_bytes', 'About what the plans in the caches of all workers take.', () => plans().bytes);
  const code = () => stats().code;
  counter('modules_compiled_total', 'WebAssembly modules that a worker compiled.', () => code().compiled);
  counter('modules_received_total', 'WebAssembly modules that a worker took over from another.', () => code().received);
  gauge('modules_held', 'WebAssembly modules that are kept for workers that come to need them.', () => code().held);
  gauge('modules_bytes', 'About what these take.', () => code().bytes);
  gauge('arena_bytes', 'The memories in which plans compute, of all workers.', () => stats().memory.bytes);
  counter(
    'arena_replacements_total',
    'How often such a memory was given back, having become much larger than what was needed.',
    () => stats().memory.replaced,
  );
  counter(
    'kernel_traps_total',
    'Computations that stopped in compiled code where the interpreter found no mistake: always a bug of the service.',
    () => stats().traps,
  );

  gaugeOf(
    named('build_info', 'Always 1; the labels tell the version, the runtime and the width of vectors in bits.'),
    ['version', 'node', 'vectors'],
    (tell) => tell({ ...build, node: process.version }, 1),
  );
  counter(
    'event_loop_active_seconds_total',
    'Time in which the main thread was not waiting for something to do.',
    () => performance.eventLoopUtilization().active / 1000,
  );
  collectDefaultMetrics({ register });
  for (const name of unwanted) register.removeSingleMetric(name);

  function countRequest(method: string, route: string, status: number): void {
    const key = `${status} ${method} ${route}`;
    const found = requests.get(key);
    if (found === undefined) requests.set(key, { method, route, status: String(status), count: 1 });
    else found.count++;
  }

  function computed({ wasm, interpreter, flops, bytes_in, bytes_out }: Computed): void {
    // An explanation has a cost, and runs nothing.
    if (wasm + interpreter === 0) return;
    computations.add('wasm', wasm);
    computations.add('interpreter', interpreter);
    sums.flops += flops;
    tensorBytes.add('in', bytes_in);
    tensorBytes.add('out', bytes_out);
  }

  return {
    registry: register,
    exchanged({ method, route, status, seconds, received, sent, code }) {
      countRequest(method, route, status);
      requestTimes.add(route, seconds);
      sums.received += received;
      sums.sent += sent;
      if (code !== undefined) rejections.add(code);
    },
    worked(trail) {
      for (const { phase, ms } of phasesOf(trail)) phaseTimes.add(phase, ms / 1000);
      if (trail.measured?.computed !== undefined) computed(trail.measured.computed);
    },
    rejected: (code) => rejections.add(code),
    turnedAway: (cause) => turnedAway.add(cause),
    workerReplaced: () => void sums.replaced++,
    workerEnded: (cause) => ended.add(cause),
    workerBusy: (ms) => void (sums.busyMs += ms),
    read: async () => ({ type: register.contentType, body: await register.metrics() }),
  };
}
