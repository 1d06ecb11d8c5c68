// A worker that compiles as it is told, and tells whose code it got.

import { parentPort, workerData } from 'node:worker_threads';
import type { PlanCode } from '../../engine/index.ts';
import type { CodeSetup } from '../../src/pool/code-control.ts';
import { joinCode } from '../../src/pool/code-member.ts';
import { kernelModule } from './team-kernels.ts';

export interface CodeOrder {
  readonly digest: string;
  /** What compiling it does here. */
  readonly make: 'code' | 'nothing' | 'mistake' | 'graph' | 'endless' | 'slowly' | 'trap';
}
export interface CodeReport {
  readonly got: 'own' | 'other' | 'nothing' | 'mistake';
  readonly compiled: number;
  readonly received: number;
  readonly waited: number;
}

// Patient, since there may be little time for the main thread where tests run.
const share = joinCode(workerData as CodeSetup, 10_000);

function obey({ digest, make }: CodeOrder): CodeReport {
  let mine = false;
  const report = (got: CodeReport['got']): CodeReport => {
    const { compiled, received, waited } = share.counts;
    return { got, compiled, received, waited };
  };
  try {
    const code = share.once(digest, () => {
      mine = true;
      parentPort!.postMessage('compiles');
      return compile(make);
    });
    return report(code === null ? 'nothing' : mine ? 'own' : 'other');
  } catch {
    return report('mistake');
  }
}

function compile(make: CodeOrder['make']): PlanCode | null {
  const ms = { endless: Infinity, slowly: 200 }[make as string] ?? 0;
  for (const end = performance.now() + ms; performance.now() < end;);
  if (make === 'trap') share.trapped({ graph_id: 'sha256:1', error: 'unreachable' });
  if (make === 'nothing') return null;
  if (make === 'mistake') throw new Error('as told');
  const module = kernelModule();
  const attrs = make === 'graph' ? { body: { graph: { nodes: [() => {}] } } } : {};
  const hosts = [{ op: 'sort', attrs, operands: [], results: [] }] as unknown as PlanCode['hosts'];
  return { module, moduleBytes: 1000, memoryBytes: 0, peakBytes: 0, recomputed: null, inputs: [], outputs: [], hosts };
}

parentPort!.on('message', (order: CodeOrder) => parentPort!.postMessage(obey(order)));
parentPort!.postMessage('here');
