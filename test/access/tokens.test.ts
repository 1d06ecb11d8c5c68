// JSON Web Tokens before a running service, against an issuer of our own.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWTPayload } from 'jose';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { tokenReader } from '../../src/access/tokens.ts';
import type { RunningService } from '../service/running.ts';
import { post, startService } from '../service/running.ts';

const issuer = 'https://issuer.example';
const audience = 'cotangent';
const square = { program: 'y = x * x', inputs: { x: 3 } };

const [rsa, ec, stranger] = await Promise.all([
  generateKeyPair('RS256', { extractable: true }),
  generateKeyPair('ES256', { extractable: true }),
  generateKeyPair('RS256', { extractable: true }),
]);
const jwks = {
  keys: [
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256', use: 'sig' },
    { ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES256', use: 'sig' },
  ],
};

let fetched = 0;
const issuerServer = createServer((_request, response) => {
  fetched++;
  response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks));
});

const jwksUrl = () => `http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}/jwks.json`;

const logged: string[] = [];
let service: RunningService;
beforeAll(async () => {
  await new Promise<void>((resolve) => issuerServer.listen(0, '127.0.0.1', resolve));
  service = await start(jwksUrl());
});
afterAll(async () => {
  await service.close();
  issuerServer.closeAllConnections();
  issuerServer.close();
});

const start = (url: string) =>
  startService({
    environment: { WORKERS: '1', JWT_JWKS_URL: url, JWT_ISSUER: issuer, JWT_AUDIENCE: audience },
    log: (line) => void logged.push(JSON.stringify(line)),
  });

interface Made {
  readonly claims?: JWTPayload;
  readonly kid?: string;
  readonly alg?: string;
  readonly key?: Parameters<SignJWT['sign']>[0];
}

const now = () => Math.floor(Date.now() / 1000);
const good = (): JWTPayload => ({
  iss: issuer,
  aud: audience,
  sub: 'alice',
  exp: now() + 600,
  scope: 'openid compute catalogue',
});

const token = ({ claims = good(), kid = 'rsa', alg = 'RS256', key = rsa.privateKey }: Made = {}) =>
  new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key);

const send = (jwt: string) => post(`${service.url}/v1/compute`, square, { authorization: `Bearer ${jwt}` });

describe('a token that holds', () => {
  test('computes, whichever key of the issuer has signed it', async () => {
    expect((await send(await token())).status).toBe(200);
    expect((await send(await token({ kid: 'ec', alg: 'ES256', key: ec.privateKey }))).status).toBe(200);
    expect((await send(await token({ claims: { ...good(), aud: ['other', audience] } }))).status).toBe(200);
  });

  test('holds again, and no longer than it says', async () => {
    const read = tokenReader({ JWT_JWKS_URL: jwksUrl(), JWT_ISSUER: issuer, JWT_AUDIENCE: audience });
    const jwt = await token({ claims: { ...good(), exp: now() + 40 } });
    expect(await read(jwt)).toEqual(await read(jwt));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 39_000 });
    try {
      expect(await read(jwt)).toMatchObject({ subject: 'alice' });
      // Past its end and the 30 s that clocks may differ by.
      vi.setSystemTime(Date.now() + 32_000);
      await expect(read(jwt)).rejects.toThrow('expired');
    } finally {
      vi.useRealTimers();
    }
  });

  test('the keys were fetched once', () => {
    // By the service and by the reader above.
    expect(fetched).toBe(2);
  });

  test('a list of scopes is read too', async () => {
    const { scope: _scope, ...claims } = good();
    expect((await send(await token({ claims: { ...claims, scp: ['compute', 7] } }))).status).toBe(200);
  });

  test('without the scope: 403', async () => {
    const { json } = await send(await token({ claims: { ...good(), scope: 'openid catalogue' } }));
    expect(json).toMatchObject({ status: 403, code: 'E_FORBIDDEN' });
    const { scope: _scope, ...claims } = good();
    expect((await send(await token({ claims }))).status).toBe(403);
  });

  test('the log names its subject', () => {
    expect(logged.some((line) => line.includes('"caller":"alice"'))).toBe(true);
  });
});

