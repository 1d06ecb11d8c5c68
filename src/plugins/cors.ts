// Pages of other origins may ask (the CORS protocol of the Fetch standard), if the operator names them.

import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** How long a browser may keep what a preflight said, seconds: the longest that Chromium does. */
const maxAge = 7200;

/** `origins` as the operator wrote them: none, `*`, or a list with commas. */
export async function registerCors(app: FastifyInstance, origins: string): Promise<void> {
  if (origins === '') return;
  const named = origins.split(',').map((origin) => origin.trim());
  await app.register(cors, {
    origin: origins === '*' ? '*' : named,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Content-Encoding', 'If-Match', 'X-Request-Id', 'Traceparent'],
    exposedHeaders: [
      'X-Request-Id',
      'Retry-After',
      'WWW-Authenticate',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
    ],
    maxAge,
  });
}
