// The functions of one argument over the numbers of float32, all of them or each so-manieth: found quickly beside their own
// float64, and what stands out measured beside the interpreter.

import type { Lanes, Lower, Vec } from '../../engine/wasm/lanes.ts';
import { special } from '../../engine/wasm/math/special.ts';
import { rows } from './functions.ts';
import type { Worst } from './measure.ts';
import { specialRows } from './special-functions.ts';
import { distance, spacing } from './ulps.ts';
import { vectorFunction } from './vector.ts';

export interface OneArgument {
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

/** How far the float32 result lies from the float64 one, in ulps of float32; ∞ where NaN or the sign of a zero differ. */
const errorOf =
  (lower: Lower): Lower =>
  (v, x) => {
    const w = v.as('f64');
    const bounded = (y: Vec): Vec => w.pmax(w.pmin(y, w.const(2 ** 128)), w.const(-(2 ** 128)));
    const [found, real] = [v.widen(lower(v, x)), lower(w, v.widen(x))];
    const [y, z] = [bounded(found), bounded(real)];
    const off = w.div(w.abs(w.sub(y, z)), unitOf(w, z));
    const isNaN = (u: Vec): Vec => w.ne(u, u);
    const turned = w.ne(w.or(w.and(found, signs(w)), w.const(1)), w.or(w.and(real, signs(w)), w.const(1)));
    const wrong = w.or(w.xor(isNaN(found), isNaN(real)), w.and(w.eq(found, w.const(0)), turned));
    const measured = w.select(w.and(isNaN(found), isNaN(real)), w.const(0), off);
    return v.narrow(w.select(wrong, w.const(Infinity), measured));
  };

const signs = (w: Lanes): Vec => w.asFloat(w.bits(1n << 63n));

/** The distance between neighbours of float32 of the size of a float64. */
function unitOf(w: Lanes, z: Vec): Vec {
  const powers = w.asFloat(w.bits(0x7ff0_0000_0000_0000n));
  const power = w.and(w.pmin(w.abs(z), w.const(2 ** 127)), powers);
  return w.mul(w.pmax(power, w.const(2 ** -126)), w.const(2 ** -23));
}

const block = 2 ** 18;

/** The worst over the bit patterns from `first` on, each `stride`-th; less than a quarter of an ulp counts as that. */
export function worstOver(f: OneArgument, fused: boolean, stride: number, first = 0): Worst {
  const options = { fused, scalar: { [f.name]: f.scalar } };
  const run = vectorFunction(f.lower, 'f32', 1, options);
  const errors = vectorFunction(errorOf(f.lower), 'f32', 1, options);
  let worst: Worst = { ulps: 0.25, call: '' };
  const bits = new Uint32Array(block);
  const xs = new Float32Array(bits.buffer);
  for (let from = first; from < 2 ** 32; from += block * stride) {
    const count = Math.min(block, Math.ceil((2 ** 32 - from) / stride));
    for (let i = 0; i < count; i++) bits[i] = from + i * stride;
    const off = errors(xs);
    let ys: ArrayLike<number> | undefined;
    for (let i = 0; i < count; i++) {
      // Neither of them is exact: what is near the worst is measured.
      if (off[i] < worst.ulps - 0.001) continue;
      ys ??= run(xs);
      const want = f.scalar(xs[i]);
      const ulps = ulpsOff(f, xs[i], ys[i], want);
      if (!(ulps <= worst.ulps)) worst = { ulps, call: `${f.name}(${xs[i]}) = ${ys[i]}, not ${want}` };
    }
  }
  return worst;
}

function ulpsOff({ size }: OneArgument, x: number, y: number, want: number): number {
  const larger = size?.(x) ?? 0;
  const near = Math.abs(want) < larger && Number.isFinite(y);
  return near ? Math.abs(y - want) / spacing('f32', larger) : distance('f32', y, want);
}
