// Order statistics of a few measurements.

/** The value below which the fraction q of the list lies, interpolated between neighbours; NaN of an empty list. */
export function quantile(list: readonly number[], q: number): number {
  if (list.length === 0) return NaN;
  const sorted = [...list].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

export const median = (list: readonly number[]): number => quantile(list, 0.5);
