// A worker of the pool that keeps its helper busy for ever, or tells the helper's state.

import { workerData } from 'node:worker_threads';
import { instantiate } from '../../engine/index.ts';
import type { WorkerSetup } from '../../src/pool/messages.ts';
import { serve } from '../../src/pool/serve.ts';
import { joinTeam } from '../../src/pool/team-caller.ts';
import { helper, wordsOf } from '../../src/pool/team-control.ts';
import { kernelModule, sharedMemory } from './team-kernels.ts';

const setup = (workerData as WorkerSetup).team!;
const team = joinTeam(setup, instantiate);

serve(({ endpoint, job }) => {
  team.serve(job);
  if (endpoint === 'endless') team.run({ module: kernelModule(), memory: sharedMemory(), name: 'endless' }, 2);
  const state = Atomics.load(setup.control, wordsOf(0) + helper.state);
  return { kind: 'answer', type: 'text/plain', body: Uint8Array.from(Buffer.from(String(state))) };
});
