// What a derivative is worth beside differences: right, a choice at a kink, or a mistake.

import type { Differences, Quotients } from './differences.ts';

export type Verdict = 'ok' | 'kink' | 'mismatch';

/** The graver of two. */
export const worse = (a: Verdict, b: Verdict): Verdict => (verdicts.indexOf(a) > verdicts.indexOf(b) ? a : b);
const verdicts: readonly Verdict[] = ['ok', 'kink', 'mismatch'];

/** How far a derivative may be from the truth and still be right. */
export interface Tolerance {
  /** Relative to the derivative. */
  readonly relative: number;
  /** Absolute: what rounding may leave of a derivative that is zero. */
  readonly absolute: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** The derivative by differences; NaN where they tend to nothing. */
  readonly difference: number;
  /** What that may be off by. */
  readonly precision: number;
  /** |derivative − difference|, relative to the larger of the two (and to what rounding leaves). */
  readonly error: number;
  /** The same in parts of what was allowed: more than 1 is a mismatch. */
  readonly excess: number;
}

/** So many of its own error estimates an extrapolated value may be off. */
const trust = 20;

export function judge(derivative: number, d: Differences, { relative, absolute }: Tolerance): Judgement {
  const { central, right, left } = d;
  const allowed = ({ value, error }: Quotients): number =>
    relative * Math.max(Math.abs(derivative), Math.abs(value)) + absolute + trust * error;
  // A function with more rounding than its size tells has no best step that could be told; but a wrong derivative is not met by
  // the quotient of any.
  const met = ({ values }: Quotients): boolean =>
    values.some((x) => Math.abs(derivative - x) <= relative * Math.abs(derivative) + absolute);
  const agrees = (q: Quotients): boolean => Math.abs(derivative - q.value) <= allowed(q) || met(q);
  const told = (verdict: Verdict, q: Quotients): Judgement => {
    const gap = Math.abs(derivative - q.value);
    return {
      verdict,
      difference: q.value,
      precision: q.error,
      error: gap === 0 ? 0 : gap / Math.max(Math.abs(derivative), Math.abs(q.value), absolute),
      excess: gap === 0 ? 0 : gap / allowed(q),
    };
  };

  if (!Number.isFinite(derivative)) {
    // At an edge of the domain, or where the slope is infinite, differences tend to nothing either.
    const settled = d.finite && !d.jumps && central.error <= 1e-4 * Math.abs(central.value) + absolute;
    return told(settled ? 'mismatch' : 'kink', central);
  }
  if (!d.finite || d.jumps) {
    // The function ends or jumps here: the derivative is that of one side, or zero by convention.
    const oneSide = agrees(right) ? right : agrees(left) ? left : null;
    return told(oneSide !== null || derivative === 0 ? 'kink' : 'mismatch', oneSide ?? central);
  }
  if (d.bends) {
    const low = Math.min(right.value - allowed(right), left.value - allowed(left));
    const high = Math.max(right.value + allowed(right), left.value + allowed(left));
    return told(derivative >= low && derivative <= high ? 'kink' : 'mismatch', central);
  }
  if (agrees(central)) return told('ok', central);
  if (agrees(right) && agrees(left)) return told('ok', right);
  // Differences that grow as steps fall are those of a vertical tangent, which zero leaves out by convention.
  return told(derivative === 0 && central.error > Math.abs(central.value) ? 'kink' : 'mismatch', central);
}
