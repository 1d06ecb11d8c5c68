// Loops and branches as straight code: what they carry is in locals, and turns read and write their elements where they lie.

import { bytesOfAval, itemBytes, sizeOf } from '../ir/aval.ts';
import type { Aval } from '../ir/aval.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { wholeView } from '../ir/view.ts';
import { branchesOf } from '../families/branches.ts';
import { subgraphsOf } from '../families/bodies.ts';
import { scanOf, whileOf } from '../families/loops.ts';
import type { Code, FunctionRef, Local } from './assembler.ts';
import type { Frame } from './control.ts';
import { addressIn, countTurns } from './control.ts';
import { kindOf } from './convert.ts';
import type { Draft, LaidControl } from './lay-out.ts';
import type { Ref, Spot } from './registers.ts';
import type { Row } from './stacks.ts';
import { rowOf, Stacks } from './stacks.ts';
import { baseBytes, isTiny, resumeBytes } from '../optimize/unroll.ts';
import { copyBytes, fixed, transfer } from './transfer.ts';
import { invariant } from '../errors.ts';
import type { Held, Lies } from './unrolled.ts';
import { UnrolledCode } from './unrolled.ts';
import { Offsets } from './offsets.ts';

/** Turns that one call makes: V8 puts optimised code in place between calls, never in the middle of one. */
const turnsAtOnce = 256;
/** The same where turns make turns of other loops. */
const loopsAtOnce = 16;

const atOnce = (body: Graph): number =>
  body.nodes.some((node) => subgraphsOf(node.attrs).length > 0) ? loopsAtOnce : turnsAtOnce;

/** How a loop goes on in another call: from which turn, and where what it carries waits. */
interface Resume {
  /** The turn to begin with; 0 in the first call. */
  readonly start: Local;
  /** The turn that is next when the call ends, -1 where the loop is done. */
  readonly next: Local;
  readonly at: number;
}

/** The function of a loop or a branch whose arrays are tiny. */
export function emitUnrolled(draft: Draft, laid: LaidControl, outer: Frame, scratch: number): FunctionRef {
  const { module } = draft;
  const { node } = laid.step;
  const resumes = mayTakeLong(node);
  const some = module.function(['i32'], ['i32'], (code) => {
    const resume = resumes ? { start: code.param(0), next: code.local('i32'), at: scratch } : null;
    emitCall(draft, laid, outer, scratch + resumeBytes(node), code, resume);
    if (resume === null) code.i32(-1);
    else code.get(resume.next);
  });
  return module.function([], [], (code) => {
    const next = code.local('i32');
    code.i32(0);
    code.set(next);
    code.loop((again) => {
      code.get(next);
      code.call(some);
      code.tee(next);
      code.i32(0);
      code.op('i32.ge_s');
      code.brIf(again);
    });
    code.release(next);
  });
}

function mayTakeLong(node: Node): boolean {
  if (node.op.name === 'while_loop') return true;
  if (node.op.name !== 'scan') return false;
  const { length, body } = scanOf(node.inputs, node.attrs);
  return length === null || length > atOnce(body);
}

function emitCall(
  draft: Draft,
  laid: LaidControl,
  outer: Frame,
  scratch: number,
  code: Code,
  resume: Resume | null,
): void {
  const { node, operands } = laid.step;
  const places = new Map(node.outputs.map((y) => [y, outer.address(y)]));
  const control = new ControlCode(draft, places);
  const u = new UnrolledCode({
    kernel: draft.context,
    code,
    address: outer.address,
    scratch: { at: scratch, bytes: laid.scratchBytes - resumeBytes(node) },
    control: (inner, at) => control.emit(inner, at, null),
  });
  node.inputs.forEach((x, i) => {
    const at = addressIn(outer, operands[i]);
    u.set(x, x.aval.stacked === true ? stackAt(code, at) : { form: 'memory', pointer: null, at });
  });
  control.emit(u, node, resume);
  const finish = (): void => {
    for (const y of node.outputs) {
      const lies = u.of(y);
      const place = places.get(y)!;
      if (lies.held.form === 'stack') {
        for (const [local, at] of [
          [lies.held.base, place],
          [lies.held.row, place + 4],
        ] as const) {
          code.i32(at);
          code.get(local);
          code.mem('i32.store');
        }
      } else if (lies.held.form === 'refs') writeAll(u, [{ lies, aval: y.aval, pointer: null, at: place }]);
    }
    u.registers.end();
  };
  if (resume === null) return finish();
  code.get(resume.next);
  code.i32(0);
  code.op('i32.lt_s');
  code.if(finish);
}

