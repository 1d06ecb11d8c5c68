// The functions of one argument over the numbers of float32, all of them or each so-manieth.

import { special } from '../../engine/wasm/math/special.ts';
import type { Lower } from '../../engine/wasm/lanes.ts';
import { rows } from './functions.ts';
import type { Worst } from './measure.ts';
import { specialRows } from './special-functions.ts';
import { distance, spacing } from './ulps.ts';
import { vectorFunction } from './vector.ts';

interface OneArgument {
  readonly name: string;
  readonly lower: Lower;
  /** The interpreter's function, computed in float64. */
  readonly scalar: (x: number) => number;
  /** Ulps of float32 by which a result may be off. */
  readonly bound: number;
  /** What the ulps are of where that is larger than the value. */
  readonly size?: (x: number) => number;
}

/** Every vector function of one argument. */
export const oneArgument: readonly OneArgument[] = [
  ...rows
    .filter((row) => row.arity === 1)
    .map(({ name, lower, scalar, bounds }) => ({ name, lower, scalar, bound: bounds.f32 })),
  ...Object.entries(specialRows)
    .filter(([, { draws }]) => draws[0].length === 1)
    .map(([name, { scalar, bound, size }]) => ({
      name,
      lower: special[name as keyof typeof special],
      scalar,
      bound,
      size: size?.[0],
    })),
];

const block = 2 ** 18;

/** The worst over the bit patterns from `first` on, each `stride`-th. Less than half an ulp counts as half of one. */
export function worstOver(f: OneArgument, fused: boolean, stride: number, first = 0): Worst {
  const run = vectorFunction(f.lower, 'f32', 1, { fused, scalar: { [f.name]: f.scalar } });
  const { scalar } = f;
  let worst: Worst = { ulps: 0.5, call: '' };
  const bits = new Uint32Array(block);
  const xs = new Float32Array(bits.buffer);
  for (let from = first; from < 2 ** 32; from += block * stride) {
    const count = Math.min(block, Math.ceil((2 ** 32 - from) / stride));
    for (let i = 0; i < count; i++) bits[i] = from + i * stride;
    const ys = run(xs);
    for (let i = 0; i < count; i++) {
      const want = scalar(xs[i]);
      const y = ys[i];
      if (y === Math.fround(want) && y !== 0) continue;
      const off = ulpsOff(f, xs[i], y, want);
      if (!(off <= worst.ulps)) worst = { ulps: off, call: `${f.name}(${xs[i]}) = ${y}, not ${want}` };
    }
  }
  return worst;
}

function ulpsOff({ size }: OneArgument, x: number, y: number, want: number): number {
  const larger = size?.(x) ?? 0;
  const near = Math.abs(want) < larger && Number.isFinite(y);
  return near ? Math.abs(y - want) / spacing('f32', larger) : distance('f32', y, want);
}
