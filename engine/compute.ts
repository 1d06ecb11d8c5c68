// One request, computed: compile (or find the plan), run, and put each tensor where the answer wants it.

import type { Slot } from './asked/compilation.ts';
import { encodeJson } from './codec/encode.ts';
import type { Plan } from './compile.ts';
import { buildersOf, compile, feedPlan, holdsFor, prepare, structureOf } from './compile.ts';
import { EngineError } from './errors.ts';
import { subgraphsOf } from './families/bodies.ts';
import { bytesOfAval } from './ir/aval.ts';
import type { Warning } from './ir/builder.ts';
import type { Node } from './ir/graph.ts';
import { describeNode } from './ir/graph.ts';
import type { Tensor } from './ir/tensor.ts';
import { hasNaN, hasNonFinite } from './numeric/finite.ts';
import { interpretedWithin, limitsOf } from './memory.ts';
import type { KeptPlan } from './plans.ts';
import { planKey } from './plans.ts';
import type { SparseLayout, SparseTensor } from './sparse/layout.ts';
import { StackFull } from './run/arena.ts';
import type { CompiledPlan } from './run/execute.ts';
import type { Observer } from './run/interpret.ts';
import { interpret } from './run/interpret.ts';
import type { ComputeRequest, ComputeResponse, EngineContext, Limits } from './request.ts';

/** Types, differentiates and runs a request. Throws an EngineError for every mistake of the caller's. */
export function compute(request: ComputeRequest, context: EngineContext): ComputeResponse {
  return respond(request, context, (tensor) => ({ ...tensor, data: tensor.data.slice() }));
}

/** The same as UTF-8 JSON, printed from where the results lie. */
export function computeJson(request: ComputeRequest, context: EngineContext): Uint8Array<ArrayBuffer> {
  const response = respond(request, context, (tensor) => tensor);
  return encodeJson(response, request.encoding ?? 'json');
}

/** `keep` is handed results that lie in the machine's memory, where the next plan will run. */
function respond(
  request: ComputeRequest,
  context: EngineContext,
  keep: (lying: Tensor) => Tensor,
  segments = false,
): ComputeResponse {
  const { now } = context;
  const limits = limitsOf(request, context.limits);
  const builder = buildersOf(request, limits);
  const started = now();
  const { kept, known, ...first } = planFor(request, context, segments);
  const { plan } = kept;
  context.admit?.(plan.cost.flops);
  // In memory of their own: a plan's memory may hold something else by the time they are asked for again.
  let { feeds } = first;
  const ownFeeds = (): readonly Tensor[] => (feeds ??= feedPlan(plan, request, limits));
  const code = request.debug_nans === true ? null : codeFor(kept, request, context);
  let interpreted = code === null ? interpretedWithin(plan.graph, plan.cost, limits, builder) : null;
  let recomputed = interpreted === null ? code!.code.recomputed : interpreted.recomputed;
  let peak_bytes = interpreted?.peak_bytes ?? code!.code.peakBytes;
  const compiled = now();
  let [fed, ran] = [compiled, compiled];
  let results: Tensor[] | null = null;
  let stopped: unknown;
  if (code !== null) {
    const places = code.enter();
    const given = feeds ?? feedPlan(plan, request, limits, places);
    given.forEach(({ data }, i) => data === places[i] || places[i].set(data as never));
    fed = now();
    try {
      code.run();
      ran = now();
      results = code.results();
      peak_bytes += code.stackBytes();
      if (recomputed !== null) recomputed = { ...recomputed, peak_bytes };
    } catch (error) {
      if (error instanceof StackFull && kept.segments !== true) {
        kept.overflowed = true;
        return respond(request, context, keep, true);
      }
      // A limit that was met on the way.
      if (error instanceof EngineError && error.code === 'E_LIMIT') throw error;
      // A kernel stops where the values are a mistake (an index out of range): the interpreter says which.
      stopped = error;
      if (plan.cost.peak_bytes > limits.bytes) refuseSearch(plan.cost.peak_bytes, limits);
      interpreted = interpretedWithin(plan.graph, plan.cost, limits, builder);
      ({ peak_bytes, recomputed } = interpreted);
    }
    results = results?.map(keep) ?? null;
  }
  const ranCompiled = results !== null;
  const turns = { made: 0, most: limits.loop_turns };
  if (results === null) {
    const observe = request.debug_nans === true ? refuseNaN : undefined;
    results = interpret(interpreted!.graph, ownFeeds(), observe, turns);
    ran = now();
  }
  if (stopped !== undefined) reportTrap(kept, stopped, context);
  const warnings = [...plan.warnings, ...nonFiniteWarnings(plan, ownFeeds, results, limits)];
  context.report?.({
    graph_id: plan.graph_id,
    plan: known ? 'cached' : 'compiled',
    runner: ranCompiled ? 'wasm' : 'interpreter',
    compile_ms: compiled - started,
    feed_ms: fed - compiled,
    run_ms: ran - fed,
    flops: recomputed?.flops ?? plan.cost.flops,
    peak_bytes,
    bytes_in: plan.graph.inputs.reduce((bytes, { value }) => bytes + bytesOfAval(value.aval), 0),
    bytes_out: results.reduce((bytes, { data }) => bytes + data.byteLength, 0),
  });
  return {
    ...assemble(request, plan.slots, results),
    graph_id: plan.graph_id,
    warnings,
    stats: {
      plan: known ? 'cached' : 'compiled',
      compile_ms: compiled - started,
      run_ms: ran - fed,
      flops: recomputed?.flops ?? plan.cost.flops,
      peak_bytes,
      ...(recomputed === null ? {} : { recompute: recomputed }),
      ...(hasLoops(plan) ? { loop_turns: ranCompiled ? code!.turns() : turns.made } : {}),
      ...structureStats(plan),
    },
  };
}

