// Reads the bodies of requests: bytes as they came, within the limit.

import type { FastifyInstance } from 'fastify';
import { errorCodes } from 'fastify';

/**
 * Every body is bytes, whatever it says it is: what speaks JSON looks at its content type before the body is read. Fastify's
 * own reader copies each body; a body of one piece, as small ones are, needs none, and a copy less is a buffer less to collect.
 */
export function readBodiesAsBytes(app: FastifyInstance, limit: number): void {
  app.removeAllContentTypeParsers();
  // A type that is named is found at once; for the others Fastify takes the header apart.
  for (const type of ['application/json', '*']) {
    app.addContentTypeParser(type, (request, payload, done) => {
      const announced = Number(request.headers['content-length']);
      if (announced > limit) {
        done(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
        return;
      }
      const pieces: Buffer[] = [];
      let length = 0;
      const stop = (): void => {
        payload.off('data', take).off('end', end).off('error', fail);
      };
      const take = (piece: Buffer): void => {
        length += piece.length;
        if (length > limit) {
          stop();
          done(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
        } else pieces.push(piece);
      };
      const end = (): void => {
        stop();
        if (!Number.isNaN(announced) && length !== announced) {
          done(new errorCodes.FST_ERR_CTP_INVALID_CONTENT_LENGTH());
        } else done(null, pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, length));
      };
      const fail = (error: Error): void => {
        stop();
        done(Object.assign(error, { statusCode: 400 }));
      };
      payload.on('data', take).on('end', end).on('error', fail);
    });
  }
}
