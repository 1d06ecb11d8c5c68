// The special functions on vectors: against the recorded values, against the scalar meanings at random, and at every edge.

import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import type { Op } from '../../engine/op.ts';
import { ops } from '../../engine/ops/index.ts';
import { special } from '../../engine/wasm/math/special.ts';
import { drawn, recordedOf, specialEdges, specialHeading, specialRows, worstAt } from './special-functions.ts';
import type { Recorded } from './special-functions.ts';
import { vectorFunction } from './vector.ts';

const seed = 20_261_125;
const recorded = JSON.parse(readFileSync(new URL('../numeric/cases.json', import.meta.url), 'utf8')) as Recorded;
const page = readFileSync(new URL('../../docs/accuracy.md', import.meta.url), 'utf8');

test('every special function has a row, an op that is lowered by it, and a line in docs/accuracy.md', () => {
  expect(Object.keys(specialRows).sort()).toEqual(Object.keys(special).sort());
  const section = page.slice(page.indexOf(specialHeading));
  for (const [name, { op: lowered, bound }] of Object.entries(specialRows)) {
    const op = lowered?.[0] ?? name;
    const { primitive } = ops.find((each: Op) => each.name === op)!;
    const arity = specialRows[name].draws[0].length;
    const [xs, ys] = drawn(name, 'f64', 5, seed);
    const operands = Array.from({ length: arity }, (_, k) => Float64Array.from(xs, (point) => point[k]));
    const scalar = { [name]: specialRows[name].scalar };
    const results = vectorFunction(primitive!.lower!(lowered?.[1] ?? {}, 'float64')!, 'f64', arity, { scalar })(
      ...operands,
    );
    const off = ys.map((y, i) => (Number.isFinite(y) ? Math.abs(results[i] - y) / Math.max(1, Math.abs(y)) : 0));
    expect(Math.max(...off)).toBeLessThan(1e-10);
    expect(section).toMatch(new RegExp(`^\\| ${op}\\b.*\\| ${bound} `, 'm'));
  }
});

const targets = (['f32', 'f64'] as const).flatMap((type) => [true, false].map((fused) => [type, fused] as const));

describe.each(targets)('%s, fused %s', (type, fused) => {
  const round = type === 'f32' ? Math.fround : (x: number): number => x;

  describe.each(Object.keys(specialRows))('%s', (name) => {
    const { bound, scalar, draws, recorded: from } = specialRows[name];

    test(`lies within ${bound} ulp of its scalar meaning, seed ${seed}`, () => {
      const { ulps, call } = worstAt(name, type, fused, ...drawn(name, type, 800, seed));
      expect(ulps, call).toBeLessThanOrEqual(bound);
    });

    test('has its values at the edges', () => {
      const edges = specialEdges.map(round);
      const points = draws[0].length === 1 ? edges.map((x) => [x]) : edges.flatMap((x) => edges.map((y) => [x, y]));
      const wanted = points.map((point) => scalar(...point));
      const { ulps, call } = worstAt(name, type, fused, points, wanted);
      expect(ulps, call).toBeLessThanOrEqual(bound);
    });

    test.skipIf(from === undefined || type === 'f32')(`lies within ${bound} ulp of the recorded values`, () => {
      const { ulps, call } = worstAt(name, type, fused, ...recordedOf(name, recorded));
      expect(ulps, call).toBeLessThanOrEqual(bound);
    });
  });
});
