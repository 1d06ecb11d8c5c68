// A running service on a free port of this machine, as tests need it.

import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { logOptions } from '../../src/observe/log.ts';
import type { Service } from '../../src/service.ts';
import { createService } from '../../src/service.ts';

export interface RunningService extends Service {
  /** http://127.0.0.1:40123 */
  readonly url: string;
  close(): Promise<void>;
}

interface Options {
  /** Knobs, as the environment has them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Another file for the worker threads. */
  readonly worker?: URL;
  /** Takes each line of the log. */
  readonly log?: (line: Readonly<Record<string, unknown>>) => void;
}

/** Listens, with every worker warm. */
export async function startService({ environment = {}, worker, log }: Options = {}): Promise<RunningService> {
  const config = readConfig({ HOST: '127.0.0.1', PORT: '0', WORKERS: '2', EXPRESS_WORKERS: '0', ...environment });
  const lines = { write: (line: string) => log?.(JSON.parse(line) as Readonly<Record<string, unknown>>) };
  const logger = log === undefined ? pino({ level: 'silent' }) : pino(logOptions(config.LOG_LEVEL), lines);
  const service = await createService(config, { log: logger, ...(worker && { worker }) });
  await service.app.listen({ host: config.HOST, port: config.PORT });
  await service.pool.start();
  const { port } = service.app.server.address() as AddressInfo;
  return { ...service, url: `http://127.0.0.1:${port}`, close: () => service.app.close() };
}

/** Sends a body as JSON (text and bytes as they are) and reads the answer. */
export async function post(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; headers: Headers; json: Answer }> {
  const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const response = await fetch(url, {
    method: 'POST',
    body: bytes as BodyInit,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: response.status, headers: response.headers, json: (await response.json()) as Answer };
}

/** As much of an answer as the tests look into. */
export interface Answer {
  readonly status?: number;
  readonly code?: string;
  readonly detail?: string;
  readonly instance?: string;
  readonly errors?: readonly { pointer?: string; line?: number; column?: number; message: string; hint?: string }[];
  readonly [field: string]: unknown;
}
