// Matrix products as emitted WebAssembly against triple loops in float64: the cases, for any flags of the engine.

import { expect, test } from 'vitest';
import { rounds } from '../effort.ts';
import type { FunctionRef } from '../../engine/wasm/assembler.ts';
import { Module } from '../../engine/wasm/assembler.ts';
import { gemm } from '../../engine/wasm/kernels/gemm.ts';
import type { GemmSpec } from '../../engine/wasm/kernels/gemm.ts';

const pages = 400;
const guard = 64;
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });

/** Mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Run = (a: number, b: number, c: number, scratch: number, chunk: number) => void;
interface Compiled {
  readonly run: Run;
  readonly whole: Run | undefined;
  readonly chunks: number;
  readonly scratchBytes: number;
}

function compile(specs: readonly GemmSpec[]): Compiled[] {
  const module = new Module();
  module.importMemory('env', 'memory', pages, pages, true);
  const made = specs.map((spec) => gemm(module, spec));
  const offer = (name: string, run: FunctionRef): void =>
    void module.function(
      ['i32', 'i32', 'i32', 'i32', 'i32'],
      [],
      (code) => {
        for (let p = 0; p < 5; p++) code.get(code.param(p));
        code.call(run);
      },
      name,
    );
  made.forEach(({ run, whole }, i) => {
    offer(`run${i}`, run);
    if (whole !== undefined) offer(`whole${i}`, whole);
  });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { env: { memory } });
  return made.map(({ chunks, scratchBytes }, i) => ({
    run: exports[`run${i}`] as Run,
    whole: exports[`whole${i}`] as Run | undefined,
    chunks,
    scratchBytes,
  }));
}

type Axis = readonly [size: number, stride: number];
const lowest = (axes: readonly Axis[]): number => axes.reduce((n, [d, s]) => n + Math.min(0, (d - 1) * s), 0);
const highest = (axes: readonly Axis[]): number => axes.reduce((n, [d, s]) => n + Math.max(0, (d - 1) * s), 0);

/** Runs a spec on random operands and checks each element of C, that nothing else is written, and chunks in any order. */
function check(spec: GemmSpec, made: Compiled, next: () => number): void {
  const { run, whole: atOnce, chunks, scratchBytes } = made;
  const FloatArray = spec.dtype === 'float32' ? Float32Array : Float64Array;
  const bytes = FloatArray.BYTES_PER_ELEMENT;
  const said = JSON.stringify(spec);
  const { m, n, k, batch } = spec;
  const axes = {
    a: [[m, spec.a.row], [k, spec.a.col], ...batch.map((x) => [x.size, x.a] as const)] as Axis[],
    b: [[k, spec.b.row], [n, spec.b.col], ...batch.map((x) => [x.size, x.b] as const)] as Axis[],
    c: [[m, spec.c.row], [n, spec.c.col], ...batch.map((x) => [x.size, x.c] as const)] as Axis[],
  };
  let at = 0;
  const place = (of: Axis[]): { first: number; last: number; zero: number } => {
    // Operands start at any element; the guards before and behind them are NaN.
    const first = at + guard + bytes * Math.floor(4 * next());
    const size = of.some(([d]) => d === 0) ? 0 : highest(of) - lowest(of) + 1;
    at = Math.ceil((first + size * bytes + guard) / 16) * 16;
    return { first, last: first + size * bytes, zero: first - lowest(of) * bytes };
  };
  const places = { a: place(axes.a), b: place(axes.b), c: place(axes.c) };
  const scratch = at;
  expect(scratch + scratchBytes + 2 * guard).toBeLessThan(pages * 65536);
  const all = new FloatArray(memory.buffer);
  all.fill(NaN, 0, Math.ceil((scratch + scratchBytes + 2 * guard) / bytes));
  const whole = (scratch + scratchBytes) / bytes;
  for (const x of ['a', 'b', 'c'] as const) {
    const { first, last } = places[x];
    for (let i = first / bytes; i < last / bytes; i++) all[i] = 2 * next() - 1;
  }
  const before = all.slice(0, scratch / bytes);
  const wanted = new Float64Array(before);
  const error = new Float64Array(before.length);
  const inside = new Uint8Array(before.length);
  const eps = spec.dtype === 'float32' ? 2 ** -24 : 2 ** -53;
  const visit = (axis: number, a: number, b: number, c: number): void => {
    if (axis < batch.length) {
      const { size, a: da, b: db, c: dc } = batch[axis];
      for (let i = 0; i < size; i++) visit(axis + 1, a + i * da, b + i * db, c + i * dc);
      return;
    }
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        const to = c + i * spec.c.row + j * spec.c.col;
        let sum = spec.accumulate ? before[to] : 0;
        let size = Math.abs(sum);
        for (let l = 0; l < k; l++) {
          const product = before[a + i * spec.a.row + l * spec.a.col] * before[b + l * spec.b.row + j * spec.b.col];
          sum += product;
          size += Math.abs(product);
        }
        wanted[to] = sum;
        error[to] = (k + 2) * eps * size;
        inside[to] = 1;
      }
    }
  };
  visit(0, places.a.zero / bytes, places.b.zero / bytes, places.c.zero / bytes);
  // What C holds is not read unless it accumulates.
  if (!spec.accumulate) for (let i = 0; i < inside.length; i++) if (inside[i] === 1) before[i] = all[i] = NaN;

  const inOrder = Array.from({ length: chunks }, (_, i) => i);
  const go = (order: readonly number[]): void => {
    for (const i of order) run(places.a.zero, places.b.zero, places.c.zero, scratch, i);
  };
  go(inOrder);
  const got = all.slice(0, before.length);
  for (let i = 0; i < got.length; i++) {
    if (inside[i] === 1 ? !(Math.abs(got[i] - wanted[i]) <= error[i]) : !Object.is(got[i], before[i])) {
      const where = `${said}: ${inside[i] === 1 ? 'inside' : 'outside'} C at ${i - places.c.zero / bytes}`;
      expect.fail(`${where}: ${got[i]} and not ${inside[i] === 1 ? wanted[i] : before[i]}`);
    }
  }
  for (let i = whole; i < whole + guard / bytes; i++) if (!Number.isNaN(all[i])) expect.fail(`${said}: beyond scratch`);

  // In another order or all at once, with other scratch contents: the same bits.
  const again = (how: string, compute: () => void): void => {
    all.set(before);
    all.fill(NaN, scratch / bytes, whole);
    compute();
    for (let i = 0; i < got.length; i++) if (!Object.is(all[i], got[i])) expect.fail(`${said}: ${how} other bits`);
    for (let i = whole; i < whole + guard / bytes; i++) {
      if (!Number.isNaN(all[i])) expect.fail(`${said}: ${how} writes beyond scratch`);
    }
  };
  const order = [...inOrder];
  for (let i = chunks - 1; i > 0; i--) {
    const j = Math.floor((i + 1) * next());
    [order[i], order[j]] = [order[j], order[i]];
  }
  again(`chunks ${order.join()}`, () => go(order));
  if (atOnce !== undefined) again('all at once', () => atOnce(places.a.zero, places.b.zero, places.c.zero, scratch, 0));
}

