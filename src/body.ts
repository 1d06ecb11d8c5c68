// Reads the bodies of requests: bytes as they came, within the limit.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { errorCodes } from 'fastify';
import { RequestError } from '../routes/errors.ts';
import type { Passage } from './overload/transit.ts';

interface Options {
  /** Bytes of one body. */
  readonly limit: number;
  /** Counts what has come of a body that comes in pieces; `drop` is called where there is no room for the rest. */
  readonly begin: (request: FastifyRequest, drop: () => void) => Passage;
}

/** Of a body that comes in pieces, so much is kept as pieces. */
const piecesBytes = 1024 * 1024;

/**
 * What has come of a body. Where it is large its place is made once a good part has come (a length alone is easily said), and
 * what comes then is put there: to put many pieces together at the end would hold the main thread for tens of milliseconds.
 */
class Gathered {
  readonly #announced: number;
  #pieces: Buffer[] = [];
  #place: Buffer | undefined;
  length = 0;

  /** NaN where it is not told how long it will be. */
  constructor(announced: number) {
    this.#announced = announced;
  }

  add(piece: Buffer): void {
    if (this.#place !== undefined) this.#place.set(piece, this.length);
    else this.#pieces.push(piece);
    this.length += piece.length;
    if (this.#place !== undefined || this.length < piecesBytes || !(this.length < this.#announced)) return;
    this.#place = Buffer.allocUnsafeSlow(this.#announced);
    let at = 0;
    for (const each of this.#pieces.splice(0)) {
      this.#place.set(each, at);
      at += each.length;
    }
  }

  whole(): Buffer {
    return this.#place ?? (this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces, this.length));
  }

  forget(): void {
    this.#pieces = [];
    this.#place = undefined;
  }
}

/**
 * Every body is bytes, whatever it says it is: what speaks JSON looks at its content type before the body is read. Fastify's
 * own reader copies each body; a body of one piece, as small ones are, needs none, and a copy less is a buffer less to collect.
 */
export function readBodiesAsBytes(app: FastifyInstance, { limit, begin }: Options): void {
  app.removeAllContentTypeParsers();
  // A type that is named is found at once; for the others Fastify takes the header apart.
  for (const type of ['application/json', '*']) {
    app.addContentTypeParser(type, (request, payload, done) => {
      const announced = Number(request.headers['content-length']);
      if (announced > limit) {
        done(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
        return;
      }
      const body = new Gathered(announced);
      let passage: Passage | undefined;
      const stop = (): void => {
        payload.off('data', take).off('end', end).off('error', fail).off('close', stop);
        passage?.end();
      };
      const drop = (): void => {
        stop();
        body.forget();
        done(crowded());
      };
      const take = (piece: Buffer): void => {
        if (body.length + piece.length > limit) {
          stop();
          body.forget();
          done(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
          return;
        }
        body.add(piece);
        if (body.length === announced) return;
        passage ??= begin(request, drop);
        passage.add(piece.length);
      };
      const end = (): void => {
        stop();
        if (!Number.isNaN(announced) && body.length !== announced) {
          done(new errorCodes.FST_ERR_CTP_INVALID_CONTENT_LENGTH());
        } else done(null, body.whole());
      };
      const fail = (error: Error): void => {
        stop();
        done(Object.assign(error, { statusCode: 400 }));
      };
      payload.on('data', take).on('end', end).on('error', fail).on('close', stop);
    });
  }
}

const crowded = (): RequestError =>
  new RequestError('E_BUSY', [{ message: 'More bytes are on their way to and from clients than there is room for.' }], {
    retryAfter: 1,
  });
