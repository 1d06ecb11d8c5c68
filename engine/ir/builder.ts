// Builds graphs: typed SSA in, every node checked as it is made. Rules and front ends reach ops by name through it.

import type { Place } from '../errors.ts';
import { fail, invariant, located } from '../errors.ts';
import type { Args, Attrs, Literal, Op, Operand, Param, Passes } from '../op.ts';
import type { OpCalls } from '../ops/calls.ts';
import type { Aval, DType, FloatDType, Shape } from './aval.ts';
import { isFloat, maxRank, promote, sameShape, showAval, sizeOf, spanOf } from './aval.ts';
import type { Graph, GraphInput, Node, Origin, Value } from './graph.ts';
import { closeGraph } from './graph.ts';
import { scaleInside } from './structural.ts';
import type { Tensor } from './tensor.ts';
import { convertTensor, scalarTensor } from './tensor.ts';

/** What a graph is built against: the ops by name, the request's defaults and its limits. */
export interface BuildContext {
  readonly ops: ReadonlyMap<string, Op>;
  readonly constant: Op;
  /** What control flow applies to the bodies of its own nodes. */
  readonly passes: Passes;
  readonly defaultFloat: FloatDType;
  /** Whether `is_training()` holds and dropout and batch normalisation train. */
  readonly training: boolean;
  /** The request's seed, which random ops draw from when they are given no key. */
  readonly seed: number | bigint | undefined;
  /** Nodes a graph may have, before any is made. */
  readonly maxNodes: number;
  /** Elements one tensor may have. */
  readonly maxElements: number;
}

/** A note on a convention that was applied or a number that went wrong. */
export interface Warning {
  readonly code: string;
  readonly node: string | null;
  readonly message: string;
}

class BuilderCore {
  readonly context: BuildContext;
  readonly inputs: GraphInput[] = [];
  readonly warnings: Warning[] = [];
  #nodes: Node[] = [];
  #made = 0;
  #ids = 0;
  #origin: Origin | undefined;

  constructor(context: BuildContext) {
    this.context = context;
  }

  input(name: string, aval: Aval): Value {
    const value = this.placeholder(aval);
    this.inputs.push({ name, value });
    return value;
  }

