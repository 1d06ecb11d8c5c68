// Scans: every element along an axis becomes what a running operation has made of those up to it.

import type { Aval, DType, Shape } from '../ir/aval.ts';
import { isFloat, normalizeAxis, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import { allocate, integerStore } from '../ir/tensor.ts';
import type { Args, Op, Operand, Primitive } from '../op.ts';

interface ScanSpec {
  readonly name: string;
  readonly doc: Op['doc'];
  readonly aliases?: readonly string[];
  readonly step: (sum: number, x: number) => number;
  /** What the two are. */
  readonly join: 'add' | 'multiply';
  readonly stepInteger: (sum: bigint, x: bigint) => bigint;
  readonly jvp: NonNullable<Primitive['jvp']>;
  readonly transpose?: Primitive['transpose'];
  readonly linear?: Primitive['linear'];
  readonly samples: Op['samples'];
}

/** Calls `visit` with the offset of the first element and the stride of every line along an axis. */
export function forEachLine(
  shape: Shape,
  axis: number,
  visit: (start: number, stride: number, n: number) => void,
): void {
  const n = shape[axis];
  const stride = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  for (let o = 0; o < outer; o++) for (let i = 0; i < stride; i++) visit(o * n * stride + i, stride, n);
}

/** A running sum or product along an axis (of the flattened array by default), from either end. */
export function scan(spec: ScanSpec): Op {
  const op: Op = {
    name: spec.name,
    family: 'scan',
    doc: spec.doc,
    aliases: spec.aliases,
    params: [
      { name: 'x', kind: 'tensor' },
      { name: 'axis', kind: 'axis', default: null },
      { name: 'dtype', kind: 'dtype', default: null },
      { name: 'reverse', kind: 'bool', default: false, keyword: true, doc: 'Start from the last element.' },
    ],
    differentiable: 'yes',
    samples: spec.samples,
    call(b, args) {
      const { x, axis } = lineOperand(b, args);
      return b.emitOne(op, [x], { axis, reverse: args['reverse'] === true });
    },
    primitive: {
      infer: ([x]) => ({ dtype: x.dtype, shape: x.shape }),
      eval: ([x], attrs, [aval]) => evalScan(spec, x, attrs['axis'] as number, attrs['reverse'] === true, aval),
      jvp: spec.jvp,
      linear: spec.linear,
      transpose: spec.transpose,
      reads: ({ inputs: [x], attrs }) => ({
        after: neighbours(x.shape, attrs['axis'] as number, attrs['reverse'] === true),
      }),
      kernel: (_inputs, _outputs, attrs) => ({
        kind: 'scan',
        axis: attrs['axis'] as number,
        reverse: attrs['reverse'] === true,
        join: spec.join,
      }),
      batch: (b, { inputs, attrs }) => b.emitOne(op, inputs, { ...attrs, axis: (attrs['axis'] as number) + 1 }),
    },
  };
  return op;
}

/** The element that a running operation has come from, -1 at the start of each line. */
function neighbours(shape: Shape, axis: number, reverse: boolean): Int32Array {
  const after = new Int32Array(sizeOf(shape)).fill(-1);
  forEachLine(shape, axis, (start, stride, n) => {
    const step = reverse ? stride : -stride;
    for (let k = reverse ? 0 : 1; k < (reverse ? n - 1 : n); k++) after[start + k * stride] = start + k * stride + step;
  });
  return after;
}

/** The operand of a scan: flattened where no axis is given; bool is counted in int64, all else keeps its dtype, as in JAX. */
export function lineOperand(b: Builder, args: Args): { x: Value; axis: number } {
  const given = b.lift(args['x'] as Operand);
  const dtype =
    (args['dtype'] as DType | null | undefined) ?? (given.aval.dtype === 'bool' ? 'int64' : given.aval.dtype);
  const x = given.aval.dtype === dtype ? given : b.cast(given, dtype);
  if (args['axis'] === null) return { x: b.reshape(x, { shape: [-1] }), axis: 0 };
  return { x, axis: normalizeAxis(args['axis'] as number, x.aval.shape.length) };
}

function evalScan(spec: ScanSpec, x: Tensor, axis: number, reverse: boolean, aval: Aval): Tensor {
  const data = allocate(aval.dtype, sizeOf(aval.shape));
  forEachLine(x.shape, axis, (start, stride, n) => {
    const at = (k: number): number => start + (reverse ? n - 1 - k : k) * stride;
    if (isFloat(aval.dtype)) {
      let sum = 0;
      for (let k = 0; k < n; k++) {
        const next = x.data[at(k)] as number;
        data[at(k)] = sum = k === 0 ? next : spec.step(sum, next);
      }
    } else {
      const store = integerStore(aval.dtype);
      let sum = 0n;
      for (let k = 0; k < n; k++) {
        const next = BigInt(x.data[at(k)]);
        sum = BigInt.asIntN(64, k === 0 ? next : spec.stepInteger(sum, next));
        data[at(k)] = store(sum);
      }
    }
  });
  return { dtype: aval.dtype, shape: aval.shape, data };
}