describe('a token that does not', () => {
  const without = (claim: string) => {
    const { [claim]: _gone, ...claims } = good();
    return claims;
  };
  const bad: readonly [string, () => Promise<string> | string, string][] = [
    ['has expired', () => token({ claims: { ...good(), exp: now() - 100 } }), 'expired'],
    ['holds not yet', () => token({ claims: { ...good(), nbf: now() + 300 } }), '"nbf"'],
    ['never expires', () => token({ claims: without('exp') }), '"exp"'],
    ['has no subject', () => token({ claims: without('sub') }), '"sub"'],
    ['has an object for a subject', () => token({ claims: { ...good(), sub: { a: 1 } as never } }), '"sub"'],
    ['has an empty subject', () => token({ claims: { ...good(), sub: '' } }), '"sub"'],
    ['has a subject of a book', () => token({ claims: { ...good(), sub: 'a'.repeat(1000) } }), '"sub"'],
    ['is for others', () => token({ claims: { ...good(), aud: 'other' } }), '"aud"'],
    ['is for nobody', () => token({ claims: without('aud') }), '"aud"'],
    ['is by another issuer', () => token({ claims: { ...good(), iss: 'https://evil.example' } }), '"iss"'],
    ['is signed by a stranger', () => token({ key: stranger.privateKey }), 'signature'],
    ['names an unknown key', () => token({ kid: 'nope' }), 'no such key'],
    ['has its claims exchanged', async () => swap(await token(), { ...good(), sub: 'root' }), 'signature'],
    ['is not signed', async () => unsigned(await token()), 'not taken'],
    ['is signed with the public key as a secret', () => confused(), 'not taken'],
    ['is no JSON inside', () => 'e30.e30.e30', 'well-formed'],
    ['is garbage', () => 'a.b.c', 'well-formed'],
    ['is a key', () => 'ctg_0000000000000000000000000000000000000000000', 'not known'],
  ];

  test.each(bad)('%s: 401, the reason, and none of it quoted', async (_name, make, reason) => {
    const jwt = await make();
    const { status, json, headers } = await send(jwt);
    expect([status, json.code]).toEqual([401, 'E_UNAUTHENTICATED']);
    expect(headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(json.detail).toContain(reason);
    expect(JSON.stringify(json)).not.toContain(jwt);
  });

  test('unknown keys do not have the issuer asked again and again', () => {
    expect(fetched).toBeLessThanOrEqual(3);
  });

  test('no token is in the log', () => {
    expect(logged.filter((line) => line.includes('eyJ'))).toEqual([]);
  });
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function swap(jwt: string, claims: JWTPayload): string {
  const [header, , signature] = jwt.split('.');
  return [header, encode(claims), signature].join('.');
}

const unsigned = (jwt: string): string => [encode({ alg: 'none', kid: 'rsa' }), jwt.split('.')[1], ''].join('.');

async function confused(): Promise<string> {
  const secret = new TextEncoder().encode(await exportSPKI(rsa.publicKey));
  return new SignJWT(good()).setProtectedHeader({ alg: 'HS256', kid: 'rsa' }).sign(secret);
}

test('an issuer that cannot be reached is a 503 with Retry-After, and the log says why', async () => {
  const cut = await start('http://127.0.0.1:9/jwks.json');
  try {
    const authorization = `Bearer ${await token()}`;
    const { json, headers } = await post(`${cut.url}/v1/compute`, square, { authorization });
    expect(json).toMatchObject({ status: 503, code: 'E_ISSUER' });
    expect(JSON.stringify(json)).not.toContain('127.0.0.1');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(logged.some((line) => line.includes('cannot be fetched'))).toBe(true);
  } finally {
    await cut.close();
  }
});
