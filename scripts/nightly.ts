// npm run nightly: the tests that draw at random, with other seeds, more cases and larger arrays, for as long as there is time.

import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** Tests that say more when they are run longer. */
interface Proof {
  readonly name: string;
  readonly files: readonly string[];
  /** Beside COTANGENT_SEED: what makes one run of them half a minute's work, of leaks and the soak some minutes. */
  readonly env: Readonly<Record<string, string>>;
  /** Its part of the time, beside those of the others. */
  readonly share: number;
}

const proofs: readonly Proof[] = [
  {
    name: 'programs',
    files: ['test/wasm/programs.test.ts'],
    env: { COTANGENT_ROUNDS: '4' },
    share: 30,
  },
  {
    name: 'memory',
    files: ['test/wasm/recompute-programs.test.ts'],
    env: { COTANGENT_ROUNDS: '2' },
    share: 10,
  },
  {
    name: 'graphs',
    files: ['test/wasm/compiled.test.ts'],
    env: { COTANGENT_GRAPHS: '1500' },
    share: 15,
  },
  {
    name: 'laws',
    files: ['test/random/random.test.ts', 'test/ops/contract.test.ts'],
    env: {},
    share: 8,
  },
  {
    name: 'wide',
    files: ['test/wasm/revectorize.test.ts'],
    env: { COTANGENT_LOOPS: '150' },
    share: 15,
  },
  {
    name: 'kernels',
    files: ['copy', 'indexing', 'random', 'scan', 'sort', 'windows'].map((name) => `test/wasm/kernels-${name}.test.ts`),
    env: { COTANGENT_ROUNDS: '3', COTANGENT_SIZES: '4' },
    share: 8,
  },
  {
    name: 'products',
    files: ['gemm', 'gemm-wide', 'conv', 'conv-wide'].map((name) => `test/wasm/${name}.test.ts`),
    env: { COTANGENT_ROUNDS: '3' },
    share: 10,
  },
  {
    name: 'codec',
    files: ['base64', 'print', 'read', 'take'].map((name) => `test/codec/${name}.test.ts`),
    env: { COTANGENT_ROUNDS: '5' },
    share: 8,
  },
  {
    name: 'functions',
    files: ['test/wasm/every-float.test.ts'],
    env: { COTANGENT_FLOATS: '2039' },
    share: 8,
  },
  {
    name: 'leaks',
    files: ['test/leak/resident.test.ts'],
    env: { COTANGENT_LEAK_REQUESTS: '100000', COTANGENT_LEAK_GRAPHS: '1000' },
    share: 8,
  },
  {
    name: 'soak',
    files: ['test/service/soak.test.ts'],
    env: { COTANGENT_SOAK_SECONDS: '600' },
    share: 8,
  },
];

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(randomInt(1e9)) },
    only: { type: 'string', default: proofs.map(({ name }) => name).join() },
    jobs: { type: 'string', default: String(availableParallelism()) },
    help: { type: 'boolean' },
  },
});
if (values.help === true) {
  console.log(`npm run nightly -- [--minutes 60] [--seed N] [--only ${proofs.map(({ name }) => name).join(',')}] [--jobs N]
Runs tests again and again with seeds that begin with N, until the time is used up; what still runs after half as much again is
stopped. A failure says how to repeat it.`);
  process.exit(0);
}
const budget = Number(values.minutes) * 60_000;
const jobs = Number(values.jobs);
if (!(budget > 0) || !(jobs >= 1)) throw new Error('--minutes and --jobs are numbers above 0.');
const wanted = values.only.split(',');
const unknown = wanted.find((name) => !proofs.some((proof) => proof.name === name));
if (unknown !== undefined)
  throw new Error(`There is nothing called ${unknown}: ${proofs.map((p) => p.name).join(', ')}.`);

interface Tally {
  readonly proof: Proof;
  runs: number;
  failures: number;
  milliseconds: number;
  running: number;
}
const tallies: Tally[] = proofs
  .filter(({ name }) => wanted.includes(name))
  .map((proof) => ({ proof, runs: 0, failures: 0, milliseconds: 0, running: 0 }));

console.log(`seed ${values.seed}, ${values.minutes} minutes, ${jobs} at a time`);
const start = performance.now();
await Promise.all(
  Array.from({ length: jobs }, async () => {
    while (performance.now() - start < budget) await runOnce(next());
  }),
);
for (const { proof, runs, failures, milliseconds } of tallies) {
  const what = runs === 0 ? 'not reached' : `${runs} runs, ${failures} failed, ${Math.round(milliseconds / 1000)} s`;
  console.log(`${proof.name.padEnd(10)} ${what}`);
}
process.exitCode = tallies.some(({ failures }) => failures > 0) ? 1 : 0;

/** What has had the least of its share; what runs counts as half a minute. */
function next(): Tally {
  const used = ({ proof, milliseconds, running }: Tally): number => (milliseconds + 30_000 * running) / proof.share;
  return tallies.reduce((least, tally) => (used(tally) < used(least) ? tally : least));
}

async function runOnce(tally: Tally): Promise<void> {
  const { name, files, env } = tally.proof;
  const seed = `${values.seed}-${tally.runs++}`;
  const settings = { ...env, COTANGENT_SEED: seed };
  const began = performance.now();
  tally.running++;
  const { code, output } = await vitest([...files, '--maxWorkers=1', '--testTimeout=3600000'], settings);
  tally.running--;
  const took = performance.now() - began;
  tally.milliseconds += took;
  const verdict = code === 0 ? 'ok' : code === null ? 'stopped' : 'FAIL';
  console.log(`${verdict.padEnd(8)} ${name.padEnd(10)} seed ${seed}, ${Math.round(took / 1000)} s`);
  if (code === 0 || code === null) return;
  tally.failures++;
  const given = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  console.log(`${output.slice(-20_000)}\nagain: ${[...given, 'npx vitest run', ...files].join(' ')}\n`);
}

/** Runs vitest; the code is null where its time was up. */
async function vitest(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number | null; output: string }>();
  const script = new URL('../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
  const end = start + 1.5 * budget;
  const child = spawn(process.execPath, [script, 'run', '--reporter=dot', ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: Math.max(1, Math.ceil(end - performance.now())),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  child
    .on('error', reject)
    // Told to end, vitest ends with a code of its own.
    .on('close', (code, signal) =>
      resolve({ code: signal === null && performance.now() < end ? (code ?? 1) : null, output }),
    );
  return promise;
}
