// The phases of a request that a worker took, in the order in which it went through them.

import type { Trail } from '../pool/observer.ts';

export const phases = ['queue', 'decode', 'compile', 'run', 'encode'] as const;
type Phase = (typeof phases)[number];

export interface PhaseTime {
  readonly phase: Phase;
  /** Milliseconds since the epoch. */
  readonly begun: number;
  readonly ms: number;
}

/** The phases of a request that has its answer: the metrics, the log and the traces all ask, and they are found once. */
export const phasesOf = (trail: Trail): readonly PhaseTime[] => (trail.phases ??= findPhases(trail));

/**
 * What is known of a request: where its worker was stopped, only how long it waited. The worker's clock may have been set
 * otherwise than the process's, so its phases are moved into the time in which it had the request.
 */
function findPhases({ arrived, sent, settled, measured }: Trail): PhaseTime[] {
  const { timeOrigin } = performance;
  const queue = (until: number): PhaseTime => ({ phase: 'queue', begun: timeOrigin + arrived, ms: until - arrived });
  if (measured === undefined) return [queue(sent === 0 ? settled : sent)];
  const { begun, decode_ms, compile_ms, run_ms, encode_ms } = measured;
  const whole = decode_ms + compile_ms + run_ms + encode_ms;
  // What was sent along with others waits for them in the worker.
  let at = Math.max(sent, Math.min(begun - timeOrigin, settled - whole));
  const next = (phase: Phase, ms: number): PhaseTime => {
    const begun = timeOrigin + at;
    at += ms;
    return { phase, begun, ms };
  };
  return [
    queue(at),
    next('decode', decode_ms),
    next('compile', compile_ms),
    next('run', run_ms),
    next('encode', encode_ms),
  ];
}
