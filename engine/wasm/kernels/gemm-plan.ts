// Decides how a matrix product is computed: which axis is the vectors', how it is tiled, packed and divided.
// Source: Goto, van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34 (2008) 12.

import type { FloatDType } from '../../ir/aval.ts';
import { elements } from './floats.ts';

export interface Strides {
  readonly row: number;
  readonly col: number;
}

/** C = A B, or C += A B, for each index of the batch axes; strides in elements. */
export interface GemmSpec {
  readonly dtype: FloatDType;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Strides;
  readonly b: Strides;
  readonly c: Strides;
  /** Leading axes with the strides of each operand along them, 0 where it is the same for all. */
  readonly batch: readonly BatchAxis[];
  /** C += A B instead of C = A B. */
  readonly accumulate: boolean;
  /** Whether the engine has relaxed SIMD's multiply-add. */
  readonly fma: boolean;
  /** Whether the engine fuses pairs of v128 operations into 256-bit ones. */
  readonly wide: boolean;
}

export interface BatchAxis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Columns of tiles that share a micro-kernel. */
export interface Columns {
  /** The first tile, and how many follow one another. */
  readonly tile: number;
  readonly count: number;
  /** The column where the first tile starts, and the columns from one tile to the next. */
  readonly first: number;
  readonly step: number;
  /** Columns of a tile, and where in it each unit starts. */
  readonly width: number;
  readonly units: readonly number[];
}

/** Rows of C as tiles of `size` rows: `extra` of them, then the others with one row less. */
export interface Rows {
  readonly tiles: number;
  readonly size: number;
  readonly extra: number;
}

export interface TilePlan {
  readonly kind: 'tiles';
  /** v128s in a unit. */
  readonly unit: 1 | 2;
  /** Elements stored of the last v128 of a row. */
  readonly lanes: number;
  readonly rows: Rows;
  readonly columns: readonly Columns[];
  /** The number of tiles in a row of C. */
  readonly tiles: number;
  /** k in pieces of `size`, the last one shorter. */
  readonly depth: { readonly count: number; readonly size: number };
  readonly packA: 'none' | 'rows' | 'vectors' | 'elements';
  readonly packB: 'none' | 'lines' | 'vectors' | 'elements';
  /** Tiles of A and of B that are packed at a time. */
  readonly blockA: number;
  readonly blockB: number;
  /** C's elements are not contiguous: tiles go through scratch. */
  readonly scatter: boolean;
}

/** One row of A times a B that is contiguous along its rows and larger than the cache: a few rows of B at a time. */
export interface SweepPlan {
  readonly kind: 'sweep';
  readonly unit: 1 | 2;
  /** Columns of a step, and steps of which C stays in the first-level cache. */
  readonly step: number;
  readonly block: number;
}

export interface DotPlan {
  readonly kind: 'dots';
  /** A's rows are not contiguous and are copied to scratch. */
  readonly packA: boolean;
}

/** What chunk = ((batch · rows) + row) · columns + column has to do. */
export interface Grid {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
}

export interface Plan {
  /** With the roles of a and b exchanged where it is turned: Cᵀ = Bᵀ Aᵀ. */
  readonly spec: GemmSpec;
  readonly turned: boolean;
  /** Products in the batch. */
  readonly products: number;
  readonly how: TilePlan | DotPlan | SweepPlan;
  readonly grid: Grid;
}

/** Bytes of a column in a packed panel of B: a panel about fills the first-level cache, and C is gone through the fewer times. */
const packedDepth = 1 << 11;
/**
 * Elements of A, and of B, that are packed at a time: A's stay in the second-level cache, B's are read from the third one
 * panel after another, each once for every block of A.
 */
