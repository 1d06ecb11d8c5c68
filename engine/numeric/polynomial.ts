// Evaluation of the fitted tables: Horner's scheme and Clenshaw's.

/** Σ cₖ xᵏ, lowest power first. */
export function polynomial(c: readonly number[], x: number): number {
  let sum = 0;
  for (let k = c.length - 1; k >= 0; k--) sum = sum * x + c[k];
  return sum;
}

/** Σ cₖ Tₖ(x) for |x| ≤ 1. */
export function chebyshev(c: readonly number[], x: number): number {
  let now = 0;
  let before = 0;
  for (let k = c.length - 1; k >= 1; k--) [now, before] = [2 * x * now - before + c[k], now];
  return x * now - before + c[0];
}
