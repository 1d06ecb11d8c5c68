// Decides whether V8 may join pairs of 128-bit vectors into 256-bit ones, before any worker compiles anything.
//
// The flag is experimental, and it is on only where V8 is new enough and every case of a start-up check has the same
// bits with it and without it. The check uses runtime functions that V8 keeps for its own tests (%…); where one is
// missing, the flag stays off.

import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import type { Optimizer, Vectors } from '../engine/index.ts';
import { checkPairs, hasFusedMultiplyAdd } from '../engine/index.ts';

export interface DecidedVectors extends Vectors {
  /** Why `wide` is what it is, for the operator. */
  readonly detail: string;
  /** A check went wrong: `detail` is worth a warning. */
  readonly suspect: boolean;
}

/** The first V8 (of Node 24) whose pass was found correct, in all but an instruction that is never emitted. */
const oldest: readonly [number, number] = [13, 6];

/**
 * Optimised code after a tenth of the default (13,000,000 bytes executed): plans run for milliseconds, and this is how
 * long they would run slowly.
 */
const tieringBudget = 1_300_000;

/** Sets V8's flags for this process and tells what code may rely on. Costs some ten milliseconds. */
export function decideVectors(mode: 'auto' | 'off'): DecidedVectors {
  setFlagsFromString(`--wasm-tiering-budget=${tieringBudget}`);
  const fma = hasFusedMultiplyAdd();
  const off = (detail: string, suspect = false): DecidedVectors => {
    setFlagsFromString('--no-experimental-wasm-revectorize');
    return { wide: false, fma, detail, suspect };
  };
  if (mode === 'off') return off('REVECTORIZE is off');
  if (process.arch !== 'x64') return off(`there are no wider vectors on ${process.arch}`);
  const { v8 } = process.versions;
  const [major, minor] = v8.split('.').map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) return off(`V8 ${v8} is too old`);
  setFlagsFromString('--experimental-wasm-revectorize');
  try {
    const { joined, wrong } = withTestFunctions((optimizer) => checkPairs(optimizer, fma));
    if (wrong !== undefined) return off(`V8 ${v8} computes ${wrong} wrongly on pairs of vectors`, true);
    if (!joined) return off('the processor has no AVX2');
    return { wide: true, fma, detail: `V8 ${v8} joins pairs of vectors`, suspect: false };
  } catch (error) {
    return off(`V8 ${v8} could not be checked: ${error instanceof Error ? error.message : String(error)}`, true);
  }
}

/** Hands over what V8's tests use to optimise a function at once and to see its code. */
function withTestFunctions<T>(body: (optimizer: Optimizer) => T): T {
  // To the end, since V8 parses functions when they are first called.
  setFlagsFromString('--allow-natives-syntax');
  try {
    const compiled = (source: string) => new Script(source).runInThisContext() as (argument: unknown) => unknown;
    const tierUp = compiled('(f) => %WasmTierUpFunction(f)');
    const isOptimized = compiled('(f) => %IsTurboFanFunction(f)');
    const serialize = compiled('(module) => %SerializeWasmModule(module)');
    return body({
      optimize(exported) {
        tierUp(exported);
        if (isOptimized(exported) !== true) throw new Error('a function was not optimised');
      },
      codeBytes: (module) => (serialize(module) as ArrayBuffer).byteLength,
    });
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}
