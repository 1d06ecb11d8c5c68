// A loop nest as code: bodies of vectors inside counted loops, accumulators, and what a row needs between its phases.

import { itemBytes, sizeOf } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { invariant } from '../errors.ts';
import type { LoopStep, Member } from '../optimize/fuse.ts';
import type { Code, FunctionRef, Local, Module } from './assembler.ts';
import { loadVector, storeVector } from './access.ts';
import type { Surroundings } from './body.ts';
import { Body, emitBody } from './body.ts';
import { kindOf } from './convert.ts';
import type { Vec } from './lanes.ts';
import { lanesOf } from './vocabulary.ts';
import { memberValue } from './members.ts';
import type { Fold, Nest, Walk } from './nest.ts';
import { isCheap } from './nest.ts';
import { integerPower } from './integer-power.ts';
import { functionOf } from './outline.ts';
import { Accumulators, combine, identityBits } from './reduce.ts';
import type { Steps } from './steps.ts';
import { stepsOf } from './steps.ts';

/** What the code of a step refers to. */
export interface LoopContext {
  readonly module: Module;
  readonly fused: boolean;
  /** V8 joins pairs of vectors. */
  readonly wide: boolean;
  /** The address of an array. */
  readonly address: (value: Value) => number;
  /** The address of the step's scratch. */
  readonly scratch: number;
  readonly constant: (bits: bigint, width: 32 | 64) => number;
  readonly scalar: (name: string, arity: number) => FunctionRef;
  /** The bits of a scalar constant, or null where the value is none. */
  readonly known: (value: Value) => bigint | null;
  /** Is shown what each phase computes, before it becomes code. */
  readonly observe?: (role: 'map' | 'row', phase: number, bodyOf: BodyOf) => void;
}

/** The functions of a step, in the order in which they run. */
export interface LoopCode {
  readonly before: FunctionRef | null;
  readonly run: FunctionRef;
  readonly chunks: number;
  readonly after: FunctionRef | null;
}

/** What a body reads or writes, by number. */
interface Port {
  readonly walk: Walk;
  readonly value: Value;
}

type Target =
  | { readonly kind: 'store'; readonly port: Port }
  | { readonly kind: 'registers'; readonly fold: Fold }
  | { readonly kind: 'memory'; readonly fold: Fold };

/** What one phase computes for each element (or for each row), and where it comes from and goes. */
export interface BodyOf {
  readonly body: Body;
  readonly sources: readonly Port[];
  readonly targets: readonly Target[];
}

/** Emits the functions of a step. */
export function emitLoops(context: LoopContext, step: LoopStep, nest: Nest): LoopCode {
  const inMemory = nest.folds.filter((fold) => fold.joins);
  const before = inMemory.length === 0 ? null : emitFill(context, inMemory, nest);
  const run = context.module.function(['i32'], [], (code) => new NestCode(context, step, nest, code).emit());
  const partial = nest.folds.filter((fold) => fold.partial);
  const after = partial.length === 0 ? null : emitJoin(context, partial, nest);
  return { before, run, chunks: nest.chunks, after };
}

/** Members of a step, and elements of its domain, from which on and up to which functions are called. */
const [manyMembers, fewElements] = [64, 256];

class NestCode {
  readonly #context: LoopContext;
  readonly #step: LoopStep;
  readonly #nest: Nest;
  readonly #code: Code;
  readonly #makers: ReadonlyMap<Value, Member>;
  /** Whether it takes longer to write functions out than calls of them take to run. */
  readonly #calls: boolean;
  /** The changing part of the address, by how it changes. */
  readonly #index = new Map<string, Local | null>();
  readonly #walks = new Map<string, Walk>();
  /** Indices of the first axis in this piece; null where every piece has all of it. */
  #count: Local | null = null;

  constructor(context: LoopContext, step: LoopStep, nest: Nest, code: Code) {
    this.#context = context;
    this.#step = step;
    this.#nest = nest;
    this.#code = code;
    this.#makers = new Map(step.members.map((m) => [m.output, m]));
    this.#calls = step.members.length > manyMembers && sizeOf(step.domain) <= fewElements;
  }

