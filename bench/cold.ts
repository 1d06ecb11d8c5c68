// The cold start of a graph in a thread that is ready as the service's workers are, or with --unwarmed in one that has
// compiled nothing: prints milliseconds as one line of JSON.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { WorkerSetup } from '../src/pool/messages.ts';
import type { LinkSetup } from '../src/pool/serve.ts';
import { fill, mlp } from './cases.ts';
import { median } from './statistics.ts';

export interface Cold {
  readonly nodes: number;
  /** Until the thread is ready: the engine is loaded, and warm where it is to be. */
  readonly load: number;
  /** From the program to its plan, derivatives included. */
  readonly plan: number;
  /** From the plan to the first results. */
  readonly first: number;
  /** From the plan to the first of the calls that take no longer than later ones. */
  readonly steady: number;
}

/** What the thread starts with. */
type Setup = WorkerSetup & LinkSetup & { readonly warmed: boolean };

/** Value and gradients of a network with one hidden layer: about 30 nodes. */
export const coldCase = mlp([10, 32, 1], 32, 'float32');

async function measure({ vectors, warmed }: Setup): Promise<Cold> {
  const started = performance.now();
  // A worker of the service: it is ready when it is loaded.
  if (warmed) await import('../src/pool/worker.ts');
  const { machineOf, prepareOurs, requestOf } = await import('./prepare.ts');
  const machine = machineOf(vectors);
  const load = performance.now() - started;

  const { inputs, program, dtype } = coldCase;
  const tensors = Object.fromEntries(inputs.map((i) => [i.name, { dtype: i.dtype, shape: i.shape, data: fill(i) }]));
  const request = requestOf(program, dtype, tensors);
  const asked = performance.now();
  let planned = asked;
  const ours = prepareOurs(request, { machine, planned: () => (planned = performance.now()) });
  ours.run();
  const first = performance.now() - planned;
  return { nodes: ours.nodes, load, plan: planned - asked, first, steady: steadyFrom(ours.run) - planned };
}

/** When calls have become as fast as they get: they go on, in groups of a millisecond, until that has long been so. */
function steadyFrom(run: () => void): number {
  const groups: { at: number; each: number }[] = [];
  const from = performance.now();
  for (let at = from; at < from + 300;) {
    let calls = 0;
    let now = at;
    for (; now < at + 1; now = performance.now()) {
      run();
      calls++;
    }
    groups.push({ at, each: (now - at) / calls });
    at = now;
  }
  const least = median(groups.slice(-100).map((g) => g.each));
  // Of five neighbours the middle one: a single group may have been interrupted.
  const smooth = (i: number): number => median(groups.slice(Math.max(0, i - 2), i + 3).map((g) => g.each));
  const fast = groups.findIndex((_, i) => smooth(i) <= 1.25 * least);
  return groups[fast].at;
}

if (!isMainThread) parentPort!.postMessage(await measure(workerData as Setup));
else if (import.meta.main) {
  const { decideVectors } = await import('../src/vectors.ts');
  const { readConfig } = await import('../src/config.ts');
  const { limitsOf } = await import('../src/service.ts');
  const { createLinkMemory } = await import('../src/pool/link.ts');
  const { wide, fma } = decideVectors('auto');
  const config = readConfig({});
  const setup: Setup = {
    limits: limitsOf(config),
    planCacheBytes: config.PLAN_CACHE_BYTES,
    vectors: { wide, fma },
    link: createLinkMemory(),
    warmed: !process.argv.includes('--unwarmed'),
  };
  const thread = new Worker(new URL(import.meta.url), { workerData: setup });
  thread.on('message', (cold: Cold | { readonly kind: 'ready' }) => {
    // The worker's own word to a pool.
    if ('kind' in cold) return;
    console.log(JSON.stringify(cold));
    void thread.terminate();
  });
}
