// The process: reads the configuration, listens, prints a first request to try, and stops when it is told to.

import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { pino } from 'pino';
import type { Config } from './config.ts';
import { ConfigError, readConfig } from './config.ts';
import { logOptions } from './observe/log.ts';
import { createService } from './service.ts';

/**
 * Connections that may wait to be accepted. With Node's 511 a thousand clients that come at once are more, and the system drops
 * what is more: it comes again after one second, or three. Systems have a bound of their own, 4096 as a rule.
 */
const backlog = 4096;
/** The time to send the last answers. */
const answeringMs = 500;

const config = configuration();
// A terminal gets each line at once; a file or a pipe in pieces, which costs a busy server far less.
const destination = pino.destination({
  fd: 1,
  ...(process.stdout.isTTY ? { sync: true } : { sync: false, minLength: 4096, periodicFlush: 500 }),
  // Of text that waits it would copy all at each line, to count its bytes.
  contentMode: 'buffer',
});
const log = pino(logOptions(config.LOG_LEVEL), {
  // It takes bytes in that mode, whatever its type says.
  write: (line) => void destination.write(Buffer.from(line) as unknown as string),
});
/** The ids of the requests that are not answered. */
let inFlight = (): string[] => [];
let stopping = false;

// Promises that nobody waits for come here too. What the state of the process is now nobody knows; whose requests are lost
// with it can be told.
process.on('uncaughtException', (error, origin) => {
  log.fatal({ err: error, origin, in_flight: inFlight() }, 'the process cannot go on');
  exit(1);
});

const { app, pool, traffic, reread } = await createService(config, { log }).catch(unusable);
inFlight = traffic.inFlight;

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  // The second means now.
  process.on(signal, () => void (stopping ? exit(1) : stop(signal)));
}

process.on('SIGHUP', reread);

await app.listen({ host: config.HOST, port: config.PORT, backlog });
await started();

/** Resolves when requests are welcome; never, where the server is told to stop before. */
async function started(): Promise<void> {
  try {
    await pool.start();
  } catch (error) {
    if (!stopping) throw error;
    return;
  }
  if (stopping) return;
  log.info({ workers: config.WORKERS, ms: Math.round(performance.now()) }, 'ready');
  greet();
}

function configuration(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    return unusable(error);
  }
}

/** A setting that cannot be used is told in one line; anything else is a mistake of ours. */
function unusable(error: unknown): never {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

/** One plain line that can be copied, whatever the log looks like. */
function greet(): void {
  const { port } = app.server.address() as AddressInfo;
  const host = ['0.0.0.0', '::'].includes(config.HOST) ? 'localhost' : config.HOST;
  const body = '{"program":"y = jnp.sum(x ** 2)","inputs":{"x":[1,2,3]},"gradients":[{"of":"y","wrt":["x"]}]}';
  const protocol = config.TLS_CERT_FILE === '' ? 'http' : 'https';
  process.stdout.write(`curl ${protocol}://${host}:${port}/v1/compute -d '${body}'\n`);
}

/**
 * Requests in flight may end, new ones are refused: with a 503 as long as there are others to wait for, then by a closed
 * port. Nothing keeps the process longer than it was given.
 */
async function stop(signal: string): Promise<void> {
  stopping = true;
  log.info({ signal, in_flight: traffic.load().requests }, 'stopping');
  setTimeout(() => void abandon(), config.SHUTDOWN_MS).unref();
  await app.close();
  log.info('stopped');
  exit(0);
}

/** Workers end, and their requests are answered that the server stops; what is not even read by then is cut off. */
async function abandon(): Promise<void> {
  log.warn({ ms: config.SHUTDOWN_MS, in_flight: inFlight() }, 'requests in flight were stopped');
  setTimeout(() => app.server.closeAllConnections(), answeringMs).unref();
  setTimeout(() => exit(1), 4 * answeringMs);
  await pool.destroy();
}

function exit(code: number): never {
  destination.flushSync();
  process.exit(code);
}
