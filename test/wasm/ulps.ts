// Distances between floats, and arguments from the whole range of a type.

export type Type = 'f32' | 'f64';

const largest = { f32: 2 ** 128 * (1 - 2 ** -24), f64: Number.MAX_VALUE };

/** The distance between neighbours of y's size; the least one where y is subnormal. */
export function spacing(type: Type, y: number): number {
  const [digits, least] = type === 'f32' ? [23, -126] : [52, -1022];
  const size = Math.min(Math.abs(y), largest[type]);
  let exponent = Math.max(least, Math.floor(Math.log2(size)));
  // log2 rounds up just below powers of two.
  if (exponent > least && 2 ** exponent > size) exponent--;
  return 2 ** (exponent - digits);
}

/**
 * How many ulps `got` lies from the real value `want` + `tail` ulps of float64; 0 for NaN in both, ∞ where one is NaN, where
 * zeros have different signs and where infinities do. Beside the largest number ∞ counts as the next.
 */
export function distance(type: Type, got: number, want: number, tail = 0): number {
  if (Number.isNaN(got) || Number.isNaN(want)) return Number.isNaN(got) === Number.isNaN(want) ? 0 : Infinity;
  if (got === 0 && want === 0) return Object.is(got, want) ? Math.abs(tail) : Infinity;
  // The sum overflows next to the largest float64: halves of both.
  const half = (y: number): number =>
    Math.abs(y) === Infinity ? Math.sign(y) * (largest[type] / 2 + spacing(type, largest[type]) / 2) : y / 2;
  if (Math.abs(got) === Infinity && Math.abs(want) > largest[type]) return got * want > 0 ? 0 : Infinity;
  if (Math.abs(want) === Infinity && Math.abs(got) < largest[type]) return Infinity;
  const unit = spacing(type, want);
  const share = type === 'f64' ? tail : (tail * spacing('f64', want)) / unit;
  // Halving a subnormal float64 would round it.
  if (type === 'f64' && Math.abs(want) < 1) return Math.abs((got - want) / unit - share);
  return Math.abs((half(got) - half(want)) / (unit / 2) - share);
}

/** A generator of numbers from 0 to 1: mulberry32. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Where functions do something special, in both types. */
export const special: readonly number[] = [
  [
    0,
    0.25,
    0.5,
    0.75,
    1,
    1.5,
    2,
    3,
    4,
    8,
    25,
    1e5,
    1e10,
    1e22,
    2 ** 24,
    2 ** 53,
    Math.PI,
    Math.PI / 2,
    Math.E,
    Infinity,
  ],
  [Number.MAX_VALUE, largest.f32, 5e-324, 2 ** -149, 1e-40, 2 ** -126, 2 ** -1022, 1e-310, 1e-20, 2 ** -24, 2 ** -53],
  [88.72284, 88.72283, 89.415, 103.97, 103.98, 709.782712893384, 709.7827128933841, 710.4758, 745.13, 745.14, 1e300],
  [1 - 2 ** -24, 1 + 2 ** -23, 1 - 2 ** -53, 1 + 2 ** -52, 127.5, 128, 149, 150, 1023.9, 1024, 1074, 1075],
]
  .flat()
  .flatMap((x) => [x, -x]);

const view = new DataView(new ArrayBuffer(8));

/** A number from anywhere: by its bits, or from where functions do something. */
function draw(type: Type, next: () => number): number {
  const kind = next();
  if (kind < 0.25) {
    view.setUint32(0, next() * 2 ** 32);
    view.setUint32(4, next() * 2 ** 32);
    return type === 'f32' ? view.getFloat32(0) : view.getFloat64(0);
  }
  const sign = next() < 0.5 ? -1 : 1;
  if (kind < 0.4) return sign * 2 * next();
  if (kind < 0.55) return sign * 20 * next();
  if (kind < 0.68) return sign * 110 * next();
  if (kind < 0.72) return sign * 760 * next();
  if (kind < 0.82) return sign * Math.exp(-40 * next());
  if (kind < 0.9) return 1 + sign * 0.5 * Math.exp(-35 * next());
  if (kind < 0.95) return sign * Math.floor(31 * next());
  return special[Math.floor(special.length * next())];
}

/** Operands of so many calls; second ones now and then close to the first. */
export function operands(
  type: Type,
  arity: number,
  count: number,
  next: () => number,
): (Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>)[] {
  const Floats = type === 'f32' ? Float32Array : Float64Array;
  const xs = Array.from({ length: arity }, () => new Floats(count));
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < arity; k++) {
      const kind = k === 0 ? 1 : next();
      xs[k][i] = kind < 0.1 ? xs[0][i] : kind < 0.2 ? xs[0][i] * (0.5 + next()) : draw(type, next);
    }
  }
  return xs;
}
