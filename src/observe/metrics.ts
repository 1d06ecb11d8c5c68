// What the service counts and measures, in the form that Prometheus reads.
//
// Names keep to Prometheus's conventions: base units, _total for counters, and labels with few values; a route is a
// template, never an address.

import { performance } from 'node:perf_hooks';
import type { LabelValues } from '@prometheus-io/client';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { Answer, HostState } from '../../routes/endpoint.ts';
import type { ErrorCode } from '../../routes/errors.ts';
import { unready } from '../../routes/native/health.ts';
import type { PoolStats } from '../pool/counts.ts';
import type { Computed } from '../pool/messages.ts';
import type { PoolObserver, Trail } from '../pool/observer.ts';
import { endings, turnings } from '../pool/observer.ts';
import { phases, phasesOf } from './phases.ts';

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
  readonly build: { readonly version: string; readonly vectors: string };
}

export function createMetrics({ state, stats, traffic, build }: Sources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Counter<L>({ name: `cotangent_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Histogram<L>({ name: `cotangent_${name}`, help, labelNames, buckets, registers });
  const gauge = (name: string, help: string, read: () => number) =>
    gauges<string>(name, help, [], (set) => set({}, read()));
  /** A counter that is counted elsewhere. */
  const tally = (name: string, help: string, read: () => number) =>
    new Counter({
      name: `cotangent_${name}`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  function gauges<L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    read: (set: (labels: LabelValues<L>, value: number) => void) => void,
  ): Gauge<L> {
    return new Gauge<L>({
      name: `cotangent_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        read((labels, value) => this.set(labels, value));
      },
    });
  }

  const requests = counter('http_requests_total', 'Requests, by what was answered; 499: the client went away.', [
    'method',
    'route',
    'status',
  ]);
  const requestSeconds = histogram(
    'http_request_duration_seconds',
    'Time from the head of a request to the end of its answer.',
    ['route'],
  );
  gauge('http_requests_in_flight', 'Requests that are not answered yet.', () => traffic().requests);
  gauge('http_connections', 'Open connections.', () => traffic().connections);
  const received = counter('http_received_bytes_total', 'Bytes of request bodies, as sent.');
  const sent = counter('http_sent_bytes_total', 'Bytes of answer bodies.');
  const rejections = counter('rejections_total', 'Requests that were answered with a problem, by its code.', ['code']);

  gauge('queue_length', 'Requests that wait for a worker.', () => state().queue.length);
  gauge('queue_limit', 'Requests that may wait for a worker.', () => state().queue.limit);
  const turnedAway = counter(
    'queue_rejections_total',
    'Requests that got no worker: the queue was full, they would have waited too long (long) or beyond their time limit ' +
      '(late), they did (waited), or the worker that had them next ended.',
    ['cause'],
  );
  gauges('workers', 'Worker threads: computing, free, or not warm yet.', ['state'], (set) => {
    const { size, ready, busy } = state().workers;
    set({ state: 'busy' }, busy);
    set({ state: 'idle' }, Math.max(0, ready - busy));
    set({ state: 'starting' }, size - ready);
  });
  const busySeconds = counter('worker_busy_seconds_total', 'Time that workers were taken by requests.');
  const ended = counter('worker_ends_total', 'Workers that ended, by why.', ['cause']);
  const replaced = counter('worker_replacements_total', 'Workers that became ready in place of one that ended.');
  gauge('ready', '1 while GET /readyz welcomes requests, else 0.', () => (unready(state()) === undefined ? 1 : 0));

  const phaseSeconds = histogram(
    'phase_duration_seconds',
    'Time of each phase of a request that a worker took: waiting for one, bytes to request, request to plan, ' +
      'plan to results, results to bytes.',
    ['phase'],
  );
  const computations = counter('computations_total', 'Computations, by what ran them.', ['runner']);
  const flops = counter(
    'floating_point_operations_total',
    'Floating-point operations of all computations, as planned.',
  );
  const tensorBytes = counter('tensor_bytes_total', 'Bytes of the tensors given and of the results.', ['direction']);
  const plans = () => stats().plans;
  tally('plan_cache_hits_total', 'Computations whose plan their worker had.', () => plans().hits);
  tally('plan_cache_misses_total', 'Computations whose plan had to be made.', () => plans().misses);
  tally('plan_cache_evictions_total', 'Plans that left the cache of a worker to make room.', () => plans().evictions);
  gauge('plan_cache_plans', 'Plans in the caches of all workers.', () => plans().held);
  gauge('plan_cache_bytes', 'About what the plans in the caches of all workers take.', () => plans().bytes);
  const code = () => stats().code;
  tally('modules_compiled_total', 'WebAssembly modules that a worker compiled.', () => code().compiled);
  tally('modules_received_total', 'WebAssembly modules that a worker took over from another.', () => code().received);
  gauge('modules_held', 'WebAssembly modules that are kept for workers that come to need them.', () => code().held);
  gauge('modules_bytes', 'About what these take.', () => code().bytes);
  gauge('arena_bytes', 'The memories in which plans compute, of all workers.', () => stats().memory.bytes);
  tally(
    'arena_replacements_total',
    'How often such a memory was given back, having become much larger than what was needed.',
    () => stats().memory.replaced,
  );
  tally(
    'kernel_traps_total',
    'Computations that stopped in compiled code where the interpreter found no mistake: always a bug of the service.',
    () => stats().traps,
  );

  gauges(
    'build_info',
    'Always 1; the labels tell the version, the runtime and the width of vectors in bits.',
    ['version', 'node', 'vectors'],
    (set) => set({ ...build, node: process.version }, 1),
  );
  tally(
    'event_loop_active_seconds_total',
    'Time in which the main thread was not waiting for something to do.',
    () => performance.eventLoopUtilization().active / 1000,
  );
  collectDefaultMetrics({ register: registry });
  for (const name of unwanted) registry.removeSingleMetric(name);

  // A counter that is not there cannot be seen to rise.
  for (const cause of endings) ended.inc({ cause }, 0);
  for (const cause of turnings) turnedAway.inc({ cause }, 0);
  for (const runner of ['wasm', 'interpreter']) computations.inc({ runner }, 0);
  for (const direction of ['in', 'out']) tensorBytes.inc({ direction }, 0);
  for (const phase of phases) phaseSeconds.zero({ phase });

  function computed(what: Computed): void {
    const { wasm, interpreter } = what;
    if (wasm + interpreter === 0) return;
    if (wasm > 0) computations.inc({ runner: 'wasm' }, wasm);
    if (interpreter > 0) computations.inc({ runner: 'interpreter' }, interpreter);
    flops.inc(what.flops);
    tensorBytes.inc({ direction: 'in' }, what.bytes_in);
    tensorBytes.inc({ direction: 'out' }, what.bytes_out);
  }

  return {
    registry,
    exchanged(exchange) {
      const { method, route, status, code } = exchange;
      requests.inc({ method, route, status: String(status) });
      requestSeconds.observe({ route }, exchange.seconds);
      received.inc(exchange.received);
      sent.inc(exchange.sent);
      if (code !== undefined) rejections.inc({ code });
    },
    worked(trail) {
      for (const { phase, ms } of phasesOf(trail)) phaseSeconds.observe({ phase }, ms / 1000);
      if (trail.measured?.computed !== undefined) computed(trail.measured.computed);
    },
    rejected: (code) => rejections.inc({ code }),
    turnedAway: (cause) => turnedAway.inc({ cause }),
    workerReplaced: () => replaced.inc(),
    workerEnded: (cause) => ended.inc({ cause }),
    workerBusy: (ms) => busySeconds.inc(ms / 1000),
    read: async () => ({ type: registry.contentType, body: await registry.metrics() }),
  };
}
