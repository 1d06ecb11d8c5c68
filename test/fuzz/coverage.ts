// Which blocks of our code have run, by V8's own count (the Profiler domain of the inspector): no code is changed for it.

import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector';

/** The blocks of our code that ran since the last call, each by a name of its own. */
export type Coverage = () => ReadonlySet<string>;

/** Counts what is loaded from now on, of the files whose address `ours` holds. */
export function watchCoverage(ours: (url: string) => boolean): Coverage {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return () => {
    const blocks = new Set<string>();
    // Within one thread the answer comes before `post` returns.
    session.post('Profiler.takePreciseCoverage', (_error, { result }) => addBlocks(result, ours, blocks));
    return blocks;
  };
}

function addBlocks(scripts: readonly Profiler.ScriptCoverage[], ours: (url: string) => boolean, to: Set<string>): void {
  for (const { url, scriptId, functions } of scripts) {
    if (!ours(url)) continue;
    for (const { ranges } of functions) {
      for (const { startOffset, endOffset, count } of ranges) {
        if (count > 0) to.add(`${scriptId}:${startOffset}:${endOffset}`);
      }
    }
  }
}
