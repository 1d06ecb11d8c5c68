// TLS: encrypted connections alone, their versions, clients that must show a certificate, files that cannot be used.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectPlainly } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { connect } from 'node:tls';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { tlsOptions } from '../../src/tls.ts';
import type { RunningService } from '../service/running.ts';
import { startService } from '../service/running.ts';

const path = (name: string) => new URL(`./certificates/${name}`, import.meta.url).pathname;
const pem = (name: string) => readFileSync(path(name), 'utf8');
const files = { TLS_CERT_FILE: path('server.pem'), TLS_KEY_FILE: path('server.key') };

const services: RunningService[] = [];
async function start(environment: Record<string, string>): Promise<number> {
  const service = await startService({ environment: { WORKERS: '1', ...environment } });
  services.push(service);
  return Number(new URL(service.url).port);
}
afterAll(() => Promise.all(services.map((service) => service.close())));

/** The whole answer to a request, as text; rejects where the connection fails. */
async function ask(port: number, options: ConnectionOptions = {}): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', ca: pem('ca.pem'), ...options });
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  await once(socket, 'close');
  return text;
}

describe('with a certificate', async () => {
  const port = await start(files);

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('%s is spoken, and browsers are told to keep to it', async (version) => {
    const answer = await ask(port, { minVersion: version, maxVersion: version });
    expect(answer).toContain('HTTP/1.1 200 OK');
    expect(answer.toLowerCase()).toContain('strict-transport-security: max-age=31536000');
  });

  test('older versions are not', async () => {
    const ciphers = 'DEFAULT@SECLEVEL=0';
    await expect(ask(port, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers })).rejects.toThrow(
      /alert|version/i,
    );
  });

  test('plain HTTP gets no answer, and the server goes on', async () => {
    const socket = connectPlainly(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', () => {});
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(socket, 'close');
    expect(text).not.toContain('200');
    expect(await ask(port)).toContain('200 OK');
  });
});

describe('with authorities for clients', async () => {
  const port = await start({ ...files, TLS_CLIENT_CA_FILE: path('ca.pem') });

  test('a client with a certificate of theirs is answered', async () => {
    expect(await ask(port, { cert: pem('client.pem'), key: pem('client.key') })).toContain('200 OK');
  });

  test('one without is not', async () => {
    await expect(ask(port)).rejects.toThrow(/certificate required/);
  });
});

describe('settings that cannot be used', () => {
  test.each([
    [{ TLS_CERT_FILE: path('server.pem') }, 'TLS_CERT_FILE and TLS_KEY_FILE need each other.'],
    [{ TLS_CLIENT_CA_FILE: path('ca.pem') }, 'TLS_CLIENT_CA_FILE needs TLS_CERT_FILE and TLS_KEY_FILE.'],
    [{ ...files, TLS_KEY_FILE: path('none.key') }, 'TLS_KEY_FILE cannot be read: ENOENT.'],
    [{ ...files, TLS_KEY_FILE: path('client.key') }, 'The TLS files cannot be used: '],
    [{ ...files, TLS_CERT_FILE: path('README.md') }, 'The TLS files cannot be used: '],
  ])('%#', (environment, message) => {
    expect(() => tlsOptions(readConfig(environment))).toThrow(message);
  });
});
