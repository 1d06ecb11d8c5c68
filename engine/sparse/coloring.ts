// Colours for the columns of a sparse matrix: those of one colour are computed together, and told apart afterwards.
//
// The framework and the names are those of A. H. Gebremedhin, F. Manne, A. Pothen, What color is your Jacobian? Graph
// coloring for computing derivatives, SIAM Review 47 (2005). Columns without a common row are the idea of A. R. Curtis,
// M. J. D. Powell, J. K. Reid, On the estimation of sparse Jacobian matrices, J. Inst. Math. Appl. 13 (1974), and a colouring
// problem since T. F. Coleman, J. J. Moré, Estimation of sparse Jacobian matrices and graph coloring problems, SIAM J. Numer.
// Anal. 20 (1983).

import type { Pattern } from './matrix.ts';
import { transposed, widest } from './matrix.ts';

export interface Coloring {
  /** How many colours. */
  readonly count: number;
  /** The colour of each column. */
  readonly colors: Int32Array;
}

/** A colour of its own for each of n columns. */
export const allDifferent = (n: number): Coloring => ({
  count: n,
  colors: Int32Array.from({ length: n }, (_, j) => j),
});

/**
 * Columns of one colour have no row in common (a partial distance-2 colouring of the bipartite graph of rows and columns):
 * each entry of the matrix is an entry of the product with the colours' indicator vectors. In turn, where rows are bands;
 * else greedy, in the order of the columns and, where that does not reach the lower bound (the widest row), once more with the
 * heaviest columns first. Past so many steps it is in turn, or a colour for each column.
 */
export function colorColumns(pattern: Pattern, mostSteps: number): Coloring {
  const { rows, starts } = pattern;
  const least = widest(pattern);
  let steps = 0;
  for (let i = 0; i < rows; i++) steps += (starts[i + 1] - starts[i]) ** 2;
  const turns = inTurn(pattern);
  if (turns.count <= Math.max(1, least) || steps > mostSteps) return turns;
  const rowsOf = transposed(pattern);
  const natural = greedy(pattern, rowsOf, null);
  if (natural.count <= Math.max(1, least)) return natural;
  const heavy = greedy(pattern, rowsOf, heaviestFirst(pattern, rowsOf));
  return heavy.count < natural.count ? heavy : natural;
}

/** Colours in turn: as many as the widest row spans, from its first entry to its last. */
function inTurn({ rows, width, starts, columns }: Pattern): Coloring {
  let span = Math.min(1, width);
  for (let i = 0; i < rows; i++) {
    if (starts[i] < starts[i + 1]) span = Math.max(span, columns[starts[i + 1] - 1] - columns[starts[i]] + 1);
  }
  return { count: span, colors: Int32Array.from({ length: width }, (_, j) => j % span) };
}

function greedy(pattern: Pattern, rowsOf: Pattern, order: Int32Array | null): Coloring {
  const n = pattern.width;
  const colors = new Int32Array(n).fill(-1);
  // The column that a colour was last refused to.
  const refused = new Int32Array(n + 1).fill(-1);
  let count = 0;
  for (let k = 0; k < n; k++) {
    const j = order === null ? k : order[k];
    for (let e = rowsOf.starts[j]; e < rowsOf.starts[j + 1]; e++) {
      const i = rowsOf.columns[e];
      for (let f = pattern.starts[i]; f < pattern.starts[i + 1]; f++) {
        const color = colors[pattern.columns[f]];
        if (color >= 0) refused[color] = j;
      }
    }
    let color = 0;
    while (refused[color] === j) color++;
    colors[j] = color;
    count = Math.max(count, color + 1);
  }
  return { count, colors };
}

/** The columns by how many others they meet, counted once for each row they meet in; ties in their own order. */
function heaviestFirst(pattern: Pattern, rowsOf: Pattern): Int32Array {
  const n = pattern.width;
  const keys = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    let met = 0;
    for (let e = rowsOf.starts[j]; e < rowsOf.starts[j + 1]; e++) {
      const i = rowsOf.columns[e];
      met += pattern.starts[i + 1] - pattern.starts[i];
    }
    keys[j] = -met * n + j;
  }
  keys.sort();
  return Int32Array.from(keys, (key) => ((key % n) + n) % n);
}

