// The pipeline: a request becomes a plan in named passes. The one file that knows both ops and passes.

import { addGradients, addJvps } from './asked/derivatives.ts';
import { addHessians, addHvps } from './asked/hessians.ts';
import { addJacobians } from './asked/jacobians.ts';
import type { Compilation, Slot, Structure } from './asked/compilation.ts';
import { emit, exactly, isExplain, lookup } from './asked/compilation.ts';
import { bindInputs } from './asked/inputs.ts';
import { decodeTensor } from './codec/decode.ts';
import type { Place } from './errors.ts';
import { EngineError, invariant, located } from './errors.ts';
import { subgraphsOf } from './families/bodies.ts';
import { sameShape, showShape } from './ir/aval.ts';
import type { BuildContext, Builder, Warning } from './ir/builder.ts';
import { createBuilder } from './ir/builder.ts';
import type { Graph, Node, Value } from './ir/graph.ts';
import { closeGraph } from './ir/graph.ts';
import { digest, printGraph, printStructure } from './ir/print.ts';
import type { Tensor, TensorData } from './ir/tensor.ts';
import { verifyGraph } from './ir/verify.ts';
import type { Attrs, Op } from './op.ts';
import { ops } from './ops/index.ts';
import type { Cost } from './optimize/plan.ts';
import { costOf } from './optimize/plan.ts';
import { interpretedWithin, leastBytes, limitsOf, refuseOver, variantsOf } from './memory.ts';
import { layoutBytes, tensorAt } from './plans.ts';
import { traceProgram } from './program/trace.ts';
import type { Lowering } from './passes.ts';
import type { ComputeRequest, Limits, RecomputeStats } from './request.ts';
import { StackFull } from './run/arena.ts';
import type { CompiledPlan, PlanCode } from './run/execute.ts';
import { instantiate as instantiateOver } from './run/instantiate.ts';
import type { Machine } from './run/machine.ts';
import type { CodeShare } from './run/share.ts';
import { passes } from './transform/passes.ts';
import { traceSpec } from './spec/trace.ts';
import { batch } from './transform/batch.ts';

/** Ops by wire name. */
const opsByName: ReadonlyMap<string, Op> = new Map(ops.map((op) => [op.name, op]));
/** Ops by wire name and alias: what a user may write. */
const written: ReadonlyMap<string, Op> = new Map(
  ops.filter((op) => op.internal !== true).flatMap((op) => [op.name, ...(op.aliases ?? [])].map((name) => [name, op])),
);
const writtenNames = [...written.keys()];
const resolveOp = (name: string): Op | undefined => written.get(name);

/** The interpreter's meaning of an elementwise op on one element, by the name that compiled code imports it under. */
export function scalarFunction(name: string): (...xs: number[]) => number {
  const space = name.indexOf(' ');
  const op = opsByName.get(space < 0 ? name : name.slice(0, space));
  const f = op?.primitive?.pointwise?.(space < 0 ? {} : (JSON.parse(name.slice(space + 1)) as Attrs));
  invariant(f !== undefined, `there is no scalar function ${name}`);
  return f;
}

/** An instance of a plan's module over a memory, where the ops are at hand. */
export const instantiate = (module: WebAssembly.Module, memory: WebAssembly.Memory): WebAssembly.Instance =>
  instantiateOver(module, memory, scalarFunction);

/** A request, ready to run on any tensors of the same types. */
export interface Plan {
  /** Forward and derivatives in one graph. */
  readonly graph: Graph;
  /** The posted computation alone: what graph_id is the digest of. */
  readonly forward: Graph;
  readonly graph_id: string;
  readonly names: ReadonlyMap<string, Value>;
  readonly slots: readonly Slot[];
  /** Where in a request the tensor of each of the graph's inputs stands. */
  readonly pointers: readonly string[];
  readonly warnings: readonly Warning[];
  /** How Jacobians and Hessians are made, in the order asked for, Jacobians first. */
  readonly structures: readonly Structure[];
  /** Elements that the plan was made for, by the number of the input: with others it does not hold. */
  readonly assumed: readonly { readonly input: number; readonly tensor: Tensor }[];
  readonly cost: Cost;
}

export interface Compiled {
  readonly plan: Plan;
  /** Tensors in the order of plan.graph.inputs; absent where the request declares only a type (explain). */
  readonly feeds: readonly Tensor[];
}

const stages: readonly { readonly name: string; readonly run: (c: Compilation) => void }[] = [
  { name: 'bind inputs', run: bindInputs },
  { name: 'trace', run: trace },
  { name: 'select outputs', run: selectOutputs },
  { name: 'gradients', run: addGradients },
  { name: 'jvps', run: addJvps },
  { name: 'jacobians', run: addJacobians },
  { name: 'hessians', run: addHessians },
  { name: 'hvps', run: addHvps },
  { name: 'batch', run: mapOverExamples },
];