const blockElements = { a: 1 << 15, b: 1 << 19 };
/** Bytes of C in a sweep. */
const sweepBytes = 1 << 14;
/** Rows of B that one pass of a sweep adds to C. */
export const sweepRows = 8;
/** Bytes of a column of B that is read where it lies. */
const directDepth = 1 << 12;
/** Below this many bytes an operand is read where it lies, from the second-level cache. */
const smallBytes = 1 << 18;
/** So is a B that is read for no more tiles of rows than this. */
const fewTiles = 24;
/** The second-level cache: bytes after which sets repeat, and how many lines a set holds. */
const cache = { period: 1 << 17, ways: 8 };

/** Up to this many rows, A times a B that is contiguous in k is made of dot products. */
const fewRows = 4;

/** Rows of a tile by its units: as many sums as 15 registers hold beside a row of B and an element of A. */
const rowsByUnits = (fma: boolean): readonly number[] =>
  fma ? [0, 12, 6, 3, 2, 1, 1, 1, 1] : [0, 8, 4, 3, 2, 1, 1, 1, 1];

/** The plan of a product that has something to sum: no axis is empty. */
export function planGemm(given: GemmSpec): Plan {
  const merged = mergeBatch(given);
  const products = merged.batch.reduce((n, axis) => n * axis.size, 1);
  const straight = normalize(merged);
  const turned = normalize(transpose(merged));
  const dots = [straight, turned].filter(isDots).sort((x, y) => x.m - y.m)[0];
  if (dots !== undefined) {
    const how: DotPlan = { kind: 'dots', packA: dots.a.col !== 1 };
    return {
      spec: dots,
      turned: dots === turned,
      products,
      how,
      grid: divide(dots, products, { packA: 'none', packB: 'none', tiles: Math.ceil(dots.n / 4) }, 1),
    };
  }
  const spec = awkwardness(turned) < awkwardness(straight) ? turned : straight;
  const sweep = sweepOf(spec);
  if (sweep !== undefined) {
    const grid = divide(spec, products, { packA: 'none', packB: 'none', tiles: Math.floor(spec.n / sweep.step) }, 1);
    return { spec, turned: spec === turned, products, how: sweep, grid };
  }
  const how = tile(spec);
  return { spec, turned: spec === turned, products, how, grid: divide(spec, products, how, how.rows.tiles) };
}

const transpose = (s: GemmSpec): GemmSpec => ({
  ...s,
  m: s.n,
  n: s.m,
  a: { row: s.b.col, col: s.b.row },
  b: { row: s.a.col, col: s.a.row },
  c: { row: s.c.col, col: s.c.row },
  batch: s.batch.map((axis) => ({ ...axis, a: axis.b, b: axis.a })),
});

/** Strides along an axis of one element mean nothing: those that suit are put in their place. */
const normalize = (s: GemmSpec): GemmSpec => ({
  ...s,
  a: { row: s.m === 1 ? 0 : s.a.row, col: s.k === 1 ? 1 : s.a.col },
  b: { row: s.k === 1 ? 0 : s.b.row, col: s.n === 1 ? 1 : s.b.col },
  c: { row: s.m === 1 ? 0 : s.c.row, col: s.n === 1 ? 1 : s.c.col },
});

/** Batch axes without those of size 1, joined with one another and with m or n where the strides allow it. */
function mergeBatch(s: GemmSpec): GemmSpec {
  const batch = s.batch.filter((axis) => axis.size !== 1);
  for (let i = batch.length - 2; i >= 0; i--) {
    const [outer, inner] = [batch[i], batch[i + 1]];
    if ((['a', 'b', 'c'] as const).every((x) => outer[x] === inner.size * inner[x])) {
      batch.splice(i, 2, { ...inner, size: outer.size * inner.size });
    }
  }
  const merged = { ...s, batch };
  for (const [i, axis] of batch.entries()) {
    const others = batch.filter((_, j) => j !== i);
    const stacked = (step: number, stride: number, size: number): boolean => size === 1 || step === size * stride;
    if (axis.b === 0 && stacked(axis.a, s.a.row, s.m) && stacked(axis.c, s.c.row, s.m)) {
      const one = s.m === 1;
      const a = { row: one ? axis.a : s.a.row, col: s.a.col };
      const c = { row: one ? axis.c : s.c.row, col: s.c.col };
      return mergeBatch({ ...merged, m: s.m * axis.size, a, c, batch: others });
    }
    if (axis.a === 0 && stacked(axis.b, s.b.col, s.n) && stacked(axis.c, s.c.col, s.n)) {
      const one = s.n === 1;
      const b = { row: s.b.row, col: one ? axis.b : s.b.col };
      const c = { row: s.c.row, col: one ? axis.c : s.c.col };
      return mergeBatch({ ...merged, n: s.n * axis.size, b, c, batch: others });
    }
  }
  return merged;
}

