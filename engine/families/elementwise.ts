// Elementwise ops: one number function and one partial derivative per operand give the op everything else.

import type { DType } from '../ir/aval.ts';
import { broadcastShapes, isFloat, isInteger, sameShape, showAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { allocate, integerStore } from '../ir/tensor.ts';
import { fail, invariant } from '../errors.ts';
import type { Args, Attrs, Laws, Literal, Op, Operand, Param, Primitive, Sample } from '../op.ts';
import type { Lower } from '../wasm/lanes.ts';
import { alignMapped } from './batching.ts';

/** ∂out/∂operand as a value (or a number); called only when that operand is differentiated. */
export type Partial = (b: Builder, xs: readonly Value[], y: Value, attrs: Attrs) => Value | Literal;

export interface ElementwiseSpec {
  readonly name: string;
  /** The family the catalogue shows; `elementwise` by default. */
  readonly family?: string;
  readonly doc: Op['doc'];
  readonly aliases?: readonly string[];
  readonly operands: readonly string[];
  /** Operands that may be left out, the last ones; `before` deals with null. */
  readonly optional?: readonly string[];
  /** Parameters after the operands that the meaning and the partials depend on: each node carries their values. */
  readonly attributes?: readonly Param[];
  /** Whether the attributes come first in the signature (polygamma(n, x)). */
  readonly attributesFirst?: boolean;
  /** Parameters after the operands that only `before` reads. */
  readonly options?: readonly Param[];
  /**
   * What the operands are promoted to: `number` keeps integers integers and bool bool (where a sum is "or" and a
   * product "and", as in JAX), `float` turns integers and bool into the default float, `bool` turns everything into
   * "not zero", `integer` refuses floats.
   */
  readonly accepts: 'number' | 'float' | 'bool' | 'integer';
  /** `bool` for predicates; by default the dtype of the operands. */
  readonly result?: 'bool';
  /** The meaning on floats, computed in float64 and rounded once to the result's dtype. */
  readonly eval?: (...xs: number[]) => number | boolean;
  /** The meaning on floats where there are attributes. */
  readonly evalWith?: (attrs: Attrs) => (...xs: number[]) => number | boolean;
  /** The meaning on integers and bool (0n, 1n), before wrapping; needed where `accepts` lets integers through. */
  readonly evalInteger?: (...xs: bigint[]) => bigint | boolean;
  readonly evalIntegerWith?: (attrs: Attrs) => (...xs: bigint[]) => bigint | boolean;
  /** The meaning on vectors of float32 and float64, from one text; without it `eval` is called lane by lane. */
  readonly lower?: Lower;
  readonly lowerWith?: (attrs: Attrs) => Lower | undefined;
  /** The meaning on vectors of integers and of masks (bool), where `accepts` lets them through. */
  readonly lowerInteger?: Lower;
  readonly lowerIntegerWith?: (attrs: Attrs) => Lower | undefined;
  readonly lowerBool?: Lower;
  /** One partial per operand; null where the derivative is zero by convention. */
  readonly partials?: readonly (Partial | null)[];
  /** The operands in which the op is linear on its own or jointly, with the cotangent of each. */
  readonly transpose?: readonly ((b: Builder, ct: Value, xs: readonly Value[]) => Value | null)[];
  readonly linear?: readonly number[];
  /** What the result reads of an operand in which the op is linear; by default the element of the same place. */
  readonly reads?: Primitive['reads'];
  /** Overrides the rule that partials give. */
  readonly jvp?: Primitive['jvp'];
  readonly embedding?: Primitive['embedding'];
  readonly laws?: Laws;
  /** Where nothing is computed. */
  readonly view?: Primitive['view'];
  readonly differentiable?: Op['differentiable'];
  /** Floating-point operations per element, for the cost estimate; 1 by default. */
  readonly cost?: number;
  /** Where property tests sample each operand. */
  readonly domain?: readonly (readonly [number, number])[];
  /** More places for them, one list per operand: on both sides of a kink, where a domain would have it inside. */
  readonly points?: readonly (readonly number[])[];
  /** The attributes of the samples, where some must be given. */
  readonly sampleAttrs?: Attrs;
  readonly samples?: readonly Sample[];
  /** Replaces the usual promotion and broadcasting, for ops with special cases (pow with a constant exponent). */
  readonly before?: (b: Builder, xs: readonly Operand[], args: Args) => Value | null;
  readonly internal?: boolean;
}

/** An op that works element by element on operands that broadcast against each other. */
export function elementwise(spec: ElementwiseSpec): Op {
  const differentiable = spec.differentiable ?? (spec.partials !== undefined || spec.jvp !== undefined ? 'yes' : 'no');
  const op: Op = {
    name: spec.name,
    family: spec.family ?? 'elementwise',
    doc: spec.doc,
    aliases: spec.aliases,
    params: paramsOf(spec),
    differentiable,
    internal: spec.internal,
    samples: spec.samples ?? defaultSamples(spec),
    call(b, args) {
      const xs = operandsOf(spec, args);
      return spec.before?.(b, xs, args) ?? emitElementwise(b, op, spec, xs, args);
    },
    primitive: {
      infer(inputs) {
        const [first] = inputs;
        if (!inputs.every((x) => sameShape(x.shape, first.shape))) {
          invariant(false, `${spec.name} of ${inputs.map(showAval).join(', ')}`);
        }
        return { dtype: spec.result ?? inputs[inputs.length - 1].dtype, shape: first.shape };
      },
      eval(inputs, attrs, [aval]) {
        const n = sizeOf(aval.shape);
        const data = allocate(aval.dtype, n);
        const xs = inputs.map((t) => t.data);
        const arity = xs.length;
        if (isFloat(inputs[arity - 1].dtype)) {
          const f = spec.evalWith?.(attrs) ?? spec.eval;
          invariant(f !== undefined, `${spec.name} has no meaning on floats`);
          const point = new Array<number>(arity);
          for (let i = 0; i < n; i++) {
            for (let k = 0; k < arity; k++) point[k] = xs[k][i] as number;
            (data as Float64Array)[i] =
              arity === 1 ? +f(point[0]) : arity === 2 ? +f(point[0], point[1]) : +f(...point);
          }
        } else {
          const f = spec.evalIntegerWith?.(attrs) ?? spec.evalInteger;
          invariant(f !== undefined, `${spec.name} has no meaning on integers`);
          const point = new Array<bigint>(arity);
          const store = integerStore(aval.dtype);
          for (let i = 0; i < n; i++) {
            for (let k = 0; k < arity; k++) point[k] = BigInt(xs[k][i]);
            const y = f(...point);
            data[i] = store(typeof y === 'boolean' ? (y ? 1n : 0n) : y);
          }
        }
        return { dtype: aval.dtype, shape: aval.shape, data };
      },
      jvp: spec.jvp ?? jvpFromPartials(spec),
      linear: spec.linear,
      transpose:
        spec.transpose === undefined
          ? undefined
          : (b, { node, cotangents, linear }) =>
              node.inputs.map((_x, i) => (linear[i] ? spec.transpose![i](b, cotangents[0]!, node.inputs) : null)),
      reads: spec.reads ?? (() => ({})),
      batch: (b, site) => b.emit(op, alignMapped(b, site), site.attrs),
      embedding: spec.embedding,
      view: spec.view,
      laws: spec.laws,
      lower(attrs, dtype) {
        if (isFloat(dtype)) return spec.lowerWith?.(attrs) ?? spec.lower;
        return dtype === 'bool' ? spec.lowerBool : (spec.lowerIntegerWith?.(attrs) ?? spec.lowerInteger);
      },
      pointwise(attrs) {
        const f = spec.evalWith?.(attrs) ?? spec.eval;
        return f === undefined ? undefined : (...xs) => +f(...xs);
      },
      flops: (_inputs, [out]) => sizeOf(out.shape) * (spec.cost ?? 1),
    },
  };
  return op;
}

function paramsOf({ operands, optional, attributes = [], attributesFirst, options = [] }: ElementwiseSpec): Param[] {
  const tensors = operands.map((name): Param =>
    optional?.includes(name) ? { name, kind: 'tensor', default: null } : { name, kind: 'tensor' },
  );
  return attributesFirst === true ? [...attributes, ...tensors, ...options] : [...tensors, ...attributes, ...options];
}

function operandsOf(spec: ElementwiseSpec, args: Args): Operand[] {
  return spec.operands.map((name) => args[name] as Operand);
}

function emitElementwise(b: Builder, op: Op, spec: ElementwiseSpec, xs: readonly Operand[], args: Args): Value {
  const values = promoteFor(b, spec, xs);
  const shape = broadcastShapes(
    values.map((v) => v.aval.shape),
    spec.operands,
  );
  return b.emitOne(
    op,
    values.map((v) => b.broadcast(v, shape)),
    Object.fromEntries((spec.attributes ?? []).map(({ name }) => [name, args[name]])) as Attrs,
  );
}

function promoteFor(b: Builder, spec: ElementwiseSpec, xs: readonly Operand[]): Value[] {
  switch (spec.accepts) {
    case 'float':
      return b.promote(xs, 'float');
    case 'bool':
      return xs.map((x) => b.cast(x, 'bool'));
    case 'integer': {
      const values = b.promote(xs);
      for (const v of values) {
        if (isFloat(v.aval.dtype)) {
          fail(
            'E_DTYPE',
            `${spec.name} is defined for integers and bool, and is given ${showAval(v.aval)}.`,
            `astype(x, 'int64') makes an integer.`,
          );
        }
      }
      return values;
    }
    case 'number':
      return b.promote(xs);
  }
}

function jvpFromPartials(spec: ElementwiseSpec): Primitive['jvp'] {
  if (spec.differentiable === 'zero') return () => null;
  const { partials } = spec;
  if (partials === undefined) return spec.result === 'bool' || spec.differentiable === 'no' ? () => null : undefined;
  return (b, { inputs, outputs, tangents, attrs }) =>
    b.addAll(
      tangents.map((t, i) => {
        const partial = t === null ? null : partials[i];
        return t === null || partial === null ? null : scaleBy(b, t, partial(b, inputs, outputs[0], attrs));
      }),
    );
}

function scaleBy(b: Builder, t: Value, d: Value | Literal): Value | null {
  if (typeof d === 'object') return b.scale(t, d);
  if (Number(d) === 0) return null;
  if (Number(d) === 1) return t;
  return Number(d) === -1 ? b.negative(t) : b.scale(t, b.fill(t.aval, d));
}

function defaultSamples(spec: ElementwiseSpec): Sample[] {
  const shapes: number[][][] =
    spec.operands.length === 1
      ? [[[7]], [[2, 3]], [[]]]
      : [
          spec.operands.map(() => [5]),
          spec.operands.map((_, i) => (i === 0 ? [2, 3] : [3])),
          spec.operands.map(() => []),
        ];
  const dtype: DType = spec.accepts === 'bool' ? 'bool' : spec.accepts === 'integer' ? 'int64' : 'float64';
  const drawn = shapes.map((list): Sample['operands'] =>
    list.map((shape, i) => ({
      shape,
      dtype,
      range: spec.domain?.[i] ?? (isInteger(dtype) ? [-9, 9] : dtype === 'bool' ? [0, 1.99] : [-3, 3]),
    })),
  );
  const given = spec.points?.map((values) => ({ shape: [values.length], dtype, values }));
  return [...drawn, ...(given === undefined ? [] : [given])].map((operands) =>
    spec.sampleAttrs === undefined ? { operands } : { operands, attrs: spec.sampleAttrs },
  );
}

/** For `before`: fails where all operands are bool, of which the op has no meaning (as in JAX). */
export function refuseBool(name: string, hint: string): NonNullable<ElementwiseSpec['before']> {
  return (b, xs) => {
    if (xs.every((x) => b.avalOf(x).dtype === 'bool')) {
      fail('E_DTYPE', `${name} is not defined for bool: ${xs.map((x) => showAval(b.avalOf(x))).join(', ')}.`, hint);
    }
    return null;
  };
}
