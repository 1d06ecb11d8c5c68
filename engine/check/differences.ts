// Derivatives of a function of one variable at 0 from its values: differences over a sweep of steps, extrapolated to none.

/** Ratio of neighbouring steps. */
const ratio = 5;
/** The steps, relative to the size of what is displaced: small enough for large arguments, large enough for small ones. */
export const steps: readonly number[] = Array.from({ length: 13 }, (_, i) => 0.1 / ratio ** i);

/** Columns of a triangle of extrapolations: what further ones would take off is below rounding. */
const deepest = 5;

/** What difference quotients say of a derivative. */
export interface Quotients {
  /** The extrapolated value that is least in doubt, and what it may be off by. */
  readonly value: number;
  readonly error: number;
  /** Every extrapolated value, of all steps and depths. */
  readonly values: Float64Array;
}

export interface Differences {
  readonly central: Quotients;
  /** One-sided: from above and from below. */
  readonly right: Quotients;
  readonly left: Quotients;
  /** Whether the function is finite at 0 and at the smallest steps to either side. */
  readonly finite: boolean;
  /** Whether it jumps at 0: to one side it stays as far from its value there, however small the step. */
  readonly jumps: boolean;
  /** Whether it bends at 0: one-sided slopes are as far apart, however small the steps. */
  readonly bends: boolean;
}

/**
 * Difference quotients for falling steps, extrapolated to step 0 in a triangle of Neville's (L. F. Richardson 1911; C. J. F.
 * Ridders, Accurate computation of F′(x) and F′(x)F″(x), Adv. Eng. Softw. 4 (1982)): errors fall by `ratio^order` a column, and
 * the entry that differs least from its neighbours is taken. `noise[i]` is what rounding may put on quotient i.
 */
function extrapolated(quotients: Float64Array, noise: Float64Array, order: number): Quotients {
  let [value, error] = [NaN, Infinity];
  const values = new Float64Array(quotients.length * (deepest + 1)).fill(NaN);
  let n = 0;
  let before: number[] = [];
  for (let i = 0; i < quotients.length; i++) {
    const row = [quotients[i]];
    values[n++] = row[0];
    let factor = 1;
    for (let j = 1; j <= before.length && j <= deepest; j++) {
      factor *= ratio ** order;
      row[j] = row[j - 1] + (row[j - 1] - before[j - 1]) / (factor - 1);
      values[n++] = row[j];
      const apart = Math.max(Math.abs(row[j] - row[j - 1]), Math.abs(row[j] - before[j - 1]));
      if (apart + 2 * noise[i] < error) [value, error] = [row[j], apart + 2 * noise[i]];
    }
    before = row;
  }
  return { value, error, values };
}

/**
 * From f(0), and f(s) and f(−s) for each of `steps`. `epsilon` is the relative rounding error of f; slopes below `absolute` are
 * taken for none.
 */
export function differences(
  at: number,
  above: Float64Array,
  below: Float64Array,
  epsilon: number,
  absolute: number,
): Differences {
  const n = steps.length;
  const [central, right, left] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const noise = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const s = steps[i];
    central[i] = (above[i] - below[i]) / (2 * s);
    right[i] = (above[i] - at) / s;
    left[i] = (at - below[i]) / s;
    noise[i] = (2 * epsilon * Math.max(Math.abs(at), finiteSize(above[i]), finiteSize(below[i]))) / s;
  }
  const rounding = 1e3 * noise[n - 1] * steps[n - 1];
  const least = Math.max(rounding, absolute * steps[0], 1e-3 * Math.abs(above[0] - at), 1e-3 * Math.abs(below[0] - at));
  return {
    central: extrapolated(central, noise, 2),
    right: extrapolated(right, noise, 1),
    left: extrapolated(left, noise, 1),
    finite: Number.isFinite(at) && Number.isFinite(above[n - 1]) && Number.isFinite(below[n - 1]),
    jumps: staysApart(above, at, least) || staysApart(below, at, least),
    bends: staysBent(right, left, noise, absolute),
  };
}

const finiteSize = (x: number): number => (Number.isFinite(x) ? Math.abs(x) : 0);

/** Whether the values at the smallest steps are all about as far from that at 0, by more than `least`. */
function staysApart(values: Float64Array, at: number, least: number): boolean {
  const gaps = Array.from(values.subarray(-5), (x) => Math.abs(x - at));
  return Math.min(...gaps) > Math.max(least, 0.8 * Math.max(...gaps));
}

/**
 * Whether one-sided quotients are about as far apart at the four smallest steps that rounding leaves any meaning: curvature
 * would bring them together with the step, rounding drive them apart.
 */
function staysBent(right: Float64Array, left: Float64Array, noise: Float64Array, absolute: number): boolean {
  const gaps: number[] = [];
  for (let i = right.length - 1; i >= 2 && gaps.length < 4; i--) {
    const gap = right[i] - left[i];
    const least = Math.max(20 * noise[i], absolute, 1e-4 * Math.max(Math.abs(right[i]), Math.abs(left[i])));
    if (Math.abs(gap) > least) gaps.push(gap);
    else if (gaps.length > 0) return false;
  }
  const [low, high] = [Math.min(...gaps), Math.max(...gaps)];
  return (
    gaps.length === 4 &&
    low * high > 0 &&
    Math.max(Math.abs(low), Math.abs(high)) < 1.3 * Math.min(Math.abs(low), Math.abs(high))
  );
}
