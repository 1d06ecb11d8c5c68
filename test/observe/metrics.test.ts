// GET /metrics: after known traffic every counter has its exact value.

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { RunningService } from '../service/running.ts';
import { post, startService } from '../service/running.ts';
import type { Exposition } from './exposition.ts';
import { scrape } from './exposition.ts';

let service: RunningService;
afterEach(() => service.close());

const obeying = new URL('../service/obeying-worker.ts', import.meta.url);
const square = { program: 'y = jnp.sum(x * x)', inputs: { x: [1, 2, 3] }, gradients: [{ of: 'y', wrt: ['x'] }] };

/** Every sample of ours but times and sizes of the machine, without the zeros. */
function counted({ samples }: Exposition): Record<string, number> {
  const exact = [...samples].filter(
    ([name, value]) =>
      name.startsWith('cotangent_') &&
      value !== 0 &&
      !/_seconds_(sum|total)|_bucket|build_info|_(plan_cache|modules|arena)_/.test(name),
  );
  return Object.fromEntries(exact.map(([name, value]) => [name.slice('cotangent_'.length), value]));
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await condition());) {
    if (Date.now() > end) throw new Error('it never came to that');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Once all but the scrape itself are answered: a client may read an answer before the server knows that it is sent. */
async function settled(): Promise<Exposition> {
  await until(() => service.traffic.load().requests === 0);
  return scrape(service.url);
}

test('computations, their cost, what was refused and why', async () => {
  service = await startService({ environment: { WORKERS: '1', TEAM_THREADS: '0' } });
  const send = (path: string, body: unknown) => post(service.url + path, body);
  const before = await settled();
  let received = 0;
  let sent = 0;
  for (let time = 0; time < 3; time++) {
    const { headers, json } = await send('/v1/compute', square);
    received += JSON.stringify(square).length;
    sent += Number(headers.get('content-length'));
    expect(json['stats']).toMatchObject({ plan: time === 0 ? 'compiled' : 'cached' });
  }
  const { flops } = (await send('/v1/explain', square)).json as { flops: number };
  await send('/v1/compute', { program: 'y = jnp.tahn(x)', inputs: { x: 1 } });
  await send('/v1/compute', '{');
  await fetch(`${service.url}/v1/ops/sin`);
  await fetch(`${service.url}/v1/ops/sin`, { method: 'PUT' });
  await fetch(`${service.url}/v1/nothing`);
  await fetch(`${service.url}/v1/ops/%E0%A4%A`);
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.write('nonsense\r\n\r\n');
  socket.resume();
  await once(socket, 'close');

  const after = await settled();
  const { http_received_bytes_total, http_sent_bytes_total, http_connections, ...exact } = counted(after);
  const requests = (method: string, route: string, status: number) =>
    `http_requests_total{method="${method}",route="${route}",status="${status}"}`;
  const phases = ['queue', 'decode', 'compile', 'run', 'encode'];
  expect(exact).toEqual({
    [requests('GET', '/metrics', 200)]: 1,
    [requests('POST', '/v1/compute', 200)]: 3,
    [requests('POST', '/v1/compute', 422)]: 1,
    [requests('POST', '/v1/compute', 400)]: 1,
    [requests('POST', '/v1/explain', 200)]: 1,
    [requests('GET', '/v1/ops/{name}', 200)]: 1,
    [requests('PUT', '/v1/ops/{name}', 405)]: 1,
    [requests('GET', 'unmatched', 404)]: 1,
    [requests('GET', 'unmatched', 400)]: 1,
    'http_request_duration_seconds_count{route="/metrics"}': 1,
    'http_request_duration_seconds_count{route="/v1/compute"}': 5,
    'http_request_duration_seconds_count{route="/v1/explain"}': 1,
    'http_request_duration_seconds_count{route="/v1/ops/{name}"}': 2,
    'http_request_duration_seconds_count{route="unmatched"}': 2,
    http_requests_in_flight: 1,
    'rejections_total{code="E_OP_UNKNOWN"}': 1,
    'rejections_total{code="E_JSON"}': 1,
    'rejections_total{code="E_METHOD"}': 1,
    'rejections_total{code="E_NOT_FOUND"}': 1,
    // An address that cannot be read, and what is no HTTP.
    'rejections_total{code="E_HTTP"}': 2,
    queue_limit: 1024,
    'workers{state="idle"}': 1,
    ready: 1,
    ...Object.fromEntries(phases.map((phase) => [`phase_duration_seconds_count{phase="${phase}"}`, 6])),
    'computations_total{runner="wasm"}': 3,
    floating_point_operations_total: 3 * flops,
    // x is three float64; y and its gradient are four.
    'tensor_bytes_total{direction="in"}': 3 * 24,
    'tensor_bytes_total{direction="out"}': 3 * 32,
  });
  expect(http_connections).toBeGreaterThanOrEqual(1);
  // Workers have plans of their warm-up too.
  const grown = (name: string) => after.samples.get(`cotangent_${name}`)! - before.samples.get(`cotangent_${name}`)!;
  // One of them was a mistake.
  expect(grown('plan_cache_misses_total')).toBe(2);
  expect(grown('plan_cache_hits_total')).toBe(2);
  expect(grown('plan_cache_plans')).toBe(1);
  expect(grown('plan_cache_bytes')).toBeGreaterThan(0);
  expect(grown('modules_compiled_total')).toBe(1);
  expect(after.samples.get('cotangent_arena_bytes')).toBeGreaterThan(0);
  const failed = JSON.stringify({ program: 'y = jnp.tahn(x)', inputs: { x: 1 } }).length + 1;
  expect(http_received_bytes_total).toBe(received + JSON.stringify(square).length + failed);
  expect(http_sent_bytes_total - before.samples.get('cotangent_http_sent_bytes_total')!).toBeGreaterThan(sent);
});

test('plans that make room', async () => {
  const room = 1_000_000;
  service = await startService({ environment: { WORKERS: '1', PLAN_CACHE_BYTES: String(room) } });
  const cache = async (what: string) => (await settled()).samples.get(`cotangent_plan_cache_${what}`)!;
  /** Each is a plan of its own, with code of its own. */
  let made = 0;
  const another = async () => {
    const program = `y = ${Array(++made + 1)
      .fill('x')
      .join(' * ')}`;
    expect((await post(`${service.url}/v1/compute`, { program, inputs: { x: 1 } })).status).toBe(200);
  };
  for (let sent = 0; sent < 200 && (await cache('evictions_total')) === 0; sent++) await another();
  expect(await cache('evictions_total')).toBeGreaterThan(0);
  // Every plan that was made is either there or has left. A worker tells of a plan after its answer.
  const told = async () => {
    const { samples } = await settled();
    const of = (what: string) => samples.get(`cotangent_plan_cache_${what}`)!;
    return { made: of('misses_total'), gone: of('misses_total') - of('plans') - of('evictions_total') };
  };
  const before = await told();
  for (let more = 0; more < 10; more++) await another();
  await expect.poll(async () => (await told()).made, { timeout: 20_000 }).toBeGreaterThanOrEqual(before.made + 10);
  expect((await told()).gone).toBe(before.gone);
  expect(await cache('bytes')).toBeLessThanOrEqual(room);
});

test('workers that end, by why, and the queue', async () => {
  service = await startService({
    environment: { WORKERS: '1', QUEUE_LIMIT: '1', WORKER_MEMORY_MB: '64' },
    worker: obeying,
  });
  const order = (body: object) => post(`${service.url}/v1/compute`, body);
  const ready = () => until(() => service.pool.state().workers.ready === 1);
  await order({ do: 'exit' });
  await ready();
  await order({ do: 'exhaust' });
  await ready();
  await order({ do: 'spin', timeout_ms: 50 });
  await ready();
  const gone = new AbortController();
  const left = fetch(`${service.url}/v1/compute`, {
    method: 'POST',
    body: '{"do":"spin"}',
    headers: { 'content-type': 'application/json' },
    signal: gone.signal,
  });
  await until(() => service.pool.state().workers.busy === 1);
  gone.abort();
  await expect(left).rejects.toThrow('aborted');
  await until(() => service.pool.state().workers.busy === 0);
  await ready();

  const busy = order({ do: 'spin', ms: 2000 });
  await until(() => service.pool.state().workers.busy === 1);
  const late = order({ do: 'spin', timeout_ms: 1 });
  await until(() => service.pool.state().queue.length === 1);
  expect((await order({})).status).toBe(503);
  const full = await scrape(service.url);
  expect(counted(full)).toMatchObject({ queue_length: 1, queue_limit: 1, 'workers{state="busy"}': 1 });
  expect(full.samples.get('cotangent_ready')).toBe(0);
  expect((await late).status).toBe(503);
  await busy;

  const { samples } = await settled();
  const exact = counted({ samples } as Exposition);
  expect(exact).toMatchObject({
    'worker_ends_total{cause="crash"}': 1,
    'worker_ends_total{cause="out_of_memory"}': 1,
    'worker_ends_total{cause="deadline"}': 1,
    'worker_ends_total{cause="client_gone"}': 1,
    worker_replacements_total: 4,
    'queue_rejections_total{cause="full"}': 1,
    'queue_rejections_total{cause="waited"}': 1,
    'http_requests_total{method="POST",route="/v1/compute",status="500"}': 1,
    'http_requests_total{method="POST",route="/v1/compute",status="422"}': 1,
    'http_requests_total{method="POST",route="/v1/compute",status="504"}': 1,
    'http_requests_total{method="POST",route="/v1/compute",status="499"}': 1,
    'http_requests_total{method="POST",route="/v1/compute",status="503"}': 2,
    'http_requests_total{method="POST",route="/v1/compute",status="200"}': 1,
    'rejections_total{code="E_INTERNAL"}': 1,
    'rejections_total{code="E_LIMIT"}': 1,
    'rejections_total{code="E_DEADLINE"}': 1,
    'rejections_total{code="E_CLIENT_GONE"}': 1,
    'rejections_total{code="E_BUSY"}': 2,
    'workers{state="idle"}': 1,
    ready: 1,
  });
  expect(samples.get('cotangent_worker_busy_seconds_total')).toBeGreaterThan(2);
});

test('express workers are counted too', async () => {
  service = await startService({ environment: { WORKERS: '1', EXPRESS_WORKERS: '2' }, worker: obeying });
  await until(async () => (await scrape(service.url)).samples.get('cotangent_workers{state="idle"}') === 3);
  const { samples } = await scrape(service.url);
  expect(samples.get('cotangent_workers{state="starting"}')).toBe(0);
  expect(samples.get('cotangent_refusals_held')).toBe(0);
  expect(samples.get('cotangent_transit_bytes')).toBe(0);
});

test('names keep to the conventions of Prometheus', async () => {
  service = await startService({ environment: { WORKERS: '1' }, worker: obeying });
  await scrape(service.url);
  const { types, labels } = await scrape(service.url);
  for (const [name, type] of types) {
    if (!name.startsWith('cotangent_')) continue;
    expect(name).toMatch(/^[a-z][a-z_]*[a-z]$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    expect(name).not.toMatch(/_(ms|milliseconds|kb|mb|percent)(_|$)/);
  }
  // What would have a value for each request or caller is no label.
  const used = new Set(
    [...labels].filter(([name]) => name.startsWith('cotangent_')).flatMap(([, names]) => [...names]),
  );
  expect([...used].sort()).toEqual(
    [
      'cause',
      'direction',
      'le',
      'method',
      'node',
      'phase',
      'route',
      'runner',
      'state',
      'status',
      'vectors',
      'version',
    ].sort(),
  );
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
  ]) {
    expect(types.has(name), name).toBe(true);
  }
});
