// A key in the address, /k/KEY/v1/compute, for protocol clients that can set no header.

import type { IncomingMessage } from 'node:http';

const base = '/k/';

/** What stands for such an address in logs and answers. */
const masked = '/k/***';

const taken = new WeakMap<IncomingMessage, string>();

/** The key that the address held. */
export const pathKey = (raw: IncomingMessage): string | undefined => taken.get(raw);

/**
 * The address that is routed and logged: without the key, which only `pathKey` still knows. Where keys in addresses are
 * not allowed, one that leads nowhere: even then no log has what somebody took for a key.
 */
export function withoutKey(raw: IncomingMessage, allowed: boolean): string {
  const url = raw.url ?? '/';
  if (!url.startsWith(base)) return url;
  // Fastify keeps the address as it came here.
  Object.assign(raw, { originalUrl: masked });
  if (!allowed) return masked;
  const end = /[/?]|$/.exec(url.slice(base.length))!.index + base.length;
  taken.set(raw, url.slice(base.length, end));
  const rest = url.slice(end);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
