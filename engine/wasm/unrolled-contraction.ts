// Contractions of tiny arrays as straight code.

import { sizeOf, stridesOf } from '../ir/aval.ts';
import type { Node } from '../ir/graph.ts';
import { stridedOffsets } from '../families/structural.ts';
import { kindOf } from './convert.ts';
import type { UnrolledCode } from './unrolled.ts';
import { lanesOf } from './vocabulary.ts';

/** The sums of products that a node is: of two results at once, or of two terms, where their factors lie so. */
export function contract(u: UnrolledCode, node: Node): void {
  const [x, y] = node.inputs.map((v) => u.of(v));
  const [output] = node.outputs;
  const { contract, batch } = node.op.primitive!.contraction!(node.attrs);
  const [xs, ys] = node.inputs.map(({ aval: { shape } }, side) => {
    const strides = stridesOf(shape);
    const free = shape.map((_d, i) => i).filter((i) => !contract[side].includes(i) && !batch[side].includes(i));
    return { shape, strides, free };
  });
  const sizes = [
    ...batch[0].map((a) => xs.shape[a]),
    ...xs.free.map((a) => xs.shape[a]),
    ...ys.free.map((a) => ys.shape[a]),
  ];
  const none = (axes: readonly number[]): number[] => axes.map(() => 0);
  const of = (side: 'x' | 'y'): Int32Array => {
    const { strides } = side === 'x' ? xs : ys;
    const own = (axes: readonly number[]): number[] => axes.map((a) => strides[a]);
    const free = side === 'x' ? [...own(xs.free), ...none(ys.free)] : [...none(xs.free), ...own(ys.free)];
    return stridedOffsets(sizes, [...own(batch[side === 'x' ? 0 : 1]), ...free]);
  };
  const summed = contract[0].map((a) => xs.shape[a]);
  const along = ({ strides }: typeof xs, side: 0 | 1): Int32Array =>
    stridedOffsets(
      summed,
      contract[side].map((a) => strides[a]),
    );
  const [xAt, yAt, xBy, yBy] = [of('x'), of('y'), along(xs, 0), along(ys, 1)];
  const terms = xBy.length;
  const size = sizeOf(output.aval.shape);
  const kind = kindOf[output.aval.dtype];
  const v = lanesOf(u.registers.body, kind, u.fused);
  const zero = v.const(0);
  let [single, paired] = [size * terms, Math.ceil(size / 2) * terms];
  let along2 = size * (Math.ceil(terms / 2) + 1.5);
  const each = (count: number, visit: (i: number, j: number | null) => void): void => {
    for (let i = 0; i < count; i += 2) visit(i, i + 1 < count ? i + 1 : null);
  };
  for (const [lies, at, by] of [
    [x, xAt, xBy],
    [y, yAt, yBy],
  ] as const) {
    for (let k = 0; k < terms; k++) {
      for (let o = 0; o < size; o++) single += u.scalarCosts(lies, at[o] + by[k]) / 2;
      each(size, (i, j) => (paired += u.pairCosts(lies, at[i] + by[k], j === null ? null : at[j] + by[k])));
    }
    for (let o = 0; o < size; o++) {
      each(terms, (i, j) => (along2 += u.pairCosts(lies, at[o] + by[i], j === null ? null : at[o] + by[j])));
    }
  }
  if (paired <= single && paired <= along2) {
    return u.paired(output, (i, j) => {
      let sum = zero;
      for (let k = 0; k < terms; k++) {
        const [a, b] = [[x, xAt, xBy] as const, [y, yAt, yBy] as const].map(([lies, at, by]) =>
          u.pair(lies, at[i] + by[k], j === null ? null : at[j] + by[k]),
        );
        sum = v.fma(a, b, sum);
      }
      return sum;
    });
  }
  if (along2 < single && terms % 2 === 0) {
    const { registers } = u;
    return u.single(output, (o) => {
      let sum = zero;
      for (let k = 0; k < terms; k += 2) {
        const a = u.pair(x, xAt[o] + xBy[k], xAt[o] + xBy[k + 1]);
        const b = u.pair(y, yAt[o] + yBy[k], yAt[o] + yBy[k + 1]);
        sum = v.fma(a, b, sum);
      }
      const cell = registers.made(sum);
      return v.add(registers.scalar({ cell, lane: 0 }), registers.scalar({ cell, lane: 1 }));
    });
  }
  u.single(output, (o) => {
    let sum = zero;
    for (let k = 0; k < terms; k++) sum = v.fma(u.scalar(x, xAt[o] + xBy[k]), u.scalar(y, yAt[o] + yBy[k]), sum);
    return sum;
  });
}