interface Planned {
  readonly kept: KeptPlan;
  readonly known: boolean;
  /** Decoded already, where the plan is new. */
  readonly feeds?: readonly Tensor[];
}

function planFor(request: ComputeRequest, context: EngineContext, segments: boolean): Planned {
  const { limits, plans } = context;
  const key = plans === undefined ? '' : `${planKey(request)}${segments ? ' in segments' : ''}`;
  const kept = plans?.get(key);
  if (kept?.overflowed === true) return planFor(request, context, true);
  if (kept !== undefined) {
    if (kept.plan.assumed.length === 0) return { kept, known: true };
    const feeds = feedPlan(kept.plan, request, limits);
    if (holdsFor(kept.plan, feeds)) return { kept, feeds, known: true };
  }
  const { plan, feeds } = compile(request, limits);
  const made: KeptPlan = plans?.set(key, plan) ?? { plan };
  if (segments) made.segments = true;
  return { kept: made, feeds, known: false };
}

/** What runs the plan; null where the interpreter does. */
export function codeFor(
  kept: KeptPlan,
  request: ComputeRequest,
  { limits, machine, plans, share }: EngineContext,
): CompiledPlan | null {
  if (kept.code !== undefined) return kept.code;
  if (machine === undefined) return null;
  const { plan, segments } = kept;
  if (plans === undefined) return prepare(plan, machine, request, limits, { segments });
  const digest = structureOf(plan, request, segments);
  const shared = share === undefined ? undefined : { code: share, digest };
  const code = plans.codeOf(digest) ?? prepare(plan, machine, request, limits, { share: shared, segments });
  if (code === null) kept.code = null;
  else plans.setCode(kept, digest, code);
  return code;
}

/** What stopped compiled code is not found out where the interpreter takes more memory than one may. */
function refuseSearch(peak_bytes: number, limits: Limits): never {
  throw new EngineError('E_LIMIT', {
    pointer: '',
    message: `A value stopped the computation, such as an index out of bounds; to find out which takes ${peak_bytes} bytes of memory, and the limit is ${limits.bytes}.`,
    hint: 'The same on smaller inputs says where it is.',
  });
}

/** The interpreter has found no mistake where compiled code stopped: the mistake is ours, and the plan is interpreted from now on. */
function reportTrap(kept: KeptPlan, stopped: unknown, { onTrap }: EngineContext): void {
  const trap = stopped instanceof WebAssembly.RuntimeError;
  // What failed on another thread may have died there of something else.
  if (trap) kept.code = null;
  onTrap?.({
    graph_id: kept.plan.graph_id,
    // Other messages may quote the request.
    error: trap ? (stopped.stack ?? stopped.message) : stopped instanceof Error ? stopped.name : 'unknown',
  });
}

/** Whether there are loops whose number of turns depends on data. Looked for once in a kept plan. */
function hasLoops(plan: Plan): boolean {
  let known = loops.get(plan);
  if (known === undefined) loops.set(plan, (known = plan.graph.nodes.some(isOpenLoop)));
  return known;
}
const loops = new WeakMap<Plan, boolean>();
const isOpenLoop = ({ op, attrs }: Node): boolean =>
  op.name === 'while_loop' || subgraphsOf(attrs).some((body) => body.nodes.some(isOpenLoop));

/** How the Jacobians and Hessians were made, where any were asked for. */
function structureStats({ structures }: Plan): Pick<ComputeResponse['stats'], 'jacobians' | 'hessians'> {
  const of = (kind: 'jacobians' | 'hessians') => {
    const list = structures
      .filter((s) => s.kind === kind)
      .map(({ kind: _kind, at: _at, shown: _shown, ...told }) => told);
    return list.length === 0 ? {} : { [kind]: list };
  };
  return { ...of('jacobians'), ...of('hessians') };
}