const isDots = (s: GemmSpec): boolean =>
  s.m <= fewRows && s.b.row === 1 && s.k >= 2 * elements[s.dtype].lanes && (s.m === 1 || s.k >= 32);

/**
 * What an orientation costs, in units of the multiplications that it needs: lanes of the last vector that are wasted,
 * elements of C that are moved one by one (2.5 cycles each), elements of B that are packed against the grain (0.5, or
 * 1.5 where neither axis is contiguous). Vectors lie along n.
 */
function awkwardness(s: GemmSpec): number {
  const { lanes } = elements[s.dtype];
  const full = s.wide ? 2 * lanes : lanes;
  const used = s.n < full ? lanes : full;
  const waste = (Math.ceil(s.n / used) * full) / s.n;
  const scatter = s.c.col === 1 ? 0 : 2.5;
  const pack = s.b.col === 1 ? 0 : s.b.row === 1 ? 0.5 : 1.5;
  // Two multiplications of full vectors start each cycle. Where all is alike, the longer axis.
  return waste + 2 * full * (scatter / s.k + pack / s.m) + (s.n < s.m ? 0.01 : 0);
}

function sweepOf(s: GemmSpec): SweepPlan | undefined {
  const e = elements[s.dtype];
  const unit = s.wide ? 2 : 1;
  const step = 2 * unit * e.lanes;
  const suits = s.m === 1 && s.b.col === 1 && s.c.col === 1 && s.k >= sweepRows && s.n >= 4 * step;
  if (!suits || s.k * s.n * e.bytes < smallBytes) return undefined;
  return { kind: 'sweep', unit, step, block: sweepBytes / (step * e.bytes) };
}

function tile(s: GemmSpec): TilePlan {
  const e = elements[s.dtype];
  const wideLanes = s.wide ? 2 * e.lanes : e.lanes;
  const unit = s.wide && s.n >= wideLanes ? 2 : 1;
  const lanes = unit * e.lanes;
  const units = Math.ceil(s.n / lanes);
  const most = Math.min(units, s.m === 1 ? 8 : s.m === 2 ? 4 : s.m === 3 || units === 3 ? 3 : 2);
  const columns = columnsOf(s.n, lanes, most);
  const perRow = columns.reduce((n, group) => n + group.count, 0);
  const rows = rowsOf(s.m, rowsByUnits(s.fma)[most]);
  const panelBytes = s.k * most * unit * 16;
  const direct =
    s.b.col === 1 &&
    (s.k * s.n * e.bytes < smallBytes ||
      rows.tiles <= 2 ||
      (rows.tiles <= fewTiles && panelBytes < smallBytes && spreads(s.b.row * e.bytes, s.k)));
  const pieces = Math.ceil(s.k / ((direct ? directDepth : packedDepth) / e.bytes));
  const size = pieces === 1 ? s.k : Math.ceil(s.k / pieces / 4) * 4;
  const reused = perRow >= 4 && rows.tiles > 2 && s.m * s.k * e.bytes > smallBytes;
  const packA = !reused ? 'none' : s.a.col === 1 ? 'rows' : s.a.row === 1 ? 'vectors' : 'elements';
  return {
    kind: 'tiles',
    unit,
    lanes: s.n < e.lanes ? s.n : e.lanes,
    rows,
    columns,
    tiles: perRow,
    depth: { count: Math.max(1, Math.ceil(s.k / Math.max(1, size))), size },
    packA,
    packB: direct ? 'none' : s.b.col === 1 ? 'vectors' : s.b.row === 1 ? 'lines' : 'elements',
    blockA: Math.max(1, Math.floor(blockElements.a / (size * rows.size))),
    blockB: Math.max(1, Math.floor(blockElements.b / (size * most * lanes))),
    scatter: s.c.col !== 1,
  };
}

