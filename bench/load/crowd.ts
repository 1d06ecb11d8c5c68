// A thread that plays many clients: sockets of its own and no HTTP library, so that refusals are asked for as fast as may be.

import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

export interface Crowd {
  readonly port: number;
  readonly path: string;
  readonly body: string;
  /** Arrivals at a rate make as many as they need, up to this. */
  readonly connections: number;
  readonly seconds: number;
  /** Answers that come in so many seconds first are not counted: connections are made, code is compiled. */
  readonly leadSeconds: number;
  /** Requests a second, evenly, whether answers come or not; absent: each client asks again as soon as it has its answer. */
  readonly rate?: number;
}

export interface CrowdReport {
  readonly seconds: number;
  readonly answered: number;
  /** 503s. */
  readonly refused: number;
  /** Any other answer, and connections that ended without one. */
  readonly failed: number;
  /** Of arrivals at a rate: those for which no client was free. The offer was less than was wanted. */
  readonly unsent: number;
  /** Milliseconds, of answers and of refusals. */
  readonly latencies: Float64Array;
  readonly refusals: Float64Array;
}

/** The first line and the headers of an answer end here. */
const headEnd = Buffer.from('\r\n\r\n');

class Client {
  readonly #socket: Socket;
  readonly #request: Buffer;
  readonly #done: (status: number, ms: number) => void;
  #rest: Buffer = Buffer.alloc(0);
  #began = 0;
  busy = false;
  broken = false;

  constructor(port: number, request: Buffer, done: (status: number, ms: number) => void) {
    this.#request = request;
    this.#done = done;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.broken = true;
      if (this.busy) this.#end(0);
    });
  }

  ask(): void {
    this.busy = true;
    this.#began = performance.now();
    this.#socket.write(this.#request);
  }

  leave(): void {
    this.busy = false;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const text = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const head = text.indexOf(headEnd);
    const length = head < 0 ? undefined : /content-length: (\d+)/i.exec(text.toString('latin1', 0, head));
    if (!length || text.length < head + headEnd.length + Number(length[1])) {
      this.#rest = text;
      return;
    }
    this.#rest = text.subarray(head + headEnd.length + Number(length[1]));
    this.#end(Number(text.toString('latin1', 9, 12)));
  }

  #end(status: number): void {
    this.busy = false;
    this.#done(status, performance.now() - this.#began);
  }
}

function run({ port, path, body, connections, seconds, leadSeconds, rate }: Crowd): void {
  const request = Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const from = performance.now() + leadSeconds * 1000;
  const until = from + seconds * 1000;
  const latencies: number[] = [];
  const refusals: number[] = [];
  const counts = { failed: 0, unsent: 0 };
  const clients: Client[] = [];
  const free: Client[] = [];
  const another = (): Client => {
    const client: Client = new Client(port, request, (status, ms) => {
      const now = performance.now();
      if (now >= from && now < until) {
        if (status === 200) latencies.push(ms);
        else if (status === 503) refusals.push(ms);
        else counts.failed++;
      }
      if (now >= until || client.broken) return;
      if (rate === undefined) client.ask();
      else free.push(client);
    });
    clients.push(client);
    return client;
  };
  if (rate === undefined) {
    for (let i = 0; i < connections; i++) another().ask();
  } else {
    const start = performance.now();
    let sent = 0;
    const arrive = setInterval(() => {
      const now = performance.now();
      if (now >= until) {
        clearInterval(arrive);
        return;
      }
      for (const due = ((now - start) * rate) / 1000; sent < due; sent++) {
        const client = free.pop() ?? (clients.length < connections ? another() : undefined);
        if (client !== undefined) client.ask();
        else if (now >= from) counts.unsent++;
      }
    }, 1);
  }
  setTimeout(() => {
    for (const client of clients) client.leave();
    const report: CrowdReport = {
      seconds,
      answered: latencies.length,
      refused: refusals.length,
      ...counts,
      latencies: Float64Array.from(latencies),
      refusals: Float64Array.from(refusals),
    };
    parentPort!.postMessage(report);
  }, until - performance.now());
}

run(workerData as Crowd);