  /** Every node made so far, in order; the linear tape of a transform is a slice of it. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** What `body` gives, and the nodes it makes in a list of their own: the body of a loop or a branch. */
  isolated<T>(body: () => T): { readonly result: T; readonly nodes: readonly Node[] } {
    const [outer, origin] = [this.#nodes, this.#origin];
    const nodes: Node[] = [];
    this.#nodes = nodes;
    // What stands in a body was written there.
    this.#origin = undefined;
    try {
      return { result: body(), nodes };
    } finally {
      this.#nodes = outer;
      this.#origin = origin;
    }
  }

  /** A copy of a node on other inputs of the same types, in no list: a node of a sub-graph. */
  detached(node: Node, inputs: readonly Value[]): Node {
    const outputs: Value[] = [];
    const copy: Node = { op: node.op, inputs, attrs: node.attrs, outputs, origin: node.origin };
    node.outputs.forEach(({ aval }, index) => outputs.push({ id: this.#ids++, aval, node: copy, index }));
    return copy;
  }

  /** A value without a definition: a graph input, or the variable of a transform that is substituted later. */
  placeholder(aval: Aval): Value {
    return { id: this.#ids++, aval, node: undefined, index: 0 };
  }

  /** Calls any op by name with bound arguments; `where` is what the user wrote, for messages. */
  call(op: Op, args: Args, place?: Place): readonly Value[] {
    const outer = this.#origin;
    this.#origin ??= { op: op.name, ...(place === undefined ? {} : { place }) };
    try {
      const result = located(place, () => op.call(this as unknown as Builder, args));
      return isList(result) ? result : [result];
    } finally {
      this.#origin = outer;
    }
  }

  /** Runs `body` with nodes attributed to `origin` (derivative code carries the origin of what it differentiates). */
  attributed<T>(origin: Origin | undefined, body: () => T): T {
    const outer = this.#origin;
    this.#origin = origin ?? outer;
    try {
      return body();
    } finally {
      this.#origin = outer;
    }
  }

  /** Makes one node of a primitive; operands have the dtypes and shapes the primitive wants. */
  emit(op: Op, inputs: readonly Value[], attrs: Attrs = {}): readonly Value[] {
    invariant(op.primitive !== undefined, `${op.name} is no primitive`);
    const inferred = op.primitive.infer(
      inputs.map((v) => v.aval),
      attrs,
    );
    const avals: readonly Aval[] = isList(inferred) ? inferred : [inferred];
    if (this.#made >= this.context.maxNodes) {
      fail(
        'E_LIMIT',
        `The graph has more than ${this.context.maxNodes} nodes.`,
        'Use array operations in place of unrolled loops.',
      );
    }
    const weak = inputs.length > 0 && inputs.every((v) => v.aval.weak === true);
    const outputs: Value[] = [];
    const node: Node = { op, inputs, attrs, outputs, origin: this.#origin };
    avals.forEach((aval, index) => {
      const elements = spanOf(aval.shape);
      if (aval.shape.some((d) => !(d >= 0))) {
        fail('E_ATTRIBUTE', `${op.name} would make ${showAval(aval)}: a size is a whole number from 0 on.`);
      }
      if (!(elements <= this.context.maxElements)) {
        fail(
          'E_LIMIT',
          `${op.name} would make ${showAval(aval)}, ${elements} ${sizeOf(aval.shape) === 0 ? 'empty lists' : 'elements'}; the limit is ${this.context.maxElements}.`,
        );
      }
      if (aval.shape.length > maxRank) {
        fail('E_LIMIT', `${op.name} would make an array of ${aval.shape.length} axes; the limit is ${maxRank}.`);
      }
      const typed = weak && aval.weak === undefined ? { ...aval, weak } : aval;
      outputs.push({ id: this.#ids++, aval: typed, node, index });
    });
    this.#made++;
    this.#nodes.push(node);
    return outputs;
  }

  /** `emit` for a primitive with one result. */
  emitOne(op: Op, inputs: readonly Value[], attrs: Attrs = {}): Value {
    return this.emit(op, inputs, attrs)[0];
  }

  /** A constant tensor. */
  constant(tensor: Tensor, weak = false): Value {
    const value = this.emitOne(this.context.constant, [], { value: { tensor } });
    return weak ? this.weaken(value) : value;
  }

  /** Makes a value give way to any dtype of its kind, as a number that was written down does. */
  weaken(value: Value): Value {
    (value as { aval: Aval }).aval = { ...value.aval, weak: true };
    return value;
  }

  /** A value of an operand: a number that was written down becomes a weak scalar constant. */
  lift(operand: Operand): Value {
    if (typeof operand === 'object') return operand;
    return this.constant(scalarTensor(this.literalDtype(operand), wrapLiteral(operand)), typeof operand !== 'boolean');
  }

  literalDtype(literal: Literal): DType {
    if (typeof literal === 'boolean') return 'bool';
    return typeof literal === 'bigint' ? 'int64' : this.context.defaultFloat;
  }

  avalOf(operand: Operand): Aval {
    if (typeof operand === 'object') return operand.aval;
    return { dtype: this.literalDtype(operand), shape: [], ...(typeof operand === 'boolean' ? {} : { weak: true }) };
  }

  /** The operands in their common dtype (weak literals give way); `atLeast: 'float'` lifts integers to a float. */
  promote(operands: readonly Operand[], atLeast: 'any' | 'float' = 'any'): Value[] {
    const { dtype: common, weak } = promote(
      operands.map((o) => this.avalOf(o)),
      this.context.defaultFloat,
    );
    const dtype = atLeast === 'float' && !isFloat(common) ? this.context.defaultFloat : common;
    return operands.map((o) => this.cast(o, dtype, weak));
  }

  /** The operand in a dtype. A constant is converted from its exact value, so 0.1 as float32 is the float32 0.1. */
  cast(operand: Operand, dtype: DType, weak = false): Value {
    if (typeof operand !== 'object') {
      const value =
        typeof operand === 'number' && !isFloat(dtype)
          ? convertTensor(scalarTensor('float64', operand), dtype)
          : scalarTensor(dtype, operand);
      return this.constant(value, weak);
    }
    if (operand.aval.dtype === dtype && (weak || operand.aval.weak !== true)) return operand;
    const exact = scalarConstant(operand);
    if (exact !== null && operand.aval.shape.length === 0) return this.constant(convertTensor(exact, dtype), weak);
    if (operand.aval.dtype === dtype) return this.ops.astype(operand, { dtype });
    const cast = this.ops.astype(operand, { dtype });
    return weak ? this.weaken(cast) : cast;
  }

  /** The operand as a shape it broadcasts to. */
  broadcast(value: Value, shape: Shape): Value {
    return sameShape(value.aval.shape, shape) ? value : this.ops.broadcast_to(value, { shape });
  }

  /** A tensor filled with one number: a scalar constant, broadcast. */
  fill(aval: Aval, value: Literal): Value {
    return this.broadcast(this.cast(value, aval.dtype), aval.shape);
  }

  zeros(aval: Aval): Value {
    return this.fill(aval, aval.dtype === 'bool' ? false : isFloat(aval.dtype) ? 0 : 0n);
  }

  /** t ⊙ d for a tangent or cotangent t: structural zeros of t stay zero even where d is infinite or NaN. */
  scale(t: Value, d: Value): Value {
    return scaleInside(this as unknown as Builder, t, d, (x, y) => this.ops.multiply(x, y));
  }

  /** t ⊘ d likewise. */
  scaleDown(t: Value, d: Value): Value {
    return scaleInside(this as unknown as Builder, t, d, (x, y) => this.ops.divide(x, y));
  }

  /** The sum of tangents or cotangents, symbolic zeros left out; null when all are zero. */
  addAll(terms: readonly (Value | null | undefined)[]): Value | null {
    let sum: Value | null = null;
    for (const term of terms) if (term != null) sum = sum === null ? term : this.ops.add(sum, term);
    return sum;
  }

  warn(code: string, node: string | null, message: string): void {
    if (!this.warnings.some((w) => w.code === code && w.node === node && w.message === message)) {
      this.warnings.push({ code, node, message });
    }
  }

  finish(outputs: readonly Value[]): Graph {
    return closeGraph(this.inputs, outputs);
  }

  /** Typed methods, one per op (generated): `ops.multiply(x, y)`, `ops.sum(x, { axis: 0 })`. */
  get ops(): OpCalls {
    return this as unknown as OpCalls;
  }
}

export type Builder = BuilderCore & OpCalls;

const reserved = new Set(Object.getOwnPropertyNames(BuilderCore.prototype));

/** A builder over a set of ops, each op a method of it. */
export const createBuilder = (context: BuildContext): Builder => new (builderOver(context.ops))(context) as Builder;

const builders = new WeakMap<ReadonlyMap<string, Op>, typeof BuilderCore>();

/** The class of builders over a set of ops, made once; a method comes into being when it is first named. */
function builderOver(ops: ReadonlyMap<string, Op>): typeof BuilderCore {
  const known = builders.get(ops);
  if (known !== undefined) return known;
  class BuilderOver extends BuilderCore {}
  for (const op of ops.values()) {
    const name = methodName(op.name);
    Object.defineProperty(BuilderOver.prototype, name, {
      get(this: Builder) {
        const method = methodFor(this, op);
        Object.defineProperty(this, name, { value: method });
        return method;
      },
    });
  }
  builders.set(ops, BuilderOver);
  return BuilderOver;
}

/** `linalg.norm` is the method `linalg_norm`; a name the builder itself has gets an underscore. */
export function methodName(name: string): string {
  const plain = name.replaceAll('.', '_');
  return reserved.has(plain) || plain === 'inputs' || plain === 'nodes' ? `${plain}_` : plain;
}

function methodFor(builder: Builder, op: Op): (...args: unknown[]) => Value | readonly Value[] {
  const operands = op.params.filter(isPositionalOperand);
  return (...given) => {
    const args: Record<string, unknown> = {};
    operands.forEach((p, i) => {
      if (i < given.length) args[p.name] = given[i];
    });
    const attrs = given[operands.length] as Attrs | undefined;
    const bound = withDefaults(op, { ...args, ...attrs } as Args);
    const result = op.call(builder, bound);
    return isList(result) && op.results === undefined ? (result.length === 1 ? result[0] : result) : result;
  };
}

/** Operands are positional in a builder method; a keyword-only one (a `where` mask) goes with the attributes. */
export const isPositionalOperand = (p: Param): boolean =>
  (p.kind === 'tensor' || p.kind === 'tensors') && p.keyword !== true;

/** The arguments with every absent one at its default; a missing one is the user's mistake. */
export function withDefaults(op: Op, args: Args): Args {
  const full: Record<string, Args[string]> = {};
  for (const p of op.params) {
    const given = args[p.name];
    if (given !== undefined) full[p.name] = given;
    else if (p.default !== undefined) full[p.name] = p.default;
    else fail('E_OP_ARITY', `${op.name} needs ${p.name}.`, `Its signature is ${signature(op)}.`);
  }
  return full;
}

/** `sum(x, axis=None, keepdims=False)`, for messages and documentation. */
export function signature(op: Op): string {
  const parts: string[] = [];
  let keyword = false;
  for (const p of op.params) {
    if (p.keyword && !keyword) {
      parts.push('*');
      keyword = true;
    }
    const name = p.kind === 'tensors' ? `${p.name}: list` : p.name;
    parts.push(p.default === undefined ? name : `${name}=${pythonic(p.default)}`);
  }
  return `${op.name}(${parts.join(', ')})`;
}

function pythonic(value: unknown): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `(${value.map(pythonic).join(', ')}${value.length === 1 ? ',' : ''})`;
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

function wrapLiteral(literal: Literal): Literal {
  if (typeof literal !== 'bigint') return literal;
  if (BigInt.asIntN(64, literal) !== literal) {
    fail('E_PROGRAM_VALUE', `The integer ${literal} does not fit int64.`, 'A float reaches further: write 1e20.');
  }
  return literal;
}

/** The scalar a value is known to be: a constant of shape (), or a broadcast of one. */
export function scalarConstant(value: Value): Tensor | null {
  let at: Value = value;
  for (;;) {
    const { node } = at;
    if (node === undefined) return null;
    if (node.op.name === 'constant') {
      const { tensor } = node.attrs['value'] as { tensor: Tensor };
      return tensor.shape.length === 0 ? tensor : null;
    }
    if (node.op.name !== 'broadcast_to') return null;
    at = node.inputs[0];
  }
}

function isList<T>(x: T | readonly T[]): x is readonly T[] {
  return Array.isArray(x);
}
