// Addresses that there are not, and methods that an address does not take.

import { METHODS } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Endpoint } from '../routes/endpoint.ts';
import { RequestError } from '../routes/errors.ts';
import { nearest } from '../engine/index.ts';
import { docsPath } from './plugins/docs.ts';

/** Fastify answers 404 to a method that an address does not take; 405 with Allow says more. OPTIONS asks for just that. */
export function refuseOtherMethods(app: FastifyInstance, endpoints: readonly Endpoint[]): void {
  const known = new Set(app.supportedMethods);
  const rare = METHODS.filter((method) => !known.has(method));
  for (const method of rare) app.addHttpMethod(method);
  for (const [path, group] of Map.groupBy(endpoints, ({ path }) => path)) {
    const methods = group.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
    const allow = [...methods, 'OPTIONS'].join(', ');
    app.route({ method: 'OPTIONS', url, handler: (_request, reply) => reply.code(204).header('allow', allow).send() });
    app.route({
      method: app.supportedMethods.filter((method) => method !== 'OPTIONS' && !methods.includes(method)),
      url,
      onRequest(request, _reply, done) {
        done(otherMethod(path, request.method, methods));
      },
      handler() {},
    });
  }
}

function otherMethod(path: string, method: string, methods: readonly string[]): RequestError {
  const message = `${path} does not take ${method}, but ${methods.join(' and ')}.`;
  return new RequestError('E_METHOD', [{ message }], { headers: { allow: [...methods, 'OPTIONS'].join(', ') } });
}

export function refuseOtherAddresses(app: FastifyInstance, endpoints: readonly Endpoint[]): void {
  const paths = endpoints.map(({ path }) => path);
  app.setNotFoundHandler((request) => {
    const path = request.url.split('?', 1)[0];
    const inDocs = path === docsPath || path.startsWith(`${docsPath}/`);
    if (inDocs && !['GET', 'HEAD'].includes(request.method)) throw otherMethod(path, request.method, ['GET', 'HEAD']);
    const message = `There is nothing at ${path}.`;
    throw new RequestError('E_NOT_FOUND', [
      { message, hint: nearest(path, paths) ?? 'GET /docs shows what there is.' },
    ]);
  });
}
