// Loops in segments where memory is short: of what reverse mode reads of each turn only the starts of segments are kept, and a
// segment's turns are made again when the way back comes to it.

import { mapSubgraphs, subgraphsOf } from '../families/bodies.ts';
import type { Loop } from '../families/loops.ts';
import { scanOf, scanOver, whileOf, whileOver } from '../families/loops.ts';
import { bytesOfAval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { closeGraph } from '../ir/graph.ts';
import { scalarTensor } from '../ir/tensor.ts';

/** Loops of fewer turns are left as they are. */
const fewestTurns = 4;

/**
 * The graph with loops in segments, nested to a depth: at depth 1 about 2√n turns' worth of n is kept for one more forward run
 * (Chen et al. 2016), at depth d about (d + 1) n^(1/(d + 1)) for d more (Griewank and Walther 2008, ch. 12). A while_loop,
 * whose turns nobody has counted, has segments of 1, 2, 3 … turns, so that √(2n) starts are kept and the longest segment is as
 * long. Null where no loop has anything to let go of. Turns compute what they computed, in the same order.
 */
export function inSegments(graph: Graph, builder: () => Builder, depth: number): Graph | null {
  const pairs = pairsOf(graph);
  const bodies = new Map<Node, Node['attrs']>();
  for (const node of graph.nodes) {
    if (subgraphsOf(node.attrs).length === 0) continue;
    let changed = false;
    const attrs = mapSubgraphs(node.attrs, (body) => {
      const cut = inSegments(body, builder, depth);
      changed ||= cut !== null;
      return cut ?? body;
    });
    if (changed) bodies.set(node, attrs);
  }
  if (pairs.size === 0 && bodies.size === 0) return null;
  const b = builder();
  const values = new Map<Value, Value>(graph.inputs.map(({ name, value }) => [value, b.input(name, value.aval)]));
  const now = (x: Value): Value => values.get(x)!;
  const cut = new Map<Node, Segmented>();
  for (const original of graph.nodes) {
    const node = bodies.has(original) ? { ...original, attrs: bodies.get(original)! } : original;
    const outputs = b.attributed(node.origin, () => {
      const saved = pairs.get(original);
      if (saved !== undefined) {
        const made =
          node.op.name === 'scan' ? new ScanSegments(b, node, now, saved, depth) : new WhileSegments(b, node, now);
        cut.set(original, made);
        return made.outputs;
      }
      const first = firstOf(original, cut);
      if (first !== undefined) return cut.get(first)!.back(node, now, (x) => x.node === first && !values.has(x));
      return b.emit(node.op, node.inputs.map(now), node.attrs);
    });
    node.outputs.forEach((y, i) => {
      if (outputs[i] !== undefined) values.set(y, outputs[i]);
    });
  }
  return closeGraph(b.inputs, graph.outputs.map(now));
}

/** A loop in segments: what it gives (nothing in place of what is let go of), and the loops that run back over its turns. */
interface Segmented {
  readonly outputs: readonly (Value | undefined)[];
  /** A loop back, of which the operands that `mine` holds for are what the first loop let go of. */
  back(node: Node, now: (x: Value) => Value, mine: (x: Value) => boolean): readonly Value[];
}

/** The loop in segments that a loop runs back over. */
const firstOf = (node: Node, cut: ReadonlyMap<Node, Segmented>): Node | undefined =>
  node.op.name === 'scan'
    ? scanOf(node.inputs, node.attrs).xs.find((x) => x.node !== undefined && cut.has(x.node))?.node
    : undefined;

const isWhile = ({ op }: Node): boolean => op.name === 'while_loop';

/** Loops whose turns are gone back over, and which of what their turns give nothing else reads. */
function pairsOf({ nodes, outputs }: Graph): ReadonlyMap<Node, ReadonlySet<number>> {
  const readers = new Map<Value, Node[]>();
  for (const node of nodes) for (const x of new Set(node.inputs)) readers.set(x, [...(readers.get(x) ?? []), node]);
  const returned = new Set<Value>(outputs);
  const found = new Map<Node, ReadonlySet<number>>();
  /** The loop that each loop back runs back over: one, and none that runs back itself. */
  const over = new Map<Node, Node>();
  for (const first of nodes) {
    if ((first.op.name !== 'scan' && !isWhile(first)) || over.has(first)) continue;
    const loop = isWhile(first) ? whileOf(first.inputs, first.attrs).loop : scanOf(first.inputs, first.attrs);
    if (isWhile(first) ? false : loop.length === null || loop.length < fewestTurns) continue;
    const from = loop.init.length + (isWhile(first) ? 1 : 0);
    const ys = first.outputs.slice(from);
    const saved = new Set<number>();
    ys.forEach((y, k) => {
      const uses = readers.get(y) ?? [];
      const back = (node: Node): boolean => (over.get(node) ?? first) === first && runsBack(node, y, first, loop);
      if (uses.length > 0 && !returned.has(y) && uses.every(back)) saved.add(k);
    });
    if (saved.size === 0 || (isWhile(first) && saved.size < ys.length)) continue;
    found.set(first, saved);
    for (const k of saved) for (const node of readers.get(ys[k])!) over.set(node, first);
  }
  return found;
}

/** Whether a loop reads what another's turns gave as elements, from the last turn to the first. */
function runsBack(node: Node, y: Value, first: Node, loop: Loop): boolean {
  if (node.op.name !== 'scan') return false;
  const back = scanOf(node.inputs, node.attrs);
  const count = (list: readonly Value[]): number => list.filter((x) => x === y).length;
  if (count(back.xs) < count(node.inputs)) return false;
  if (!isWhile(first)) return back.length === loop.length && back.reverse !== loop.reverse;
  const counted = back.turns === first.outputs[loop.init.length] && back.reverse;
  // What turns of unknown number give is not put together from segments.
  return counted && node.outputs.length === back.init.length && back.xs.every((x) => x.node === first);
}

/** A loop's parts as they are now. */
const nowOf = (loop: Loop, now: (x: Value) => Value): Loop => ({
  ...loop,
  consts: loop.consts.map(now),
  init: loop.init.map(now),
  xs: loop.xs.map(now),
});

const count = (b: Builder, n: number): Value => b.constant(scalarTensor('int64', BigInt(n)));
const bytesOf = (values: readonly Value[]): number => values.reduce((n, { aval }) => n + bytesOfAval(aval), 0);

/** One turn of a loop. */
const turnOf = (b: Builder, { body, consts }: Loop, at: Value, carry: readonly Value[], xs: readonly Value[]) =>
  b.context.passes.inline(b, body, [at, ...consts, ...carry, ...xs]);

// -- loops that are counted ------------------------------------------------------------------------------------------

/** How many segments of how many turns, and how many turns are left over, which come last. */
interface Cut {
  readonly segments: number;
  readonly length: number;
  readonly rest: number;
}

/**
 * Segments of n turns, of which each starts with `carried` bytes and keeps `saved` for each of its turns, to be cut again so
 * many times: what all levels keep together is least where each keeps as much. Turns that are left over are avoided.
 */
function cutOf(n: number, carried: number, saved: number, depth: number): Cut {
  const start = Math.max(8, carried);
  const each = (n * start ** depth * saved) ** (1 / (depth + 1));
  const best = Math.min(Math.max(2, Math.ceil((n * start) / each)), Math.ceil(n / 2));
  const even = Array.from({ length: best }, (_, i) => best - (i % 2 === 0 ? -i / 2 : (i + 1) / 2)).find(
    (length) => n % length === 0 && length >= best / 1.5 && length <= 1.5 * best,
  );
  const length = even ?? best;
  return { segments: Math.floor(n / length), length, rest: n % length };
}

/** Turns `at` to `at + n` of a loop, counted up whatever its direction. */
interface Stretch {
  readonly at: Value | null;
  readonly n: number;
  readonly init: readonly Value[];
  /** Rows of those turns. */
  readonly xs: readonly Value[];
}

/** What is left of a stretch that was run through: the carries that its segments started with. */
interface Trail {
  readonly cut: Cut;
  readonly carry: readonly Value[];
  /** What turns gave that is wanted, whole. */
  readonly ys: readonly Value[];
  readonly starts: readonly Value[];
  /** The carries before the turns that are left over. */
  readonly before: readonly Value[];
}

class ScanSegments implements Segmented {
  readonly outputs: readonly (Value | undefined)[];
  readonly #b: Builder;
  readonly #loop: Loop;
  readonly #length: number;
  readonly #saved: readonly number[];
  readonly #depth: number;
  readonly #trail: Trail;

  constructor(b: Builder, node: Node, now: (x: Value) => Value, saved: ReadonlySet<number>, depth: number) {
    this.#b = b;
    this.#loop = nowOf(scanOf(node.inputs, node.attrs), now);
    this.#length = this.#loop.length!;
    this.#saved = [...saved];
    this.#depth = depth;
    const m = this.#loop.init.length;
    const others = node.outputs.slice(m).flatMap((_y, k) => (saved.has(k) ? [] : [k]));
    this.#trail = this.#through(this.#whole(this.#loop), others, depth);
    const { carry, ys } = this.#trail;
    this.outputs = [...carry, ...node.outputs.slice(m).map((_y, k) => ys[others.indexOf(k)])];
  }

  #whole = ({ init, xs }: Loop): Stretch => ({ at: null, n: this.#length, init, xs });

  back(node: Node, now: (x: Value) => Value, mine: (x: Value) => boolean): readonly Value[] {
    const original = scanOf(node.inputs, node.attrs);
    const m = this.#loop.init.length;
    // Which of what the first loop's turns give each element is; the others are arrays.
    const reads = original.xs.map((x) => (mine(x) ? x.index - m : null));
    const xs = original.xs.map((x, k) => (reads[k] === null ? now(x) : null));
    const loop: Loop = { ...original, consts: original.consts.map(now), init: original.init.map(now), xs: [] };
    const own = xs.filter((x) => x !== null);
    return this.#backOver(loop, reads, this.#whole(this.#loop), this.#trail, loop.init, own, this.#depth);
  }

  /** Where the turn that is left over, or the first segment, begins. */
  #offsets({ cut, n }: { readonly cut: Cut; readonly n: number }): {
    readonly segments: number;
    readonly rest: number;
  } {
    const long = n - cut.rest;
    return this.#loop.reverse ? { segments: cut.rest, rest: 0 } : { segments: 0, rest: long };
  }

  #at = (base: Value | null, offset: number): Value | null => {
    if (offset === 0) return base;
    const by = count(this.#b, offset);
    return base === null ? by : this.#b.add(base, by);
  };

  #turn = (base: Value | null, turn: Value): Value => (base === null ? turn : this.#b.add(base, turn));

  #rows = (x: Value, from: number, n: number): Value =>
    x.aval.shape[0] === n ? x : this.#b.slice_in_dim(x, { start_index: from, limit_index: from + n });

  #inSegments(x: Value, { segments, length }: Cut, from: number): Value {
    const rows = this.#rows(x, from, segments * length);
    return this.#b.reshape(rows, { shape: [segments, length, ...x.aval.shape.slice(1)] });
  }

  /** One array of what segments and the turns that are left over have given. */
  #joined(segments: Value, rest: Value | undefined, { length, segments: n }: Cut): Value {
    const rows = this.#b.reshape(segments, { shape: [n * length, ...segments.aval.shape.slice(2)] });
    if (rest === undefined) return rows;
    return this.#b.concat(this.#loop.reverse ? [rest, rows] : [rows, rest], { axis: 0 });
  }

  /** Runs the loop over a stretch, of which some ys are wanted whole. */
  #run({ at, n, init, xs }: Stretch, wanted: readonly number[]): { carry: readonly Value[]; ys: readonly Value[] } {
    const { reverse } = this.#loop;
    const m = init.length;
    return scanOver(this.#b, { length: n, turns: null, reverse, init, xs }, (turn, carry, rows) => {
      const results = turnOf(this.#b, this.#loop, this.#turn(at, turn), carry, rows);
      return [...results.slice(0, m), ...wanted.map((k) => results[m + k])];
    });
  }

  /** Runs the loop over a stretch in segments. */
  #through(stretch: Stretch, wanted: readonly number[], depth: number): Trail {
    const b = this.#b;
    const { at, n, init, xs } = stretch;
    const m = init.length;
    const saved = this.#saved.map((k) => this.#loop.body.outputs[m + k]);
    const cut = cutOf(n, bytesOf(init), bytesOf(saved), depth);
    const from = this.#offsets({ cut, n });
    const segmented = scanOver(
      b,
      {
        length: cut.segments,
        turns: null,
        reverse: this.#loop.reverse,
        init,
        xs: xs.map((x) => this.#inSegments(x, cut, from.segments)),
      },
      (segment, carry, rows) => {
        const first = this.#turn(this.#at(at, from.segments), b.multiply(segment, count(b, cut.length)));
        const done = this.#run({ at: first, n: cut.length, init: carry, xs: rows }, wanted);
        return [...done.carry, ...done.ys, ...carry];
      },
    );
    const before = segmented.carry;
    const starts = segmented.ys.slice(wanted.length);
    const rest =
      cut.rest === 0
        ? { carry: before, ys: [] }
        : this.#run(
            {
              at: this.#at(at, from.rest),
              n: cut.rest,
              init: before,
              xs: xs.map((x) => this.#rows(x, from.rest, cut.rest)),
            },
            wanted,
          );
    const ys = wanted.map((_k, i) => this.#joined(segmented.ys[i], rest.ys[i], cut));
    return { cut, carry: rest.carry, ys, starts, before };
  }

  /** Runs a loop back over a stretch that was gone through: the turns that are left over first, then segment by segment. */
  #backOver(
    loop: Loop,
    reads: readonly (number | null)[],
    { at, n, xs }: Stretch,
    { cut, starts, before }: Trail,
    init: readonly Value[],
    own: readonly Value[],
    depth: number,
  ): readonly Value[] {
    const b = this.#b;
    const from = this.#offsets({ cut, n });
    const c = init.length;
    const over = (
      stretch: Stretch,
      carry: readonly Value[],
      rows: readonly Value[],
      levels: number,
    ): readonly Value[] => {
      if (levels > 0 && stretch.n >= fewestTurns) {
        const trail = this.#through(stretch, [], levels);
        return this.#backOver(loop, reads, stretch, trail, carry, rows, levels);
      }
      const wanted = [...new Set(reads.filter((k) => k !== null))];
      const { ys } = this.#run(stretch, wanted);
      let next = 0;
      const elements = reads.map((k) => (k === null ? rows[next++] : ys[wanted.indexOf(k)]));
      const done = scanOver(
        b,
        { length: stretch.n, turns: null, reverse: loop.reverse, init: carry, xs: elements },
        (turn, states, row) => turnOf(b, loop, this.#turn(stretch.at, turn), states, row),
      );
      return [...done.carry, ...done.ys];
    };
    const restAt = this.#at(at, from.rest);
    const rest =
      cut.rest === 0
        ? init
        : over(
            { at: restAt, n: cut.rest, init: before, xs: xs.map((x) => this.#rows(x, from.rest, cut.rest)) },
            init,
            own.map((x) => this.#rows(x, from.rest, cut.rest)),
            depth - 1,
          );
    // What both loops read is cut once.
    const read = [...new Set([...xs, ...own])];
    const segmented = scanOver(
      b,
      {
        length: cut.segments,
        turns: null,
        reverse: loop.reverse,
        init: rest.slice(0, c),
        xs: [...starts, ...read.map((x) => this.#inSegments(x, cut, from.segments))],
      },
      (segment, carry, rows) => {
        const first = this.#turn(this.#at(at, from.segments), b.multiply(segment, count(b, cut.length)));
        const rowsOf = (list: readonly Value[]): Value[] => list.map((x) => rows[starts.length + read.indexOf(x)]);
        const stretch = { at: first, n: cut.length, init: rows.slice(0, starts.length), xs: rowsOf(xs) };
        return over(stretch, carry, rowsOf(own), depth - 1);
      },
    );
    return [...segmented.carry, ...segmented.ys.map((y, i) => this.#joined(y, rest[c + i], cut))];
  }
}

// -- loops that nobody has counted -----------------------------------------------------------------------------------

/** Turns of the first segment; each has as many more than the one before it. */
const firstTurns = 4;

class WhileSegments implements Segmented {
  readonly outputs: readonly (Value | undefined)[];
  readonly #b: Builder;
  readonly #loop: Loop;
  /** How many segments there were; of each the carries that it started with, its first turn, and how many it made. */
  readonly #segments: Value;
  readonly #trail: readonly Value[];

  constructor(b: Builder, node: Node, now: (x: Value) => Value) {
    const original = whileOf(node.inputs, node.attrs);
    this.#b = b;
    const loop = (this.#loop = nowOf(original.loop, now));
    const m = loop.init.length;
    const constants = original.conditionConsts.map(now);
    const { condition } = original;
    const holds = (carry: readonly Value[]): Value =>
      b.context.passes.inline(b, condition, [...constants, ...carry])[0];
    const outer = whileOver(
      b,
      { init: [...loop.init, count(b, 0)], segments: true },
      (carry) => holds(carry.slice(0, m)),
      (segment, carry) => {
        const first = carry[m];
        const most = b.multiply(b.add(segment, count(b, 1)), count(b, firstTurns));
        const inner = whileOver(
          b,
          { init: [...carry.slice(0, m), count(b, 0)] },
          (states) => b.logical_and(b.less(states[m], most), holds(states.slice(0, m))),
          (turn, states) => [
            ...turnOf(b, loop, b.add(first, turn), states.slice(0, m), []).slice(0, m),
            b.add(states[m], count(b, 1)),
          ],
        );
        const made = inner.carry[m];
        return [...inner.carry.slice(0, m), b.add(first, made), ...carry.slice(0, m), first, made];
      },
    );
    this.#segments = outer.turns;
    this.#trail = outer.ys;
    this.outputs = [...outer.carry, ...node.outputs.slice(m + 1).map(() => undefined)];
  }

  back(node: Node, now: (x: Value) => Value): readonly Value[] {
    const b = this.#b;
    const original = scanOf(node.inputs, node.attrs);
    const m = this.#loop.init.length;
    const loop: Loop = { ...original, consts: original.consts.map(now), init: original.init.map(now), xs: [] };
    const wanted = original.xs.map((x) => x.index - m - 1);
    return scanOver(
      b,
      { length: null, turns: this.#segments, reverse: true, init: loop.init, xs: this.#trail },
      (_segment, carry, rows) => {
        const [first, made] = rows.slice(m);
        const again = scanOver(
          b,
          { length: null, turns: made, reverse: false, init: rows.slice(0, m), xs: [] },
          (turn, states) => {
            const results = turnOf(b, this.#loop, b.add(first, turn), states, []);
            return [...results.slice(0, m), ...wanted.map((k) => results[m + k])];
          },
        );
        return scanOver(
          b,
          { length: null, turns: made, reverse: true, init: carry, xs: again.ys },
          (turn, states, row) => turnOf(b, loop, b.add(first, turn), states, row),
        ).carry;
      },
    ).carry;
  }
}
