// One request, computed: compile (or find the plan), run, and put each tensor where the answer wants it.

import type { Slot } from './asked/compilation.ts';
import type { Compiled, Plan } from './compile.ts';
import { compile, feedPlan, prepare } from './compile.ts';
import { EngineError } from './errors.ts';
import type { Warning } from './ir/builder.ts';
import type { Node } from './ir/graph.ts';
import { describeNode } from './ir/graph.ts';
import type { Tensor } from './ir/tensor.ts';
import { planKey } from './plans.ts';
import type { Observer } from './run/interpret.ts';
import type { CompiledPlan } from './run/execute.ts';
import { interpret } from './run/interpret.ts';
import type { ComputeRequest, ComputeResponse, ComputeStats, EngineContext } from './request.ts';

/** Types, differentiates and runs a request. Throws an EngineError for every mistake of the caller's. */
export function compute(request: ComputeRequest, context: EngineContext): ComputeResponse {
  const started = context.now();
  const { plan, feeds, known } = planFor(request, context);
  const { ready, made } = readyPlan(plan, request, context);
  const compiled = context.now();
  const { results, trap } = run(plan, ready, feeds, request);
  const warnings = [...plan.warnings, ...nonFiniteWarnings(plan, feeds, results)];
  const stats: ComputeStats = {
    plan: known ? 'cached' : 'compiled',
    compile_ms: compiled - started,
    run_ms: context.now() - compiled,
    flops: plan.cost.flops,
    peak_bytes: plan.cost.peak_bytes,
  };
  context.report?.({
    ...stats,
    graph_id: plan.graph_id,
    bytes_in: bytesOf(feeds),
    bytes_out: bytesOf(results),
    runner: ready === null || trap !== undefined ? 'interpreter' : 'wasm',
    modules: made ? 1 : 0,
    ...(trap !== undefined && { trap }),
  });
  return { ...assemble(request, plan.slots, results), graph_id: plan.graph_id, warnings, stats };
}

const bytesOf = (tensors: readonly Tensor[]): number => tensors.reduce((sum, { data }) => sum + data.byteLength, 0);

/** Fewer floating-point operations than this are done by the interpreter before a module could be made. */
const soonDone = 100_000;

/** Plans that have been made ready, or cannot be (null), or were only interpreted so far (absent, or once). */
const prepared = new WeakMap<Plan, CompiledPlan | null | 'interpreted'>();

/**
 * The fastest way there is to run a plan: null for the interpreter, which does small work the first time; what comes again
 * is compiled. `made` where it was compiled just now.
 */
function readyPlan(
  plan: Plan,
  request: ComputeRequest,
  { machine, limits, plans }: EngineContext,
): { readonly ready: CompiledPlan | null; readonly made: boolean } {
  if (machine === undefined || request.debug_nans === true) return { ready: null, made: false };
  const known = prepared.get(plan);
  if (known === undefined && plan.cost.flops < soonDone) {
    if (plans !== undefined) prepared.set(plan, 'interpreted');
    return { ready: null, made: false };
  }
  if (known !== undefined && known !== 'interpreted') return { ready: known, made: false };
  const ready = prepare(plan, machine, request, limits);
  prepared.set(plan, ready);
  return { ready, made: ready !== null };
}

/** The values of a plan; `trap` is what stopped compiled code where the interpreter finds no mistake. */
function run(
  plan: Plan,
  ready: CompiledPlan | null,
  feeds: readonly Tensor[],
  request: ComputeRequest,
): { readonly results: Tensor[]; readonly trap?: string } {
  if (ready === null) {
    return { results: interpret(plan.graph, feeds, request.debug_nans === true ? refuseNaN : undefined) };
  }
  try {
    return { results: ready.compute(feeds) };
  } catch (error) {
    // A kernel stops where the values are a mistake (an index out of range): the interpreter says which.
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    return { results: interpret(plan.graph, feeds), trap: error.message };
  }
}

function planFor(request: ComputeRequest, { limits, plans }: EngineContext): Compiled & { readonly known: boolean } {
  if (plans === undefined) return { ...compile(request, limits), known: false };
  const key = planKey(request);
  const plan = plans.get(key);
  if (plan !== undefined) return { plan, feeds: feedPlan(plan, request, limits), known: true };
  const compiled = compile(request, limits);
  plans.set(key, compiled.plan);
  return { ...compiled, known: false };
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
  const blocks = (at: number, names: readonly string[]): Record<string, Record<string, Tensor>> => {
    const rows: Record<string, Record<string, Tensor>> = {};
    for (const name of names) define(rows, name, {});
    slots.forEach((slot, i) => {
      if (slot.kind === 'hessians' && slot.at === at) define(rows[slot.name], slot.other, results[i]);
    });
    return rows;
  };
  return {
    outputs: named('outputs'),
    gradients: (request.gradients ?? []).map(({ of }, at) => ({ of, wrt: named('gradients', at) })),
    jvps: (request.jvps ?? []).map((_asked, at) => ({ of: named('jvps', at) })),
    jacobians: (request.jacobians ?? []).map(({ of }, at) => ({ of, wrt: named('jacobians', at) })),
    hessians: (request.hessians ?? []).map(({ of, wrt }, at) => ({ of, wrt: blocks(at, wrt) })),
    hvps: (request.hvps ?? []).map(({ of }, at) => ({ of, wrt: named('hvps', at) })),
  };
}

/** An own property whatever the name: a value may be called __proto__. */
function define<T>(record: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}

const hasNaN = (t: Tensor): boolean => isFloatData(t) && t.data.some((x) => x !== x);
const hasNonFinite = (t: Tensor): boolean => isFloatData(t) && t.data.some((x) => x - x !== 0);
const isFloatData = (t: Tensor): t is Tensor & { data: Float64Array | Float32Array } =>
  t.dtype === 'float64' || t.dtype === 'float32';

const refuseNaN: Observer = (node, inputs, outputs) => {
  if (!outputs.some(hasNaN) || inputs.some(hasNaN)) return;
  throw new EngineError('E_NAN', {
    ...node.origin?.place,
    message: `${describeNode(node)} made the first NaN.`,
    hint: 'Without "debug_nans" the NaN is returned, with a warning.',
  });
};

/** Where the non-finite numbers of an answer first came from: found by a second run, made only when there are any. */
function nonFiniteWarnings(plan: Plan, feeds: readonly Tensor[], results: readonly Tensor[]): Warning[] {
  if (!results.some(hasNonFinite) || feeds.some(hasNonFinite)) return [];
  const wantNaN = results.some(hasNaN);
  let first: Node | undefined;
  interpret(plan.graph, feeds, (node, inputs, outputs) => {
    if (first !== undefined || node.op.name === 'constant') return;
    const bad = wantNaN ? hasNaN : hasNonFinite;
    if (outputs.some(bad) && !inputs.some(bad)) first = node;
  });
  if (first === undefined) return [];
  const what = wantNaN ? 'NaN' : 'an infinity';
  return [
    {
      code: wantNaN ? 'nan' : 'infinity',
      node: first.origin?.label ?? first.origin?.op ?? first.op.name,
      message: `${describeNode(first)} made ${what}, which reaches the answer.`,
    },
  ];
}
