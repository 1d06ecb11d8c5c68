// Decimals for the codec's tests: hard ones, random ones, and the printer that everything is held against.

import type { DType } from '../../engine/ir/aval.ts';
import type { TensorData } from '../../engine/ir/tensor.ts';
import type { Random } from '../calculus/random.ts';

const bitsToFloat = new DataView(new ArrayBuffer(8));

/** The float64 of a bit pattern. */
export function float64Of(bits: bigint): number {
  bitsToFloat.setBigUint64(0, bits);
  return bitsToFloat.getFloat64(0);
}

const bitsOf = (x: number): bigint => {
  bitsToFloat.setFloat64(0, x);
  return bitsToFloat.getBigUint64(0);
};

export const randomBits = (random: Random): bigint =>
  (BigInt(random.integer(0, 2 ** 32 - 1)) << 32n) | BigInt(random.integer(0, 2 ** 32 - 1));

/** A finite float64, every exponent as likely. */
function randomFloat64(random: Random): number {
  const x = float64Of(randomBits(random));
  return x - x === 0 ? x : random.normal();
}

/** Plain digits of n · 10^power. */
function plainDigits(n: bigint, power: number): string {
  const digits = String(n);
  if (power >= 0) return digits + '0'.repeat(power);
  const whole = digits.padStart(1 - power, '0');
  return `${whole.slice(0, power)}.${whole.slice(power)}`;
}

/** The decimal that is exactly half way from x > 0 to the float64 above it, and its neighbours at the last digit. */
function halfway(x: number): string[] {
  const bits = bitsOf(x);
  const biased = Number(bits >> 52n);
  const mantissa = (bits & 0xfffffffffffffn) | (biased === 0 ? 0n : 1n << 52n);
  const power = Math.max(biased, 1) - 1076;
  const n = 2n * mantissa + 1n;
  const [digits, exponent] = power >= 0 ? [n << BigInt(power + 1), 0] : [n * 5n ** BigInt(-power - 1), power + 1];
  return [digits, digits * 10n + 1n, digits * 10n - 1n].flatMap((d, i) => {
    const e = i === 0 ? exponent : exponent - 1;
    return [`${d}e${e}`, plainDigits(d, e)];
  });
}

/** Where readers and printers of decimals have gone wrong: ends of ranges, powers of two and ten, published hard cases. */
export function hardDecimals(): string[] {
  const list = [
    ...'0 -0 0.0 -0.0 0e5 -0e-5 0.000e999 0E+0 1 -1 10 9007199254740993 9007199254740992.9999999999999999'.split(' '),
    ...'4.9406564584124654e-324 2.4703282292062327e-324 2.4703282292062328e-324 2.47032822920623272e-324'.split(' '),
    ...'2.2250738585072011e-308 2.2250738585072012e-308 2.2250738585072014e-308 1.7976931348623157e308'.split(' '),
    ...'1.7976931348623158e308 179769313486231580793e289 1e-400 123e-10000 1e-99999999999 1e23 8.5e22 1.5e-322'.split(
      ' ',
    ),
    ...'9214843084008499 6929495644600919.5 3.518437208883201171875e13 5708990770823838890407843763683279797179383808e0'.split(
      ' ',
    ),
    ...'7.2057594037927933e16 0.500000000000000166533453693773481063544750213623046875 3.40282356779733661637e38'.split(
      ' ',
    ),
    ...'12345678901234567 1234567890123456 123456789012345 123456789012345.6 12345678901234.56789012 0.1234567890123456'.split(
      ' ',
    ),
    ...'0.12345678901234567 0.123456789012345678 0.12345678901234567890 0.1234567890123456789012 18446744073709551615'.split(
      ' ',
    ),
    ...'18446744073709551616 1844674407370955161.5 0.000000000000000000000001 0.00000000000000000000000123456789'.split(
      ' ',
    ),
    ...'16777217 33554433.5 7.038531e-26 1.00000005960464477539 100000000000000000000000e-23 0.1e1 1e0 1E5 1e+05 1e-00005'.split(
      ' ',
    ),
    `1${'0'.repeat(300)}`,
    `0.${'0'.repeat(300)}1`,
    '9'.repeat(308),
    `0.${'3'.repeat(800)}`,
    `${'123456789'.repeat(80)}e-700`,
    `1${'0'.repeat(799)}1e-790`,
  ];
  for (let i = -1074; i < 1024; i++) list.push(String(2 ** i));
  for (let i = -330; i <= 308; i++)
    for (const m of ['1', '9.5', '9999999999999999', '0.3']) list.push(`${m}e${i - (m.length > 4 ? 16 : 0)}`);
  for (const x of [1, 3, 2 ** 53 - 1, 2 ** 52, 0.1, 1e22, 5e-324, 1e-310, 2 ** -1022, 123.456, 1e300])
    list.push(...halfway(x));
  return list.filter((text) => Number.isFinite(Number(text)));
}

