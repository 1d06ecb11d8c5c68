// Makes an API key: `npm run key -- NAME [SCOPE…]` prints the key, which is kept nowhere, and the record for API_KEYS_FILE.

import { hash, randomBytes } from 'node:crypto';
import { scopes } from '../routes/endpoint.ts';
import { keyPrefix } from '../src/access/keys.ts';

const [name, ...asked] = process.argv.slice(2);
const unknown = asked.find((scope) => !(scopes as readonly string[]).includes(scope));
if (name === undefined || !/^[\w.:@-]{1,64}$/.test(name) || unknown !== undefined) {
  console.error(
    `usage: npm run key -- NAME [${scopes.join('] [')}]\nNAME is of up to 64 letters, digits, and . : @ _ -`,
  );
  process.exit(1);
}
const key = keyPrefix + randomBytes(32).toString('base64url');
const record = {
  name,
  sha256: hash('sha256', key),
  scopes: asked.length === 0 ? ['compute', 'catalogue'] : asked,
};
console.log(
  `The key, for whoever is to use it:\n${key}\n\nIts record, for the list in API_KEYS_FILE:\n${JSON.stringify(record)}`,
);
