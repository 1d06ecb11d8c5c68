// Many requests over many graphs leave the resident set as large as it was: nothing leaks, and what is kept is bounded.
//
// COTANGENT_LEAK_REQUESTS and COTANGENT_LEAK_GRAPHS make it longer: 100000 and 1000 take minutes; npm run leak shows them.

import process from 'node:process';
import { expect, test } from 'vitest';
import { judge, residentUnder } from './load.ts';

const requests = Number(process.env['COTANGENT_LEAK_REQUESTS'] ?? 2000);
const graphs = Number(process.env['COTANGENT_LEAK_GRAPHS'] ?? 100);
const seed = process.env['COTANGENT_SEED'] ?? '1';

/** The resident set can be read from /proc alone. */
test.runIf(process.platform === 'linux')(
  `${requests} requests over ${graphs} graphs, seed ${seed}: the resident set stays`,
  async ({ signal }) => {
    const sizes = await residentUnder({ requests, graphs, seed, signal });
    const { after, most } = judge(sizes, requests);
    const megabytes = sizes.map((size) => Math.round(size / 2 ** 20));
    expect(after, `megabytes were ${megabytes.join(' ')}`).toBeLessThan(most);
  },
  60_000 + 50 * requests,
);
