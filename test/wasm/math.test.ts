// The vector functions against the interpreter's and against recorded real values, each within its stated ulps.

import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import type { Lower } from '../../engine/wasm/lanes.ts';
import { rows } from './functions.ts';
import type { VectorRow } from './functions.ts';
import { compiled, worstDouble, worstSingle } from './measure.ts';
import type { Cases } from './measure.ts';
import { specialHeading } from './special-functions.ts';
import { distance, operands, random, special } from './ulps.ts';
import type { Type } from './ulps.ts';
import { vectorFunction } from './vector.ts';

const seed = 20_261;
const recorded = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8')) as Record<string, Cases>;
const page = readFileSync(new URL('../../docs/accuracy.md', import.meta.url), 'utf8');

test('every function is recorded, and stands in docs/accuracy.md with its bounds', () => {
  expect(Object.keys(recorded)).toEqual(rows.map((row) => row.name));
  const listed = page
    .split(specialHeading)[0]
    .split('\n')
    .filter((line) => /^\| [a-z]\w* +\| +\d/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => [cells[1], Number(cells[2]), Number(cells[5])]);
  expect(listed).toEqual(rows.map(({ name, bounds }) => [name, bounds.f32, bounds.f64]));
});

/** Every special number, or every pair of them, rounded to the type. */
function specials(type: Type, arity: number): (Float32Array | Float64Array)[] {
  const all = [...special, NaN];
  const Floats = type === 'f32' ? Float32Array : Float64Array;
  if (arity === 1) return [new Floats(all)];
  return [new Floats(all.flatMap((x) => all.map(() => x))), new Floats(all.flatMap(() => all))];
}

/** Where a function is off by more than so many ulps, in words. */
function complaints(
  type: Type,
  xs: readonly (Float32Array | Float64Array)[],
  ys: Float32Array | Float64Array,
  row: Pick<VectorRow, 'scalar'>,
  bound: number,
): string[] {
  return Array.from(ys).flatMap((y, i) => {
    const point = xs.map((x) => x[i]);
    const want = row.scalar(...point);
    const off = distance(type, y, want);
    return off <= bound ? [] : [`f(${point.join(', ')}) = ${y}, not ${want}: ${off} ulp`];
  });
}

describe.each(rows)('$name', (row) => {
  test.each([true, false])(`keeps its bounds, fused %s (seed ${seed})`, (fused) => {
    const single = worstSingle(row, fused, 6000, seed);
    expect(single.ulps, single.call).toBeLessThanOrEqual(row.bounds.f32);
    const double = worstDouble(row, fused, recorded[row.name]);
    expect(double.ulps, double.call).toBeLessThanOrEqual(row.bounds.f64);
  });

  test.each(['f32', 'f64'] as const)('is what the interpreter says at special numbers, %s', (type) => {
    const xs = specials(type, row.arity);
    const bound = row.bounds[type] + (type === 'f32' ? 0 : row.scalarUlps);
    for (const fused of [true, false]) {
      expect(complaints(type, xs, compiled(row, type, fused)(...xs), row, bound)).toEqual([]);
    }
  });

  test.runIf(row.scalarUlps < Infinity)(`agrees with the interpreter anywhere, f64 (seed ${seed})`, () => {
    const xs = operands('f64', row.arity, 3000, random(seed));
    const ys = compiled(row, 'f64', true)(...xs);
    expect(complaints('f64', xs, ys, row, row.bounds.f64 + row.scalarUlps)).toEqual([]);
  });
});

describe('functions together', () => {
  const f: Record<string, (x: number) => number> = { sin: Math.sin, cos: Math.cos, tan: Math.tan };
  const sigmoid = rows.find((row) => row.name === 'sigmoid')!;
  const xs = { f32: operands('f32', 1, 2003, random(seed)), f64: operands('f64', 1, 2003, random(seed)) };

  test.each(['f32', 'f64'] as const)('the logistic function of −x comes from what that of x needs, %s', (type) => {
    const opposite: Lower = (v, x) => v.use('sigmoid', v.neg(x));
    const ys = vectorFunction(opposite, type, 1)(...xs[type]);
    expect(complaints(type, xs[type], ys, { scalar: (x) => sigmoid.scalar(-x) }, 4)).toEqual([]);
    const shared = vectorFunction((v, x) => v.mul(v.use('sigmoid', x), opposite(v, x)), type, 1)(...xs[type]);
    // The product of the rounded factors may be subnormal where they are not.
    const product = (x: number): number => sigmoid.scalar(x) * sigmoid.scalar(-x);
    expect(complaints(type, xs[type], shared, { scalar: product }, 6)).toEqual([]);
  });

  test.each(['f32', 'f64'] as const)('what lives across rare branches survives them, %s', (type) => {
    const round = type === 'f32' ? Math.fround : (x: number): number => x;
    const lower: Lower = (v, x) => {
      const [kept, s, c, t] = [v.mul(x, v.const(0.5)), v.use('sin', x), v.use('cos', x), v.use('tan', x)];
      return v.max(v.max(kept, s), v.max(c, v.min(t, v.const(0.75))));
    };
    const wanted = (x: number): number =>
      Math.max(round(round(x) * 0.5), Math.sin(x), Math.cos(x), Math.min(Math.tan(x), 0.75));
    const ys = vectorFunction(lower, type, 1, { scalar: f })(...xs[type]);
    expect(complaints(type, xs[type], ys, { scalar: wanted }, 3)).toEqual([]);
  });
});