/** Random strides that give each element of a matrix its place; those of inputs may be 0 or negative. */
function layout(
  next: () => number,
  rows: number,
  cols: number,
  input: boolean,
): { strides: { row: number; col: number }; span: number } {
  const pad = next() < 0.5 ? 0 : Math.floor(5 * next());
  const step = next() < 0.8 ? 1 : 2 + Math.floor(2 * next());
  const sign = (): number => (next() < 0.1 ? -1 : 1);
  const across = Math.max(1, cols) * step + pad;
  const down = Math.max(1, rows) * step + pad;
  const strides =
    next() < 0.5 ? { row: sign() * across, col: sign() * step } : { row: sign() * step, col: sign() * down };
  if (input && next() < 0.06) strides.row = 0;
  if (input && next() < 0.06) strides.col = 0;
  return { strides, span: Math.max(rows * across, cols * down, 1) };
}

function draw(next: () => number, sizes: () => readonly [number, number, number]): GemmSpec {
  const [m, n, k] = sizes();
  const [a, b, c] = [layout(next, m, k, true), layout(next, k, n, true), layout(next, m, n, false)];
  const batch: { size: number; a: number; b: number; c: number }[] = [];
  const spans = [a.span, b.span, c.span];
  for (let axes = next() < 0.6 ? 0 : 1 + Math.floor(2 * next()); axes > 0; axes--) {
    const size = 1 + Math.floor(4 * next());
    batch.unshift({ size, a: next() < 0.3 ? 0 : spans[0], b: next() < 0.3 ? 0 : spans[1], c: spans[2] });
    for (let i = 0; i < 3; i++) spans[i] *= size;
  }
  const flip = (): boolean => next() < 0.5;
  const dtype = flip() ? 'float32' : 'float64';
  return {
    dtype,
    m,
    n,
    k,
    a: a.strides,
    b: b.strides,
    c: c.strides,
    batch,
    accumulate: flip(),
    fma: flip(),
    wide: flip(),
  };
}

