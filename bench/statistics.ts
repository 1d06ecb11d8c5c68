// Order statistics of a few measurements.

/** The value below which the fraction q of the list lies, interpolated between neighbours; NaN of an empty list. */
export function quantile(list: Iterable<number>, q: number): number {
  const sorted = [...list].sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

export const median = (list: readonly number[]): number => quantile(list, 0.5);
