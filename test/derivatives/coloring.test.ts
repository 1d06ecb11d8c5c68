// Sets of indices, and colourings: valid for random patterns, as few colours as can be where that is known.

import { describe, expect, test } from 'vitest';
import type { Coloring } from '../../engine/sparse/coloring.ts';
import { colorColumns, colorStars, columnPlaces, starPlaces } from '../../engine/sparse/coloring.ts';
import type { Pattern } from '../../engine/sparse/matrix.ts';
import { isSymmetric, transposed } from '../../engine/sparse/matrix.ts';
import { IndexSets, nothing, TooManySets } from '../../engine/sparse/sets.ts';
import type { Random } from '../calculus/random.ts';
import { createRandom } from '../calculus/random.ts';

const random = createRandom(process.env['COTANGENT_SEED'] ?? '1');
const enough = 1e8;

function patternFrom(rows: number, width: number, has: (i: number, j: number) => boolean): Pattern {
  const starts = new Int32Array(rows + 1);
  const columns: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) if (has(i, j)) columns.push(j);
    starts[i + 1] = columns.length;
  }
  return { rows, width, starts, columns: Int32Array.from(columns) };
}

const band = (n: number, below: number, above: number): Pattern =>
  patternFrom(n, n, (i, j) => j >= i - below && j <= i + above);

/** The five-point Laplacian on a square. */
const grid = (m: number): Pattern =>
  patternFrom(m * m, m * m, (i, j) => {
    const [dx, dy] = [Math.abs((i % m) - (j % m)), Math.abs(Math.floor(i / m) - Math.floor(j / m))];
    return dx + dy <= 1;
  });

function symmetricAtRandom(r: Random, n: number, density: number): Pattern {
  const cells = Array.from({ length: n }, () => Array.from({ length: n }, () => r.chance(density)));
  return patternFrom(n, n, (i, j) => cells[Math.min(i, j)][Math.max(i, j)]);
}

const entriesIn = ({ rows, starts, columns }: Pattern): [number, number][] =>
  Array.from({ length: rows }, (_, i) => i).flatMap((i) =>
    Array.from(columns.subarray(starts[i], starts[i + 1]), (j): [number, number] => [i, j]),
  );

/** Recovers a matrix from its product with the colours. */
function recovered(pattern: Pattern, { count, colors }: Coloring, places: Int32Array): boolean {
  const entries = entriesIn(pattern);
  const value = (i: number, j: number): number => Math.sin(1 + Math.min(i, j) * 37 + Math.max(i, j));
  const product = new Float64Array(count * pattern.rows);
  for (const [i, j] of entries) product[colors[j] * pattern.rows + i] += value(i, j);
  return entries.every(([i, j], e) => product[places[e]] === value(i, j));
}

describe('index sets', () => {
  test('unite as sets do', () => {
    const size = 60;
    const pool = new IndexSets(size, 1e6);
    const known: [number, Set<number>][] = Array.from({ length: size }, (_, i) => [i + 1, new Set([i])]);
    known.push([nothing, new Set()]);
    const check = (id: number, wanted: Set<number>): void => {
      const written = new Int32Array(size);
      const end = pool.write(id, written, 0);
      expect(Array.from(written.subarray(0, end))).toEqual([...wanted].sort((a, b) => a - b));
      expect(pool.sizeOf(id)).toBe(wanted.size);
    };
    for (let step = 0; step < 600; step++) {
      const parts = Array.from({ length: random.integer(0, 6) }, () => random.pick(known));
      const ids = Int32Array.from(parts, ([id]) => id);
      const wanted = new Set(parts.flatMap(([, set]) => [...set]));
      const id = pool.unionOf(ids, 0, ids.length);
      check(id, wanted);
      known.push([id, wanted]);
      const [[a, x], [b, y]] = [random.pick(known), random.pick(known)];
      check(pool.union(a, b), new Set([...x, ...y]));
    }
  });

  test('that are there already are not made again', () => {
    const pool = new IndexSets(10, 1000);
    const pair = pool.union(3, 4);
    expect(pool.union(pair, 3)).toBe(pair);
    expect(pool.union(4, pair)).toBe(pair);
    expect(pool.unionOf(Int32Array.of(3, 0, 4, pair), 0, 4)).toBe(pair);
  });

  test('stop when they would be too many', () => {
    expect(() => new IndexSets(100, 50)).toThrow(TooManySets);
    const pool = new IndexSets(100, 250);
    expect(() => {
      for (let i = 1; i < 99; i++) pool.union(i, i + 2);
    }).toThrow(TooManySets);
  });
});

