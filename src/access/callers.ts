// Who sends a request: by API key, by token, or by address alone where the server knows neither.

import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { Caller, Scope } from '../../routes/endpoint.ts';
import { scopes } from '../../routes/endpoint.ts';
import { RequestError } from '../../routes/errors.ts';
import type { Config } from '../config.ts';
import type { KeyRecord, Keys } from './keys.ts';
import { readKeys } from './keys.ts';
import { pathKey } from './path-key.ts';
import type { Tokens } from './tokens.ts';
import { KeysUnavailable, tokenReader, TokenError } from './tokens.ts';

export interface Callers {
  /** Whether a request needs a key or a token at all. */
  readonly restricted: boolean;
  /** Throws, or rejects with, a RequestError: 401, or 503 while the keys of tokens cannot be had. */
  identify(request: FastifyRequest): Caller | Promise<Caller>;
  /** Reads the keys anew; throws a ConfigError where they cannot be used, and those that there were stay. */
  renewKeys(): void;
}

export function createCallers(config: Config): Callers {
  let keys = readKeys(config);
  const tokens = config.JWT_JWKS_URL === '' ? undefined : tokenReader(config);
  const limits = { ratePerMinute: config.RATE_LIMIT, concurrency: config.CONCURRENCY_LIMIT };
  if (keys === undefined && tokens === undefined) {
    return { restricted: false, identify: byAddress(limits), renewKeys() {} };
  }
  return {
    restricted: true,
    identify(request) {
      const credential = credentialOf(request);
      if (credential === undefined) throw unauthenticated('A key is needed here.', config.KEY_IN_PATH === 'allow');
      // A token is three parts joined by dots; a key has none.
      if (tokens !== undefined && credential.split('.', 4).length === 3) {
        return byToken(tokens, credential, limits, request.log);
      }
      return byKey(keys, credential, limits);
    },
    renewKeys() {
      keys = readKeys(config);
    },
  };
}

type Limits = Pick<Caller, 'ratePerMinute' | 'concurrency'>;

const every: ReadonlySet<Scope> = new Set(scopes);

const byAddress = (limits: Limits) => (request: FastifyRequest) => {
  // One network of IPv6 addresses is one caller: it has more of them than could be counted.
  const address = normalizeIP(request.ip);
  return { id: `address:${address}`, name: address, scopes: every, ...limits };
};

function byKey(keys: Keys | undefined, key: string, limits: Limits): Caller {
  const record = keys?.find(key, Date.now());
  if (record === undefined) throw refused('This key is not known here, or no longer.');
  return callerOf(record, limits);
}

const callerOf = ({ name, scopes, rate_per_minute, concurrency }: KeyRecord, limits: Limits): Caller => ({
  id: `key:${name}`,
  name,
  scopes: new Set(scopes),
  ratePerMinute: rate_per_minute ?? limits.ratePerMinute,
  concurrency: concurrency ?? limits.concurrency,
});

async function byToken(read: Tokens, token: string, limits: Limits, log: FastifyBaseLogger): Promise<Caller> {
  try {
    const { subject, scopes: given } = await read(token);
    return {
      id: `token:${subject}`,
      name: subject,
      scopes: new Set(scopes.filter((s) => given.includes(s))),
      ...limits,
    };
  } catch (error) {
    if (error instanceof TokenError) throw refused(error.message);
    if (!(error instanceof KeysUnavailable)) throw error;
    log.warn({ err: error.cause }, error.message);
    throw new RequestError('E_ISSUER', [{ message: 'The keys that tokens are checked with cannot be had now.' }], {
      retryAfter: 5,
    });
  }
}

/** The key or token of a request: after `Bearer` in its Authorization header (RFC 6750), or in its address. */
function credentialOf({ headers, raw }: FastifyRequest): string | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return pathKey(raw);
  const credential = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1];
  if (credential === undefined) throw refused('The Authorization header is not of the form: Bearer KEY.');
  return credential;
}

const realm = 'Bearer realm="cotangent"';

function unauthenticated(message: string, inPath: boolean): RequestError {
  const hint = `Send the header Authorization: Bearer KEY${inPath ? ', or put /k/KEY before the address' : ''}.`;
  return new RequestError('E_UNAUTHENTICATED', [{ message, hint }], { headers: { 'www-authenticate': realm } });
}

const refused = (message: string): RequestError =>
  new RequestError('E_UNAUTHENTICATED', [{ message }], {
    headers: { 'www-authenticate': `${realm}, error="invalid_token"` },
  });