/**
 * A star colouring of a symmetric matrix: neighbours differ, and every path of four vertices has at least three colours. So
 * an entry (i, j) stands alone in row i among the columns of j's colour, or in row j among those of i's: half the work of
 * colours that hold for each row. Greedy, algorithm 4.1 of A. H. Gebremedhin, A. Tarafdar, F. Manne, A. Pothen, New acyclic and
 * star coloring algorithms with application to computing Hessians, SIAM J. Sci. Comput. 29 (2007). Vertices with very many
 * neighbours come first, with a colour for each alone: no path of two colours goes through them, so they are left out of
 * what follows.
 */
export function colorStars(pattern: Pattern, mostSteps: number): Coloring {
  const n = pattern.width;
  const alone = hubs(pattern, mostSteps / 4);
  // Columns that are told apart in each row are stars, too.
  if (alone === null) return colorColumns(pattern, mostSteps);
  const stars = new StarColoring(pattern, alone);
  for (let v = 0; v < n; v++) if (alone[v] === 0) stars.color(v);
  let { count } = stars;
  for (let v = 0; v < n; v++) if (alone[v] === 1) stars.colors[v] = count++;
  return { count, colors: stars.colors };
}

/** Marks vertices whose neighbours are too many for the search, most first; null where that leaves few to be coloured. */
function hubs({ starts, width: n }: Pattern, mostSteps: number): Uint8Array | null {
  const degrees = Int32Array.from({ length: n }, (_, v) => starts[v + 1] - starts[v]);
  const marked = new Uint8Array(n);
  let steps = degrees.reduce((sum, d) => sum + d * d, 0);
  const order = Int32Array.from({ length: n }, (_, v) => v).sort((a, b) => degrees[b] - degrees[a]);
  for (const v of order) {
    const usual = steps / n;
    if (steps <= mostSteps && degrees[v] ** 2 <= 64 * usual) break;
    if (degrees[v] <= 1) break;
    marked[v] = 1;
    steps -= degrees[v] ** 2;
  }
  const many = marked.reduce((sum, m) => sum + m, 0);
  return many > n / 2 && n > 4 ? null : marked;
}

/** The growing colouring: the edges of two colours between coloured vertices make stars, and each star has a centre. */
class StarColoring {
  readonly colors: Int32Array;
  count = 0;
  readonly #pattern: Pattern;
  readonly #alone: Uint8Array;
  /** The star of each edge, by its place in the pattern; the same for (v, w) and (w, v). */
  readonly #star: Int32Array;
  /** The centre of each star, -1 while it has one edge. */
  #hub = new Int32Array(64);
  #stars = 0;
  /** The place of (w, v) for the place of (v, w). */
  readonly #turned: Int32Array;
  readonly #refused: Int32Array;
  readonly #treated: Int32Array;
  /** Of each colour: the vertex that met it last, and the place of its edge to the first neighbour of that colour. */
  readonly #metBy: Int32Array;
  readonly #metAt: Int32Array;

  constructor(pattern: Pattern, alone: Uint8Array) {
    const n = pattern.width;
    this.#pattern = pattern;
    this.#alone = alone;
    this.colors = new Int32Array(n).fill(-1);
    this.#star = new Int32Array(pattern.columns.length).fill(-1);
    this.#turned = turnedPlaces(pattern);
    [this.#refused, this.#treated, this.#metBy, this.#metAt] = Array.from({ length: 4 }, () =>
      new Int32Array(n + 1).fill(-1),
    );
  }

