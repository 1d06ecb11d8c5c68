// TLS as the operator set it: the options of node:https, from the files that the configuration names, and again when these change.

import { readFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { createSecureContext, Server } from 'node:tls';
import type { Config } from './config.ts';
import { ConfigError } from './config.ts';

/** Null where connections are plain. Throws a ConfigError where a file cannot be used. */
export function tlsOptions(config: Config): ServerOptions | null {
  const { TLS_CERT_FILE, TLS_KEY_FILE, TLS_CLIENT_CA_FILE } = config;
  if (TLS_CERT_FILE === '') return null;
  const options = {
    cert: read('TLS_CERT_FILE', TLS_CERT_FILE),
    key: read('TLS_KEY_FILE', TLS_KEY_FILE),
    // RFC 8996: older ones are not to be used.
    minVersion: 'TLSv1.2',
    ...(TLS_CLIENT_CA_FILE !== '' && {
      ca: read('TLS_CLIENT_CA_FILE', TLS_CLIENT_CA_FILE),
      requestCert: true,
      rejectUnauthorized: true,
    }),
  } as const;
  try {
    createSecureContext(options);
  } catch (error) {
    throw new ConfigError(`The TLS files cannot be used: ${(error as Error).message}.`);
  }
  return options;
}

/** Reads the files anew, for the connections that come from now on. Throws a ConfigError, and nothing changes. */
export function renewTls(server: object, config: Config): void {
  const options = tlsOptions(config);
  if (options !== null && server instanceof Server) server.setSecureContext(options);
}

function read(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(`${name} cannot be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
}
