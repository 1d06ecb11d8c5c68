// A key in the address, /k/KEY/v1/compute, for protocol clients that can set no header.

import type { IncomingMessage, RequestListener } from 'node:http';

const base = '/k/';

/** What stands for such an address. */
const masked = '/k/***';

const taken = new WeakMap<IncomingMessage, string>();

/** The key that the address held. */
export const pathKey = (raw: IncomingMessage): string | undefined => taken.get(raw);

/**
 * A handler of requests that sees no key in an address, but through `pathKey`: neither the router nor any log has it. Where keys in
 * addresses are not allowed such an address leads nowhere, and even then no log has what somebody took for a key.
 */
export const hidingKeys =
  (handler: RequestListener, allowed: boolean): RequestListener =>
  (request, response) => {
    if (request.url?.startsWith(base) === true) request.url = allowed ? withoutKey(request, request.url) : masked;
    handler(request, response);
  };

function withoutKey(request: IncomingMessage, url: string): string {
  const end = /[/?]|$/.exec(url.slice(base.length))!.index + base.length;
  taken.set(request, url.slice(base.length, end));
  const rest = url.slice(end);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
