// Puts the service together: configuration, contract, workers and application; it listens to nothing.

import { readFile } from 'node:fs/promises';
import { maxHeaderSize } from 'node:http';
import { enableCompileCache } from 'node:module';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { parse } from 'yaml';
import type { HostState, ServiceLimits } from '../routes/endpoint.ts';
import { endpoints } from '../routes/index.ts';
import { createCallers } from './access/callers.ts';
import { buildApp } from './app.ts';
import type { Config } from './config.ts';
import type { Pool } from './pool/pool.ts';
import { createPool } from './pool/pool.ts';
import { createMetrics } from './observe/metrics.ts';
import { startTracing } from './observe/tracing.ts';
import type { Traffic } from './observe/traffic.ts';
import { createTraffic } from './observe/traffic.ts';
import { createPace } from './overload/pace.ts';
import { createTransit } from './overload/transit.ts';
import { rereadOnChange } from './reread.ts';
import { renewTls } from './tls.ts';
import { decideVectors } from './vectors.ts';

export interface Service {
  /** Closing it ends the workers too. */
  readonly app: FastifyInstance;
  readonly pool: Pool;
  readonly traffic: Traffic;
  /** Reads keys and certificates anew, as is done when their files change. */
  reread(): void;
}

interface Options {
  readonly log: FastifyBaseLogger;
  /** The file that runs in each worker thread; tests have others. */
  readonly worker?: URL;
}

export async function createService(config: Config, { log, worker = defaultWorker }: Options): Promise<Service> {
  const limits = limitsOf(config);
  const yaml = await readFile(new URL('../openapi.yaml', import.meta.url), 'utf8');
  const { directory: compileCache } = enableCompileCache();
  const { wide, fma, detail, suspect } = decideVectors(config.REVECTORIZE);
  if (suspect) log.warn({ detail }, 'vectors stay at 128 bits');
  const contract = { yaml, document: parse(yaml) as { readonly info: { readonly version: string } } };
  const { version } = contract.document.info;
  const tracing = await startTracing(config, version, (err) => log.warn({ err }, 'spans could not be sent'));
  const state = (): HostState => (traffic.stopping() ? { ...pool.state(), phase: 'stopping' } : pool.state());
  const pace = createPace();
  const transit = createTransit(config.TRANSIT_BYTES);
  const metrics = createMetrics({
    state,
    stats: () => pool.stats(),
    traffic: () => traffic.load(),
    overload: () => ({ held: pace.held, bytes: transit.bytes }),
    build: { version, vectors: wide ? '256' : '128' },
  });
  const traffic = createTraffic({ metrics, tracing });
  const pool = createPool({
    worker,
    workers: config.WORKERS,
    expressWorkers: config.EXPRESS_WORKERS,
    queueLimit: config.QUEUE_LIMIT,
    queueBytes: config.QUEUE_BYTES,
    queueMs: config.QUEUE_MS,
    timeoutMs: config.TIMEOUT_MS,
    maxTimeoutMs: config.MAX_TIMEOUT_MS,
    teamThreads: config.TEAM_THREADS,
    workerMemoryMb: config.WORKER_MEMORY_MB,
    setup: { limits, planCacheBytes: config.PLAN_CACHE_BYTES, vectors: { wide, fma } },
    ...(compileCache !== undefined && { compileCache }),
    log,
    observer: metrics,
    onBroken() {
      throw new Error('a worker could not be replaced');
    },
  });
  const callers = createCallers(config);
  const app = await buildApp(config, {
    pool,
    callers,
    pace,
    transit,
    endpoints,
    contract,
    limits,
    vectors: { bits: wide ? 256 : 128, detail },
    state,
    traffic,
    metrics,
    log,
  });
  const rereading = rereadOnChange(
    [
      { what: 'API keys', files: [config.API_KEYS_FILE], renew: () => callers.renewKeys() },
      {
        what: 'TLS files',
        files: [config.TLS_CERT_FILE, config.TLS_KEY_FILE, config.TLS_CLIENT_CA_FILE],
        renew: () => renewTls(app.server, config),
      },
    ],
    { log },
  );
  app.addHook('onClose', async () => {
    rereading.stop();
    await pool.destroy();
    await tracing?.close();
  });
  return { app, pool, traffic, reread: rereading.now };
}

const defaultWorker = new URL('./pool/worker.ts', import.meta.url);

const MiB = 1024 * 1024;
/** Of a worker's heap, for reading a body as JSON; what is made of it needs the rest. */
const jsonShare = 0.5;

export function limitsOf(config: Config): ServiceLimits {
  return {
    body_bytes: config.BODY_LIMIT_BYTES,
    decompressed_bytes: config.DECOMPRESSED_LIMIT_BYTES,
    arrival_ms: config.ARRIVAL_MS,
    header_bytes: maxHeaderSize,
    json_depth: config.JSON_DEPTH,
    json_bytes: Math.floor(config.WORKER_MEMORY_MB * MiB * jsonShare),
    timeout_ms: config.TIMEOUT_MS,
    max_timeout_ms: config.MAX_TIMEOUT_MS,
    program_chars: config.LIMIT_PROGRAM_CHARS,
    program_steps: config.LIMIT_PROGRAM_STEPS,
    loop_turns: config.LIMIT_LOOP_TURNS,
    nodes: config.LIMIT_NODES,
    tensor_elements: config.LIMIT_TENSOR_ELEMENTS,
    bytes: config.LIMIT_BYTES,
    flops: config.LIMIT_FLOPS,
    output_bytes: config.LIMIT_OUTPUT_BYTES,
  };
}
