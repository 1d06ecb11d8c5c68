// npm run fuzz -- [TARGET…] [--seconds 60] [--seed 1]: fuzzes each target in a thread of its own, and ends with 1 if one failed or
// hung. Inputs that run new code are kept in test/fuzz/corpus, which later runs begin with; failing ones in test/fuzz/found.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Assignment, Report } from './thread.ts';
import { targets } from './targets.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: String(Date.now() % 1e9) } },
});
const chosen = positionals.length === 0 ? Object.keys(targets) : positionals;
const unknown = chosen.find((name) => !Object.hasOwn(targets, name));
if (unknown !== undefined) throw new Error(`there is no target ${unknown}, but ${Object.keys(targets).join(', ')}`);

/** An input that takes longer hangs: a thousand times what most take. */
const hangMs = 20_000;
const stackSizeMb = 64;

for (const name of chosen) {
  const corpus = await stored(`corpus/${name}/`);
  const seed = Number(values.seed);
  console.log(`${name}: ${values.seconds} s, seed ${seed}, ${corpus.length} inputs kept from before`);
  const report = await fuzz(name, seed, corpus);
  await store(`corpus/${name}/`, report.kept);
  console.log(`${name}: ${report.runs} runs, ${report.blocks} blocks, ${report.kept.length} inputs kept`);
  for (const { input, trace } of report.findings) {
    process.exitCode = 1;
    const [file] = await store(`found/${name}/`, [input]);
    console.log(
      `\n${name} fails on ${JSON.stringify(Buffer.from(input).toString().slice(0, 500))}\n  ${file}\n${trace}`,
    );
  }
}

async function fuzz(target: string, seed: number, corpus: readonly Uint8Array[]): Promise<Report> {
  const underWay = new SharedArrayBuffer(8 + 1_000_000);
  const header = new Int32Array(underWay, 0, 2);
  const until = Date.now() + Number(values.seconds) * 1000;
  const thread = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: { target, seed, until, corpus, underWay } satisfies Assignment,
    resourceLimits: { stackSizeMb },
  });
  const { promise, resolve, reject } = Promise.withResolvers<Report>();
  let last = -1;
  const watch = setInterval(() => {
    const runs = Atomics.load(header, 0);
    if (runs === last && runs > 0) {
      const input = new Uint8Array(underWay, 8, header[1]).slice();
      resolve({ runs, blocks: 0, kept: [], findings: [{ input, trace: `It took more than ${hangMs} ms.` }] });
    }
    last = runs;
  }, hangMs);
  thread.on('message', resolve);
  thread.on('error', reject);
  try {
    return await promise;
  } finally {
    clearInterval(watch);
    await thread.terminate();
  }
}

async function stored(folder: string): Promise<Uint8Array[]> {
  const url = new URL(folder, import.meta.url);
  const names = await readdir(url).catch(() => []);
  return Promise.all(names.map((name) => readFile(new URL(name, url))));
}

/** Each under its digest; the paths. */
async function store(folder: string, inputs: readonly Uint8Array[]): Promise<string[]> {
  const url = new URL(folder, import.meta.url);
  await mkdir(url, { recursive: true });
  return Promise.all(
    inputs.map(async (input) => {
      const file = new URL(createHash('sha256').update(input).digest('hex').slice(0, 16), url);
      await writeFile(file, input);
      return file.pathname;
    }),
  );
}
