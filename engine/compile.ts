// The pipeline: a request becomes a plan in named passes. The one file that knows both ops and passes.

import { decodeTensor, declaredOnly, escapePointer } from './codec/decode.ts';

import { EngineError, located } from './errors.ts';
import type { Traced } from './frontend.ts';
import type { Aval, DType, FloatDType } from './ir/aval.ts';
import { isFloat, sameShape, showAval, showShape, sizeOf } from './ir/aval.ts';
import type { BuildContext, Builder, Warning } from './ir/builder.ts';
import { createBuilder } from './ir/builder.ts';
import type { Graph, GraphInput, Value } from './ir/graph.ts';
import { closeGraph } from './ir/graph.ts';
import { digest, printGraph } from './ir/print.ts';
import type { Tensor } from './ir/tensor.ts';
import { convertTensor } from './ir/tensor.ts';
import { verifyGraph } from './ir/verify.ts';
import { ops } from './ops/index.ts';
import type { Op } from './op.ts';
import type { Cost } from './optimize/plan.ts';
import { costOf } from './optimize/plan.ts';
import { tensorAt } from './plans.ts';
import { traceProgram } from './program/trace.ts';
import type { ComputeRequest, Limits } from './request.ts';
import { traceSpec } from './spec/trace.ts';
import { nearest } from './suggest.ts';
import { batch } from './transform/batch.ts';
import { hessian, hvp, jacobianForward, jacobianReverse, jvp, vjp } from './transform/derivatives.ts';

/** Ops by wire name. */
const opsByName: ReadonlyMap<string, Op> = new Map(ops.map((op) => [op.name, op]));
/** Ops by wire name and alias: what a user may write. */
const written: ReadonlyMap<string, Op> = new Map(
  ops.filter((op) => op.internal !== true).flatMap((op) => [op.name, ...(op.aliases ?? [])].map((name) => [name, op])),
);
const writtenNames = [...written.keys()];
const resolveOp = (name: string): Op | undefined => written.get(name);

/** Where one tensor of the answer goes, in the order of the plan's outputs. */
export type Slot =
  | { readonly kind: 'outputs'; readonly name: string }
  | { readonly kind: 'gradients' | 'jacobians' | 'hvps' | 'jvps'; readonly at: number; readonly name: string }
  | { readonly kind: 'hessians'; readonly at: number; readonly name: string; readonly other: string };

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
  readonly cost: Cost;
}

/** Everything a pass may look at or add to. */
interface Compilation {
  readonly request: ComputeRequest;
  readonly builder: Builder;
  readonly limits: Limits;
  readonly feeds: Tensor[];
  readonly pointers: string[];
  /** How many of the builder's inputs are the computation's own; the rest are cotangents and the like. */
  declared: number;
  traced: Traced;
  outputs: Value[];
  slots: Slot[];
}

export interface Compiled {
  readonly plan: Plan;
  /** Tensors in the order of plan.graph.inputs; absent where the request declares only a type (explain). */
  readonly feeds: readonly Tensor[];
}

const passes: readonly { readonly name: string; readonly run: (c: Compilation) => void }[] = [
  { name: 'bind inputs', run: bindInputs },
  { name: 'trace', run: trace },
  { name: 'select outputs', run: selectOutputs },
  { name: 'gradients', run: addGradients },
  { name: 'jvps', run: addJvps },
  { name: 'jacobians', run: addJacobians },
  { name: 'hessians', run: addHessians },
  { name: 'hvps', run: addHvps },
];

