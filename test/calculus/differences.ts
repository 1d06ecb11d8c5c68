// Directional derivatives by central differences, extrapolated until the rounding error takes over.

/** The derivative of each component at 0, with an estimate of its error. */
export interface Differences {
  readonly value: readonly number[];
  readonly error: readonly number[];
}

const steps = 13;
const first = 2 ** -4;

/**
 * Ridders' method (Adv. Eng. Software 4, 1982; Numerical Recipes 5.7): central differences at halving steps,
 * extrapolated to step 0 as polynomials in h², and for each component the entry of the table with the smallest change
 * from its neighbours and the least rounding error (`epsilon` relative in f). The sweep starts wide and ends well inside of any kink or edge that is not next to the point.
 */
export function directional(f: (h: number) => readonly number[], epsilon = Number.EPSILON): Differences {
  const centre = f(0);
  const value = centre.map(() => NaN);
  const error = centre.map(() => Infinity);
  let previous: number[][] = [];
  for (let i = 0; i < steps; i++) {
    const h = first / 2 ** i;
    const [above, below] = [f(h), f(-h)];
    const row: number[][] = [above.map((y, k) => (y - below[k]) / (2 * h))];
    for (let j = 1; j <= i && j < 6; j++) {
      const weight = 4 ** j - 1;
      row.push(row[j - 1].map((d, k) => d + (d - previous[j - 1][k]) / weight));
    }
    centre.forEach((y, k) => {
      const rounding = (4 * epsilon * Math.max(Math.abs(y), Math.abs(above[k]))) / h;
      for (let j = 1; j < row.length; j++) {
        const change = Math.max(Math.abs(row[j][k] - row[j - 1][k]), Math.abs(row[j][k] - previous[j - 1][k]));
        if (change + rounding < error[k]) [error[k], value[k]] = [change + rounding, row[j][k]];
      }
    });
    previous = row;
  }
  return { value, error };
}
