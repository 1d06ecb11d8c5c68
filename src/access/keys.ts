// API keys: what a record of one holds, how records are read, and who a presented key belongs to.

import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { scopes } from '../../routes/endpoint.ts';
import { ConfigError } from '../config.ts';

/** What a new key begins with, so that people and scanners of secrets know one when they see it. */
export const keyPrefix = 'ctg_';

const limit = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }));

const KeyRecord = Type.Object(
  {
    name: Type.String({ pattern: '^[\\w.:@-]{1,64}$', description: 'Whose it is: logs and metrics say this.' }),
    sha256: Type.String({
      pattern: '^[0-9a-f]{64}$',
      description: 'The SHA-256 of the key. The key itself is nowhere.',
    }),
    scopes: Type.Array(Type.Union(scopes.map((scope) => Type.Literal(scope))), { uniqueItems: true }),
    rate_per_minute: limit('In place of RATE_LIMIT.'),
    concurrency: limit('In place of CONCURRENCY_LIMIT.'),
    expires: Type.Optional(Type.String({ description: 'From then on the key is not known: 2027-01-31T00:00:00Z.' })),
  },
  { additionalProperties: false },
);
const KeyRecords = Type.Array(KeyRecord);

export type KeyRecord = Static<typeof KeyRecord>;

export interface Keys {
  /** The record of a key; undefined where there is none, or none any more. `now` is in milliseconds since 1970. */
  find(presented: string, now: number): KeyRecord | undefined;
}

interface Sources {
  /** JSON, a list of records. */
  readonly API_KEYS: string;
  /** The path of a file that holds the same. */
  readonly API_KEYS_FILE: string;
}

/** Throws a ConfigError that says which record is wrong, and quotes nothing of it. */
export function readKeys({ API_KEYS, API_KEYS_FILE }: Sources): Keys | undefined {
  const records = [
    ...(API_KEYS === '' ? [] : parse('API_KEYS', API_KEYS)),
    ...(API_KEYS_FILE === '' ? [] : parse('API_KEYS_FILE', read(API_KEYS_FILE))),
  ];
  if (API_KEYS === '' && API_KEYS_FILE === '') return undefined;
  const names = records.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new ConfigError(`Two API keys have the name ${twice}.`);
  return indexed(records);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`API_KEYS_FILE cannot be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
}

function parse(source: string, text: string): KeyRecord[] {
  let records: unknown;
  try {
    records = JSON.parse(text);
  } catch {
    throw new ConfigError(`${source} is not JSON: it should be a list of records, as \`npm run key\` prints them.`);
  }
  const [wrong] = Value.Errors(KeyRecords, records);
  if (wrong !== undefined)
    throw new ConfigError(`${source} is wrong at ${wrong.path || 'its root'}: ${wrong.message}.`);
  for (const [i, { expires }] of (records as KeyRecord[]).entries()) {
    if (expires !== undefined && Number.isNaN(Date.parse(expires))) {
      throw new ConfigError(`${source} is wrong at /${i}/expires: that is no date, such as 2027-01-31T00:00:00Z.`);
    }
  }
  return records as KeyRecord[];
}

/**
 * Looked up by the first bytes of the digest, compared in constant time. How long the look-up takes may tell something of
 * the digest of what was presented, which nobody can steer; and a key has 256 random bits, so a quick hash guards it.
 */
function indexed(records: readonly KeyRecord[]): Keys {
  const entries = records.map((record) => ({
    record,
    digest: Buffer.from(record.sha256, 'hex'),
    expires: record.expires === undefined ? Infinity : Date.parse(record.expires),
  }));
  const shelves = Map.groupBy(entries, ({ digest }) => digest.readUInt32LE(0));
  return {
    find(presented, now) {
      const digest = hash('sha256', presented, 'buffer');
      let found: KeyRecord | undefined;
      for (const entry of shelves.get(digest.readUInt32LE(0)) ?? []) {
        if (timingSafeEqual(entry.digest, digest) && now < entry.expires) found = entry.record;
      }
      return found;
    },
  };
}
