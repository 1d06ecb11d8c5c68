// The phases of a request that a worker took, in the order in which it went through them.

import type { Trail } from '../pool/observer.ts';

export const phases = ['queue', 'decode', 'compile', 'run', 'encode'] as const;
type Phase = (typeof phases)[number];

interface PhaseTime {
  readonly phase: Phase;
  /** Milliseconds since the epoch. */
  readonly begun: number;
  readonly ms: number;
}

/**
 * What is known of a request: where its worker was stopped, only how long it waited. The worker's clock may have been set
 * otherwise than the process's, so its phases are moved into the time in which it had the request.
 */
export function phasesOf({ arrived, sent, settled, measured }: Trail): PhaseTime[] {
  const { timeOrigin } = performance;
  const queue = (until: number): PhaseTime => ({ phase: 'queue', begun: timeOrigin + arrived, ms: until - arrived });
  if (measured === undefined) return [queue(sent === 0 ? settled : sent)];
  const { begun, decode_ms, compile_ms, run_ms, encode_ms } = measured;
  const whole = decode_ms + compile_ms + run_ms + encode_ms;
  // What was sent along with others waits for them in the worker.
  let at = Math.max(sent, Math.min(begun - timeOrigin, settled - whole));
  const known = [queue(at)];
  for (const [phase, ms] of [
    ['decode', decode_ms],
    ['compile', compile_ms],
    ['run', run_ms],
    ['encode', encode_ms],
  ] as const) {
    known.push({ phase, begun: timeOrigin + at, ms });
    at += ms;
  }
  return known;
}