/** A decimal as some program might write it. */
export function randomDecimal(random: Random): string {
  const x = randomFloat64(random);
  const digits = random.integer(1, 25);
  switch (random.integer(0, 9)) {
    case 0:
      return String(x);
    case 1:
      return x.toPrecision(digits);
    case 2:
      return x.toExponential(digits).replace('e', random.pick(['e', 'E']));
    case 3:
      return random.normal().toFixed(random.integer(0, 20));
    case 4:
      return String(random.normal() * 10 ** random.integer(-8, 3));
    case 5:
      return String(random.integer(-(10 ** random.integer(0, 15)), 1000));
    case 6:
      return Array.from({ length: random.integer(1, 60) }, (_, i) => random.integer(i === 0 ? 1 : 0, 9)).join('');
    case 7:
      return `0.${Array.from({ length: random.integer(1, 60) }, () => random.integer(0, 9)).join('')}`;
    case 8:
      return random.pick(halfway(Math.abs(random.chance(0.5) ? x : random.normal())));
    default:
      return (random.integer(-1e6, 1e6) / 10 ** random.integer(0, 6)).toString();
  }
}

/** An element as JSON: what the standard library says, element by element. */
function printed(dtype: DType, x: number | bigint): string {
  if (dtype === 'bool') return x ? 'true' : 'false';
  if (typeof x === 'bigint') return x >= -(2n ** 53n) && x <= 2n ** 53n ? String(x) : `"${x}"`;
  if (x - x !== 0) return `"${x}"`;
  if (Object.is(x, -0)) return '-0.0';
  return dtype === 'float32' ? String(shortestFloat32(x)) : String(x);
}

/**
 * The fewest digits that read back as x, rounded by way of float64. 7.038531e-26 alone reads back as another float32 where a
 * reader rounds once. Next to a power of two the nearest decimal of so many digits may be outside, and the one above inside.
 */
function shortestFloat32(x: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const text = x.toPrecision(digits);
    const [mantissa, exponent = '0'] = Number(text)
      .toExponential(digits - 1)
      .split('e');
    const unit = Number(`1e${Number(exponent) - digits + 1}`);
    const up = Number((Math.abs(Number(`${mantissa}e${exponent}`)) + unit).toPrecision(digits)) * Math.sign(x);
    for (const candidate of [Number(text), up]) {
      if (Math.fround(candidate) === x && Math.abs(candidate) !== 7.038531e-26) return candidate;
    }
  }
  return Number(x.toPrecision(9));
}

/** All elements in lists of a shape. */
export function printedLists(dtype: DType, shape: readonly number[], data: TensorData): string {
  let at = 0;
  const build = (depth: number): string =>
    depth === shape.length
      ? printed(dtype, data[at++])
      : `[${Array.from({ length: shape[depth] }, () => build(depth + 1)).join(',')}]`;
  return build(0);
}
