// Files that are read again while the service runs: keys and certificates are renewed without a restart.

import { unwatchFile, watchFile } from 'node:fs';
import { ConfigError } from './config.ts';

/** What is made of files, and made again when one of them changes. */
export interface Renewable {
  /** For the log. */
  readonly what: string;
  readonly files: readonly string[];
  /** Reads them anew; throws a ConfigError where they cannot be used, and what was before stays. */
  readonly renew: () => void;
}

export interface Rereading {
  /** Reads all files now. */
  now(): void;
  stop(): void;
}

interface Options {
  readonly log: { info(details: object, message: string): void; error(details: object, message: string): void };
  /** How often each file is looked at, milliseconds. */
  readonly everyMs?: number;
}

/**
 * Looks at their dates, rather than asking the system to tell of changes: mounted secrets are links to links, whose targets
 * change without a change of the file that is watched.
 */
export function rereadOnChange(all: readonly Renewable[], { log, everyMs = 5000 }: Options): Rereading {
  const watched = all.flatMap(({ files, ...one }) =>
    files.filter((file) => file !== '').map((file) => ({ file, look: () => renew(one) })),
  );

  function renew({ what, renew: again }: Omit<Renewable, 'files'>): void {
    try {
      again();
      log.info({ what }, 'read anew');
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      // Of a certificate and its key one comes first: then the other follows, and both are read again.
      log.error({ what, err: error }, 'cannot be read anew: what was before stays');
    }
  }

  for (const { file, look } of watched) watchFile(file, { interval: everyMs, persistent: false }, look);
  return {
    now() {
      for (const one of all) if (one.files.some((file) => file !== '')) renew(one);
    },
    stop() {
      for (const { file, look } of watched) unwatchFile(file, look);
    },
  };
}
