// Who takes part: the engine in its three forms, and its peers at the best setting that was found for each.

import type { PeerName } from './cases.ts';
import type { Child } from './child.ts';
import { startChild } from './child.ts';
import { findPackages, findPython } from './install.ts';

export interface Participant {
  readonly name: PeerName | 'ours';
  readonly label: string;
  readonly threads: 1 | 2;
  /** The same library set up in different ways: in each case the one that is fastest while warming up is measured. */
  readonly variants: readonly Child[];
}

export const labels: Readonly<Record<PeerName | 'ours', string>> = {
  ours: 'Cotangent',
  plain: 'Cotangent without the flag',
  two: 'Cotangent, two threads',
  torch: 'PyTorch',
  jax: 'JAX jit',
  numpy: 'OpenBLAS (NumPy)',
  ort: 'onnxruntime-node',
  tfjs: 'TensorFlow.js wasm',
  jaxjs: 'jax-js jit',
  js: 'JavaScript loops',
};

const path = (name: string): string => new URL(name, import.meta.url).pathname;

/** The command of each variant; undefined where what it needs is not to be had. */
function commands(name: PeerName | 'ours', tools: Tools): readonly (readonly string[])[] | undefined {
  const node = (file: string, ...args: string[]): string[] => [process.execPath, path(file), ...args];
  switch (name) {
    case 'ours':
      return [node('ours.ts')];
    case 'plain':
    case 'two':
      return [node('ours.ts', `--${name}`)];
    case 'torch':
    case 'numpy':
      return tools.python(name);
    case 'jax':
      return tools.python('jax', 'jax-async');
    case 'ort':
    case 'tfjs':
    case 'jaxjs':
      return tools.packages ? [node(`peers/${name}.ts`)] : undefined;
    case 'js':
      return [node('peers/js.ts')];
  }
}

interface Tools {
  /** Commands of the kinds of a Python peer, the first of which is the module it needs. */
  readonly python: (...names: string[]) => string[][] | undefined;
  readonly packages: boolean;
}

/** Freed memory is kept, not handed back and faulted in anew: a quarter of PyTorch's time with large arrays. */
const keepMemory = { MALLOC_MMAP_THRESHOLD_: '4000000000', MALLOC_TRIM_THRESHOLD_: '4000000000' };

/** Starts the engine and those of the peers that are wanted and can be had. */
export function startAll(wanted: ReadonlySet<PeerName>, notice: (text: string) => void): Participant[] {
  const any = (...names: PeerName[]): boolean => names.some((name) => wanted.has(name));
  const python = any('torch', 'jax', 'numpy') ? findPython(notice) : undefined;
  const tools: Tools = {
    python: (...names) =>
      python?.has.has(names[0]) === true
        ? names.map((name) => [python.command, path('peers/peer.py'), name])
        : undefined,
    packages: any('ort', 'tfjs', 'jaxjs') && findPackages(notice),
  };
  const names = Object.keys(labels) as (PeerName | 'ours')[];
  return names
    .filter((name) => name === 'ours' || wanted.has(name))
    .flatMap((name) => {
      const variants = commands(name, tools);
      if (variants === undefined) return [];
      const env = name === 'torch' ? keepMemory : {};
      return {
        name,
        label: labels[name],
        threads: name === 'two' ? 2 : 1,
        variants: variants.map((command) => startChild(command, env)),
      };
    });
}

/** A new process that has compiled nothing yet, for cold starts; undefined where there is no Python. */
export function freshJax(): Child | undefined {
  const python = findPython(() => undefined);
  return python?.has.has('jax') !== true ? undefined : startChild([python.command, path('peers/peer.py'), 'jax']);
}