/**
 * The tensors that a plan reads, from a request of the same form as the one it was made for. Where a tensor is of the type
 * that is wanted it is decoded straight into its place, if there are `places` in the order of the plan's inputs.
 */
export function feedPlan(
  plan: Plan,
  request: ComputeRequest,
  limits: Limits,
  places?: readonly TensorData[],
): Tensor[] {
  return plan.graph.inputs.map(({ value: { aval } }, i) => {
    const pointer = plan.pointers[i];
    const tensor = decodeTensor(tensorAt(request, pointer), {
      pointer,
      dtype: aval.dtype,
      defaultFloat: request.dtype ?? 'float64',
      maxElements: limits.tensor_elements,
      ...(places !== undefined && { into: { dtype: aval.dtype, data: places[i] } }),
    });
    const exact = exactly(tensor, aval.dtype, pointer, 'tensor');
    if (!sameShape(exact.shape, aval.shape)) {
      throw new EngineError('E_TENSOR_SHAPE', {
        pointer,
        message: `The tensor has shape ${showShape(exact.shape)}, and ${showShape(aval.shape)} was expected.`,
      });
    }
    return exact;
  });
}

/** Whether a plan that was made for the elements of some inputs holds for these. */
export const holdsFor = ({ assumed }: Plan, feeds: readonly Tensor[]): boolean =>
  assumed.every(({ input, tensor }) =>
    tensor.data.every((x: number | bigint, i: number) => x === feeds[input].data[i]),
  );

/** Compiles a request. `check` runs the verifier over the result, as tests do. */
export const compile = (request: ComputeRequest, limits: Limits, check = false): Compiled =>
  compileBy(stages, request, limits, { check });

/** A plan of the posted computation in float64 and of what `build` makes of it, in place of what the request asks for. */
export const compileProbe = (request: ComputeRequest, limits: Limits, build: (c: Compilation) => void): Compiled =>
  compileBy([...stages.slice(0, 2), { name: 'probe', run: build }], request, limits, { widen: true });

function compileBy(
  list: typeof stages,
  request: ComputeRequest,
  limits: Limits,
  { check = false, widen = false }: { readonly check?: boolean; readonly widen?: boolean },
): Compiled {
  const builder = createBuilder(buildContext(widen ? { ...request, dtype: 'float64' } : request, limits));
  const c: Compilation = {
    request,
    builder,
    limits,
    widen,
    widened: widen && request.dtype === 'float32',
    feeds: [],
    pointers: [],
    tensors: new Map(),
    assumed: new Map(),
    structures: [],
    posted: [],
    batch: null,
    traced: { names: new Map(), defaultOutputs: [] },
    names: new Map(),
    outputs: [],
    slots: [],
  };
  // What no place is known of is about the request as a whole.
  located({ pointer: '' }, () => list.forEach((stage) => stage.run(c)));
  const graph = closeGraph(builder.inputs, c.outputs);
  refuseLeaks(graph);
  if (check) verifyGraph(graph);
  const forward = closeGraph(c.posted, forwardOutputs(c));
  const cost = costOf(graph);
  checkCost(cost, limits, c.slots);
  // No need to plan the rest.
  const within = limitsOf(request, limits);
  const least = leastBytes(graph);
  if (least > within.bytes) refuseOver(least, within);
  const plan: Plan = {
    graph,
    forward,
    graph_id: digest(printGraph(forward)),
    names: c.names,
    slots: c.slots,
    pointers: c.pointers,
    warnings: builder.warnings,
    structures: c.structures,
    assumed: builder.inputs.flatMap(({ value }, input) => {
      const tensor = c.assumed.get(value);
      return tensor === undefined ? [] : [{ input, tensor }];
    }),
    cost,
  };
  return { plan, feeds: c.feeds };
}

/** What reverse mode alone can pass must not be left over. */
function refuseUnfinished(node: Node): void {
  if (node.op.primitive!.refuse !== undefined) throw node.op.primitive!.refuse(node);
  for (const graph of subgraphsOf(node.attrs)) graph.nodes.forEach(refuseUnfinished);
}

