// The environment: defaults, values, and what is said about a wrong one.

import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';

test('an empty environment gives the defaults', () => {
  expect(readConfig({})).toMatchObject({ PORT: 8080, HOST: '0.0.0.0', TIMEOUT_MS: 30_000, LOG_LEVEL: 'info' });
  expect(readConfig({}).WORKERS).toBeGreaterThanOrEqual(1);
});

test('values are read, blank ones are not, and nothing can be changed', () => {
  const config = readConfig({ PORT: '9000', WORKERS: ' 3 ', HOST: '', PATH: '/bin' });
  expect(config).toMatchObject({ PORT: 9000, WORKERS: 3, HOST: '0.0.0.0' });
  expect(config).not.toHaveProperty('PATH');
  expect(Object.isFrozen(config)).toBe(true);
});

test('text may look like a number', () => {
  expect(readConfig({ JWT_AUDIENCE: '12345', TRUST_PROXY: 'loopback,fd00::/8' })).toMatchObject({
    JWT_AUDIENCE: '12345',
  });
});

test.each([
  [{ PORT: 'eighty' }, 'PORT is "eighty", and should be a whole number from 0 to 65535.'],
  [{ PORT: '99999' }, 'PORT is "99999", and should be a whole number from 0 to 65535.'],
  [{ WORKERS: '1.5' }, 'WORKERS is "1.5", and should be a whole number from 1 to 1024.'],
  [{ TIMEOUT_MS: '0' }, 'TIMEOUT_MS is "0", and should be a whole number from 1.'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL is "loud", and should be one of trace, debug, info, warn, error, fatal, silent.'],
  [{ TRUST_PROXY: '10.0.0.0/8, nonsense' }, 'TRUST_PROXY has " nonsense", which is no address and no network.'],
  [{ TRUST_PROXY: '10.0.0.0/33' }, 'TRUST_PROXY has "10.0.0.0/33"'],
  [{ JWT_JWKS_URL: 'https://a.example/jwks' }, 'JWT_JWKS_URL needs JWT_ISSUER and JWT_AUDIENCE'],
  [{ JWT_JWKS_URL: 'http://a.example/jwks', JWT_ISSUER: 'a', JWT_AUDIENCE: 'b' }, 'should be an https address'],
  [{ METRICS_ACCESS: 'closed' }, 'METRICS_ACCESS is "closed", and should be one of scope, open.'],
  [{ TIMEOUT_MS: '9', MAX_TIMEOUT_MS: '5' }, 'TIMEOUT_MS is 9, more than MAX_TIMEOUT_MS, 5.'],
])('%j', (environment, message) => {
  expect(() => readConfig(environment)).toThrow(message);
});
