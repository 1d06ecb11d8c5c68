// How far the vector functions lie from real values, and the page that says so.

import type { VectorRow } from './functions.ts';
import { distance, operands, random } from './ulps.ts';
import type { Type } from './ulps.ts';
import { vectorFunction } from './vector.ts';

/** What record.py writes. */
export interface Cases {
  /** Separated by spaces, the arguments of one call by commas. */
  readonly arguments: string;
  /** The nearest float64, a colon, and how many of its ulps are missing. */
  readonly values: string;
}

export interface Worst {
  readonly ulps: number;
  readonly call: string;
}

export interface Measured {
  readonly row: VectorRow;
  readonly worst: Readonly<Record<Type, Readonly<Record<'fused' | 'plain', Worst>>>>;
}

/** A row's function over arrays. */
export const compiled = (row: VectorRow, type: Type, fused: boolean) =>
  vectorFunction(row.lower, type, row.arity, { fused, scalar: { [row.name]: row.scalar } });

/** The largest distance from the interpreter's values, of float32 operands from everywhere. */
export function worstSingle(row: VectorRow, fused: boolean, count: number, seed: number): Worst {
  const xs = operands('f32', row.arity, count, random(seed));
  const ys = compiled(row, 'f32', fused)(...xs);
  return worstOf(count, (i) => {
    const point = xs.map((x) => x[i]);
    return [point, distance('f32', ys[i], row.scalar(...point))];
  });
}

/** The largest distance from the recorded values of float64 operands. */
export function worstDouble(row: VectorRow, fused: boolean, cases: Cases): Worst {
  const calls = cases.arguments.split(' ').map((call) => call.split(',').map(Number));
  const values = cases.values.split(' ').map((value) => value.split(':').map(Number));
  const xs = Array.from({ length: row.arity }, (_, k) => Float64Array.from(calls, (call) => call[k]));
  const ys = compiled(row, 'f64', fused)(...xs);
  return worstOf(calls.length, (i) => [calls[i], distance('f64', ys[i], values[i][0], values[i][1])]);
}

function worstOf(count: number, at: (i: number) => readonly [readonly number[], number]): Worst {
  let worst: Worst = { ulps: 0, call: '' };
  for (let i = 0; i < count; i++) {
    const [point, ulps] = at(i);
    if (ulps > worst.ulps) worst = { ulps, call: point.join(', ') };
  }
  return worst;
}

/** The worst of float32, of whatever arguments were looked at. */
export type Singles = (name: string, fused: boolean) => Worst;

export function measure(row: VectorRow, cases: Cases, single: Singles): Measured {
  return {
    row,
    worst: {
      f32: { fused: single(row.name, true), plain: single(row.name, false) },
      f64: { fused: worstDouble(row, true, cases), plain: worstDouble(row, false, cases) },
    },
  };
}

/** docs/accuracy.md; `looked` says which arguments of float32 and of float64 were looked at. */
export function accuracyPage(measured: readonly Measured[], looked: string): string {
  const cell = (w: Worst): string => w.ulps.toFixed(2);
  return `# Accuracy

How far results of compiled functions lie from the real value, in units in the last place (ulp) of the result's type. Each
is held to the bound in the tests. Beside it stands the largest distance that was seen, with multiply-adds rounded once and
rounded twice: ${looked} NaN,
infinities and the signs of zeros are those of the interpreter everywhere.

| function | float32 bound | fused | not fused | float64 bound | fused | not fused |
| --- | --- | --- | --- | --- | --- | --- |
${measured
  .map(
    ({ row, worst: { f32, f64 } }) =>
      `| ${row.name} | ${row.bounds.f32} | ${cell(f32.fused)} | ${cell(f32.plain)} | ${row.bounds.f64} | ${cell(f64.fused)} | ${cell(f64.plain)} |`,
  )
  .join('\n')}

All others but the special functions below give the interpreter's bits: arithmetic, square root, rounding, remainders, comparisons,
extrema and what is done to bits. A fixed power takes the bound of pow, but for small whole exponents: from −4 to 8 it is
multiplied out, within 8 ulp.
`;
}