export function products(seed: number): void {
  test(`small products of any strides (seed ${seed})`, () => {
    const next = random(seed);
    for (let round = 0; round < rounds(40); round++) {
      const size = (): number =>
        next() < 0.1 ? Math.floor(3 * next()) : 1 + Math.floor(next() * (next() < 0.2 ? 70 : 20));
      const specs = Array.from({ length: 20 }, () => draw(next, () => [size(), size(), size()]));
      compile(specs).forEach((made, i) => check(specs[i], made, next));
    }
  });

  test(`packed products (seed ${seed})`, () => {
    const next = random(seed + 1);
    const odd = (most: number): number => 1 + Math.floor(most * next());
    const specs = Array.from({ length: rounds(25) }, () => draw(next, () => [odd(90), odd(200), odd(600)]));
    // Too large to be read where they lie, in all combinations of transposes.
    const [m, n, k] = [151, 131, 521];
    for (const a of [
      { row: k, col: 1 },
      { row: 1, col: m },
    ]) {
      for (const b of [
        { row: n, col: 1 },
        { row: 1, col: k },
      ]) {
        const c = { row: n, col: 1 };
        specs.push({ dtype: 'float64', m, n, k, a, b, c, batch: [], accumulate: false, fma: true, wide: true });
      }
    }
    compile(specs).forEach((made, i) => check(specs[i], made, next));
  });

  test('products in chunks', () => {
    const next = random(seed + 2);
    const plain = { fma: true, accumulate: false, dtype: 'float32' } as const;
    const square = (n: number): Pick<GemmSpec, 'a' | 'b' | 'c'> => {
      const rowMajor = { row: n, col: 1 };
      return { a: rowMajor, b: rowMajor, c: rowMajor };
    };
    const specs: GemmSpec[] = [
      { ...plain, ...square(250), m: 250, n: 250, k: 250, batch: [], wide: true },
      { ...plain, ...square(301), m: 301, n: 290, k: 300, batch: [], wide: true, accumulate: true, dtype: 'float64' },
      { ...plain, ...square(48), m: 48, n: 48, k: 48, batch: [{ size: 130, a: 2304, b: 0, c: 2304 }], wide: false },
      { ...plain, ...square(48), m: 48, n: 48, k: 48, batch: [{ size: 130, a: 2304, b: 2304, c: 2304 }], wide: true },
      {
        ...plain,
        m: 3300,
        n: 1,
        k: 3300,
        a: { row: 0, col: 1 },
        b: { row: 1, col: 1 },
        c: { row: 1, col: 1 },
        batch: [],
        wide: true,
      },
    ];
    const row = { row: 0, col: 1 };
    specs.push({ ...plain, m: 1, n: 3307, k: 3300, a: row, b: row, c: row, batch: [], wide: true });
    specs.push({ ...plain, m: 1, n: 3307, k: 3303, a: row, b: row, c: row, batch: [], wide: true, accumulate: true });
    compile(specs).forEach((made, i) => {
      expect(made.chunks).toBeGreaterThan(1);
      expect(made.chunks).toBeLessThanOrEqual(16);
      check(specs[i], made, next);
    });
  });

  test('chunks that pack the same have a whole beside them', () => {
    const next = random(seed + 3);
    const [m, n, k] = [301, 333, 290];
    const specs = (['float32', 'float64'] as const).flatMap((dtype) =>
      [
        { row: n, col: 1 },
        { row: 1, col: k },
        { row: 2 * n, col: 2 },
      ].map((b): GemmSpec => {
        const [a, c] = [
          { row: k, col: 1 },
          { row: n, col: 1 },
        ];
        return { dtype, m, n, k, a, b, c, batch: [], accumulate: false, fma: true, wide: dtype === 'float64' };
      }),
    );
    compile(specs).forEach((made, i) => {
      expect(made.chunks).toBeGreaterThan(1);
      expect(made.whole).toBeDefined();
      check(specs[i], made, next);
    });
  });

  test(`a vector times a matrix that streams from memory (seed ${seed})`, () => {
    const next = random(seed + 3);
    const odd = (least: number, most: number): number => least + Math.floor((most - least + 1) * next());
    const specs = Array.from({ length: rounds(24) }, (): GemmSpec => {
      const n = odd(64, 700);
      const k = Math.ceil(odd(2 ** 16, 2 ** 17) / n) + odd(0, 9);
      const products = next() < 0.3 ? odd(2, 4) : 1;
      const step = next() < 0.7 ? 1 : 2;
      return {
        dtype: next() < 0.5 ? 'float32' : 'float64',
        m: 1,
        n,
        k,
        a: { row: 0, col: step },
        b: { row: n + odd(0, 3), col: 1 },
        c: { row: 0, col: 1 },
        batch: products === 1 ? [] : [{ size: products, a: 0, b: 0, c: n + 5 }],
        accumulate: next() < 0.3,
        fma: next() < 0.5,
        wide: next() < 0.5,
      };
    });
    compile(specs).forEach((made, i) => check(specs[i], made, next));
  });

  test('products of nothing are zeros or leave C alone', () => {
    const plain = {
      dtype: 'float64',
      a: { row: 1, col: 1 },
      b: { row: 3, col: 1 },
      c: { row: 3, col: 1 },
      fma: true,
      wide: true,
    } as const;
    const batch = [{ size: 2, a: 0, b: 0, c: 6 }];
    const specs: GemmSpec[] = [
      { ...plain, m: 2, n: 3, k: 0, batch, accumulate: false },
      { ...plain, m: 2, n: 3, k: 0, batch, accumulate: true },
      { ...plain, m: 0, n: 3, k: 1, batch, accumulate: false },
      { ...plain, m: 2, n: 3, k: 1, batch: [{ size: 0, a: 0, b: 0, c: 0 }], accumulate: false },
    ];
    const made = compile(specs);
    const c = new Float64Array(memory.buffer, 1024, 12);
    for (const [i, wanted] of [0, 7, 7, 7].entries()) {
      c.fill(7);
      made[i].run(0, 0, 1024, 4096, 0);
      expect([...c]).toEqual(Array.from({ length: 12 }, () => wanted));
    }
  });
}
