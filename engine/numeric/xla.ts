// The logarithms and the inverse error function as XLA's CPU compiler evaluates them, for draws that match JAX's bits.

import { log as logPair, pair, value } from './doubledouble.ts';
import { fma, fma32 } from './fma.ts';

/** What differs between the two widths: how to round, how to multiply and add in one rounding, and log. */
interface Width {
  readonly round: (x: number) => number;
  readonly fma: (x: number, y: number, z: number) => number;
  readonly log: (x: number) => number;
}

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** XLA's log for float32, x positive and normal. Source: S. L. Moshier, Cephes logf. */
export function log32(x: number): number {
  float[0] = x;
  let e = (bits[0] >>> 23) - 126;
  bits[0] = (bits[0] & 0x807f_ffff) | 0x3f00_0000;
  let m = float[0];
  if (m < 0.7071067690849304) {
    e -= 1;
    m = Math.fround(m - 1 + m);
  } else {
    m -= 1;
  }
  const square = Math.fround(m * m);
  const cube = Math.fround(square * m);
  const a = fma32(fma32(m, 0.07037683576345444, -0.11514610052108765), m, 0.11676998436450958);
  const b = fma32(fma32(m, -0.12420140951871872, 0.14249323308467865), m, -0.16668057441711426);
  const c = fma32(fma32(m, 0.2000071406364441, -0.24999994039535522), m, 0.3333333134651184);
  const y = fma32(fma32(a, cube, b), cube, c);
  const tail = fma32(y, cube, Math.fround(e * -0.00021219444170128554));
  return fma32(e, 0.693359375, Math.fround(fma32(square, -0.5, m) + tail));
}

/** The C library's log for float64, which rounds right but for a few in a thousand; x positive. */
export const log64 = (x: number): number => (x === Infinity || x < 1e-200 ? Math.log(x) : value(logPair(pair(x))));

const single: Width = { round: Math.fround, fma: fma32, log: log32 };
const double: Width = { round: (x) => x, fma, log: log64 };

/** Coefficients of log1p, highest power first, from Cephes. */
export const log1pTop = [
  4.52700008624452e-5, 0.49854102823193375, 6.578732594206104, 29.911919328553072, 60.94966798098779, 57.11296359058554,
  20.039553499201283,
];
export const log1pBottom = [
  1, 15.062909083469192, 83.04756596796722, 221.76239823732857, 309.09872225312057, 216.42788614495947,
  60.11866049760384,
];

function log1p(x: number, { round, fma, log }: Width): number {
  if (!(Math.abs(x) < round(0.41421356237309503))) return log(round(x + 1));
  const horner = (c: readonly number[]): number => c.reduce((sum, next) => fma(sum, x, round(next)), 0);
  const square = round(x * x);
  const ratio = round(horner(log1pTop) / horner(log1pBottom));
  return round(x + fma(square, -0.5, round(round(x * square) * ratio)));
}

/** Giles' polynomials for erfinv(x)/x, highest power first: in w = −log(1 − x²) less 5/2 for w < 5, in √w less 3 beyond. */
export const single5 = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
export const singleBeyond = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];
/** The same for float64: w − 3.125 for w < 6.25, √w − 3.25 for w < 16, √w − 5 beyond. */
export const double625 = [
  -3.64441206401782e-21, -1.6850591381820166e-19, 1.28584807152564e-18, 1.1157877678025181e-17, -1.333171662854621e-16,
  2.0972767875968562e-17, 6.637638134358324e-15, -4.054566272975207e-14, -8.151934197605472e-14, 2.6335093153082323e-12,
  -1.2975133253453532e-11, -5.415412054294628e-11, 1.0512122733215323e-9, -4.112633980346984e-9, -2.9070369957882005e-8,
  4.2347877827932404e-7, -1.3654692000834679e-6, -1.3882523362786469e-5, 0.00018673420803405714, -0.000740702534166267,
  -0.006033670871430149, 0.24015818242558962, 1.6536545626831027,
];
export const double16 = [
  2.2137376921775787e-9, 9.075656193888539e-8, -2.7517406297064545e-7, 1.8239629214389228e-8, 1.5027403968909828e-6,
  -4.013867526981546e-6, 2.9234449089955446e-6, 1.2475304481671779e-5, -4.7318229009055734e-5, 6.828485145957318e-5,
  2.4031110387097894e-5, -0.0003550375203628475, 0.0009532893797373805, -0.0016882755560235047, 0.002491442096107851,
  -0.003751208507569241, 0.005370914553590064, 1.0052589676941592, 3.0838856104922208,
];
export const doubleBeyond = [
  -2.7109920616438573e-11, -2.555641816996525e-10, 1.5076572693500548e-9, -3.789465440126737e-9, 7.61570120807834e-9,
  -1.496002662714924e-8, 2.914795345090108e-8, -6.771199775845234e-8, 2.2900482228026655e-7, -9.9298272942317e-7,
  4.526062597223154e-6, -1.968177810553167e-5, 7.599527703001776e-5, -0.00021503011930044477, -0.00013871931833623122,
  1.0103004648645344, 4.849906401408584,
];

function erfinv(x: number, width: Width, shape: (w: number) => [number, readonly number[]]): number {
  if (Math.abs(x) === 1) return x * Infinity;
  const { round, fma } = width;
  const [v, c] = shape(-log1p(round(-x * x), width));
  return round(c.reduce((sum, next) => fma(sum, v, round(next)), 0) * x);
}

export const log1p32 = (x: number): number => log1p(x, single);
export const log1p64 = (x: number): number => log1p(x, double);

/** XLA's erfinv for float32. Source: M. Giles, Approximating the erfinv function, GPU Computing Gems (2012). */
export const erfinv32 = (x: number): number =>
  erfinv(x, single, (w) =>
    w < 5 ? [Math.fround(w - 2.5), single5] : [Math.fround(Math.fround(Math.sqrt(w)) - 3), singleBeyond],
  );

/** XLA's erfinv for float64. Source: as erfinv32. */
export const erfinv64 = (x: number): number =>
  erfinv(x, double, (w) =>
    w < 6.25 ? [w - 3.125, double625] : w < 16 ? [Math.sqrt(w) - 3.25, double16] : [Math.sqrt(w) - 5, doubleBeyond],
  );
