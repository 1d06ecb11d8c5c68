// Traces: a collector receives a span for each request and its phases, under the caller's span.

import { afterEach, expect, test } from 'vitest';
import { traceIdOf } from '../../src/observe/tracing.ts';
import type { RunningService } from '../service/running.ts';
import { post, startService } from '../service/running.ts';
import type { Collector, ReceivedSpan } from './collector.ts';
import { startCollector } from './collector.ts';

let service: RunningService | undefined;
let collector: Collector;
const logged: Record<string, unknown>[] = [];

async function start(environment: Record<string, string> = {}): Promise<void> {
  logged.length = 0;
  collector = await startCollector();
  service = await startService({
    environment: { WORKERS: '1', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...environment },
    log: (line) => void logged.push(line),
  });
}

/** Ends the service, which sends what is left. */
async function received(): Promise<readonly ReceivedSpan[]> {
  await service?.close();
  service = undefined;
  return collector.spans;
}

afterEach(async () => {
  await service?.close();
  await collector.close();
});

const square = { program: 'y = jnp.sum(x * x)', inputs: { x: [1, 2, 3] }, gradients: [{ of: 'y', wrt: ['x'] }] };
const compute = (body: unknown, headers?: Record<string, string>) => post(`${service!.url}/v1/compute`, body, headers);

test('a request and its phases, under the span of its caller', async () => {
  await start();
  const [trace, parent] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  const { json } = await compute(square, { traceparent: `00-${trace}-${parent}-01`, 'x-request-id': 'mine' });
  await fetch(`${service!.url}/healthz`);
  const spans = await received();
  expect(collector.paths).toEqual(['/v1/traces']);

  // Probes are not traced.
  expect(spans).toHaveLength(6);
  const request = spans.find(({ kind }) => kind === 2)!;
  expect(request).toMatchObject({
    name: 'POST /v1/compute',
    traceId: trace,
    parentId: parent,
    status: 0,
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/v1/compute',
      'http.response.status_code': 200,
      'url.path': '/v1/compute',
      'cotangent.request_id': 'mine',
      'cotangent.graph_id': json['graph_id'],
      'cotangent.plan': 'compiled',
      'cotangent.flops': (json['stats'] as { flops: number }).flops,
    },
    resource: { 'service.name': 'cotangent', 'service.version': '0.1.0', 'telemetry.sdk.language': 'nodejs' },
  });
  const children = spans.filter(({ parentId }) => parentId === request.spanId);
  expect(children.map(({ name }) => name)).toEqual(['queue', 'decode', 'compile', 'run', 'encode']);
  // One after another, within the request; microseconds are lost in numbers of this size.
  const slack = 50_000n;
  let at = request.start;
  for (const { traceId, kind, start, end } of children) {
    expect({ traceId, kind }).toEqual({ traceId: trace, kind: 1 });
    expect(start).toBeGreaterThanOrEqual(at - slack);
    expect(end).toBeGreaterThanOrEqual(start);
    at = end;
  }
  expect(at).toBeLessThanOrEqual(request.end + slack);
  expect(logged.find(({ msg }) => msg === 'answered')).toMatchObject({ reqId: 'mine', trace_id: trace });
});

test('without a caller each request is a trace of its own; mistakes are told', async () => {
  await start({ OTEL_SERVICE_NAME: 'gradients' });
  await compute('{');
  await compute(square);
  const spans = await received();
  const requests = spans.filter(({ kind }) => kind === 2);
  expect(requests.map(({ parentId }) => parentId)).toEqual(['', '']);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2);
  expect(requests[0]).toMatchObject({ status: 0, attributes: { 'error.type': 'E_JSON' } });
  expect(requests[0].resource).toMatchObject({ 'service.name': 'gradients' });
});

test('a caller that is not sampled is followed, and one with a wrong header is not', async () => {
  await start();
  await compute(square, { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00' });
  await compute(square, { traceparent: '00-00000000000000000000000000000000-00f067aa0ba902b7-01' });
  const requests = (await received()).filter(({ kind }) => kind === 2);
  expect(requests).toHaveLength(1);
  expect(requests[0].parentId).toBe('');
});

test('a sampler decides, and the full address is taken as it is', async () => {
  await start({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' });
  await compute(square, { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' });
  expect(await received()).toEqual([]);
  await collector.close();

  await start({ OTEL_EXPORTER_OTLP_ENDPOINT: '' });
  await service!.close();
  service = await startService({
    environment: { WORKERS: '1', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/in` },
  });
  await compute(square);
  expect(await received()).not.toEqual([]);
  expect(collector.paths).toEqual(['/in']);
});

test('a collector that is away is a line in the log, and no harm', async () => {
  await start();
  await collector.close();
  expect((await compute(square)).status).toBe(200);
  await received();
  expect(logged.map(({ msg }) => msg)).toContain('spans could not be sent');
  collector = await startCollector();
});

test.each([
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '4bf92f3577b34da6a3ce929d0e0e4736'],
  ['00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01', undefined],
  ['ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', undefined],
  ['00-00000000000000000000000000000000-00f067aa0ba902b7-01', undefined],
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01', undefined],
  ['nonsense', undefined],
])('the trace id of %s', (header, id) => {
  expect(traceIdOf(header)).toBe(id);
});
