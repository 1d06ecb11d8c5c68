// Keys and certificates that change while the service runs: the new ones count, and what cannot be used changes nothing.

import { hash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError } from '../../src/config.ts';
import { rereadOnChange } from '../../src/reread.ts';
import type { RunningService } from '../service/running.ts';
import { startService } from '../service/running.ts';

let folder: string;
let service: RunningService | undefined;
const logged: Record<string, unknown>[] = [];

beforeEach(() => {
  logged.length = 0;
  folder = mkdtempSync(join(tmpdir(), 'cotangent-'));
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  rmSync(folder, { recursive: true });
});

const start = async (environment: Record<string, string>) => {
  service = await startService({
    environment: { WORKERS: '1', ...environment },
    worker: new URL('../service/obeying-worker.ts', import.meta.url),
    log: (line) => void logged.push(line),
  });
};

const keyOf = (name: string) => `ctg_${name}`.padEnd(47, 'k');
const keysOf = (...names: string[]) =>
  JSON.stringify(names.map((name) => ({ name, sha256: hash('sha256', keyOf(name)), scopes: ['catalogue'] })));
const ask = async (name: string) =>
  (await fetch(`${service!.url}/v1/ops/tanh`, { headers: { authorization: `Bearer ${keyOf(name)}` } })).status;

test('keys: a new one is known, one that is gone is not, and a file that cannot be used changes nothing', async () => {
  const file = join(folder, 'keys.json');
  writeFileSync(file, keysOf('old', 'both'));
  await start({ API_KEYS_FILE: file });
  expect(await Promise.all(['old', 'both', 'new'].map(ask))).toEqual([200, 200, 401]);

  writeFileSync(file, keysOf('both', 'new'));
  service!.reread();
  expect(await Promise.all(['old', 'both', 'new'].map(ask))).toEqual([401, 200, 200]);

  for (const wrong of ['[{"name": "secret', '[{"name":"x"}]', keysOf('twice', 'twice')]) {
    writeFileSync(file, wrong);
    service!.reread();
    expect(await ask('new')).toBe(200);
  }
  rmSync(file);
  service!.reread();
  expect(await ask('new')).toBe(200);
  const said = logged.filter(({ what }) => what === 'API keys');
  expect(said.map(({ level }) => level)).toEqual([30, 50, 50, 50, 50]);
  expect(JSON.stringify(said)).not.toContain('secret');
});

const certificate = (name: string) => new URL(`./certificates/${name}`, import.meta.url).pathname;
const fingerprint = (name: string) => new X509Certificate(readFileSync(certificate(name))).fingerprint256;

async function secure(): Promise<TLSSocket> {
  const socket = connect({ port: Number(new URL(service!.url).port), host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

test('certificates: new connections have the new one, open ones go on', async () => {
  const [cert, key] = [join(folder, 'tls.pem'), join(folder, 'tls.key')];
  copyFileSync(certificate('server.pem'), cert);
  copyFileSync(certificate('server.key'), key);
  await start({ TLS_CERT_FILE: cert, TLS_KEY_FILE: key });
  const before = await secure();
  expect(before.getPeerCertificate().fingerprint256).toBe(fingerprint('server.pem'));

  // The certificate comes first, and does not go with the key that is still there.
  copyFileSync(certificate('client.pem'), cert);
  service!.reread();
  const between = await secure();
  expect(between.getPeerCertificate().fingerprint256).toBe(fingerprint('server.pem'));
  copyFileSync(certificate('client.key'), key);
  service!.reread();
  const after = await secure();
  expect(after.getPeerCertificate().fingerprint256).toBe(fingerprint('client.pem'));
  for (const socket of [before, between, after]) {
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toContain('200 OK');
    socket.destroy();
  }
  expect(logged.filter(({ what }) => what === 'TLS files').map(({ level }) => level)).toEqual([50, 30]);
});

test('a change is seen, a file that another takes the place of too, and mistakes of ours are not hidden', async () => {
  const [file, next] = [join(folder, 'a'), join(folder, 'b')];
  writeFileSync(file, '1');
  const seen: string[] = [];
  const log = { info: () => seen.push('renewed'), error: () => seen.push('kept') };
  let fails: Error | undefined;
  const renew = (): void => {
    if (fails !== undefined) throw fails;
  };
  const rereading = rereadOnChange([{ what: 'x', files: [file, ''], renew }], { log, everyMs: 10 });
  let written = 0;
  const changed = async (change: () => void, what: string): Promise<void> => {
    // Its first look may still be to come: a change before that is none.
    await expect.poll(() => (change(), seen.at(-1)), { interval: 100, timeout: 10_000 }).toBe(what);
  };
  try {
    await changed(() => writeFileSync(file, 'x'.repeat(++written)), 'renewed');
    fails = new ConfigError('no');
    await changed(() => {
      writeFileSync(next, 'x'.repeat(++written));
      renameSync(next, file);
    }, 'kept');
    fails = new Error('a bug');
    expect(() => rereading.now()).toThrow('a bug');
  } finally {
    rereading.stop();
  }
});
