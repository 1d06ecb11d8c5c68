// Running sums and searches along an axis of tiny arrays as straight code.

import { sizeOf } from '../ir/aval.ts';
import type { Node } from '../ir/graph.ts';
import { kindOf, maskAs } from './convert.ts';
import type { ScanRequest } from './kernels/scan.ts';
import type { ArgExtremumRequest } from './kernels/search.ts';
import type { Vec } from './lanes.ts';
import type { UnrolledCode } from './unrolled.ts';
import { lanesOf } from './vocabulary.ts';

/** Element k of the line that element i of the array without the axis stands for, as a row-major position. */
function lineOf(shape: readonly number[], axis: number): { readonly n: number; at(i: number, k: number): number } {
  const [n, inner] = [shape[axis], sizeOf(shape.slice(axis + 1))];
  return { n, at: (i, k) => (Math.floor(i / inner) * n + k) * inner + (i % inner) };
}

/** Running sums and products; floats of 32 bits add up in 64. */
export function cumulate(u: UnrolledCode, node: Node, { axis, reverse, join }: ScanRequest): void {
  const [input] = node.inputs;
  const { shape, dtype } = input.aval;
  const x = u.of(input);
  const kind = kindOf[dtype];
  const narrow = kind === 'f32';
  const line = lineOf(shape, axis);
  const { body } = u.registers;
  const v = lanesOf(body, narrow ? 'f64' : kind, u.fused);
  const own = lanesOf(body, kind, u.fused);
  const sums = new Map<number, Vec>();
  for (let i = 0; i < sizeOf(shape) / line.n; i++) {
    let sum: Vec | null = null;
    for (let k = 0; k < line.n; k++) {
      const at = line.at(i, reverse ? line.n - 1 - k : k);
      const element = u.scalar(x, at);
      const wide = narrow ? own.widen(element) : element;
      if (sum === null) sum = wide;
      else sum = join === 'add' ? v.add(sum, wide) : v.mul(sum, wide);
      sums.set(at, narrow ? v.narrow(sum) : sum);
    }
  }
  u.single(node.outputs[0], (i) => sums.get(i)!);
}

/** The first place of the largest or smallest of each line, or of its first NaN. */
export function search(u: UnrolledCode, node: Node, { axis, larger }: ArgExtremumRequest): void {
  const [input] = node.inputs;
  const { shape, dtype } = input.aval;
  const x = u.of(input);
  const kind = kindOf[dtype];
  const line = lineOf(shape, axis);
  const { body } = u.registers;
  const v = lanesOf(body, kind, u.fused);
  const index = lanesOf(body, 'i64', u.fused);
  const float = kind === 'f32' || kind === 'f64';
  u.single(node.outputs[0], (i) => {
    let best = u.scalar(x, line.at(i, 0));
    let place = index.const(0);
    for (let k = 1; k < line.n; k++) {
      const next = u.scalar(x, line.at(i, k));
      const beyond = larger ? v.gt(next, best) : v.lt(next, best);
      // A NaN is beyond all but another.
      const takes = float ? v.and(v.or(beyond, v.ne(next, next)), v.eq(best, best)) : beyond;
      best = v.select(takes, next, best);
      place = index.select(maskAs(v, takes, 64), index.const(k), place);
    }
    return place;
  });
}