  /** Whether the edge at a place leads to a coloured neighbour. */
  #leads(v: number, place: number): boolean {
    const w = this.#pattern.columns[place];
    return w !== v && this.#alone[w] === 0 && this.colors[w] >= 0;
  }

  color(v: number): void {
    const { starts, columns } = this.#pattern;
    const { colors } = this;
    for (let e = starts[v]; e < starts[v + 1]; e++) {
      if (!this.#leads(v, e)) continue;
      const w = columns[e];
      this.#refused[colors[w]] = v;
      if (this.#metBy[colors[w]] === v) {
        // Two neighbours of one colour: none of theirs may have v's.
        const first = columns[this.#metAt[colors[w]]];
        if (this.#treated[first] !== v) this.#treat(v, first);
        this.#treat(v, w);
      } else {
        this.#metBy[colors[w]] = v;
        this.#metAt[colors[w]] = e;
        for (let f = starts[w]; f < starts[w + 1]; f++) {
          const x = columns[f];
          if (x !== v && this.#leads(w, f) && this.#hub[this.#star[f]] === x) this.#refused[colors[x]] = v;
        }
      }
    }
    let color = 0;
    while (this.#refused[color] === v) color++;
    colors[v] = color;
    this.count = Math.max(this.count, color + 1);
    this.#join(v);
  }

  #treat(v: number, w: number): void {
    const { starts, columns } = this.#pattern;
    for (let e = starts[w]; e < starts[w + 1]; e++) if (this.#leads(w, e)) this.#refused[this.colors[columns[e]]] = v;
    this.#treated[w] = v;
  }

  /** Puts the edges of a vertex that has just been coloured into stars. */
  #join(v: number): void {
    const { starts, columns } = this.#pattern;
    const { colors } = this;
    for (let e = starts[v]; e < starts[v + 1]; e++) {
      if (!this.#leads(v, e)) continue;
      const w = columns[e];
      let star = -1;
      for (let f = starts[w]; f < starts[w + 1] && star < 0; f++) {
        const x = columns[f];
        if (x !== v && this.#leads(w, f) && colors[x] === colors[v]) {
          star = this.#star[f];
          this.#hub[star] = w;
        }
      }
      const first = this.#metAt[colors[w]];
      if (star < 0 && first !== e) {
        star = this.#star[first];
        this.#hub[star] = v;
      }
      this.#mark(e, star < 0 ? this.#newStar() : star);
    }
  }

  #newStar(): number {
    if (this.#stars === this.#hub.length) {
      const hub = new Int32Array(2 * this.#stars);
      hub.set(this.#hub);
      this.#hub = hub;
    }
    this.#hub[this.#stars] = -1;
    return this.#stars++;
  }

  #mark(place: number, star: number): void {
    this.#star[place] = star;
    this.#star[this.#turned[place]] = star;
  }
}

/** For the place of each entry (i, j) of a symmetric matrix, that of (j, i). */
function turnedPlaces({ rows, starts, columns }: Pattern): Int32Array {
  const next = starts.slice(0, rows);
  const turned = new Int32Array(columns.length);
  // Rows come in ascending order, and so do the entries of a column.
  for (let i = 0; i < rows; i++) for (let e = starts[i]; e < starts[i + 1]; e++) turned[e] = next[columns[e]]++;
  return turned;
}

/** Where each entry of a matrix stands in its product with the colours of its columns: colour · rows + row. */
export function columnPlaces({ rows, starts, columns }: Pattern, { colors }: Coloring): Int32Array {
  const places = new Int32Array(columns.length);
  for (let i = 0; i < rows; i++)
    for (let e = starts[i]; e < starts[i + 1]; e++) places[e] = colors[columns[e]] * rows + i;
  return places;
}

/**
 * Where each entry of a symmetric matrix stands in its product with the colours of a star colouring: entry (i, j) at row i
 * of j's colour where no other column of that colour meets row i, else at row j of i's colour. Both are given as
 * colour · width + row.
 */
export function starPlaces({ rows, starts, columns, width }: Pattern, { count, colors }: Coloring): Int32Array {
  const places = new Int32Array(columns.length);
  const met = new Int32Array(count).fill(-1);
  const times = new Int32Array(count);
  for (let i = 0; i < rows; i++) {
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      const color = colors[columns[e]];
      times[color] = met[color] === i ? times[color] + 1 : 1;
      met[color] = i;
    }
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      const j = columns[e];
      places[e] = times[colors[j]] === 1 ? colors[j] * width + i : colors[i] * width + j;
    }
  }
  return places;
}
