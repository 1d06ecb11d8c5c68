// Logarithm of the beta function.

import { gamma, lgamma, stirling } from './gamma.ts';

/** ln Γ(x) less (x − ½) ln x − x + ½ ln 2π, for x from 10 on: the asymptotic series, DLMF 5.11.1. */
function stirlingRest(x: number): number {
  const z = 1 / (x * x);
  return stirling.reduceRight((sum, c) => sum * z + c, 0) / x;
}

/**
 * ln B(x, y) = ln Γ(x) + ln Γ(y) − ln Γ(x + y). From 10 on by Stirling's series, whose large terms are cancelled by hand;
 * with one operand below 10, its own gamma function and the series for the others. Exact limits at 0 and ∞.
 * Source: the cases of R's lbeta (Catherine Loader, Ross Ihaka), DLMF 5.12.1.
 */
export function betaln(x: number, y: number): number {
  const p = Math.min(x, y);
  const q = Math.max(x, y);
  if (!(p > 0)) return p === 0 && q > 0 ? Infinity : lgamma(x) + lgamma(y) - lgamma(x + y);
  if (q === Infinity) return p === Infinity ? NaN : -Infinity;
  const whole = p + q;
  if (p >= 10) {
    const rest = stirlingRest(p) + stirlingRest(q) - stirlingRest(whole);
    return (
      -0.5 * Math.log(q) +
      Math.log(2 * Math.PI) / 2 +
      rest +
      (p - 0.5) * Math.log(p / whole) +
      q * Math.log1p(-p / whole)
    );
  }
  if (q >= 10) {
    const rest = stirlingRest(q) - stirlingRest(whole);
    return lgamma(p) + rest + p - p * Math.log(whole) + (q - 0.5) * Math.log1p(-p / whole);
  }
  return p < 1e-300 ? -Math.log(p) : Math.log(gamma(p) * (gamma(q) / gamma(whole)));
}
