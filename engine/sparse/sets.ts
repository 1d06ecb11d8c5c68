// Sets of indices, many of them alike: what each element of a value depends on. A set is a list of intervals, kept once.

/** The highest index plus one: an interval fits one exact float64. */
const mostIndices = 2 ** 26;

/** Recently united pairs of sets that are looked up before they are united again; a power of two. */
const cached = 1 << 14;

/** The set without elements. */
export const nothing = 0;

/** Thrown where sets would take more room than they may. */
export class TooManySets extends Error {}

/**
 * A pool of sets of the indices 0 … size − 1; a set is a number. Set i + 1 is {i}. Neighbouring indices are one interval,
 * so that bands, blocks and full rows cost what a single index does.
 */
export class IndexSets {
  readonly size: number;
  readonly #most: number;
  /** Set s is the intervals #bounds[#starts[s]], … up to #starts[s + 1]: from, to, from, to. */
  #bounds: Int32Array;
  #starts: Int32Array;
  #count: number;
  #end: number;
  readonly #pairs = new Int32Array(2 * cached);
  readonly #united = new Int32Array(cached);
  /** Interval bounds written and read so far: the work that was done. */
  #work = 0;

  /** `most` bounds the work, in interval bounds; past it everything throws TooManySets. */
  constructor(size: number, most: number) {
    if (size > mostIndices || 2 * size > most) throw new TooManySets();
    this.size = size;
    this.#most = most;
    this.#bounds = new Int32Array(Math.max(64, 2 * size));
    this.#starts = new Int32Array(Math.max(64, size + 2));
    for (let i = 0; i < size; i++) {
      this.#bounds[2 * i] = i;
      this.#bounds[2 * i + 1] = i + 1;
      this.#starts[i + 1] = 2 * i;
    }
    this.#count = size + 1;
    this.#end = 2 * size;
    this.#starts[this.#count] = this.#end;
  }

  /** How many indices a set has. */
  sizeOf(set: number): number {
    let n = 0;
    for (let k = this.#starts[set]; k < this.#starts[set + 1]; k += 2) n += this.#bounds[k + 1] - this.#bounds[k];
    return n;
  }

  /** Writes the indices of a set in ascending order from `at` on; returns where they end. */
  write(set: number, into: Int32Array, at: number): number {
    let end = at;
    for (let k = this.#starts[set]; k < this.#starts[set + 1]; k += 2) {
      for (let i = this.#bounds[k]; i < this.#bounds[k + 1]; i++) into[end++] = i;
    }
    return end;
  }

  union(a: number, b: number): number {
    if (a === b || b === nothing) return a;
    if (a === nothing) return b;
    const slot = (Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)) & (cached - 1);
    if (this.#pairs[2 * slot] === a && this.#pairs[2 * slot + 1] === b) return this.#united[slot];
    const set = this.#merge(a, b);
    this.#pairs[2 * slot] = a;
    this.#pairs[2 * slot + 1] = b;
    this.#united[slot] = set;
    return set;
  }

  #merge(a: number, b: number): number {
    let i = this.#starts[a];
    let j = this.#starts[b];
    const [aEnd, bEnd] = [this.#starts[a + 1], this.#starts[b + 1]];
    this.#reserve(aEnd - i + bEnd - j);
    const bounds = this.#bounds;
    let end = this.#end;
    let to = -1;
    while (i < aEnd || j < bEnd) {
      const at = j >= bEnd || (i < aEnd && bounds[i] <= bounds[j]) ? i : j;
      if (at === i) i += 2;
      else j += 2;
      if (bounds[at] > to) {
        bounds[end] = bounds[at];
        to = bounds[at + 1];
        bounds[end + 1] = to;
        end += 2;
      } else if (bounds[at + 1] > to) {
        to = bounds[at + 1];
        bounds[end - 1] = to;
      }
    }
    return this.#same(a, end) ? a : this.#same(b, end) ? b : this.#keep(end);
  }

  /** The union of sets[from] … sets[to − 1]. */
  unionOf(sets: Int32Array, from: number, to: number): number {
    let first = nothing;
    let last = nothing;
    let distinct = 0;
    let total = 0;
    for (let k = from; k < to; k++) {
      const set = sets[k];
      if (set === nothing || set === last) continue;
      if (distinct === 0) first = set;
      last = set;
      distinct++;
      total += this.#starts[set + 1] - this.#starts[set];
    }
    if (distinct <= 2) return distinct === 0 ? nothing : distinct === 1 ? first : this.union(first, last);
    this.#reserve(total);
    const bounds = this.#bounds;
    const keys = new Float64Array(total / 2);
    let n = 0;
    let sorted = true;
    last = nothing;
    for (let k = from; k < to; k++) {
      const set = sets[k];
      if (set === nothing || set === last) continue;
      last = set;
      for (let j = this.#starts[set]; j < this.#starts[set + 1]; j += 2) {
        keys[n] = bounds[j] * mostIndices + bounds[j + 1] - 1;
        if (n > 0 && keys[n] < keys[n - 1]) sorted = false;
        n++;
      }
    }
    if (!sorted) keys.sort();
    let end = this.#end;
    let reached = -1;
    for (const key of keys) {
      const low = Math.floor(key / mostIndices);
      const high = key - low * mostIndices + 1;
      if (low > reached) {
        bounds[end] = low;
        bounds[end + 1] = high;
        reached = high;
        end += 2;
      } else if (high > reached) {
        bounds[end - 1] = high;
        reached = high;
      }
    }
    return this.#same(first, end) ? first : this.#same(last, end) ? last : this.#keep(end);
  }

  /** Whether what was written from #end on is a set that is there already. */
  #same(set: number, end: number): boolean {
    const start = this.#starts[set];
    const n = this.#starts[set + 1] - start;
    if (n !== end - this.#end) return false;
    for (let k = 0; k < n; k++) if (this.#bounds[start + k] !== this.#bounds[this.#end + k]) return false;
    return true;
  }

  #keep(end: number): number {
    const set = this.#count++;
    if (this.#count >= this.#starts.length) this.#starts = grown(this.#starts, this.#count + 1);
    this.#end = end;
    this.#starts[this.#count] = end;
    return set;
  }

  #reserve(more: number): void {
    this.#work += more;
    if (this.#work > this.#most) throw new TooManySets();
    if (this.#end + more > this.#bounds.length) this.#bounds = grown(this.#bounds, this.#end + more);
  }
}

function grown(array: Int32Array, least: number): Int32Array {
  const larger = new Int32Array(Math.max(least, 2 * array.length));
  larger.set(array);
  return larger;
}
