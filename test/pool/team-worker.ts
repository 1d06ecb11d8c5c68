// A worker that calls on the team as it is told, and can be killed while it does.

import { parentPort, workerData } from 'node:worker_threads';
import { instantiate } from '../../engine/index.ts';
import { joinTeam } from '../../src/pool/team-caller.ts';
import type { TeamSetup } from '../../src/pool/team-control.ts';
import { kernelModule, marksAt, sharedMemory } from './team-kernels.ts';

/** Runs a kernel so often (for ever without `times`), and answers whether every mark is right. */
export interface TeamOrder {
  readonly job: number;
  readonly name: 'mark' | 'slow' | 'endless' | 'trap';
  readonly chunks: number;
  readonly times?: number;
  /** By kernels that call scalar functions. */
  readonly scalars?: boolean;
  /** In a new memory each time, which is released. */
  readonly fresh?: boolean;
  /** 64 KiB pages to grow the memory by and to write to, before. */
  readonly pages?: number;
}
export interface TeamReport {
  readonly wrong: number;
  readonly error?: string;
}

const team = joinTeam(workerData as TeamSetup, instantiate);
const modules = { plain: kernelModule(), scalar: kernelModule(true) };
let memory = sharedMemory();

function obey({
  job,
  name,
  chunks,
  times = Infinity,
  fresh = false,
  pages = 0,
  scalars = false,
}: TeamOrder): TeamReport {
  let wrong = 0;
  const module = scalars ? modules.scalar : modules.plain;
  team.serve(job);
  memory.grow(pages);
  new Uint8Array(memory.buffer).fill(1, memory.buffer.byteLength - pages * 65_536);
  for (let time = 0; time < times; time++) {
    const marks = new Int32Array(memory.buffer, marksAt, chunks).fill(0);
    try {
      team.run({ module, memory, name }, chunks);
    } catch (error) {
      return { wrong, error: String(error) };
    }
    marks.forEach((mark, i) => (wrong += mark === i + 1 ? 0 : 1));
    if (!fresh) continue;
    team.release(memory);
    memory = sharedMemory();
  }
  return { wrong };
}

parentPort!.on('message', (order: TeamOrder) => parentPort!.postMessage(obey(order)));
parentPort!.postMessage('here');