/** A value from inside a function that a loop, a branch or vmap traces has no meaning outside of it. */
function refuseLeaks({ inputs, nodes, outputs }: Graph): void {
  const own = new Set<Value>(inputs.map((input) => input.value));
  const leaked = (x: Value): boolean => x.node === undefined && !own.has(x);
  const refuse = (place: Place | undefined): never => {
    throw new EngineError('E_PROGRAM_VALUE', {
      ...(place ?? { pointer: '' }),
      message: 'An array from inside a function that is traced by a loop, a branch or vmap is used outside of it.',
      hint: 'Return it from the function, as part of the carry or of what each turn gives.',
    });
  };
  for (const node of nodes) {
    if (node.inputs.some(leaked)) refuse(node.origin?.place);
    refuseUnfinished(node);
  }
  if (outputs.some(leaked)) refuse(undefined);
}

/** What graph_id is about: the outputs, or where none are wanted what they would have been. */
function forwardOutputs(c: Compilation): Value[] {
  const asked = c.request.outputs ?? [];
  const names = asked.length > 0 ? asked : c.traced.defaultOutputs;
  return [...new Set(names)].flatMap((name) => c.traced.names.get(name) ?? []);
}

/** What decides the code of a plan, as a digest. */
export const structureOf = (
  { graph }: Plan,
  { dtype, mode, seed, memory_limit }: ComputeRequest,
  segments = false,
): string => {
  const memory = `${memory_limit ?? ''}${segments ? ' in segments' : ''}`;
  return digest(`${dtype ?? 'float64'} ${mode ?? 'predict'} ${seed ?? ''} ${memory}\n${printStructure(graph)}`);
};

/** More nodes than this, on small arrays, are interpreted sooner than they are compiled. */
const mostCompiled = 50_000;
/** Operations of a node from which on compiling is worth it all the same. */
const largeNode = 1000;

/** How a plan runs, and the bytes of memory that it takes at its peak. */
export interface Way {
  /** What is to be compiled; null where the plan is interpreted. */
  readonly planned: Lowering | null;
  readonly peak_bytes: number;
  /** What keeping the limit costs, where something is computed again for it. */
  readonly recomputed: RecomputeStats | null;
}

/** Empty builders for what the compiler makes, which is no node of the user's: it may be more of them. */
export function buildersOf(request: ComputeRequest, limits: Limits): () => Builder {
  const context = { ...buildContext(request, limits), maxNodes: Infinity };
  return () => createBuilder(context);
}

/**
 * Decides how a plan runs: compiled where there is a machine that holds it within the limit, interpreted otherwise, or where
 * there are very many small nodes. That depends on the plan alone, since compiled and interpreted results differ in their last
 * bits. What does not fit is computed again in part, and `segments` says that loops are to be; a plan that fits no way is
 * refused, before anything is compiled or run.
 */
export function wayOf(
  plan: Plan,
  machine: Machine | undefined,
  request: ComputeRequest,
  limits: Limits,
  segments = false,
): Way {
  const within = limitsOf(request, limits);
  const nodes = plan.graph.nodes.length;
  const { cost } = plan;
  const builder = buildersOf(request, limits);
  if (machine === undefined || (nodes > mostCompiled && cost.flops < largeNode * nodes)) {
    return { planned: null, ...interpretedWithin(plan.graph, cost, within, builder) };
  }
  let [free, least] = [Infinity, Infinity];
  for (const variant of variantsOf(plan.graph, cost, builder)) {
    const { graph, depth } = variant;
    // What stacks of loops were too large for fits in segments alone.
    if (segments && depth === 0) continue;
    const planned = machine.plan(graph, builder, { limit: within.bytes });
    const { placement, recomputed } = planned;
    if (depth === 0) free = recomputed?.without ?? placement.peak;
    if (placement.peak > within.bytes || !machine.holds(planned)) {
      least = Math.min(least, planned.least ?? placement.peak);
      // A limit that was asked for changes no bit, and the interpreter's results are others.
      if (within.asked_bytes !== true && cost.peak_bytes <= limits.bytes) break;
      continue;
    }
    const peak_bytes = placement.peak;
    if (depth === 0 && recomputed === null) return { planned, peak_bytes, recomputed };
    const flops = costOf(graph).flops + (recomputed?.flops ?? 0);
    refuse('in all', flops, limits.flops, 'floating-point operations');
    const without = { flops: variant.flops, peak_bytes: segments ? within.bytes : free };
    return { planned, peak_bytes, recomputed: { flops, peak_bytes, without } };
  }
  if (segments && least === Infinity) throw new StackFull(within.bytes, within.asked_bytes === true);
  if (within.asked_bytes !== true && cost.peak_bytes <= limits.bytes) {
    return { planned: null, peak_bytes: cost.peak_bytes, recomputed: null };
  }
  return refuseOver(least, within);
}

/**
 * The plan made ready to run on a machine, or null where it is to be interpreted (`wayOf`). With `share` its code may be
 * another thread's.
 */