describe('columns', () => {
  test('of a band have as many colours as the band is wide', () => {
    expect(colorColumns(band(50, 1, 1), enough).count).toBe(3);
    expect(colorColumns(band(50, 0, 4), enough).count).toBe(5);
    expect(colorColumns(band(50, 0, 0), enough).count).toBe(1);
  });

  test('of a dense matrix have a colour each; past the steps allowed as many as rows span', () => {
    expect(
      colorColumns(
        patternFrom(4, 6, () => true),
        enough,
      ).count,
    ).toBe(6);
    expect(colorColumns(band(50, 1, 1), 10).count).toBe(3);
    expect(colorColumns(grid(8), 10).count).toBe(17);
  });

  test('of any matrix are told apart', () => {
    for (let round = 0; round < 60; round++) {
      const [m, n] = [random.integer(1, 25), random.integer(1, 25)];
      const density = random.uniform(0, 0.4);
      const pattern = patternFrom(m, n, () => random.chance(density));
      const coloring = colorColumns(pattern, enough);
      expect(recovered(pattern, coloring, columnPlaces(pattern, coloring))).toBe(true);
      expect(coloring.count).toBeLessThanOrEqual(n);
      const other = transposed(pattern);
      expect(entriesIn(other)).toEqual(
        entriesIn(pattern)
          .map(([i, j]): [number, number] => [j, i])
          .sort(([a, p], [b, q]) => a - b || p - q),
      );
    }
  });
});

describe('stars', () => {
  test('of a tridiagonal matrix have three colours, of an arrow two', () => {
    expect(colorStars(band(60, 1, 1), enough).count).toBe(3);
    const arrow = patternFrom(60, 60, (i, j) => i === j || i === 0 || j === 0);
    expect(colorStars(arrow, enough).count).toBe(2);
    const downwards = patternFrom(3000, 3000, (i, j) => i === j || i === 2999 || j === 2999);
    expect(colorStars(downwards, enough).count).toBe(2);
  });

  test('need no more colours than columns do', () => {
    for (const pattern of [band(60, 2, 2), grid(8), band(40, 0, 0)]) {
      expect(colorStars(pattern, enough).count).toBeLessThanOrEqual(colorColumns(pattern, enough).count);
    }
  });

  test('tell the entries of any symmetric matrix apart', () => {
    for (let round = 0; round < 80; round++) {
      const pattern = symmetricAtRandom(random, random.integer(1, 24), random.uniform(0, 0.5));
      expect(isSymmetric(pattern)).toBe(true);
      const coloring = colorStars(pattern, enough);
      expect(recovered(pattern, coloring, starPlaces(pattern, coloring)), JSON.stringify(entriesIn(pattern))).toBe(
        true,
      );
      expect(bicolored(pattern, coloring)).toBeNull();
    }
  });
});

/** An edge of one colour or a path of four vertices in two colours, where there is one. */
function bicolored(pattern: Pattern, { colors }: Coloring): number[] | null {
  const next = (v: number): number[] => entriesIn(pattern).flatMap(([i, j]) => (i === v && j !== v ? [j] : []));
  for (let a = 0; a < pattern.rows; a++) {
    for (const b of next(a)) {
      if (colors[a] === colors[b]) return [a, b];
      for (const c of next(b)) {
        if (c === a || colors[c] !== colors[a]) continue;
        for (const d of next(c)) if (d !== b && colors[d] === colors[b]) return [a, b, c, d];
      }
    }
  }
  return null;
}
