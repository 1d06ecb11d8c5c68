// Reductions: many elements along some axes become one.

import type { Aval, DType } from '../ir/aval.ts';
import { isFloat, normalizeAxes, showAval, sizeOf, stridesOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import { allocate, integerStore } from '../ir/tensor.ts';
import { fail, invariant } from '../errors.ts';
import type { Args, JvpSite, Literal, Op, Operand, Param, Primitive, Reads, Sample } from '../op.ts';
import { evenGroups } from './reads.ts';

interface ReductionSpec {
  readonly name: string;
  readonly doc: Op['doc'];
  readonly aliases?: readonly string[];
  /** Parameters after x; `axis` and `keepdims` by default. */
  readonly params?: readonly Param[];
  /** What the operand becomes first: `number` sums bool and small integers in int64, `keep` leaves the dtype. */
  readonly accepts: 'number' | 'keep' | 'float' | 'bool';
  readonly result?: DType;
  /** Whether reducing nothing is an error (max has no identity). */
  readonly emptyIsError?: boolean;
  /** The meaning on the floats of one group, in index order. */
  readonly eval?: (xs: Float64Array) => number;
  /** The meaning on integers and bool. */
  readonly evalInteger?: (xs: readonly bigint[]) => bigint;
  readonly jvp?: Primitive['jvp'];
  readonly linear?: boolean;
  /** How two elements join, for the compiler. */
  readonly reduces?: Primitive['reduces'];
  readonly expand?: Primitive['expand'];
  /** The value that a `where` mask puts in place of what it leaves out. */
  readonly identity?: (b: Builder, x: Aval) => Value;
  /** Whether the dtype to reduce in may be chosen. */
  readonly chooseDtype?: boolean;
  /** Takes an `initial` value into the result. */
  readonly start?: (b: Builder, y: Value, initial: Value) => Value;
  readonly differentiable?: Op['differentiable'];
  readonly domain?: readonly [number, number];
  readonly samples?: readonly Sample[];
  readonly internal?: boolean;
}

const axisParams: readonly Param[] = [
  { name: 'axis', kind: 'axes', default: null, doc: 'Axis or axes to reduce; all by default.' },
  { name: 'keepdims', kind: 'bool', default: false, keyword: true, doc: 'Keep the reduced axes with size 1.' },
];

/** A reduction over `axis` (all axes by default) with `keepdims`, and `where` where it has an identity. */
export function reduction(spec: ReductionSpec): Op {
  const params: Param[] = [{ name: 'x', kind: 'tensor' }, ...(spec.params ?? axisParams)];
  if (spec.chooseDtype === true)
    params.push({ name: 'dtype', kind: 'dtype', default: null, keyword: true, doc: 'Dtype to reduce in.' });
  if (spec.start !== undefined) {
    params.push({ name: 'initial', kind: 'tensor', default: null, keyword: true, doc: 'A scalar to start from.' });
  }
  if (spec.identity !== undefined) {
    params.push({ name: 'where', kind: 'tensor', default: null, keyword: true, doc: 'Elements to include.' });
  }
  const op: Op = {
    name: spec.name,
    family: 'reduction',
    doc: spec.doc,
    aliases: spec.aliases,
    params,
    differentiable: spec.differentiable ?? (spec.jvp !== undefined || spec.linear === true ? 'yes' : 'no'),
    internal: spec.internal,
    samples: spec.samples ?? defaultSamples(spec),
    call(b, args) {
      const x = included(b, spec, prepare(b, spec, args), args);
      const axes = normalizeAxes(args['axis'] as number | number[] | null, x.aval.shape.length);
      return keepAxes(
        b,
        startFrom(b, op, spec, x, axes, args['initial'] as Operand | null),
        x.aval,
        axes,
        args['keepdims'] === true,
      );
    },
    primitive: {
      infer([x], attrs) {
        const axes = attrs['axis'] as number[];
        if (spec.emptyIsError && axes.some((a) => x.shape[a] === 0)) {
          fail(
            'E_EMPTY_REDUCTION',
            `${spec.name} over an axis of size 0 has no value: x is ${x.dtype}[${x.shape.join(',')}].`,
          );
        }
        return { dtype: spec.result ?? x.dtype, shape: x.shape.filter((_d, i) => !axes.includes(i)) };
      },
      eval: ([x], attrs, [aval]) => evalReduction(spec, x, attrs['axis'] as number[], aval),
      jvp:
        spec.linear === true
          ? (b, { tangents, attrs }) => b.emitOne(op, [tangents[0]!], attrs)
          : (spec.jvp ?? (() => null)),
      linear: spec.linear === true ? [0] : undefined,
      transpose:
        spec.linear === true
          ? (b, { node, cotangents }) => [
              expandReduced(b, cotangents[0]!, node.inputs[0].aval, node.attrs['axis'] as number[]),
            ]
          : undefined,
      reads: ({ inputs: [x], attrs }) => ({ groups: groupsOf(x.shape, attrs['axis'] as number[]) }),
      batch: (b, { inputs, attrs }) =>
        b.emitOne(op, inputs, { ...attrs, axis: (attrs['axis'] as number[]).map((a) => a + 1) }),
      embedding:
        spec.linear === true
          ? (node) => ({
              operand: 0,
              zeros: false,
              gather: (b, d) => expandReduced(b, d, node.inputs[0].aval, node.attrs['axis'] as number[]),
            })
          : undefined,
      reduces: spec.reduces,
      expand: spec.expand,
      laws: {
        // Of one element: that, and as a sum of floats 0 more, which makes 0 of −0.
        rewrite(b, [x], attrs) {
          const axes = attrs['axis'] as number[];
          if (spec.reduces === undefined || axes.some((a) => x.aval.shape[a] !== 1)) return null;
          if (spec.result !== undefined && spec.result !== x.aval.dtype) return null;
          const y = b.reshape(x, { shape: x.aval.shape.filter((_d, i) => !axes.includes(i)) });
          return spec.reduces === 'sum' && isFloat(x.aval.dtype) ? b.add(y, b.fill(y.aval, 0)) : y;
        },
      },
      flops: ([x]) => sizeOf(x.shape),
    },
  };
  return op;
}

function prepare(b: Builder, spec: ReductionSpec, args: Args): Value {
  const x = args['x'] as Operand;
  const dtype = args['dtype'] as DType | null | undefined;
  if (dtype !== null && dtype !== undefined) return b.cast(x, dtype);
  switch (spec.accepts) {
    case 'float':
      return b.promote([x], 'float')[0];
    case 'bool':
      return b.cast(x, 'bool');
    case 'keep':
      return b.lift(x);
    case 'number': {
      const value = b.lift(x);
      return isFloat(value.aval.dtype) || value.aval.dtype === 'int64' ? value : b.cast(value, 'int64');
    }
  }
}

function startFrom(
  b: Builder,
  op: Op,
  spec: ReductionSpec,
  x: Value,
  axes: readonly number[],
  initial: Operand | null | undefined,
): Value {
  if (initial === null || initial === undefined) return b.emitOne(op, [x], { axis: axes });
  invariant(spec.start !== undefined, `${spec.name} takes no initial`);
  const from = b.cast(initial, x.aval.dtype);
  if (from.aval.shape.length > 0) fail('E_SHAPE_MISMATCH', `initial must be a scalar, and is ${showAval(from.aval)}.`);
  // Over nothing, what has no identity is its start.
  if (spec.emptyIsError === true && axes.some((a) => x.aval.shape[a] === 0)) {
    return b.broadcast(
      from,
      x.aval.shape.filter((_d, i) => !axes.includes(i)),
    );
  }
  return spec.start(b, b.emitOne(op, [x], { axis: axes }), from);
}

function included(b: Builder, spec: ReductionSpec, x: Value, args: Args): Value {
  const mask = args['where'];
  if (mask === null || mask === undefined) return x;
  invariant(spec.identity !== undefined, `${spec.name} takes no where`);
  return b.where(mask as Operand, x, spec.identity(b, x.aval));
}

/** The reduced value with its reduced axes back at size 1, where asked for. */
export function keepAxes(b: Builder, y: Value, x: Aval, axes: readonly number[], keepdims: boolean): Value {
  return keepdims ? b.reshape(y, { shape: x.shape.map((d, i) => (axes.includes(i) ? 1 : d)) }) : y;
}

/** A reduced value repeated along the axes that were reduced: the shape of `x` again. */
export function expandReduced(b: Builder, y: Value, x: Aval, axes: readonly number[]): Value {
  // A scalar broadcasts as it is.
  return b.broadcast(y.aval.shape.length === 0 ? y : keepAxes(b, y, x, axes, true), x.shape);
}

function groupsOf(shape: readonly number[], axes: readonly number[]): NonNullable<Reads['groups']> {
  const each = sizeOf(axes.map((a) => shape[a]));
  const count = sizeOf(shape.filter((_d, i) => !axes.includes(i)));
  const items = new Int32Array(each * count);
  forEachGroup(shape, axes, (o, group) => items.set(group, o * each));
  return evenGroups(items, each, count);
}

/** Calls `visit` with the input offsets of each output element's group, in row-major order of both. */
function forEachGroup(
  shape: readonly number[],
  axes: readonly number[],
  visit: (out: number, offsets: Int32Array) => void,
): void {
  const strides = stridesOf(shape);
  const kept = shape.map((_d, i) => i).filter((i) => !axes.includes(i));
  const inner = offsetsOf(
    axes.map((a) => shape[a]),
    axes.map((a) => strides[a]),
  );
  const outer = offsetsOf(
    kept.map((a) => shape[a]),
    kept.map((a) => strides[a]),
  );
  const group = new Int32Array(inner.length);
  for (let o = 0; o < outer.length; o++) {
    for (let k = 0; k < inner.length; k++) group[k] = outer[o] + inner[k];
    visit(o, group);
  }
}

function offsetsOf(dims: readonly number[], strides: readonly number[]): Int32Array {
  let offsets = new Int32Array([0]);
  dims.forEach((d, k) => {
    const next = new Int32Array(offsets.length * d);
    for (let i = 0; i < offsets.length; i++) for (let j = 0; j < d; j++) next[i * d + j] = offsets[i] + j * strides[k];
    offsets = next;
  });
  return offsets;
}

function evalReduction(spec: ReductionSpec, x: Tensor, axes: readonly number[], aval: Aval): Tensor {
  const data = allocate(aval.dtype, sizeOf(aval.shape));
  const from = x.data;
  if (isFloat(x.dtype)) {
    const f = spec.eval;
    invariant(f !== undefined, `${spec.name} has no meaning on floats`);
    let xs = new Float64Array(0);
    forEachGroup(x.shape, axes, (o, group) => {
      if (xs.length !== group.length) xs = new Float64Array(group.length);
      for (let k = 0; k < group.length; k++) xs[k] = from[group[k]] as number;
      const y = f(xs);
      data[o] = aval.dtype === 'int64' ? BigInt(y) : y;
    });
  } else {
    const f = spec.evalInteger;
    invariant(f !== undefined, `${spec.name} has no meaning on integers`);
    const store = integerStore(aval.dtype);
    forEachGroup(x.shape, axes, (o, group) => {
      data[o] = store(f(Array.from(group, (at) => BigInt(from[at]))));
    });
  }
  return { dtype: aval.dtype, shape: aval.shape, data };
}

/** Sums in pairs: error grows with log n, and the order is fixed by n alone. */
export function pairwiseSum(xs: Float64Array, from = 0, to = xs.length): number {
  if (to - from <= 8) {
    let sum = 0;
    for (let i = from; i < to; i++) sum += xs[i];
    return sum;
  }
  const middle = from + ((to - from) >> 1);
  return pairwiseSum(xs, from, middle) + pairwiseSum(xs, middle, to);
}

/** The rule of max and min: the tangent of the elements that attain the result, split evenly between ties. */
export function extremumJvp(b: Builder, { inputs: [x], outputs: [y], tangents, attrs }: JvpSite): Value {
  const axes = attrs['axis'] as number[];
  const best = expandReduced(b, y, x.aval, axes);
  const hit = b.where(b.isnan(best), b.isnan(x), b.equal(x, best));
  const share = b.divide(1, expandReduced(b, b.sum(b.cast(hit, x.aval.dtype), { axis: axes }), x.aval, axes));
  return b.sum(b.where(hit, b.multiply(tangents[0]!, share), 0), { axis: axes });
}

/** What every number of the dtype is at least, and at most. */
export const lowest = (dtype: DType): Literal => (isFloat(dtype) ? -Infinity : integerRange(dtype)[0]);
export const highest = (dtype: DType): Literal => (isFloat(dtype) ? Infinity : integerRange(dtype)[1]);

function integerRange(dtype: DType): readonly [Literal, Literal] {
  switch (dtype) {
    case 'bool':
      return [false, true];
    case 'uint8':
      return [0n, 255n];
    case 'int32':
      return [-(1n << 31n), (1n << 31n) - 1n];
    default:
      return [-(1n << 63n), (1n << 63n) - 1n];
  }
}

function defaultSamples(spec: ReductionSpec): Sample[] {
  const dtype: DType = spec.accepts === 'bool' ? 'bool' : 'float64';
  const range = spec.domain ?? (dtype === 'bool' ? ([0, 1.99] as const) : ([-3, 3] as const));
  return [
    { operands: [{ shape: [5], dtype, range }] },
    { operands: [{ shape: [2, 3, 4], dtype, range }], attrs: { axis: [0, 2] } },
    { operands: [{ shape: [3, 4], dtype, range }], attrs: { axis: -1, keepdims: true } },
  ];
}

/** How many elements of `shape` fall in each group over `axes`: a number, or a value of a float dtype where a mask chooses. */
export function groupCount(
  b: Builder,
  x: Aval,
  axes: readonly number[],
  mask: Operand | null,
  keepdims: boolean,
): Value | number {
  if (mask === null) return sizeOf(axes.map((a) => x.shape[a]));
  const included = b.broadcast(b.cast(b.cast(mask, 'bool'), x.dtype), x.shape);
  return b.sum(included, { axis: axes, keepdims });
}
