// A key in the address, /k/KEY/v1/compute, for protocol clients that can set no header.

import type { IncomingMessage, RequestListener } from 'node:http';
import { keyPrefix } from './keys.ts';

const base = '/k/';

/** What stands for such an address. */
const masked = '/k/***';

const taken = new WeakMap<IncomingMessage, string>();

/** The key that the address held. */
export const pathKey = (raw: IncomingMessage): string | undefined => taken.get(raw);

/**
 * A handler of requests that sees no key in an address, but through `pathKey`: neither the router nor any log has it. Where keys in
 * addresses are not allowed such an address leads nowhere, and even then no log has what somebody took for a key, nor where it
 * stands in another place of the address.
 */
export const hidingKeys =
  (handler: RequestListener, allowed: boolean): RequestListener =>
  (request, response) => {
    const { url } = request;
    if (url?.startsWith(base) === true) request.url = allowed ? withoutKey(request, url) : masked;
    else if (url !== undefined) request.url = hidden(url);
    handler(request, response);
  };

function withoutKey(request: IncomingMessage, url: string): string {
  const end = /[/?]|$/.exec(url.slice(base.length))!.index + base.length;
  taken.set(request, url.slice(base.length, end));
  const rest = url.slice(end);
  return hidden(rest.startsWith('/') ? rest : `/${rest}`);
}

/** Of a second key, and of one in a wrong place. */
function hidden(url: string): string {
  if (url.startsWith(base) || url.startsWith(base.toUpperCase())) return masked;
  return url.includes(keyPrefix) ? url.replaceAll(written, `${keyPrefix}***`) : url;
}

const written = new RegExp(`${keyPrefix}[\\w-]*`, 'g');