/** A stacked value from its place. */
function stackAt(code: Code, at: number): Held {
  const [base, row] = [code.local('i32'), code.local('i32')];
  [base, row].forEach((local, i) => {
    code.i32(at);
    code.mem('i32.load', 4 * i);
    code.set(local);
  });
  return { form: 'stack', base, row };
}

/** Elements and where in memory they go. */
interface Writing extends Pick<Spot, 'pointer' | 'at'> {
  readonly lies: Lies;
  readonly aval: Aval;
}

function writeAll(u: UnrolledCode, list: readonly Writing[]): void {
  for (const { lies, aval, pointer, at } of list) {
    const { dtype } = aval;
    const size = sizeOf(aval.shape);
    const bytes = itemBytes(dtype);
    for (let i = 0; i < size; i++) {
      const [low, high] = [u.ref(lies, i), i + 1 < size ? u.ref(lies, i + 1) : null];
      const together = high !== null && low.cell === high.cell && low.lane === 0 && high.lane === 1;
      const spot = { pointer, at: at + i * bytes, dtype, count: together ? (2 as const) : (1 as const) };
      u.registers.write(spot, together ? u.registers.vec(low.cell) : u.registers.scalar(low));
      if (together) i++;
    }
  }
}

/** Locals for the elements of an array, two in each. */
function slotsOf(u: UnrolledCode, { dtype, shape }: Aval): Lies {
  const size = sizeOf(shape);
  const refs: Ref[] = [];
  for (let i = 0; i < size; i += 2) {
    const cell = u.registers.inLocal(kindOf[dtype], u.code.local('v128'), false);
    refs.push({ cell, lane: 0 }, { cell, lane: 1 });
  }
  return { held: { form: 'refs', refs: refs.slice(0, size) }, view: wholeView(shape), dtype };
}

/** Copies an array to where a loop writes over it. */
interface Copy {
  readonly from: Lies;
  readonly to: number;
  readonly bytes: number;
}

/** Where slots are. */
const localsOf = (slots: readonly Lies[]): Local[] =>
  slots.flatMap(({ held }) =>
    held.form === 'refs' ? held.refs.flatMap(({ cell, lane }) => (lane === 0 ? [cell.local!] : [])) : [],
  );

/** Values into slots, all at once, and elements to memory. */
function assign(
  u: UnrolledCode,
  slots: readonly Lies[],
  values: readonly Lies[],
  writes: readonly Writing[] = [],
): void {
  const moves = slots.flatMap((slot, k) => {
    const size = sizeOf(slot.view.shape);
    return localsOf([slot]).map((local, p) => {
      const vec = u.pair(values[k], 2 * p, 2 * p + 1 < size ? 2 * p + 1 : null);
      return { local, vec: u.registers.narrowMask(vec) };
    });
  });
  writeAll(u, writes);
  for (const { local, vec } of moves) u.registers.keep(local, vec);
  u.registers.end();
}

function copyAll(code: Code, copies: readonly Copy[]): void {
  for (const { from, to, bytes } of copies) {
    const { held, view, dtype } = from;
    invariant(held.form === 'memory', 'a large array is in memory');
    const at = held.at + view.offset * itemBytes(dtype);
    if (held.pointer === null) copyBytes(code, to, at, bytes);
    else transfer(code, fixed(to), (c) => pushAddress(c, held.pointer!, at), bytes);
  }
}

function pushAddress(code: Code, pointer: Local, at: number): void {
  code.get(pointer);
  code.i32(at);
  code.op('i32.add');
}

/** Whether turns of a body stack anything. */
const stacks = (graph: Graph): boolean =>
  graph.nodes.some((node) => node.outputs.some((y) => y.aval.stacked === true) || subgraphsOf(node.attrs).some(stacks));

class ControlCode {
  readonly #stacks: Stacks;
  /** Where what the outermost loop gives has its place. */
  readonly #places: ReadonlyMap<Value, number>;

  constructor(draft: Draft, places: ReadonlyMap<Value, number>) {
    this.#stacks = new Stacks(draft);
    this.#places = places;
  }