/** The tensors that a plan reads, from a request of the same form as the one it was made for. */
export function feedPlan(plan: Plan, request: ComputeRequest, limits: Limits): Tensor[] {
  return plan.graph.inputs.map(({ value: { aval } }, i) => {
    const pointer = plan.pointers[i];
    const tensor = decodeTensor(tensorAt(request, pointer), {
      pointer,
      dtype: aval.dtype,
      defaultFloat: request.dtype ?? 'float64',
      maxElements: limits.tensor_elements,
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

/** Compiles a request. `check` runs the verifier over the result, as tests do. */
export function compile(request: ComputeRequest, limits: Limits, check = false): Compiled {
  const builder = createBuilder(buildContext(request, limits));
  const c: Compilation = {
    request,
    builder,
    limits,
    feeds: [],
    pointers: [],
    declared: 0,
    traced: { names: new Map(), defaultOutputs: [] },
    outputs: [],
    slots: [],
  };
  for (const pass of passes) pass.run(c);
  const graph = closeGraph(builder.inputs, c.outputs);
  if (check) verifyGraph(graph);
  const forward = closeGraph(builder.inputs.slice(0, c.declared), forwardOutputs(c));
  const cost = costOf(graph);
  checkCost(cost, limits);
  const plan: Plan = {
    graph,
    forward,
    graph_id: digest(printGraph(forward)),
    names: c.traced.names,
    slots: c.slots,
    pointers: c.pointers,
    warnings: builder.warnings,
    cost,
  };
  return { plan, feeds: c.feeds };
}

/** What graph_id is about: the outputs, or where none are wanted what they would have been. */
function forwardOutputs(c: Compilation): Value[] {
  const asked = c.request.outputs ?? [];
  const names = asked.length > 0 ? asked : c.traced.defaultOutputs;
  return [...new Set(names)].flatMap((name) => c.traced.names.get(name) ?? []);
}

function buildContext(request: ComputeRequest, limits: Limits): BuildContext {
  return {
    ops: opsByName,
    constant: opsByName.get('constant')!,
    defaultFloat: request.dtype ?? 'float64',
    training: request.mode === 'train',
    seed: request.seed,
    maxNodes: limits.nodes,
    maxElements: limits.tensor_elements,
  };
}

function checkCost(cost: Cost, limits: Limits): void {
  const over = (what: string, found: number, limit: number, unit: string): void => {
    if (found > limit) {
      throw new EngineError('E_LIMIT', { message: `The plan needs ${found} ${unit} ${what}; the limit is ${limit}.` });
    }
  };
  over('of memory at its peak', cost.peak_bytes, limits.bytes, 'bytes');
  over('in all', cost.flops, limits.flops, 'floating-point operations');
  over('of results', cost.output_bytes, limits.output_bytes, 'bytes');
}

/** A new input of the plan fed by a tensor of the request. */
function feed(c: Compilation, name: string, tensor: Tensor, pointer: string): Value {
  c.feeds.push(tensor);
  c.pointers.push(pointer);
  return c.builder.input(name, { dtype: tensor.dtype, shape: tensor.shape });
}

const fieldOf = (record: object | undefined, key: string): unknown =>
  record !== undefined && Object.hasOwn(record, key) ? (record as Record<string, unknown>)[key] : undefined;

function decode(c: Compilation, wire: unknown, pointer: string, dtype?: DType): Tensor {
  return decodeTensor(wire, { pointer, dtype, defaultFloat: defaultFloat(c), maxElements: c.limits.tensor_elements });
}

const defaultFloat = (c: Compilation): FloatDType => c.request.dtype ?? 'float64';

// -- inputs --------------------------------------------------------------------------------------------------------

function bindInputs(c: Compilation): void {
  const { graph, inputs = {} } = c.request;
  const declared = new Map(
    (graph?.inputs ?? []).map((input, i) => [input.name, { ...input, pointer: `/graph/inputs/${i}` }]),
  );
  if (graph?.inputs !== undefined) {
    for (const name of Object.keys(inputs)) {
      if (!declared.has(name)) {
        throw new EngineError('E_INPUT_UNUSED', {
          pointer: `/inputs/${escapePointer(name)}`,
          message: `The graph declares no input ${JSON.stringify(name)}.`,
          hint: nearest(name, [...declared.keys()]) ?? `Its inputs are ${[...declared.keys()].join(', ') || 'none'}.`,
        });
      }
    }
  }
  const names = graph?.inputs === undefined ? Object.keys(inputs) : [...declared.keys()];
  if (declared.size < (graph?.inputs?.length ?? 0)) {
    throw new EngineError('E_GRAPH_NAME', {
      pointer: '/graph/inputs',
      message: 'Two inputs of the graph have the same name.',
    });
  }
  for (const name of names) bindInput(c, name, fieldOf(inputs, name), declared.get(name));
  c.declared = c.builder.inputs.length;
}

function bindInput(
  c: Compilation,
  name: string,
  wire: unknown,
  declared: { readonly dtype?: DType; readonly shape?: readonly number[]; readonly pointer: string } | undefined,
): void {
  const pointer = `/inputs/${escapePointer(name)}`;
  if (wire === undefined) {
    if (isExplain(c.request) && declared?.shape !== undefined) {
      c.builder.input(name, { dtype: declared.dtype ?? defaultFloat(c), shape: declared.shape });
      return;
    }
    throw new EngineError('E_INPUT_MISSING', {
      pointer: declared?.pointer ?? pointer,
      message: `The input ${JSON.stringify(name)} has no tensor.`,
      hint: `Give one under "inputs": {${JSON.stringify(name)}: …}.`,
    });
  }
  const only = isExplain(c.request) ? declaredOnly(wire, pointer) : null;
  if (only !== null) {
    c.builder.input(name, only);
    return;
  }
  const tensor = decode(c, wire, pointer, declared?.dtype);
  const wrongShape = declared?.shape !== undefined && !sameShape(declared.shape, tensor.shape);
  if (wrongShape || (declared?.dtype !== undefined && declared.dtype !== tensor.dtype)) {
    const found = { dtype: tensor.dtype, shape: tensor.shape };
    const wanted = { dtype: declared.dtype ?? tensor.dtype, shape: declared.shape ?? tensor.shape };
    throw new EngineError('E_INPUT_MISMATCH', {
      pointer,
      message: `The input ${JSON.stringify(name)} is ${showAval(found)}, and the graph declares ${showAval(wanted)}.`,
    });
  }
  feed(c, name, tensor, pointer);
}

/** An explain request says its format; only there may inputs be types without data. */
const isExplain = (request: ComputeRequest): boolean => 'format' in request || 'explain' in request;

// -- the forward computation ---------------------------------------------------------------------------------------

function trace(c: Compilation): void {
  const { program, graph } = c.request;
  const inputs = new Map(c.builder.inputs.map((input: GraphInput) => [input.name, input.value]));
  if (graph !== undefined) {
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

function lookup(c: Compilation, name: string, pointer: string): Value {
  const value = c.traced.names.get(name);
  if (value !== undefined) return value;
  const hint = nearest(name, [...c.traced.names.keys()]);
  throw new EngineError('E_NAME_UNKNOWN', {
    pointer,
    message: `There is no value named ${JSON.stringify(name)}.`,
    hint: hint ?? `The named values are ${[...c.traced.names.keys()].slice(0, 20).join(', ') || 'none'}.`,
  });
}

function selectOutputs(c: Compilation): void {
  const wanted = c.request.outputs ?? c.traced.defaultOutputs;
  const seen = new Set<string>();
  wanted.forEach((name, i) => {
    if (seen.has(name)) return;
    seen.add(name);
    emit(c, { kind: 'outputs', name }, lookup(c, name, `/outputs/${i}`));
  });
}

function emit(c: Compilation, slot: Slot, value: Value): void {
  c.outputs.push(value);
  c.slots.push(slot);
}

// -- derivatives ---------------------------------------------------------------------------------------------------

const notDifferentiable = (pointer: string, role: string, name: string, aval: Aval): EngineError =>
  new EngineError('E_NOT_DIFFERENTIABLE', {
    pointer,
    message: `${role} ${JSON.stringify(name)} is ${showAval(aval)}: only float32 and float64 values have derivatives.`,
    hint: aval.dtype === 'bool' ? undefined : 'Give it a float dtype, or leave it out.',
  });

function lookupOf(c: Compilation, name: string, pointer: string): Value {
  const value = lookup(c, name, pointer);
  if (!isFloat(value.aval.dtype)) throw notDifferentiable(pointer, 'of', name, value.aval);
  return value;
}

function lookupWrt(c: Compilation, names: readonly string[], pointer: string): Value[] {
  if (names.length === 0) {
    throw new EngineError('E_WRT_EMPTY', { pointer, message: 'wrt names nothing.', hint: 'Name at least one value.' });
  }
  const seen = new Map<string, number>();
  return names.map((name, i) => {
    const at = `${pointer}/${i}`;
    if (seen.has(name)) {
      throw new EngineError('E_WRT_DUPLICATE', {
        pointer: at,
        message: `${JSON.stringify(name)} stands in wrt twice.`,
        hint: `It stands first at position ${seen.get(name)}.`,
      });
    }
    seen.set(name, i);
    const value = lookup(c, name, at);
    if (!isFloat(value.aval.dtype)) throw notDifferentiable(at, 'wrt', name, value.aval);
    return value;
  });
}

/** A cotangent, tangent or vector of the request: of the shape of what it belongs to (with a leading axis if batched). */
function vector(c: Compilation, wire: unknown, pointer: string, like: Aval, what: string, batched: boolean): Value {
  const given = decode(c, wire, pointer, like.dtype);
  const shape = batched ? given.shape.slice(1) : given.shape;
  const fits = (batched ? given.shape.length > 0 : true) && sameShape(shape, like.shape);
  if (!fits) {
    throw new EngineError('E_COTANGENT', {
      pointer,
      message: `The ${what} has shape ${showShape(given.shape)}, and ${batched ? 'many of them have' : 'it needs'} shape ${showShape(batched ? [-1, ...like.shape] : like.shape)}${batched ? ', -1 being how many' : ''}.`,
    });
  }
  return feed(c, pointer, exactly(given, like.dtype, pointer, what), pointer);
}

function exactly(tensor: Tensor, dtype: DType, pointer: string, what: string): Tensor {
  if (tensor.dtype === dtype) return tensor;
  const converted = convertTensor(tensor, dtype);
  const back = convertTensor(converted, tensor.dtype);
  const same = tensor.data.every((x: number | bigint, i: number) => Object.is(x, back.data[i]));
  if (same) return converted;
  throw new EngineError('E_COTANGENT', {
    pointer,
    message: `The ${what} is ${tensor.dtype} and does not convert to ${dtype} without loss.`,
    hint: `Give it as ${dtype}.`,
  });
}

/** `of` as a scalar: what is not one is summed, and the answer says so. */
function summed(c: Compilation, of: Value, name: string): Value {
  if (of.aval.shape.length === 0) return of;
  c.builder.warn(
    'implicit_sum',
    name,
    `${JSON.stringify(name)} is ${showAval(of.aval)}, not a scalar: the derivative is that of its sum.`,
  );
  return c.builder.sum(of);
}

function orZeros(c: Compilation, derivative: Value | null, like: Aval, of: string, wrt: string): Value {
  if (derivative !== null) return derivative;
  c.builder.warn(
    'disconnected',
    wrt,
    `${JSON.stringify(of)} does not depend on ${JSON.stringify(wrt)}: the derivative is zero.`,
  );
  return c.builder.zeros(like);
}

function addGradients(c: Compilation): void {
  c.request.gradients?.forEach((asked, at) => {
    const pointer = `/gradients/${at}`;
    const of = lookupOf(c, asked.of, `${pointer}/of`);
    const wrt = lookupWrt(c, asked.wrt, `${pointer}/wrt`);
    const results =
      asked.batched === true ? batchedGradients(c, asked, of, wrt, pointer) : gradients(c, asked, of, wrt, pointer);
    const { accumulate } = asked;
    for (const name of Object.keys(accumulate ?? {})) {
      if (!asked.wrt.includes(name)) {
        throw new EngineError('E_NAME_UNKNOWN', {
          pointer: `${pointer}/accumulate/${escapePointer(name)}`,
          message: `accumulate names ${JSON.stringify(name)}, which is not in wrt.`,
          hint: nearest(name, asked.wrt) ?? undefined,
        });
      }
    }
    asked.wrt.forEach((name, i) => {
      const wire = fieldOf(accumulate, name);
      let result = results[i];
      if (wire !== undefined) {
        const known = vector(
          c,
          wire,
          `${pointer}/accumulate/${escapePointer(name)}`,
          result.aval,
          'gradient to accumulate into',
          false,
        );
        result = c.builder.add(known, result);
      }
      emit(c, { kind: 'gradients', at, name }, result);
    });
  });
}

type GradientAsked = NonNullable<ComputeRequest['gradients']>[number];

function gradients(c: Compilation, asked: GradientAsked, of: Value, wrt: readonly Value[], pointer: string): Value[] {
  let ct: Value;
  if (asked.cotangent !== undefined)
    ct = vector(c, asked.cotangent, `${pointer}/cotangent`, of.aval, 'cotangent', false);
  else {
    if (of.aval.shape.length > 0) {
      c.builder.warn(
        'implicit_sum',
        asked.of,
        `${JSON.stringify(asked.of)} is ${showAval(of.aval)}, not a scalar: the gradient is that of its sum (a cotangent of ones).`,
      );
    }
    ct = c.builder.fill(of.aval, 1);
  }
  return vjp(c.builder, [of], wrt, [ct]).map((g, i) => orZeros(c, g, wrt[i].aval, asked.of, asked.wrt[i]));
}

function batchedGradients(
  c: Compilation,
  asked: GradientAsked,
  of: Value,
  wrt: readonly Value[],
  pointer: string,
): Value[] {
  if (asked.cotangent === undefined) {
    throw new EngineError('E_COTANGENT', {
      pointer,
      message: 'A batched gradient needs a cotangent with a leading axis.',
    });
  }
  const cts = vector(c, asked.cotangent, `${pointer}/cotangent`, of.aval, 'cotangents', true);
  const ct = c.builder.placeholder(of.aval);
  const results = vjp(c.builder, [of], wrt, [ct]).map((g, i) => orZeros(c, g, wrt[i].aval, asked.of, asked.wrt[i]));
  return batch(c.builder, results, new Map([[ct, cts]]), cts.aval.shape[0]);
}

function addJvps(c: Compilation): void {
  c.request.jvps?.forEach((asked, at) => {
    const pointer = `/jvps/${at}`;
    const of = asked.of.map((name, i) => lookupOf(c, name, `${pointer}/of/${i}`));
    const names = Object.keys(asked.tangents);
    if (names.length === 0) {
      throw new EngineError('E_WRT_EMPTY', { pointer: `${pointer}/tangents`, message: 'tangents names nothing.' });
    }
    const wrt = names.map((name) => lookupWrt(c, [name], `${pointer}/tangents`)[0]);
    const batched = asked.batched === true;
    const tangents = names.map((name, i) =>
      vector(
        c,
        fieldOf(asked.tangents, name),
        `${pointer}/tangents/${escapePointer(name)}`,
        wrt[i].aval,
        'tangent',
        batched,
      ),
    );
    const results = batched ? batchedJvp(c, of, wrt, tangents, pointer) : jvp(c.builder, of, wrt, tangents);
    asked.of.forEach((name, i) => {
      const value = results[i] ?? orZeros(c, null, of[i].aval, name, names.join(', '));
      emit(c, { kind: 'jvps', at, name }, value);
    });
  });
}

function batchedJvp(
  c: Compilation,
  of: readonly Value[],
  wrt: readonly Value[],
  tangents: readonly Value[],
  pointer: string,
): Value[] {
  const size = tangents[0].aval.shape[0];
  if (tangents.some((t) => t.aval.shape[0] !== size)) {
    throw new EngineError('E_COTANGENT', {
      pointer: `${pointer}/tangents`,
      message: 'Batched tangents need the same size of the leading axis.',
    });
  }
  const variables = wrt.map((x) => c.builder.placeholder(x.aval));
  const results = jvp(c.builder, of, wrt, variables).map((t, i) => t ?? c.builder.zeros(of[i].aval));
  return batch(c.builder, results, new Map(variables.map((v, i) => [v, tangents[i]])), size);
}

function addJacobians(c: Compilation): void {
  c.request.jacobians?.forEach((asked, at) => {
    const of = lookupOf(c, asked.of, `/jacobians/${at}/of`);
    const wrt = lookupWrt(c, asked.wrt, `/jacobians/${at}/wrt`);
    const columns = wrt.reduce((n, x) => n + sizeOf(x.aval.shape), 0);
    const forward = asked.mode === 'forward' || (asked.mode !== 'reverse' && columns < sizeOf(of.aval.shape));
    const blocks = located({ pointer: `/jacobians/${at}` }, () =>
      forward ? jacobianForward(c.builder, of, wrt) : jacobianReverse(c.builder, of, wrt),
    );
    asked.wrt.forEach((name, i) => emit(c, { kind: 'jacobians', at, name }, blocks[i]));
  });
}

function addHessians(c: Compilation): void {
  c.request.hessians?.forEach((asked, at) => {
    const of = summed(c, lookupOf(c, asked.of, `/hessians/${at}/of`), asked.of);
    const wrt = lookupWrt(c, asked.wrt, `/hessians/${at}/wrt`);
    const blocks = located({ pointer: `/hessians/${at}` }, () => hessian(c.builder, of, wrt));
    asked.wrt.forEach((name, i) =>
      asked.wrt.forEach((other, j) => emit(c, { kind: 'hessians', at, name, other }, blocks[i][j])),
    );
  });
}

function addHvps(c: Compilation): void {
  c.request.hvps?.forEach((asked, at) => {
    const pointer = `/hvps/${at}`;
    const of = summed(c, lookupOf(c, asked.of, `${pointer}/of`), asked.of);
    const names = Object.keys(asked.vectors);
    if (names.length === 0) {
      throw new EngineError('E_WRT_EMPTY', { pointer: `${pointer}/vectors`, message: 'vectors names nothing.' });
    }
    const wrt = names.map((name) => lookupWrt(c, [name], `${pointer}/vectors`)[0]);
    const vectors = names.map((name, i) =>
      vector(
        c,
        fieldOf(asked.vectors, name),
        `${pointer}/vectors/${escapePointer(name)}`,
        wrt[i].aval,
        'vector',
        false,
      ),
    );
    hvp(c.builder, of, wrt, vectors).forEach((h, i) => emit(c, { kind: 'hvps', at, name: names[i] }, h));
  });
}
