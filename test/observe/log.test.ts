// The log: what a line says of a request, and what no line says.

import { once } from 'node:events';
import { connect } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { logOptions } from '../../src/observe/log.ts';
import type { RunningService } from '../service/running.ts';
import { post, startService } from '../service/running.ts';

const logged: Record<string, unknown>[] = [];
let service: RunningService;
beforeAll(async () => {
  service = await startService({ environment: { WORKERS: '1' }, log: (line) => void logged.push(line) });
});
beforeEach(() => void logged.splice(0));
afterAll(() => service.close());

async function line(message: string): Promise<Record<string, unknown>> {
  for (let tries = 0; tries < 500; tries++) {
    const found = logged.find(({ msg }) => msg === message);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`no line says "${message}": ${JSON.stringify(logged)}`);
}

const milliseconds = expect.any(Number) as number;

test('an answer: who asked for what, what it cost, and how long each phase took', async () => {
  const asked = { program: 'y = jnp.sum(x * x)', inputs: { x: [1, 2, 3] }, gradients: [{ of: 'y', wrt: ['x'] }] };
  const { json } = await post(`${service.url}/v1/compute`, asked, { 'x-request-id': 'mine' });
  const { flops, peak_bytes } = json['stats'] as { flops: number; peak_bytes: number };
  const { level, time, pid, hostname, ...rest } = await line('answered');
  expect([typeof level, typeof time, typeof pid, typeof hostname]).toEqual(['number', 'number', 'number', 'string']);
  expect(rest).toEqual({
    reqId: 'mine',
    method: 'POST',
    url: '/v1/compute',
    route: '/v1/compute',
    status: 200,
    ms: milliseconds,
    queue_ms: milliseconds,
    decode_ms: milliseconds,
    compile_ms: milliseconds,
    run_ms: milliseconds,
    encode_ms: milliseconds,
    graph_id: json['graph_id'],
    plan: 'compiled',
    flops,
    peak_bytes,
    bytes_in: 24,
    bytes_out: 32,
    msg: 'answered',
  });
  const phases = ['queue_ms', 'decode_ms', 'compile_ms', 'run_ms', 'encode_ms'].map((name) => rest[name] as number);
  for (const ms of phases) expect(ms).toBeGreaterThanOrEqual(0);
  expect(phases.reduce((a, b) => a + b)).toBeLessThanOrEqual((rest['ms'] as number) + 0.01);
});

test('a mistake: its code, and not its message, which quotes the request', async () => {
  await post(`${service.url}/v1/compute`, { program: 'y = jnp.confidential(x)', inputs: { x: [271828] } });
  expect(await line('answered')).toMatchObject({ status: 422, code: 'E_OP_UNKNOWN' });
  expect(JSON.stringify(logged)).not.toMatch(/confidential|271828/);
});

test('secrets of a request stay out: headers, the query, the body', async () => {
  await fetch(`${service.url}/v1/compute?api_key=hush1`, {
    method: 'POST',
    headers: { authorization: 'Bearer hush2', cookie: 'session=hush3', 'x-api-key': 'hush4', 'content-type': 'text/x' },
    body: 'hush5',
  });
  expect(await line('answered')).toMatchObject({ url: '/v1/compute', status: 415 });
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nauthorization: hush6\r\nbroken header\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
  expect(JSON.stringify(logged)).not.toContain('hush');
});

test('an address that cannot be read, or is very long', async () => {
  await fetch(`${service.url}/v1/ops/%E0%A4%A`);
  expect(await line('answered')).toMatchObject({ route: 'unmatched', status: 400, code: 'E_HTTP' });
  logged.length = 0;
  await fetch(`${service.url}/${'x'.repeat(5000)}`);
  expect(((await line('answered'))['url'] as string).length).toBeLessThanOrEqual(200);
});

test('probes are not worth a line', async () => {
  for (const path of ['healthz', 'readyz', 'metrics']) await fetch(`${service.url}/${path}`);
  await fetch(`${service.url}/v1/ops/sin`);
  await line('answered');
  expect(logged.filter(({ msg }) => msg === 'answered')).toHaveLength(1);
});

test('what a line would give away by mistake is not written', () => {
  const lines: string[] = [];
  const log = pino(logOptions('info'), { write: (line: string) => void lines.push(line) });
  log.info({ headers: { authorization: 'hush' }, req: { headers: { cookie: 'hush' } } }, 'a');
  log.info({ token: 'hush', key: 'hush', password: 'hush', inputs: { x: ['hush'] }, body: 'hush' }, 'b');
  const packet = Object.assign(new Error('Parse Error'), {
    code: 'HPE_INVALID',
    rawPacket: Buffer.from('hush'),
    issues: ['hush'],
    cause: Object.assign(new Error('inner'), { data: 'hush' }),
  });
  log.error({ err: packet }, 'c');
  log.child({ reqId: '1' }).error({ err: packet }, 'd');
  log.error({ err: 'thrown text' }, 'e');
  expect(lines.join('')).not.toContain('hush');
  expect(lines.join('')).toContain('[redacted]');
  expect(JSON.parse(lines[2])).toMatchObject({
    err: { type: 'Error', message: 'Parse Error', code: 'HPE_INVALID', cause: { message: 'inner' } },
  });
  expect(JSON.parse(lines[4])).toMatchObject({ err: { message: 'thrown text' } });
});
