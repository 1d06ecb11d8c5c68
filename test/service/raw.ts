// A connection of our own, for bytes that no HTTP client would send.

import { once } from 'node:events';
import { connect } from 'node:net';

/** What came back: the first answer's parts, and the whole of it as text (Latin-1). */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly text: string;
  /** Whether the server closed the connection. */
  readonly closed: boolean;
}

/** Sends the bytes and waits for one whole answer or the end of the connection, `ms` milliseconds at most. */
export async function sendRaw(url: string, bytes: string | Uint8Array, ms = 25_000): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  let closed = false;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = setTimeout(() => reject(new Error(`no answer in ${ms} ms, but ${JSON.stringify(text)}`)), ms);
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (whole(text)) resolve();
  });
  socket.on('close', () => {
    closed = true;
    resolve();
  });
  // A server that has refused closes while we may still be sending.
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(bytes);
  try {
    await promise;
  } finally {
    clearTimeout(late);
    socket.destroy();
  }
  return { ...parse(text), text, closed };
}

/** Of an answer that goes before the one that is waited for. */
const preliminary = /^HTTP\/1\.1 1\d\d [^\r]*\r\n\r\n/;

function parse(text: string): Pick<RawAnswer, 'status' | 'headers' | 'body'> {
  const final = text.replace(preliminary, '');
  const end = final.indexOf('\r\n\r\n');
  const [first, ...lines] = final.slice(0, end < 0 ? undefined : end).split('\r\n');
  const headers = lines.map((line) => [line.split(':', 1)[0].toLowerCase(), line.replace(/^[^:]*: */, '')] as const);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0),
    headers: Object.fromEntries(headers),
    body: end < 0 ? '' : final.slice(end + 4),
  };
}

function whole(text: string): boolean {
  if (!text.replace(preliminary, '').includes('\r\n\r\n')) return false;
  const { status, headers, body } = parse(text);
  return status === 204 || body.length >= Number(headers['content-length'] ?? Infinity);
}