  emit(): void {
    const { dims, outer, chunks, perChunk, phases } = this.#nest;
    const code = this.#code;
    if (chunks > 1) {
      // min(perChunk, first − chunk · perChunk)
      this.#count = code.local('i32');
      const left = code.local('i32');
      code.i32(dims[0]);
      code.get(code.param(0));
      code.i32(perChunk);
      code.op('i32.mul');
      code.op('i32.sub');
      code.set(left);
      code.i32(perChunk);
      code.get(left);
      code.get(left);
      code.i32(perChunk);
      code.op('i32.gt_s');
      code.op('select');
      code.set(this.#count);
      code.release(left);
    }
    const bodies = Array.from({ length: phases }, (_, p) => this.#bodyOf('map', p));
    const rows = Array.from({ length: phases }, (_, p) => this.#bodyOf('row', p));
    bodies.forEach((bodyOf, p) => {
      this.#context.observe?.('map', p, bodyOf);
      this.#context.observe?.('row', p, rows[p]);
    });
    const accumulators = new Map(nestFolds(this.#nest).map((fold) => [fold, this.#accumulatorsOf(fold, bodies)]));
    this.#startIndices([...bodies, ...rows]);
    this.#outerLoops(0, outer, () => {
      for (let p = 0; p < phases; p++) {
        this.#inner(outer, bodies[p], accumulators, p);
        this.#row(rows[p]);
      }
    });
  }

  // Addresses.

  #key(walk: Walk): string {
    return `${walk.strides.join()} ${walk.perChunk}`;
  }

  /** The offset that is always there: a walk downwards starts at its far end, so that the changing part stays positive. */
  #offset(port: Port): number {
    const { walk } = port;
    const base = walk.root === null ? this.#context.scratch : this.#context.address(walk.root);
    return base + walk.at - this.#startOf(walk);
  }

  #startOf({ strides }: Walk): number {
    return strides.reduce((n, s, d) => (s < 0 ? n - s * (this.#nest.dims[d] - 1) : n), 0);
  }

  #startIndices(bodies: readonly BodyOf[]): void {
    const code = this.#code;
    for (const { sources, targets } of bodies) {
      for (const { walk } of sources) this.#walks.set(this.#key(walk), walk);
      for (const t of targets) this.#walks.set(this.#key(walkOf(t)), walkOf(t));
    }
    for (const fold of this.#nest.folds) this.#walks.set(this.#key(fold.to), fold.to);
    if (this.#nest.own !== null) this.#walks.set(this.#key(this.#nest.own), this.#nest.own);
    for (const [key, walk] of this.#walks) {
      const perChunk = this.#nest.chunks > 1 ? walk.perChunk : 0;
      const start = this.#startOf(walk);
      if (perChunk === 0 && start === 0) {
        this.#index.set(key, null);
        continue;
      }
      const index = code.local('i32');
      code.get(code.param(0));
      code.i32(perChunk);
      code.op('i32.mul');
      code.i32(start);
      code.op('i32.add');
      code.set(index);
      this.#index.set(key, index);
    }
  }

  #pushIndex(walk: Walk): void {
    const index = this.#index.get(this.#key(walk));
    invariant(index !== undefined, 'a walk has an index');
    if (index === null) this.#code.i32(0);
    else this.#code.get(index);
  }

  /** Runs `body` with an index of its own, from where the outer one stands, for every walk that axis `d` moves. */
  #moving(d: number, body: (advance: (times: number) => void) => void): void {
    const code = this.#code;
    const moved = [...this.#walks].filter(([, walk]) => walk.strides[d] !== 0);
    const outer = moved.map(([key]) => this.#index.get(key)!);
    const own = moved.map(([key, walk], i) => {
      const index = code.local('i32');
      if (outer[i] == null) code.i32(0);
      else code.get(outer[i]);
      code.set(index);
      this.#index.set(key, index);
      return { index, stride: walk.strides[d] };
    });
    body((times) => own.forEach(({ index, stride }) => code.increment(index, stride * times)));
    moved.forEach(([key], i) => this.#index.set(key, outer[i]));
    for (const { index } of own) code.release(index);
  }

  /** A loop over axis d, as often as it has indices in this piece. */
  #loop(d: number, body: () => void): void {
    const code = this.#code;
    this.#moving(d, (advance) => {
      const left = code.local('i32');
      if (d === 0 && this.#count !== null) code.get(this.#count);
      else code.i32(this.#nest.dims[d]);
      code.set(left);
      code.loop((again) => {
        body();
        advance(1);
        code.get(left);
        code.i32(1);
        code.op('i32.sub');
        code.tee(left);
        code.brIf(again);
      });
      code.release(left);
    });
  }

  #outerLoops(d: number, end: number, body: () => void): void {
    if (d === end) body();
    else this.#loop(d, () => this.#outerLoops(d + 1, end, body));
  }

  // Bodies.

  #bodyOf(role: 'map' | 'row', phase: number): BodyOf {
    const body = new Body();
    const sources: Port[] = [];
    const targets: Target[] = [];
    const made = new Map<Value, Vec>();
    const load = (port: Port): Vec => {
      const known = sources.findIndex(
        ({ walk }) =>
          walk.root === port.walk.root && walk.at === port.walk.at && this.#key(walk) === this.#key(port.walk),
      );
      const source = known >= 0 ? known : sources.push(port) - 1;
      return body.add({ op: 'load', kind: kindOf[port.value.aval.dtype], args: [], source });
    };
    const valueOf = (member: Member): Vec => {
      const known = made.get(member.output);
      if (known !== undefined) return known;
      const value = memberValue(
        body,
        member,
        member.operands.map((_, k) => operandIn(member, k)),
        this.#context.fused,
        this.#calls ? this.#context.module : undefined,
      );
      made.set(member.output, value);
      return value;
    };
    const operandIn = (member: Member, k: number): Vec => {
      const { root } = member.operands[k];
      const walk = this.#nest.operands.get(member)![k];
      const bits = this.#context.known(root);
      if (bits !== null) return body.add({ op: 'const', kind: kindOf[root.aval.dtype], args: [], bits });
      const maker = this.#makers.get(root);
      if (maker === undefined || maker.role !== 'map') return load({ walk, value: root });
      const stored = this.#nest.stores.get(root);
      const again = maker.phase === phase || stored === undefined || isCheap(maker, this.#makers, 4);
      return again ? valueOf(maker) : load({ walk: stored, value: root });
    };
    const makes = (member: Member): void => {
      const to = this.#nest.stores.get(member.output);
      if (to === undefined) return;
      const value = valueOf(member);
      for (const port of this.#overwritten(member.output)) load(port);
      store({ kind: 'store', port: { walk: to, value: member.output } }, value);
    };
    const store = (target: Target, value: Vec): void => {
      // In memory and in accumulators masks are as wide as 32 bits.
      const narrow = value.kind === 'm64' ? lanesOf(body, 'm64', false).narrow(value) : value;
      body.store(targets.push(target) - 1, narrow);
    };
    for (const member of this.#step.members) {
      if (member.phase !== phase) continue;
      if (member.role === role) makes(member);
      else if (role === 'map' && member.role === 'reduce') {
        const fold = this.#nest.folds.find((f) => f.member === member)!;
        const value = operandIn(member, 0);
        store({ kind: fold.from === null ? 'memory' : 'registers', fold }, value);
      }
    }
    return { body, sources, targets };
  }

  /** The operands that a result is written over: what any later instruction needs of them is loaded before. */
  #overwritten(result: Value): Port[] {
    const over = this.#nest.reuses.filter(
      (r) => r.result === result && this.#context.address(r.operand) === this.#context.address(result),
    );
    const ports = new Map<Value, Port>();
    for (const { operand } of over) {
      for (const walk of [...this.#nest.operands.values()].flat()) {
        if (walk.root === operand) ports.set(operand, { walk, value: operand });
      }
    }
    return [...ports.values()];
  }

  #accumulatorsOf(fold: Fold, bodies: readonly BodyOf[]): Accumulators {
    return new Accumulators(fold, this.#stepsOf(bodies[fold.member.phase].body).sums);
  }

  #stepsOf(body: Body): Steps {
    const { dims, folds } = this.#nest;
    if (dims.length === 0) return { step: 1, block: 1, sums: 1 };
    return stepsOf(body, dims[dims.length - 1], sizeOf(dims), folds.length > 0, this.#context.wide);
  }

  #surroundings(bodyOf: BodyOf, accumulators: ReadonlyMap<Fold, Accumulators>): Surroundings {
    const last = this.#nest.dims.length - 1;
    const spot = (port: Port) => ({
      index: () => this.#pushIndex(port.walk),
      offset: this.#offset(port),
      stride: last < 0 ? 0 : port.walk.strides[last],
    });
    const { module, constant, scalar } = this.#context;
    const outside: Omit<Surroundings, 'load' | 'store' | 'scratch'> = {
      constant,
      scalar,
      power: (width) => integerPower(module, width),
      call: (name, of, kind, arity) => functionOf(module, name, of, kind, arity, outside),
    };
    return {
      ...outside,
      ...this.#branches(),
      load: (code, source, kind, part, count) => {
        const port = bodyOf.sources[source];
        loadVector(code, port.value.aval.dtype, kind, spot(port), part, count);
      },
      store: (code, target, kind, part, count, value) => {
        const to = bodyOf.targets[target];
        if (to.kind === 'registers') {
          accumulators.get(to.fold)!.add(code, part, count, value, this.#context.constant);
          return;
        }
        const port = to.kind === 'store' ? to.port : portOf(to.fold);
        const { dtype } = port.value.aval;
        const at = { ...spot(port), stride: itemBytes(dtype) };
        if (to.kind === 'memory') {
          // The result so far, joined with this vector.
          const sum = code.local('v128');
          loadVector(code, dtype, kind, at, part, count);
          code.set(sum);
          combine(code, to.fold.member.reducer!, kind, sum, value);
          code.set(sum);
          storeVector(code, dtype, kind, at, part, count, sum);
          code.release(sum);
        } else storeVector(code, dtype, kind, at, part, count, value);
      },
    };
  }

  /** Leaves the address of the piece's own scratch on the stack. */
  #ownScratch(): void {
    const { own } = this.#nest;
    invariant(own !== null, 'the nest has scratch');
    this.#pushIndex(own);
    this.#code.i32(this.#context.scratch + own.at);
    this.#code.op('i32.add');
  }

  #branches(): Pick<Surroundings, 'scratch'> {
    const { own, ownBytes } = this.#nest;
    return own === null ? {} : { scratch: { bytes: ownBytes, push: () => this.#ownScratch() } };
  }

  // Loops.

  #inner(d: number, bodyOf: BodyOf, accumulators: ReadonlyMap<Fold, Accumulators>, phase: number): void {
    if (bodyOf.targets.length === 0) return;
    const { dims } = this.#nest;
    const code = this.#code;
    const here = this.#nest.folds.filter((f) => f.member.phase === phase && f.from === d);
    for (const fold of here) accumulators.get(fold)!.start(code, this.#context.constant);
    if (d >= dims.length - 1) this.#vectors(d, bodyOf, accumulators);
    else this.#loop(d, () => this.#inner(d + 1, bodyOf, accumulators, phase));
    for (const fold of here) this.#finishFold(fold, accumulators.get(fold)!);
  }

  /** The last axis, in steps of several vectors, then what is left. */
  #vectors(d: number, bodyOf: BodyOf, accumulators: ReadonlyMap<Fold, Accumulators>): void {
    const code = this.#code;
    const around = this.#surroundings(bodyOf, accumulators);
    if (this.#nest.dims.length === 0) {
      emitBody(code, bodyOf.body, 1, around);
      return;
    }
    const { dims, chunks, perChunk } = this.#nest;
    const { step, block } = this.#stepsOf(bodyOf.body);
    const n = dims[d];
    const pieces = d === 0 && chunks > 1;
    const padded = this.#nest.dims.length === 1 && overruns(bodyOf);
    // In pieces, each piece but the last is whole steps.
    const left = (pieces ? n - (chunks - 1) * perChunk : n) % step;
    this.#moving(d, (advance) => {
      const loops = pieces ? 2 : Math.floor(n / step);
      const steps = code.local('i32');
      const body = (elements: number): void => emitBody(code, bodyOf.body, elements, around, block);
      const counted = (): void =>
        code.loop((again) => {
          body(step);
          advance(step);
          code.get(steps);
          code.i32(1);
          code.op('i32.sub');
          code.tee(steps);
          code.brIf(again);
        });
      if (pieces) {
        code.get(this.#count!);
        code.i32(padded ? step - 1 : 0);
        code.op('i32.add');
        code.i32(step);
        code.op('i32.div_u');
        code.tee(steps);
        code.if(counted);
      } else if (padded && loops > 0) {
        code.i32(Math.ceil(n / step));
        code.set(steps);
        counted();
      } else if (loops === 1) {
        body(step);
        if (left > 0) advance(step);
      } else if (loops > 1) {
        code.i32(loops);
        code.set(steps);
        counted();
      }
      code.release(steps);
      if (left === 0 || (padded && loops > 0)) return;
      if (!pieces) body(padded ? Math.ceil(left / 4) * 4 : left);
      else {
        code.get(code.param(0));
        code.i32(chunks - 1);
        code.op('i32.eq');
        code.if(() => body(left));
      }
    });
  }

  /** The one number that accumulators hold, to where it belongs. */
  #finishFold(fold: Fold, accumulators: Accumulators): void {
    const code = this.#code;
    const { reducer } = fold.member;
    const port = portOf(fold);
    const { dtype } = port.value.aval;
    const kind = accumulators.kind;
    const result = code.local('v128');
    accumulators.fold(code, result, () => this.#ownScratch());
    const spot = { index: () => this.#pushIndex(fold.to), offset: this.#offset(port), stride: itemBytes(dtype) };
    if (fold.joins) {
      const sum = code.local('v128');
      loadVector(code, dtype, kind, { ...spot, stride: 0 }, 0, 1);
      code.set(sum);
      combine(code, reducer!, kind, sum, result);
      code.set(result);
      code.release(sum);
    }
    storeVector(code, dtype, kind, spot, 0, 1, result);
    code.release(result);
  }

  #row(bodyOf: BodyOf): void {
    if (bodyOf.targets.length > 0) emitBody(this.#code, bodyOf.body, 1, this.#surroundings(bodyOf, new Map()));
  }
}

const nestFolds = (nest: Nest): Fold[] => nest.folds.filter((f) => f.from !== null);
const portOf = (fold: Fold): Port => ({ walk: fold.to, value: fold.member.output });
const walkOf = (t: Target): Walk => (t.kind === 'store' ? t.port.walk : t.fold.to);

/**
 * Whether the loop may run past the last element: everything is read and written side by side, nothing is joined, and nothing
 * stops at what lies there.
 */
function overruns({ body, sources, targets }: BodyOf): boolean {
  if (body.instrs.some((instr) => instr.op === 'integers')) return false;
  const dense = ({ walk, value }: Port): boolean =>
    walk.strides.every((s) => s === 0 || s === itemBytes(value.aval.dtype));
  return sources.every(dense) && targets.every((t) => t.kind === 'store' && dense(t.port));
}

/** Fills results that are joined in memory with the identity. */
function emitFill(context: LoopContext, folds: readonly Fold[], nest: Nest): FunctionRef {
  return context.module.function([], [], (code) => {
    for (const { member, to, partial } of folds) {
      const { dtype, shape } = member.output.aval;
      const size = sizeOf(shape);
      const kind = kindOf[dtype];
      const base = (to.root === null ? context.scratch : context.address(to.root)) + to.at;
      const index = code.local('i32');
      const value = code.local('v128');
      code.i32(0);
      code.mem(
        kind.endsWith('32') ? 'v128.load32_splat' : 'v128.load64_splat',
        context.constant(identityBits(member.reducer!, dtype), kind.endsWith('32') ? 32 : 64),
      );
      code.set(value);
      const lanes = kind.endsWith('32') ? 4 : 2;
      const bytes = itemBytes(dtype);
      for (let chunk = 0; chunk < (partial ? nest.chunks : 1); chunk++) {
        const offset = base + chunk * to.perChunk;
        code.count(index, 0, size * bytes, lanes * bytes, () =>
          storeVector(code, dtype, kind, { index: (c) => c.get(index), offset, stride: bytes }, 0, lanes, value),
        );
      }
      code.release(index);
      code.release(value);
    }
  });
}

/** Joins the partial results of all chunks, in their order. */
function emitJoin(context: LoopContext, folds: readonly Fold[], nest: Nest): FunctionRef {
  return context.module.function([], [], (code) => {
    for (const { member, to } of folds) {
      const { dtype, shape } = member.output.aval;
      const kind = kindOf[dtype];
      const bytes = itemBytes(dtype);
      const lanes = kind.endsWith('32') ? 4 : 2;
      const from = context.scratch + to.at;
      const index = code.local('i32');
      const at = code.local('i32');
      const sum = code.local('v128');
      const next = code.local('v128');
      code.count(index, 0, sizeOf(shape) * bytes, lanes * bytes, () => {
        loadVector(code, dtype, kind, { index: (c) => c.get(index), offset: from, stride: bytes }, 0, lanes);
        code.set(sum);
        code.get(index);
        code.set(at);
        const chunk = code.local('i32');
        code.count(chunk, 1, nest.chunks, 1, () => {
          code.increment(at, to.perChunk);
          loadVector(code, dtype, kind, { index: (c) => c.get(at), offset: from, stride: bytes }, 0, lanes);
          code.set(next);
          combine(code, member.reducer!, kind, sum, next);
          code.set(sum);
        });
        code.release(chunk);
        const out = { index: (c: Code) => c.get(index), offset: context.address(member.output), stride: bytes };
        storeVector(code, dtype, kind, out, 0, lanes, sum);
      });
      for (const local of [index, at, sum, next]) code.release(local);
    }
  });
}
