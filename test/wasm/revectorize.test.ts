// Compiled code has the same bits with V8's flag that joins pairs of vectors, and without it. COTANGENT_SEED draws others.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { rounds, seed } from '../effort.ts';

const count = process.env['COTANGENT_LOOPS'] ?? String(rounds(60));
/** Milliseconds that a busy machine may take. */
const patience = 2000 * Number(count);

/** Digests of random graphs, loops and kernels, all of them optimised code. */
async function digests(...flags: string[]): Promise<Record<string, string>> {
  const script = fileURLToPath(new URL('digests.ts', import.meta.url));
  const args = ['--no-wasm-inlining', '--no-liftoff', ...flags, script, seed, count];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1e8 });
  return JSON.parse(stdout) as Record<string, string>;
}

test(`random fused loops and kernels, seed ${seed}`, { timeout: patience }, async () => {
  const [wide, plain] = await Promise.all([digests('--experimental-wasm-revectorize'), digests()]);
  expect(Object.keys(wide).length).toBe(2 + 8 * Number(count));
  expect(wide).toEqual(plain);
  // Loops that are written for narrow vectors add in the same order.
  const loops = Object.keys(plain).filter((key) => key.startsWith('loop'));
  expect(loops.map((key) => plain[`narrow ${key}`])).toEqual(loops.map((key) => plain[key]));
});
