// An OpenTelemetry collector as tests need one: takes OTLP over HTTP and keeps the spans.
//
// Bodies are protobuf; the field numbers are those of opentelemetry-proto 1.x (trace/v1/trace.proto).

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentId: string;
  readonly name: string;
  /** 1: internal, 2: server. */
  readonly kind: number;
  /** Nanoseconds since the epoch. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 2: an error. */
  readonly status: number;
  /** Attributes of what sent it. */
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface Collector {
  /** http://127.0.0.1:40123 */
  readonly url: string;
  readonly spans: ReceivedSpan[];
  /** The paths that were posted to. */
  readonly paths: string[];
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const paths: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      paths.push(request.url!);
      const body = Buffer.concat(chunks);
      spans.push(...spansIn(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    paths,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function spansIn(body: Uint8Array): ReceivedSpan[] {
  return messages(body, 1).flatMap((resourceSpans) => {
    const resource = attributesIn(messages(resourceSpans, 1)[0] ?? new Uint8Array(), 1);
    return messages(resourceSpans, 2)
      .flatMap((scopeSpans) => messages(scopeSpans, 2))
      .map((span) => spanIn(span, resource));
  });
}

function spanIn(bytes: Uint8Array, resource: Record<string, unknown>): ReceivedSpan {
  const fields = read(bytes);
  const hex = (number: number) =>
    Buffer.from((fields.get(number)?.[0] ?? new Uint8Array()) as Uint8Array).toString('hex');
  const whole = (number: number) => (fields.get(number)?.[0] ?? 0n) as bigint;
  return {
    traceId: hex(1),
    spanId: hex(2),
    parentId: hex(4),
    name: text(fields.get(5)![0] as Uint8Array),
    kind: Number(whole(6)),
    start: whole(7),
    end: whole(8),
    attributes: attributesIn(bytes, 9),
    status: Number(read(messages(bytes, 15)[0] ?? new Uint8Array()).get(3)?.[0] ?? 0n),
    resource,
  };
}

function attributesIn(bytes: Uint8Array, number: number): Record<string, unknown> {
  return Object.fromEntries(
    messages(bytes, number).map((pair) => [text(messages(pair, 1)[0]), valueIn(messages(pair, 2)[0])]),
  );
}

/** An AnyValue: a string, a boolean, an integer or a double. */
function valueIn(bytes: Uint8Array): unknown {
  const [number, [value]] = [...read(bytes)][0];
  if (number === 1) return text(value as Uint8Array);
  if (number === 2) return value === 1n;
  if (number === 3) return Number(value);
  return new Float64Array(BigUint64Array.of(value as bigint).buffer)[0];
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const messages = (bytes: Uint8Array, number: number) => (read(bytes).get(number) ?? []) as Uint8Array[];

/** The fields of a protobuf message by their numbers: integers as bigint, what has a length as bytes. */
function read(bytes: Uint8Array): Map<number, (bigint | Uint8Array)[]> {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const found = fields.get(tag >> 3) ?? fields.set(tag >> 3, []).get(tag >> 3)!;
    switch (tag & 7) {
      case 0:
        found.push(varint());
        break;
      case 1:
        found.push(view.getBigUint64(at, true));
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        found.push(bytes.subarray(at, at + length));
        at += length;
        break;
      }
      case 5:
        found.push(BigInt(view.getUint32(at, true)));
        at += 4;
        break;
      default:
        throw new Error(`wire type ${tag & 7}`);
    }
  }
  return fields;
}