type Assembled = Omit<ComputeResponse, 'graph_id' | 'warnings' | 'stats'>;

function assemble(request: ComputeRequest, slots: readonly Slot[], results: readonly Tensor[]): Assembled {
  const named = (kind: Slot['kind'], at?: number): Record<string, Tensor> => {
    const record: Record<string, Tensor> = {};
    slots.forEach((slot, i) => {
      if (slot.kind === kind && (slot.kind === 'outputs' || slot.at === at)) define(record, slot.name, results[i]);
    });
    return record;
  };
  const jacobian = (at: number): Record<string, Tensor | SparseTensor> => {
    const record: Record<string, Tensor | SparseTensor> = {};
    slots.forEach((slot, i) => {
      if (slot.kind === 'jacobians' && slot.at === at) define(record, slot.name, laidOut(results[i], slot.layout));
    });
    return record;
  };
  const blocks = (at: number, names: readonly string[]): Record<string, Record<string, Tensor | SparseTensor>> => {
    const rows: Record<string, Record<string, Tensor | SparseTensor>> = {};
    for (const name of names) define(rows, name, {});
    slots.forEach((slot, i) => {
      if (slot.kind === 'hessians' && slot.at === at) {
        define(rows[slot.name], slot.other, laidOut(results[i], slot.layout));
      }
    });
    return rows;
  };
  return {
    outputs: named('outputs'),
    gradients: (request.gradients ?? []).map(({ of }, at) => ({ of, wrt: named('gradients', at) })),
    jvps: (request.jvps ?? []).map((_asked, at) => ({ of: named('jvps', at) })),
    jacobians: (request.jacobians ?? []).map(({ of }, at) => ({ of, wrt: jacobian(at) })),
    hessians: (request.hessians ?? []).map(({ of, wrt }, at) => ({ of, wrt: blocks(at, wrt) })),
    hvps: (request.hvps ?? []).map(({ of }, at) => ({ of, wrt: named('hvps', at) })),
  };
}

/** The elements of a sparse tensor with their places; a tensor as it is where it has no layout. */
const laidOut = ({ dtype, shape, data }: Tensor, layout: SparseLayout | undefined): Tensor | SparseTensor =>
  layout === undefined
    ? { dtype, shape, data }
    : { dtype, shape: layout.shape, indices: layout.indices, indptr: layout.indptr, data };

/** An own property whatever the name: a value may be called __proto__. */
function define<T>(record: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}

const refuseNaN: Observer = (node, inputs, outputs) => {
  if (!outputs.some(hasNaN) || inputs.some(hasNaN)) return;
  throw new EngineError('E_NAN', {
    ...node.origin?.place,
    message: `${describeNode(node)} made the first NaN.`,
    hint: 'Without "debug_nans" the NaN is returned, with a warning.',
  });
};

/** Operations that the interpreter may repeat to find where a NaN came from: a second or so. */
const mostTraced = 5e7;

/** Where the non-finite numbers of an answer first came from: found by a second run, made only when there are any. */
function nonFiniteWarnings(
  plan: Plan,
  ownFeeds: () => readonly Tensor[],
  results: readonly Tensor[],
  limits: Limits,
): Warning[] {
  if (!results.some(hasNonFinite)) return [];
  const feeds = ownFeeds();
  if (feeds.some(hasNonFinite)) return [];
  const wantNaN = results.some(hasNaN);
  const code = wantNaN ? 'nan' : 'infinity';
  const what = wantNaN ? 'NaN' : 'an infinity';
  // The run is the interpreter's, which may take more memory than the plan, and much longer.
  const over =
    plan.cost.peak_bytes > limits.bytes
      ? 'more memory than the limit'
      : plan.cost.flops > mostTraced
        ? 'too long'
        : null;
  if (over !== null) {
    const message = `There is ${what} in the answer; to find out where from would take ${over}.`;
    return [{ code, node: null, message }];
  }
  let first: Node | undefined;
  interpret(plan.graph, feeds, (node, inputs, outputs) => {
    if (first !== undefined || node.op.name === 'constant') return;
    const bad = wantNaN ? hasNaN : hasNonFinite;
    if (outputs.some(bad) && !inputs.some(bad)) first = node;
  });
  if (first === undefined) return [];
  return [
    {
      code,
      node: first.origin?.label ?? first.origin?.op ?? first.op.name,
      message: `${describeNode(first)} made ${what}, which reaches the answer.`,
    },
  ];
}
