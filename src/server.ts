// The process: reads the configuration, listens, prints a first request to try, and stops when it is told to.

import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { pino } from 'pino';
import type { Config } from './config.ts';
import { ConfigError, readConfig } from './config.ts';
import { createService } from './service.ts';

const config = configuration();
// A terminal gets each line at once; a file or a pipe in pieces, which costs a busy server far less.
const destination = pino.destination(
  process.stdout.isTTY ? { fd: 1, sync: true } : { fd: 1, sync: false, minLength: 4096, periodicFlush: 500 },
);
const log = pino({ level: config.LOG_LEVEL }, destination);

process.on('uncaughtException', (error) => {
  log.fatal({ err: error }, 'the process cannot go on');
  exit(1);
});

const { app, pool } = await createService(config, { log }).catch(unusable);

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal));

await app.listen({ host: config.HOST, port: config.PORT });
await pool.start();
greet();

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

/** New requests are refused, those in flight may end, and nothing keeps the process longer than it was given. */
async function stop(signal: string): Promise<void> {
  log.info({ signal }, 'stopping');
  // A second signal means now.
  for (const again of ['SIGTERM', 'SIGINT'] as const) process.once(again, () => exit(1));
  const late = setTimeout(() => {
    log.warn({ ms: config.SHUTDOWN_MS }, 'requests in flight were stopped');
    void pool.destroy();
    setTimeout(() => exit(1), 1000);
  }, config.SHUTDOWN_MS);
  await app.close();
  clearTimeout(late);
  log.info('stopped');
  exit(0);
}

function exit(code: number): never {
  destination.flushSync();
  process.exit(code);
}
