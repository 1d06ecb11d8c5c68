// The logarithm of the beta function on vectors.

import type { Lanes, Vec } from '../lanes.ts';
import { binetOf, lgammaNearOf } from './gamma.ts';
import { either } from './parts.ts';

/**
 * log |B(x, y)|, for every x and y; +∞ where one is 0, −∞ where one is +∞, NaN where 0 meets ∞ or poles meet.
 * With a ≤ b: b is raised above 3 by the recurrence where a < 3, and log Γ(b) − log Γ(a + b) is Stirling's with the
 * cancellation done on paper; from a = 3 on log Γ(a) is too. Next to B = 1 the error is absolute, some ulps of 1. What is
 * not between 10⁻³⁰ (float32: 10⁻¹⁸) and 10³⁰⁰ (10³⁸) is left to the scalar function.
 * Measured: 5 ulp of the larger of 1 and the value.
 * Source: DLMF 5.12.1, 5.5.1, 5.11.1; A. R. DiDonato and A. H. Morris, Algorithm 708 (1992), for the cancellation.
 */
export function betaln(v: Lanes, x: Vec, y: Vec): Vec {
  const [one, half] = [v.const(1), v.const(0.5)];
  const [a, b] = [v.min(x, y), v.max(x, y)];
  const large = v.ge(a, v.const(3));
  const raised = v.lt(b, v.const(3));
  const sum = v.add(a, b);
  const b3 = v.select(raised, v.add(b, v.const(3)), b);
  const sum3 = v.add(a, b3);

  // (a + b)(a + b + 1)(a + b + 2) / (b (b + 1)(b + 2)), and the 1/a of log Γ(a) = log Γ(a + 1) − log a.
  const rising = (z: Vec): Vec => v.mul(v.mul(z, v.add(z, one)), v.add(z, v.const(2)));
  const small = v.lt(a, one);
  const over = v.select(raised, rising(sum), one);
  const under = v.mul(v.select(raised, rising(b), one), v.select(small, a, one));

  const ratio = v.div(a, b3);
  const first = log1p(v, ratio);
  const second = v.use('log', v.select(large, v.div(sum, a), sum3));
  const third = v.use('log', v.select(large, a, v.div(over, under)));
  const most = v.mul(v.sub(b3, half), first);
  const rest = v.sub(binetOf(v, b3), binetOf(v, sum3));

  // log Γ(a) + a − a log (a + b) − (b − ½) log (1 + a/b)
  const near = v.add(v.nfma(a, v.sub(second, one), third), v.sub(lgammaNearOf(v, a, small), most));
  // ½ log 2π − a log (1 + b/a) − (b − ½) log (1 + a/b) − ½ log a
  const far = v.sub(
    v.add(v.const(0.9189385332046728), binetOf(v, a)),
    v.add(v.fma(a, second, most), v.mul(third, half)),
  );
  const value = v.add(v.select(large, far, near), rest);
  const usual = v.and(v.ge(a, either(v, 1e-18, 1e-30)), v.lt(b, either(v, 1e38, 1e300)));
  return v.rarely(v.not(usual), 'betaln', [x, y], value);
}

/** log (1 + x) for 0 ≤ x ≤ 1, with what the rounding of 1 + x lost. */
function log1p(v: Lanes, x: Vec): Vec {
  const one = v.const(1);
  const y = v.add(one, x);
  return v.add(v.use('log', y), v.div(v.sub(x, v.sub(y, one)), y));
}
