// The error functions erf, erfc and the scaled erfcx.

import { polynomial } from './polynomial.ts';

/** erf(x)/x − 1 in z = x², 0 ≤ argument ≤ 0.75, powers of (argument − 0) */
const erfSmall = [
  0.1283791670955126, -0.37612638903183754, 0.11283791670955126, -0.026866170645131186, 0.005223977625441005,
  -0.0008548327023324377, 0.00012055332973022896, -1.4925649945562089e-5, 1.646210079937154e-6, -1.6365529991708677e-7,
  1.480205277332452e-8, -1.2232545760203497e-9, 8.989274261472705e-11, -4.744540293570631e-12,
];
/** erfcx, -0.5 ≤ argument ≤ 0.5, powers of (argument − 0) */
const scaled0 = [
  1.0, -1.1283791670955126, 1.0000000000000004, -0.7522527780636752, 0.4999999999999407, -0.30090111122545204,
  0.16666666666969876, -0.08597174606534017, 0.04166666658796686, -0.019104832434874944, 0.00833333450557273,
  -0.0034736062574014528, 0.0013888782733350283, -0.0005343976852754267, 0.000198472062989292, -7.127148093154649e-5,
  2.4601847748166686e-5, -8.32207967826018e-6, 3.1237624422269396e-6, -9.943036690362306e-7,
];
/** erfcx, 0.5 ≤ argument ≤ 1.5, powers of (argument − 1) */
const scaled1 = [
  0.427583576155807, -0.27321201478389856, 0.15437156137190824, -0.07922696894132669, 0.03757229621531269,
  -0.0166618690904203, 0.0069701423740626415, -0.002769064775600966, 0.0010502694181821256, -0.00038195453301478085,
  0.0001336627622717746, -4.5143861219947744e-5, 1.4754609192515983e-5, -4.675888436513413e-6, 1.4340410570175926e-6,
  -4.299143543295316e-7, 1.3784633743013745e-7, -3.914617199714194e-8,
];
/** erfcx, 1.5 ≤ argument ≤ 2.5, powers of (argument − 2) */
const scaled2 = [
  0.25539567631050575, -0.1067964618534896, 0.04180275260352655, -0.015460637764291286, 0.005440738537472337,
  -0.0018316642757227877, 0.0005924699953279592, -0.00018477836756104039, 5.572831534470746e-5, -1.629371397929793e-5,
  4.628174096446473e-6, -1.279561360915426e-6, 3.448648004649786e-7, -9.05696037945163e-8, 2.3298903586765155e-8,
  -6.260244834540432e-9, 1.5400336014072522e-9,
];
/** erfcx, 2.5 ≤ argument ≤ 4.5, powers of (argument − 3.5) */
const scaled3 = [
  0.1552936556088943, -0.041323577833252495, 0.010661133192510575, -0.0026730744396434463, 0.0006526863268788573,
  -0.0001554689182306361, 3.618170436212355e-5, -8.23798653158511e-6, 1.8371878445583054e-6, -4.017399219316142e-7,
  8.621973517151609e-8, -1.817619326858097e-8, 3.766929677399265e-9, -7.684909438552035e-10, 1.5422600499479422e-10,
  -3.003535335844395e-11, 5.8562392283575665e-12, -1.3514209101068437e-12, 2.5499360477596917e-13,
];
/** √π x erfcx(x) in u = 1/x², 0 ≤ argument ≤ 0.0494, powers of (argument − 0) */
const scaledTail = [
  1.0, -0.4999999999999898, 0.7499999999864466, -1.874999992877373, 6.562498032946756, -29.530921782253422,
  162.38599784951415, -1053.0391744298051, 7772.944594174823, -61622.2169972117, 474192.3915037178, -3068873.0681590117,
  13836521.783619836, -31041887.222506404,
];

const twoOverRootPi = 1.1283791670955126;
const oneOverRootPi = 0.5641895835477563;
/** e^-100: what the exponent is short of where e^(−x²) would be subnormal. */
const exp100 = 3.720075976020836e-44;

/**
 * Error function 2/√π ∫₀ˣ e^(−t²) dt, for every x; ±1 at ±∞.
 * Near zero x + x·p(x²), elsewhere 1 − erfc |x|. Measured: 0.8 ulp.
 * Source: the definition (DLMF 7.2.1), tables fitted by test/numeric/fit.py.
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 0.84) return x + x * polynomial(erfSmall, x * x);
  if (size > 6) return Math.sign(x);
  const y = 1 - complement(size, 0);
  return x < 0 ? -y : y;
}

/**
 * Complementary error function 1 − erf x, for every x; its relative accuracy lasts to the underflow at x = 27.2.
 * e^(−x²) erfcx x from 1/2 on, with x² carried exactly. Measured: 3.0 ulp.
 * Source: DLMF 7.2.2, 7.2.3; W. J. Cody, Rational Chebyshev approximations for the error function (1969), for the split of x².
 */
export function erfc(x: number): number {
  if (x < 0.5) return 1 - erf(x);
  return complement(x, 0);
}

/**
 * Scaled complementary error function e^(x²) erfc x; +∞ below −26.63 and 0 at +∞.
 * One polynomial for each of five intervals, a series in 1/x² beyond 4.5, and 2 e^(x²) − erfcx(−x) left of −1/2.
 * Measured: 1.9 ulp.
 * Source: DLMF 7.2.3, 7.12.1; tables fitted by test/numeric/fit.py.
 */
export function erfcx(x: number): number {
  if (x < -0.5) return x < -27 ? Infinity : 2 * expSquare(x) - erfcx(-x);
  if (x <= 0.5) return polynomial(scaled0, x);
  if (x <= 1.5) return polynomial(scaled1, x - 1);
  if (x <= 2.5) return polynomial(scaled2, x - 2);
  if (x <= 4.5) return polynomial(scaled3, x - 3.5);
  return (polynomial(scaledTail, 1 / (x * x)) * oneOverRootPi) / x;
}

/** erfc(x + dx) for x ≥ 1/2 and dx below an ulp of x: to first order in dx, whose factor in the tail is 2x. */
export function complement(x: number, dx: number): number {
  if (x > 28) return 0;
  const scaled = erfcx(x) - twoOverRootPi * dx;
  const head = Math.fround(x);
  const rest = Math.expm1(-(x - head) * (x + head));
  if (head < 26) {
    const e = Math.exp(-head * head);
    return scaled * e + scaled * e * rest;
  }
  const e = scaled * Math.exp(100 - head * head);
  return (e + e * rest) * exp100;
}

/** e^(x²), with x² carried exactly: its head has 24 bits, so that the square of it is exact. */
function expSquare(x: number): number {
  const head = Math.fround(x);
  const e = Math.exp(head * head);
  return e === Infinity ? e : e + e * Math.expm1((x - head) * (x + head));
}
