// Arithmetic on unevaluated sums of two float64, some 106 bits wide: for results that are small differences of large numbers.

/** The number high + low, where low is at most half an ulp of high. */
export interface Pair {
  readonly high: number;
  readonly low: number;
}

/** A float64 as a pair. */
export const pair = (high: number, low = 0): Pair => ({ high, low });

/** x + y exactly, as a pair (Knuth). */
export function twoSum(x: number, y: number): Pair {
  const high = x + y;
  const part = high - x;
  return { high, low: x - (high - part) + (y - part) };
}

/** x + y exactly where |x| ≥ |y| or x = 0 (Dekker). */
function quickSum(x: number, y: number): Pair {
  const high = x + y;
  return { high, low: y - (high - x) };
}

/** x · y exactly, as a pair (Dekker 1971, with Veltkamp's split); |x| and |y| below 2^996, the product not subnormal. */
export function twoProduct(x: number, y: number): Pair {
  const high = x * y;
  const xScaled = 134217729 * x;
  const xHigh = xScaled - (xScaled - x);
  const xLow = x - xHigh;
  const yScaled = 134217729 * y;
  const yHigh = yScaled - (yScaled - y);
  const yLow = y - yHigh;
  return { high, low: xLow * yLow - (high - xHigh * yHigh - xLow * yHigh - xHigh * yLow) };
}

export function add(x: Pair, y: Pair): Pair {
  const highs = twoSum(x.high, y.high);
  const lows = twoSum(x.low, y.low);
  const once = quickSum(highs.high, highs.low + lows.high);
  return quickSum(once.high, once.low + lows.low);
}

export function multiply(x: Pair, y: Pair): Pair {
  const product = twoProduct(x.high, y.high);
  return quickSum(product.high, product.low + (x.high * y.low + x.low * y.high));
}

export function divide(x: Pair, y: Pair): Pair {
  const first = x.high / y.high;
  const rest = add(x, negate(multiply(y, pair(first))));
  const second = rest.high / y.high;
  const last = add(rest, negate(multiply(y, pair(second))));
  const quotient = quickSum(first, second);
  return quickSum(quotient.high, quotient.low + last.high / y.high);
}

export const negate = (x: Pair): Pair => ({ high: -x.high, low: -x.low });

export const value = (x: Pair): number => x.high + x.low;

export const pi: Pair = pair(Math.PI, 1.2246467991473532e-16);
export const ln2: Pair = pair(Math.LN2, 2.3190468138462996e-17);

/** eˣ of a pair, |x| below 600: Taylor's series on x − k ln 2 over 2^8, squared back eight times. */
export function exp(x: Pair): Pair {
  const k = Math.round(x.high / Math.LN2);
  const reduced = add(x, negate(multiply(ln2, pair(k))));
  const r = pair(reduced.high / 256, reduced.low / 256);
  // Squared as eʳ − 1, so that the leading one costs no bits: (1 + s)² − 1 = 2s + s².
  let sum = pair(1 / 12);
  for (let n = 11; n >= 1; n--) sum = divide(add(pair(1), multiply(r, sum)), pair(n));
  let s = multiply(r, sum);
  for (let i = 0; i < 8; i++) s = add(pair(2 * s.high, 2 * s.low), multiply(s, s));
  const e = add(pair(1), s);
  return pair(e.high * 2 ** k, e.low * 2 ** k);
}

/** log x of a pair, x positive, between 2^-800 and 2^800: one Newton step from the float64 logarithm. */
export function log(x: Pair): Pair {
  const first = Math.log(x.high);
  const s = add(multiply(x, exp(pair(-first))), pair(-1));
  return add(pair(first), add(s, pair(-0.5 * s.high * s.high)));
}

/** sin x and cos x of a pair, |x| ≤ π/2, by their Taylor series on x/4, doubled twice. */
export function sinCos(x: Pair): { sin: Pair; cos: Pair } {
  const quarter = pair(x.high / 4, x.low / 4);
  const square = negate(multiply(quarter, quarter));
  let odd = pair(1);
  // The cosine as cos − 1, so that its leading one costs no bits.
  let even = pair(1);
  for (let n = 11; n >= 1; n--) {
    odd = add(pair(1), divide(multiply(square, odd), pair(2 * n * (2 * n + 1))));
    even = add(pair(1), divide(multiply(square, even), pair((2 * n + 1) * (2 * n + 2))));
  }
  let sin = multiply(quarter, odd);
  let less = multiply(pair(square.high / 2, square.low / 2), even);
  for (let i = 0; i < 2; i++) {
    const cos = add(pair(1), less);
    const sinSquare = multiply(sin, sin);
    sin = multiply(pair(2 * sin.high, 2 * sin.low), cos);
    less = pair(-2 * sinSquare.high, -2 * sinSquare.low);
  }
  return { sin, cos: add(pair(1), less) };
}