  /** `resume`: it makes some turns in each call. */
  emit(u: UnrolledCode, node: Node, resume: Resume | null): void {
    if (node.op.name === 'switch') this.#switch(u, node);
    else if (node.op.name === 'scan') this.#scan(u, node, resume);
    else this.#while(u, node, resume);
  }

  /** Where what a loop carries is: in locals, and where it is large in memory, that of who carries it outside or its own. */
  #slots(u: UnrolledCode, node: Node, init: readonly Value[], given: readonly Lies[], copies: Copy[]): Lies[] {
    return init.map(({ aval }, k) => {
      if (isTiny(aval)) return slotsOf(u, aval);
      const from = given[k];
      if (from.held.form === 'memory' && from.held.written === true) return from;
      const to = this.#places.get(node.outputs[k]) ?? u.room(aval, 1);
      copies.push({ from, to, bytes: bytesOfAval(aval) });
      const held = { form: 'memory', pointer: null, at: to, written: true } as const;
      return { held, view: wholeView(aval.shape), dtype: aval.dtype };
    });
  }

  /** Slots as they begin: from values, or as the call before left them; and what else is made once and kept in a local. */
  #begin(
    u: UnrolledCode,
    resume: Resume | null,
    slots: readonly Lies[],
    values: readonly Lies[],
    base: Local,
    make: () => void,
  ): void {
    const first = (): void => {
      make();
      assign(u, slots, values);
    };
    if (resume === null) return first();
    const { code } = u;
    code.get(resume.start);
    code.op('i32.eqz');
    code.if(first, () => {
      localsOf(slots).forEach((local, k) => {
        code.i32(resume.at);
        code.mem('v128.load', baseBytes + 16 * k);
        code.set(local);
      });
      code.i32(resume.at);
      code.mem('i32.load');
      code.set(base);
    });
  }

  /** A number that the first call knows, for all of them. */
  #keep(code: Code, { start, at }: Resume, local: Local): void {
    code.get(start);
    code.op('i32.eqz');
    code.if(
      () => {
        code.i32(at);
        code.get(local);
        code.mem('i64.store', baseBytes / 2);
      },
      () => {
        code.i32(at);
        code.mem('i64.load', baseBytes / 2);
        code.set(local);
      },
    );
  }

  /** Leaves slots for the next call. */
  #pause(code: Code, resume: Resume, slots: readonly Lies[], base: Local): void {
    localsOf(slots).forEach((local, k) => {
      code.i32(resume.at);
      code.get(local);
      code.mem('v128.store', baseBytes + 16 * k);
    });
    code.i32(resume.at);
    code.get(base);
    code.mem('i32.store');
  }

  #scan(u: UnrolledCode, node: Node, resume: Resume | null): void {
    const { code } = u;
    const { body, length, reverse, init, xs } = scanOf(node.inputs, node.attrs);
    const given = scanOf(
      node.inputs.map((x) => u.of(x)),
      node.attrs,
    );
    const m = init.length;
    const copies: Copy[] = [];
    const slots = this.#slots(u, node, init, given.init, copies);
    const reads = xs.map((x, k) => this.#readable(u, x, given.xs[k]));
    const [i, n, low] = [code.local('i32'), code.local('i32'), code.local('i32')];
    if (given.turns !== null) {
      u.registers.pushInteger(u.ref(given.turns, 0));
      code.op('i32.wrap_i64');
    } else code.i32(length!);
    code.set(n);
    const ys = node.outputs.slice(m);
    const avals = body.outputs.slice(m).map((y) => y.aval);
    const row = rowOf(avals.map(bytesOfAval));
    const first = code.local('i32');
    this.#begin(u, resume, slots, given.init, first, () => {
      copyAll(code, copies);
      if (length === null) this.#stacks.reserve(code, n, row, first);
    });
    const base = length === null ? first : null;
    const places = ys.map((y, k) =>
      base !== null ? row.offsets[k] : (this.#places.get(y) ?? u.room(avals[k], length!)),
    );
    const inner = stacks(body);
    if (inner) this.#stacks.mark(code, low);
    const offsets = new Offsets(code, i);
    this.#turns(code, i, n, reverse, resume === null ? null : { ...resume, most: atOnce(body) }, () => {
      offsets.clear();
      const elements = reads.map((read, k): Lies => {
        const { dtype, shape } = body.inputs[1 + given.consts.length + m + k].value.aval;
        return { held: read(offsets, bytesOfAval({ dtype, shape })), view: wholeView(shape), dtype };
      });
      const to = avals.map((aval, k): Pick<Spot, 'pointer' | 'at'> => ({
        pointer: base === null ? offsets.of(bytesOfAval(aval), null) : offsets.of(row.row, base),
        at: places[k],
      }));
      const turn = turnOf(u, i);
      const results = u.run(body, [turn, ...given.consts, ...slots, ...elements]);
      const writes = avals.map((aval, k) => ({ lies: results[m + k], aval, ...to[k] }));
      assign(u, slots, results.slice(0, m), writes);
      u.forget(body);
      if (inner) this.#stacks.release(code, low);
    });
    if (resume !== null) {
      code.get(resume.next);
      code.i32(0);
      code.op('i32.ge_s');
      code.if(() => this.#pause(code, resume, slots, first));
    }
    slots.forEach((slot, k) => u.put(node.outputs[k], slot));
    ys.forEach((y, k) => {
      if (base === null) u.set(y, { form: 'memory', pointer: null, at: places[k] });
      else u.set(y, stacked(code, base, row, k));
    });
  }

  /** Runs the turns of a scan, or those of one call. */
  #turns(
    code: Code,
    i: Local,
    n: Local,
    reverse: boolean,
    resume: (Resume & { readonly most: number }) | null,
    body: () => void,
  ): void {
    if (resume === null) return countTurns(code, i, n, reverse, body);
    const { start, next, most } = resume;
    const [turn, end] = [code.local('i32'), code.local('i32')];
    // end = start + min(most, n − start), which does not overflow.
    code.get(n);
    code.get(start);
    code.op('i32.sub');
    code.tee(end);
    code.i32(most);
    code.get(end);
    code.i32(most);
    code.op('i32.lt_s');
    code.op('select');
    code.get(start);
    code.op('i32.add');
    code.set(end);
    code.get(start);
    code.tee(turn);
    code.get(end);
    code.op('i32.lt_s');
    code.if(() => {
      code.loop((again) => {
        if (reverse) {
          code.get(n);
          code.i32(1);
          code.op('i32.sub');
          code.get(turn);
          code.op('i32.sub');
        } else code.get(turn);
        code.set(i);
        body();
        code.increment(turn, 1);
        code.get(turn);
        code.get(end);
        code.op('i32.lt_s');
        code.brIf(again);
      });
    });
    code.get(end);
    code.i32(-1);
    code.get(end);
    code.get(n);
    code.op('i32.lt_s');
    code.op('select');
    code.set(next);
    code.release(turn);
    code.release(end);
  }

  /** How turns read an array: where it lies, or from scratch where it is in registers. */
  #readable(u: UnrolledCode, { aval }: Value, lies: Lies): (offsets: Offsets, bytes: number) => Held {
    const { held, view, dtype } = lies;
    if (held.form === 'stack') {
      return (offsets) => ({ form: 'memory', pointer: offsets.ofStack(held.base, held.row), at: 0 });
    }
    const whole = wholeView(aval.shape);
    const inPlace =
      held.form === 'memory' && view.strides.every((s, k) => aval.shape[k] === 1 || s === whole.strides[k]);
    if (inPlace) {
      const at = held.at + view.offset * itemBytes(dtype);
      return (offsets, bytes) => ({ form: 'memory', pointer: offsets.of(bytes, held.pointer), at });
    }
    const at = u.room(aval, 1);
    writeAll(u, [{ lies, aval, pointer: null, at }]);
    return (offsets, bytes) => ({ form: 'memory', pointer: offsets.of(bytes, null), at });
  }

  #while(u: UnrolledCode, node: Node, resume: Resume | null): void {
    const { code } = u;
    const { condition, loop } = whileOf(node.inputs, node.attrs);
    const given = whileOf(
      node.inputs.map((x) => u.of(x)),
      node.attrs,
    );
    const { body, init } = loop;
    const m = init.length;
    const copies: Copy[] = [];
    const slots = this.#slots(u, node, init, given.loop.init, copies);
    const avals = body.outputs.slice(m).map((y) => y.aval);
    const row = rowOf(avals.map(bytesOfAval));
    const [i, base, low] = [code.local('i32'), code.local('i32'), code.local('i32')];
    this.#begin(u, resume, slots, given.loop.init, base, () => {
      copyAll(code, copies);
      this.#stacks.mark(code, base);
    });
    if (resume === null) code.i32(0);
    else code.get(resume.start);
    code.set(i);
    const before = this.#stacks.begin(code, node);
    if (resume !== null && before !== null) this.#keep(code, resume, before);
    const inner = stacks(body) || stacks(condition);
    if (resume !== null) {
      code.i32(-1);
      code.set(resume.next);
    }
    code.block((done) => {
      code.loop((again) => {
        if (inner) this.#stacks.mark(code, low);
        const [test] = u.run(condition, [...given.conditionConsts, ...slots]);
        code.get(u.registers.settled(u.ref(test, 0)));
        code.lane('i32x4.extract_lane', 0);
        code.op('i32.eqz');
        code.brIf(done);
        u.forget(condition);
        const turn = turnOf(u, i);
        const results = u.run(body, [turn, ...given.loop.consts, ...slots]);
        // What inner loops have stacked goes; the turn's own row takes its place.
        if (inner) this.#stacks.release(code, low);
        const here = row.row > 0 ? this.#stacks.push(code, row) : null;
        const writes = avals.map((aval, k) => ({ lies: results[m + k], aval, pointer: here, at: row.offsets[k] }));
        assign(u, slots, results.slice(0, m), writes);
        u.forget(body);
        code.increment(i, 1);
        this.#stacks.bound(code, i, before);
        if (resume === null) return code.br(again);
        code.get(i);
        code.get(resume.start);
        code.op('i32.sub');
        code.i32(atOnce(body));
        code.op('i32.lt_s');
        code.brIf(again);
      });
      if (resume === null) return;
      code.get(i);
      code.set(resume.next);
      this.#pause(code, resume, slots, base);
    });
    const over = (): void => {
      if (inner) this.#stacks.release(code, low);
      this.#stacks.count(code, i, before);
    };
    if (resume === null) over();
    else {
      code.get(resume.next);
      code.i32(0);
      code.op('i32.lt_s');
      code.if(over);
    }
    slots.forEach((slot, k) => u.put(node.outputs[k], slot));
    u.put(node.outputs[m], turnOf(u, i));
    node.outputs.slice(m + 1).forEach((y, k) => u.set(y, stacked(code, base, row, k)));
  }

  #switch(u: UnrolledCode, node: Node): void {
    const { code } = u;
    const branches = branchesOf(node.attrs);
    const [index, ...operands] = node.inputs.map((x) => u.of(x));
    const slots = node.outputs.map(({ aval }) => (isTiny(aval) ? slotsOf(u, aval) : null));
    const chosen = code.local('i64');
    u.registers.pushInteger(u.ref(index, 0));
    code.set(chosen);
    const take = (k: number): void => {
      const results = u.run(branches[k], operands);
      // A large array is where it was, written over or not.
      results.forEach((result, i) => (slots[i] ??= result));
      assign(u, slots as Lies[], results);
      u.forget(branches[k]);
    };
    const from = (k: number): void => {
      if (k === branches.length - 1) return take(k);
      code.get(chosen);
      code.i64(BigInt(k));
      code.op('i64.le_s');
      code.if(
        () => take(k),
        () => from(k + 1),
      );
    };
    from(0);
    code.release(chosen);
    slots.forEach((slot, k) => u.put(node.outputs[k], slot!));
  }
}

/** The number of a turn, which is in a local. */
function turnOf(u: UnrolledCode, i: Local): Lies {
  const { code } = u;
  const local = code.local('v128');
  code.get(i);
  code.op('i64.extend_i32_u');
  code.op('i64x2.splat');
  code.set(local);
  const cell = u.registers.inLocal('i64', local, true);
  return { held: { form: 'refs', refs: [{ cell, lane: 0 }] }, view: wholeView([]), dtype: 'int64' };
}

/** What turns have stacked as the k-th element of their rows. */
function stacked(code: Code, base: Local, { offsets, row }: Row, k: number): Held {
  const [first, bytes] = [code.local('i32'), code.local('i32')];
  code.get(base);
  code.i32(offsets[k]);
  code.op('i32.add');
  code.set(first);
  code.i32(row);
  code.set(bytes);
  return { form: 'stack', base: first, row: bytes };
}