/** Whether `count` lines of a cache that are `stride` bytes apart fit into the sets that they fall into. */
function spreads(stride: number, count: number): boolean {
  let [x, y] = [Math.abs(stride), cache.period];
  while (x !== 0) [x, y] = [y % x, x];
  return count <= (cache.ways * cache.period) / Math.max(64, y);
}

/** n columns in tiles of at most `most` units of `lanes` elements. The last unit ends where C does and overlaps. */
function columnsOf(n: number, lanes: number, most: number): Columns[] {
  const columns: Columns[] = [];
  let tile = 0;
  let first = 0;
  const add = (count: number, units: number): void => {
    if (count === 0) return;
    const width = Math.min(units * lanes, n - first);
    const starts = Array.from({ length: units }, (_, i) => Math.max(0, Math.min(i * lanes, n - first - lanes)));
    columns.push({ tile, count, first, step: units * lanes, width, units: starts });
    tile += count;
    first += count * units * lanes;
  };
  const units = Math.ceil(n / lanes);
  const odd = units % most;
  // An overlapping unit stands in one tile with the unit that it overlaps, so that sums in C meet each element once.
  if (odd === 1 && n % lanes !== 0 && units > 1) {
    add(Math.floor(units / most) - 1, most);
    add(1, most - 1);
    add(1, 2);
  } else if (odd === 0 && n % lanes !== 0) {
    add(units / most - 1, most);
    add(1, most);
  } else {
    add(Math.floor(units / most), most);
    add(odd === 0 ? 0 : 1, odd);
  }
  return columns;
}

function rowsOf(m: number, most: number): Rows {
  const tiles = Math.ceil(m / most);
  const size = Math.ceil(m / tiles);
  return { tiles, size, extra: m - tiles * (size - 1) };
}

/** What it takes to pack an element, once for each chunk that needs it. */
const packing = { none: 0, rows: 1, vectors: 1, lines: 2, elements: 4 };

/** From so much work on there may be so many pieces: the larger they are, the less weighs what is packed twice. */
const pieces: readonly (readonly [flops: number, most: number])[] = [
  [0, 1],
  [2e7, 8],
  [4e9, 16],
  [3e10, 64],
];

/**
 * Pieces of about equal work: one below 2·10⁷ floating-point operations, then two, and more of 6·10⁷ each. The batch is
 * divided first, then rows or columns, whichever packs less twice.
 */
function divide(
  s: GemmSpec,
  products: number,
  how: Pick<TilePlan, 'packA' | 'packB' | 'tiles'>,
  rowTiles: number,
): Grid {
  const work = 2 * s.m * s.n * s.k * products;
  const [, most] = pieces.findLast(([flops]) => work >= flops)!;
  const wanted = Math.min(most, Math.max(2, 2 ** Math.floor(Math.log2(work / 6e7))));
  let [batch, rows, columns] = [1, 1, 1];
  while (batch < wanted && products >= 4 * batch) batch *= 2;
  while (batch * rows * columns < wanted) {
    const canRows = rowTiles >= 4 * rows;
    const canColumns = how.tiles >= 4 * columns;
    if (canRows && (!canColumns || s.n * rows * packing[how.packB] <= s.m * columns * packing[how.packA])) rows *= 2;
    else if (canColumns) columns *= 2;
    else break;
  }
  return { batch, rows, columns };
}
