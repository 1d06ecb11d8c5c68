// Writes every generated file of the repository; with --check, writes nothing and fails when one is stale.

import { readFile, writeFile } from 'node:fs/promises';
import * as prettier from 'prettier';
import { configurationPage } from './configuration.ts';
import { dashboard } from './dashboard.ts';
import { metricsPage } from './metrics.ts';
import { produceCalls } from './op-calls.ts';
import { opIndex } from './op-index.ts';

interface Generator {
  /** Path from the repository root. */
  readonly file: string;
  readonly produce: () => string | Promise<string>;
}

const generators: readonly Generator[] = [
  { file: 'engine/ops/index.ts', produce: opIndex },
  // After the index: the calls are read off the ops themselves.
  { file: 'engine/ops/calls.ts', produce: async () => produceCalls((await import('../engine/ops/index.ts')).ops) },
  // After both: the answers of its examples are computed.
  { file: 'openapi.yaml', produce: async () => (await import('./openapi.ts')).openapi() },
  { file: 'docs/configuration.md', produce: configurationPage },
  { file: 'docs/metrics.md', produce: metricsPage },
  { file: 'deploy/grafana-dashboard.json', produce: dashboard },
];

const root = new URL('../', import.meta.url);
const check = process.argv.includes('--check');

for (const { file, produce } of generators) {
  const url = new URL(file, root);
  const wanted = await formatted(url, await produce());
  const found = await readFile(url, 'utf8').catch(() => null);
  if (found === wanted) continue;
  if (check) {
    console.error(`${file} is stale: ${difference(found, wanted)}\n  Refresh it with: npm run generate`);
    process.exitCode = 1;
  } else {
    await writeFile(url, wanted);
    console.log(`wrote ${file}`);
  }
}

/** A generated file is laid out as the formatter would lay it out, so that the two gates agree. */
async function formatted(url: URL, text: string): Promise<string> {
  const { inferredParser } = await prettier.getFileInfo(url);
  if (inferredParser === null) return text;
  return prettier.format(text, { ...(await prettier.resolveConfig(url)), parser: inferredParser });
}

function difference(found: string | null, wanted: string): string {
  if (found === null) return 'it does not exist.';
  const [is, should] = [found.split('\n'), wanted.split('\n')];
  const line = should.findIndex((text, at) => text !== is[at]);
  if (line < 0) return `it has ${is.length} lines, and should end after ${should.length}.`;
  return `line ${line + 1} is ${JSON.stringify(is[line] ?? null)}, and should be ${JSON.stringify(should[line])}.`;
}
