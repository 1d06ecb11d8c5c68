// How far a loop goes at each turn, and how much of it is computed side by side.

import type { Body } from './body.ts';

/** In elements. */
export interface Steps {
  /** One turn of the loop. */
  readonly step: number;
  /** What is computed side by side within a turn: every instruction for all of it. */
  readonly block: number;
  /** What the accumulators of a reduction take at once. They do not depend on the target, so sums have the same bits. */
  readonly sums: number;
}

/** The processor looks no farther ahead than over some hundred operations: so many vectors hide what each waits for. */
const [fewVectors, manyVectors] = [4, 8];
/** From so many elements on longer code pays. */
const longLoop = 2048;
/** Instructions of a body that is not to be written for more vectors. */
const longBody = 300;

/**
 * Steps of a body along a last axis of `length` out of `elements` in all. Eight vectors are four registers of 256 bits,
 * which is as many as most functions can be computed on without spilling; of 128 bits four are.
 */
export function stepsOf(body: Body, length: number, elements: number, folds: boolean, wide: boolean): Steps {
  const { instrs } = body;
  const lanes = instrs.some((i) => i.kind.endsWith('64') && i.op !== 'const') ? 2 : 4;
  const work = instrs.filter((i) => i.op !== 'const' && i.op !== 'load' && i.op !== 'store').length;
  // Where next to nothing is done but to join, more accumulators hide the time of an addition.
  const light = folds && work <= 2;
  // What lives across a branch goes through memory: of that the less the better.
  const branches = instrs.some((i) => i.op === 'rarely' || i.op === 'scalar');
  const many =
    light || (!branches && instrs.length <= longBody && elements >= longLoop && length >= manyVectors * lanes);
  return {
    step: (many ? manyVectors : fewVectors) * lanes,
    block: (many && wide ? manyVectors : fewVectors) * lanes,
    sums: (light ? manyVectors : fewVectors) * lanes,
  };
}
