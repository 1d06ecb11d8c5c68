// JSON Web Tokens (RFC 7519) of one issuer, checked against its published keys (a JWK Set, RFC 7517).

import { hash } from 'node:crypto';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

/** Signatures that a published key can check; none, and no shared secret, which a JWK Set cannot hold (RFC 8725, 3.1). */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Two clocks may differ by so much, seconds. */
const clockTolerance = 30;
/** How long a fetch of the keys may take; after one, not another for a while, whatever key a token names. Milliseconds. */
const fetching = { timeoutDuration: 5000, cooldownDuration: 30_000, cacheMaxAge: 600_000 };

/** A token that held is not checked again for so long: that takes more time than the rest of a small request. Milliseconds. */
const trustedMs = 60_000;
/** Tokens that are remembered so; a few hundred bytes each. */
const mostKnown = 10_000;

interface TokenSettings {
  readonly JWT_JWKS_URL: string;
  readonly JWT_ISSUER: string;
  readonly JWT_AUDIENCE: string;
}

/** Who a token speaks for. */
export interface Bearer {
  /** Unique among the issuer's. */
  readonly subject: string;
  /** What the token says it may do, in the issuer's words. */
  readonly scopes: readonly string[];
}

/** A token that does not hold; the message says why and quotes nothing of it. */
export class TokenError extends Error {}
/** The issuer's keys cannot be had now. */
export class KeysUnavailable extends Error {}

export type Tokens = (token: string) => Promise<Bearer>;

export function tokenReader({ JWT_JWKS_URL, JWT_ISSUER, JWT_AUDIENCE }: TokenSettings): Tokens {
  const keys = createRemoteJWKSet(new URL(JWT_JWKS_URL), fetching);
  const keyOf: JWTVerifyGetKey = async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      if (error instanceof errors.JOSENotSupported) throw error;
      throw new KeysUnavailable('the keys of the tokens cannot be fetched', { cause: error });
    }
  };
  const check = async (token: string): Promise<Known> => {
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        issuer: JWT_ISSUER,
        audience: JWT_AUDIENCE,
        algorithms,
        clockTolerance,
        requiredClaims: ['sub', 'exp'],
      });
      const bearer = { subject: subjectOf(payload), scopes: scopesOf(payload) };
      return { bearer, until: Math.min(Date.now() + trustedMs, payload.exp! * 1000) };
    } catch (error) {
      if (error instanceof KeysUnavailable) throw error;
      throw new TokenError(reason(error));
    }
  };
  const known = new Map<string, Known>();
  return async (token) => {
    const digest = hash('sha256', token, 'base64');
    const before = known.get(digest);
    known.delete(digest);
    const found = before !== undefined && Date.now() < before.until ? before : await check(token);
    // A map keeps the order in which it was filled: the first is the one that was not used for the longest time.
    if (known.size >= mostKnown) known.delete(known.keys().next().value!);
    known.set(digest, found);
    return found.bearer;
  };
}

/** A token that held when it was checked, and until when that is believed, milliseconds since 1970. */
interface Known {
  readonly bearer: Bearer;
  readonly until: number;
}

/** The library asks that it is there; what it may be is OpenID Connect's (Core 1.0, 2). */
function subjectOf({ sub }: { readonly sub?: unknown }): string {
  if (typeof sub === 'string' && sub !== '' && sub.length <= 255) return sub;
  throw new errors.JWTClaimValidationFailed('sub', {}, 'sub');
}

/** `scope`, words in one string (RFC 9068, 2.2.3), or `scp`, a list, as some issuers have it. */
function scopesOf({ scope, scp }: JWTPayload): string[] {
  if (typeof scope === 'string') return scope.split(' ');
  const listed = Array.isArray(scp) ? scp : typeof scp === 'string' ? scp.split(' ') : [];
  return listed.filter((word): word is string => typeof word === 'string');
}

function reason(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `The claim "${error.claim}" of the token is missing or not what this server takes.`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the token does not hold.';
  if (error instanceof errors.JWKSNoMatchingKey) return 'The issuer has no such key as the token is signed with.';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The token is signed in a way that is not taken here.';
  return 'The token is not a well-formed, signed JWT.';
}