export function prepare(
  plan: Plan,
  machine: Machine,
  request: ComputeRequest,
  limits: Limits,
  {
    share,
    segments,
  }: { readonly share?: { readonly code: CodeShare; readonly digest: string }; readonly segments?: boolean } = {},
): CompiledPlan | null {
  const within = limitsOf(request, limits);
  const make = (): PlanCode | null => {
    const { planned, recomputed } = wayOf(plan, machine, request, limits, segments);
    return planned === null ? null : { ...machine.compile(planned), recomputed };
  };
  const code = share === undefined ? make() : share.code.once(share.digest, make);
  return code === null
    ? null
    : machine.load(code, {
        scalars: scalarFunction,
        ops: opsByName,
        maxBytes: within.bytes,
        askedBytes: within.asked_bytes === true,
        maxTurns: limits.loop_turns,
      });
}

function buildContext(request: ComputeRequest, limits: Limits): BuildContext {
  return {
    ops: opsByName,
    constant: opsByName.get('constant')!,
    passes,
    defaultFloat: request.dtype ?? 'float64',
    training: request.mode === 'train',
    seed: request.seed,
    maxNodes: limits.nodes,
    maxElements: limits.tensor_elements,
  };
}

function checkCost(cost: Cost, limits: Limits, slots: readonly Slot[]): void {
  const output_bytes = slots.reduce((n, slot) => n + layoutBytes(slot), cost.output_bytes);
  refuse('in all', cost.flops, limits.flops, 'floating-point operations');
  refuse('of results', output_bytes, limits.output_bytes, 'bytes');
}

function refuse(what: string, found: number, limit: number, unit: string): void {
  if (found <= limit) return;
  throw new EngineError('E_LIMIT', {
    pointer: '',
    message: `The plan needs ${found} ${unit} ${what}; the limit is ${limit}.`,
  });
}

function trace(c: Compilation): void {
  const { program, graph } = c.request;
  const inputs = new Map(c.posted.map(({ name, value }) => [name, value]));
  if (graph !== undefined) {
    const nodes = Array.isArray(graph.nodes) ? graph.nodes.length : 0;
    if (nodes > c.limits.nodes) {
      throw new EngineError('E_LIMIT', {
        pointer: '/graph/nodes',
        message: `The graph has ${nodes} nodes; the limit is ${c.limits.nodes}.`,
      });
    }
    c.traced = traceSpec(graph, c.builder, {
      resolve: resolveOp,
      opNames: writtenNames,
      inputs,
      maxElements: c.limits.tensor_elements,
    });
  } else if (program !== undefined) {
    if (program.length > c.limits.program_chars) {
      throw new EngineError('E_LIMIT', {
        pointer: '/program',
        message: `The program has ${program.length} characters; the limit is ${c.limits.program_chars}.`,
      });
    }
    c.traced = traceProgram(program, c.builder, {
      resolve: resolveOp,
      opNames: writtenNames,
      inputs,
      maxSteps: c.limits.program_steps,
    });
  } else throw new EngineError('E_REQUEST_SHAPE', { message: 'A request has a program, a graph or a model.' });
}

/** Maps all that is asked for over the examples of a batch; an explanation names what the computation names. */
function mapOverExamples(c: Compilation): void {
  c.names = c.traced.names;
  if (c.batch === null) return;
  const named = isExplain(c.request) ? [...c.traced.names] : [];
  const { size, examples } = c.batch;
  const images = batch(c.builder, [...c.outputs, ...named.map(([, value]) => value)], examples, size);
  const count = c.outputs.length;
  c.outputs = images.slice(0, count);
  c.names = new Map(named.map(([name], i) => [name, images[count + i]]));
}

const asksForDerivatives = ({ gradients, jvps, jacobians, hessians, hvps }: ComputeRequest): boolean =>
  [gradients, jvps, jacobians, hessians, hvps].some((list) => list !== undefined && list.length > 0);

function selectOutputs(c: Compilation): void {
  const wanted = c.request.outputs ?? c.traced.defaultOutputs;
  if (wanted.length === 0 && c.request.outputs === undefined && !asksForDerivatives(c.request)) {
    throw new EngineError('E_PROGRAM_VALUE', {
      pointer: c.request.program === undefined ? '/graph' : '/program',
      message: 'There is nothing to return: the computation makes no array, and no outputs are named.',
      hint: 'A function alone computes nothing: end with the assignment of an array, such as y = f(x).',
    });
  }
  const seen = new Set<string>();
  wanted.forEach((name, i) => {
    if (seen.has(name)) return;
    seen.add(name);
    emit(c, { kind: 'outputs', name }, lookup(c, name, `/outputs/${i}`));
  });
}
