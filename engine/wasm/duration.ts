// About how long a step takes, to tell what is worth the handing over to other threads.

import type { DType } from '../ir/aval.ts';
import { bytesOfAval, sizeOf } from '../ir/aval.ts';
import type { Node } from '../ir/graph.ts';
import type { Member } from '../optimize/fuse.ts';
import { operandsOf } from '../optimize/fuse.ts';
import type { Laid } from './lay-out.ts';

/** Nanoseconds of a floating-point operation on vectors, of a matrix product's, of one that has no vectors. */
const elementwise: Readonly<Partial<Record<DType, number>>> = { float32: 0.04, float64: 0.1 };
const matrix: Readonly<Record<DType, number>> = {
  float32: 0.01,
  float64: 0.02,
  int32: 0.03,
  int64: 0.12,
  uint8: 0.12,
  bool: 0.12,
};
const [narrow, drawn, single] = [0.25, 0.03, 1];
/** Of a call of a scalar function, and of a byte that is read or written, in the last cache. */
const [called, byte] = [20, 0.02];

/** Nanoseconds on one thread; 0 where it is not for the threads to share. */
export function nanosecondsOf(laid: Laid): number {
  switch (laid.kind) {
    case 'loop':
      return Math.max(
        laid.step.members.reduce((sum, m) => sum + ofMember(m), 0),
        byte * bytesMoved(laid),
      );
    case 'kernel': {
      const { step } = laid;
      const { dtype } = step.node.outputs[0].aval;
      const kind = step.kind === 'contract' ? step.kind : step.request.kind;
      const products = kind === 'contract' || kind === 'conv';
      const each = products ? matrix[dtype] : kind.startsWith('random') ? drawn : single;
      return Math.max(each * flopsOf(step.node), byte * bytesMoved(laid));
    }
    default:
      return 0;
  }
}

function ofMember({ node, copy }: Member): number {
  if (copy) return 0;
  const { dtype } = node.inputs[node.inputs.length - 1].aval;
  const { converts, lower, reduces } = node.op.primitive!;
  const calls = converts !== true && reduces === undefined && lower?.(node.attrs, dtype) === undefined;
  return flopsOf(node) * (calls ? called : (elementwise[dtype] ?? narrow));
}

function flopsOf({ op, inputs, outputs, attrs }: Node): number {
  const avals = outputs.map((y) => y.aval);
  const counted = op.primitive!.flops?.(
    inputs.map((x) => x.aval),
    avals,
    attrs,
  );
  return counted ?? avals.reduce((n, { shape }) => n + sizeOf(shape), 0);
}

/** What a step reads of arrays that others made, once each, and what it writes. */
function bytesMoved(laid: Extract<Laid, { kind: 'loop' | 'kernel' }>): number {
  const made = new Set(laid.kind === 'loop' ? laid.step.members.map((m) => m.output) : laid.step.node.outputs);
  const arrays = laid.kind === 'loop' ? laid.nest.arrays : laid.step.node.outputs;
  const read = new Set(operandsOf(laid.step).flatMap(({ root }) => (made.has(root) ? [] : [root])));
  return [...read, ...arrays].reduce((bytes, { aval }) => bytes + bytesOfAval(aval), 0);
}
