// The code that prints rows of elements as JSON: of floats the shortest decimal that reads back, as JavaScript writes it.
//
// Shortest digits as in Giulietti, "The Schubfach way to render doubles" (2020), with one product where the paper has three:
// the bounds of the rounding interval differ from it by a multiple of the power of ten. Form: ECMA-262, Number::toString.

import type { Code, FunctionRef, Local, Module } from '../wasm/assembler.ts';
import type { Expression, Operand } from './emit.ts';
import { Emitter } from './emit.ts';
import * as layout from './layout.ts';
import type { DType } from '../ir/aval.ts';
import { dtypes, itemBytes } from '../ir/aval.ts';

const half = 0xffffffffn;

/** The bytes of up to eight characters as they lie in memory. */
const text = (characters: string): bigint =>
  Array.from(characters, (c, i) => BigInt(c.charCodeAt(0)) << BigInt(8 * i)).reduce((a, b) => a | b, 0n);

/**
 * Adds `print_<dtype>(at, stop, out)` → the end of what it wrote: the elements in [at, stop), with commas, and with brackets
 * where rows end; the state holds the shape and what of it is done. The brackets before the first element are not its business.
 */
export function addPrinters(module: Module): void {
  const whole = module.function(['i64', 'i32'], ['i32'], writeWhole);
  const elements: Record<DType, (e: Emitter, at: Local, out: Local) => void> = {
    float64: (e, at, out) => writeFloat(e, e.load('i64.load', at), e.load('f64.load', at), out, double, whole),
    float32: (e, at, out) => {
      const value = e.op('f64.promote_f32', e.load('f32.load', at));
      writeFloat(e, e.load('i64.load32_u', at), value, out, single, whole);
    },
    int64: (e, at, out) => writeInt64(e, at, out, whole),
    int32: (e, at, out) => {
      const x = e.code.local('i64');
      e.set(x, e.op('i64.extend_i32_s', e.load('i32.load', at)));
      writeSigned(e, x, out, whole);
    },
    uint8: (e, at, out) => e.set(out, e.call(whole, e.load('i64.load8_u', at), out)),
    bool: (e, at, out) => {
      const x = e.load('i32.load8_u', at);
      e.store('i64.store', out, e.select(x, text('true'), text('false')));
      e.set(out, e.op('i32.add', out, e.op('i32.sub', e.int(5), x)));
    },
  };
  for (const dtype of dtypes) {
    module.function(
      ['i32', 'i32', 'i32'],
      ['i32'],
      (code) => writeRows(code, itemBytes(dtype), elements[dtype]),
      `print_${dtype}`,
    );
  }
}

/** The elements that a printer may be given at once: its output fits the memory whatever they are. */
export const elementsAtOnce = (rank: number, dtype: DType): number =>
  Math.min(Math.floor(layout.outBytes / (26 + 2 * rank)) - 2, layout.windowBytes / itemBytes(dtype));

function writeRows(code: Code, size: number, element: (e: Emitter, at: Local, out: Local) => void): void {
  const e = new Emitter(code);
  const { op, int, load } = e;
  const [at, stop, out] = [code.param(0), code.param(1), code.param(2)];
  const [row, width, axis, opened] = [code.local('i32'), code.local('i32'), code.local('i32'), code.local('i32')];
  e.set(row, load('i32.load', int(0), layout.state.row));
  const lastAxis = op('i32.shl', load('i32.load', int(0), layout.state.rank), int(2));
  e.set(width, load('i32.load', lastAxis, layout.shapeAt));
  const put = (character: string): void => {
    e.store('i32.store8', out, int(character.charCodeAt(0)));
    code.increment(out, 1);
  };
  code.block((exit) =>
    code.loop((again) => {
      element(e, at, out);
      code.increment(at, size);
      code.increment(row, 1);
      e.when(
        op('i32.ne', row, width),
        () => put(','),
        () => {
          e.set(row, int(0));
          e.set(opened, int(1));
          e.set(axis, lastAxis);
          put(']');
          code.loop((outer) => {
            code.increment(axis, -4);
            e.push(op('i32.eqz', axis));
            code.brIf(exit);
            const count = load('i32.load', axis, layout.countsAt);
            e.store('i32.store', axis, op('i32.add', count, int(1)), layout.countsAt);
            e.when(op('i32.eq', count, load('i32.load', axis, layout.shapeAt)), () => {
              e.store('i32.store', axis, int(0), layout.countsAt);
              code.increment(opened, 1);
              put(']');
              code.br(outer);
            });
          });
          put(',');
          code.loop((more) => {
            put('[');
            code.increment(opened, -1);
            e.push(opened);
            code.brIf(more);
          });
        },
      );
      e.push(op('i32.lt_u', at, stop));
      code.brIf(again);
    }),
  );
  e.store('i32.store', int(0), row, layout.state.row);
  e.push(out);
}

// -- integers ------------------------------------------------------------------------------------------------------

/** (x, out) → its end; 0 ≤ x < 10^16. */
function writeWhole(code: Code): void {
  const e = new Emitter(code);
  const { op, int } = e;
  const [x, out] = [code.param(0), code.param(1)];
  const zeros = code.local('i32');
  e.when(op('i64.lt_u', x, 1000n), () => {
    writeThree(e, x, out);
    code.op('return');
  });
  const digits = sixteenDigits(e, op('i64.div_u', x, 100_000_000n), op('i64.rem_u', x, 100_000_000n));
  const set = op('i8x16.bitmask', op('i8x16.ne', digits, constant(e, 'zeroCharacter')));
  // The last digit stays, even if it is a zero.
  e.set(zeros, op('i32.ctz', op('i32.or', set, int(0x8000))));
  const shifted = op('i8x16.swizzle', digits, op('i8x16.add', constant(e, 'lanes'), op('i8x16.splat', zeros)));
  e.store('v128.store', out, shifted);
  e.push(op('i32.add', out, op('i32.sub', int(16), zeros)));
}

/** Pushes where x < 1000 ends; a vector would have sixteen digits for it. */
function writeThree(e: Emitter, x: Local, out: Local): void {
  const { code, op, int } = e;
  const [number, hundreds, tens, zeros] = [code.local('i32'), code.local('i32'), code.local('i32'), code.local('i32')];
  e.set(number, op('i32.wrap_i64', x));
  e.set(hundreds, op('i32.shr_u', op('i32.mul', number, int(5243)), int(19)));
  // All tens, those of the hundreds included.
  e.set(tens, op('i32.shr_u', op('i32.mul', number, int(6554)), int(16)));
  e.set(zeros, op('i32.shl', op('i32.add', op('i32.lt_u', number, int(100)), op('i32.lt_u', number, int(10))), int(3)));
  const last = op('i32.shl', op('i32.sub', number, op('i32.mul', tens, int(10))), int(16));
  const middle = op('i32.shl', op('i32.sub', tens, op('i32.mul', hundreds, int(10))), int(8));
  const characters = op('i32.add', op('i32.or', hundreds, op('i32.or', middle, last)), int(0x303030));
  e.store('i32.store', out, op('i32.shr_u', characters, zeros));
  e.push(op('i32.sub', op('i32.add', out, int(3)), op('i32.shr_u', zeros, int(3))));
}

function writeSigned(e: Emitter, x: Local, out: Local, whole: FunctionRef): void {
  const { op, int } = e;
  e.when(op('i64.lt_s', x, 0n), () => {
    e.store('i32.store8', out, int('-'.charCodeAt(0)));
    e.code.increment(out, 1);
    e.set(x, op('i64.sub', 0n, x));
  });
  e.set(out, e.call(whole, x, out));
}

/** Beyond ±2^53 a JSON number loses digits in most readers, so a string carries it. */
function writeInt64(e: Emitter, at: Local, out: Local, whole: FunctionRef): void {
  const { code, op, int } = e;
  const x = code.local('i64');
  e.set(x, e.load('i64.load', at));
  const quote = (): void => {
    e.store('i32.store8', out, int('"'.charCodeAt(0)));
    code.increment(out, 1);
  };
  e.when(
    op('i64.le_u', op('i64.add', x, 1n << 53n), 1n << 54n),
    () => writeSigned(e, x, out, whole),
    () => {
      const top = code.local('i64');
      quote();
      e.when(op('i64.lt_s', x, 0n), () => {
        e.store('i32.store8', out, int('-'.charCodeAt(0)));
        code.increment(out, 1);
        // -2^63 stays as it is, which unsigned is what it should be.
        e.set(x, op('i64.sub', 0n, x));
      });
      e.set(top, op('i64.div_u', x, 10_000_000_000_000_000n));
      e.set(x, op('i64.rem_u', x, 10_000_000_000_000_000n));
      e.when(op('i64.ne', top, 0n), () => e.set(out, e.call(whole, top, out)));
      const digits = sixteenDigits(e, op('i64.div_u', x, 100_000_000n), op('i64.rem_u', x, 100_000_000n));
      e.when(
        op('i64.ne', top, 0n),
        () => {
          e.store('v128.store', out, digits);
          code.increment(out, 16);
        },
        () => e.set(out, e.call(whole, x, out)),
      );
      quote();
    },
  );
}

// -- digits --------------------------------------------------------------------------------------------------------

const constant = (e: Emitter, name: keyof typeof layout.vectors): Expression =>
  e.load('v128.load', e.int(0), layout.vectorsAt + layout.vectors[name]);

/** The characters of two numbers of eight digits, in a local: split in fours, twos and ones, in all lanes at once. */
function sixteenDigits(e: Emitter, high: Operand, low: Operand): Local {
  const { code, op, int } = e;
  const [digits, part, number, quotient] = [
    code.local('v128'),
    code.local('v128'),
    code.local('i64'),
    code.local('i64'),
  ];
  const fours =
    (x: Operand): Expression =>
    () => {
      e.set(number, x);
      // x / 10^4 in the lower half, the rest in the upper.
      e.set(quotient, op('i64.shr_u', op('i64.mul', number, 3_518_437_209n), 45n));
      e.push(op('i64.sub', op('i64.shl', number, 32n), op('i64.mul', quotient, 42_949_672_959_999n)));
    };
  const splat = (n: number): Expression => op('i32x4.splat', int(n));
  const splatShort = (n: number): Expression => op('i16x8.splat', int(n));
  e.set(digits, op('i64x2.splat', fours(high)));
  e.push(digits);
  fours(low)();
  code.lane('i64x2.replace_lane', 1);
  code.set(digits);
  e.set(part, op('i32x4.shr_u', op('i32x4.mul', digits, splat(5243)), int(19)));
  e.set(digits, op('i32x4.sub', op('i32x4.shl', digits, int(16)), op('i32x4.mul', part, splat(6_553_599))));
  e.set(part, op('i16x8.shr_u', op('i16x8.mul', digits, splatShort(103)), int(10)));
  e.set(digits, op('i16x8.sub', op('i16x8.shl', digits, int(8)), op('i16x8.mul', part, splatShort(2559))));
  e.set(digits, op('i8x16.add', digits, constant(e, 'zeroCharacter')));
  for (const local of [part, number, quotient]) code.release(local);
  return digits;
}

// -- floats --------------------------------------------------------------------------------------------------------

interface Format {
  /** Bits of the fraction, and of the exponent. */
  readonly fraction: number;
  readonly exponent: number;
  /** The exponent of the unit of the smallest number. */
  readonly least: number;
  /** Whole numbers up to here print as they are: all of them are there. */
  readonly exact: number;
}
const double: Format = { fraction: 52, exponent: 11, least: -1074, exact: 2 ** 53 };
const single: Format = { fraction: 23, exponent: 8, least: -149, exact: 2 ** 24 };

function writeFloat(
  e: Emitter,
  loaded: Expression,
  value: Expression,
  out: Local,
  format: Format,
  whole: FunctionRef,
): void {
  const { code, op, int } = e;
  const { fraction, exponent, exact } = format;
  const [bits, negative, biased, size] = [code.local('i64'), code.local('i32'), code.local('i32'), code.local('f64')];
  const most = 2 ** exponent - 1;
  e.set(bits, loaded);
  e.set(negative, op('i32.wrap_i64', op('i64.shr_u', bits, BigInt(fraction + exponent))));
  e.set(biased, op('i32.and', op('i32.wrap_i64', op('i64.shr_u', bits, BigInt(fraction))), int(most)));
  e.set(bits, op('i64.and', bits, (1n << BigInt(fraction)) - 1n));
  const put = (characters: string): void => {
    e.store('i64.store', out, text(characters));
    code.increment(out, characters.length);
  };
  e.when(
    op('i32.eq', biased, int(most)),
    () =>
      e.when(
        op('i64.ne', bits, 0n),
        () => put('"NaN"'),
        () => {
          e.when(
            negative,
            () => put('"-'),
            () => put('"'),
          );
          put('Infinity');
          put('"');
        },
      ),
    () => {
      e.store('i32.store8', out, int('-'.charCodeAt(0)));
      e.set(out, op('i32.add', out, negative));
      e.when(
        op('i32.or', biased, op('i64.ne', bits, 0n)),
        () => {
          e.set(size, op('f64.abs', value));
          const integer = op('f64.eq', op('f64.trunc', size), size);
          e.when(
            op(
              'i32.and',
              integer,
              op('f64.le', size, () => code.f64(exact)),
            ),
            () => e.set(out, e.call(whole, op('i64.trunc_sat_f64_s', size), out)),
            () => {
              if (format === double) writeDecimal(e, shortestDouble(e, bits, biased), out);
              else writeDecimal(e, shortestSingle(e, bits, biased), out);
            },
          );
        },
        () => {
          // -0 would be an integer to many readers, and integers have no such zero.
          put('0');
          e.when(negative, () => put('.0'));
        },
      );
    },
  );
}

/** Digits of a float, as 17 of them with zeros behind: 0.d₀d₁…d₁₆ · 10^point. */
interface Digits {
  readonly first: Expression;
  readonly high: Expression;
  readonly low: Expression;
  readonly point: Local;
}

interface Scaled {
  /** The mantissa times four. */
  readonly quarters: Local;
  readonly odd: Local;
  /** Whether the number below is twice as near as the one above: at powers of two. */
  readonly closer: Local;
  readonly power: Local;
  readonly entry: Local;
  readonly shift: Local;
}

/** What both formats begin with: mantissa and power of ten, chosen so that its unit is at most the rounding interval. */
function scaled(e: Emitter, bits: Local, biased: Local, { fraction, least }: Format): Scaled {
  const { code, op, int } = e;
  const [quarters, odd, closer] = [code.local('i64'), code.local('i64'), code.local('i32')];
  const [binary, power, entry, shift] = [code.local('i32'), code.local('i32'), code.local('i32'), code.local('i64')];
  e.set(closer, op('i32.and', op('i64.eqz', bits), op('i32.gt_u', biased, int(1))));
  // A subnormal number has the exponent of the smallest normal one and no leading 1.
  e.set(binary, op('i32.add', op('i32.add', biased, op('i32.eqz', biased)), int(least - 1)));
  e.set(quarters, op('i64.or', bits, e.select(biased, 1n << BigInt(fraction), 0n)));
  e.set(odd, op('i64.and', quarters, 1n));
  e.set(quarters, op('i64.shl', quarters, 2n));
  // floor(log10(2^binary)), of 3/4 of it where the interval is smaller: 1262611 / 2^22 is log10(2), 524031 / 2^22 log10(4/3).
  const scaledLog = op('i32.mul', binary, int(1_262_611));
  const correction = op('i32.mul', closer, int(524_031));
  e.set(power, op('i32.shr_s', op('i32.sub', scaledLog, correction), int(22)));
  e.set(entry, op('i32.shl', op('i32.sub', power, int(layout.leastPrinted)), int(4)));
  // binary + floor(log2(10^-power)) + 1.
  const binaryLog = op('i32.shr_s', op('i32.mul', power, int(-1_741_647)), int(19));
  e.set(shift, op('i64.extend_i32_s', op('i32.add', op('i32.add', binary, binaryLog), int(1))));
  return { quarters, odd, closer, power, entry, shift };
}

/**
 * The shortest decimal in the rounding interval [lower, upper], the nearest to `value` where there are several: all three in
 * quarters of the unit, rounded to odd. `tie` of the lower one is 1 where the upper one is taken half way between two. Leaves
 * the decimal in a local and adds 1 to `power` where the last digit is left out.
 */
function choose(
  e: Emitter,
  { odd, power }: Scaled,
  value: Local,
  lower: Local,
  upper: Local,
  tie: (decimal: Local) => Operand,
): Local {
  const { code, op } = e;
  const [decimal, tens, four] = [code.local('i64'), code.local('i64'), code.local('i64')];
  const [below, above] = [code.local('i32'), code.local('i32')];
  e.set(lower, op('i64.add', lower, odd));
  e.set(upper, op('i64.sub', upper, odd));
  e.set(decimal, op('i64.shr_u', value, 2n));
  e.set(tens, op('i64.div_u', decimal, 10n));
  e.set(four, op('i64.mul', tens, 40n));
  e.set(below, op('i64.le_u', lower, four));
  e.set(above, op('i64.le_u', op('i64.add', four, 40n), upper));
  e.when(
    op('i32.and', op('i32.ne', below, above), op('i64.ge_u', decimal, 10n)),
    () => {
      e.set(decimal, op('i64.add', tens, op('i64.extend_i32_u', above)));
      code.increment(power, 1);
    },
    () => {
      e.set(four, op('i64.and', value, -4n));
      e.set(below, op('i64.le_u', lower, four));
      e.set(above, op('i64.le_u', op('i64.add', four, 4n), upper));
      // Where both or neither of the neighbours are inside: the nearer one.
      const nearer = op('i64.gt_u', op('i64.add', op('i64.and', value, 3n), tie(decimal)), 2n);
      e.set(above, e.select(op('i32.ne', below, above), above, nearer));
      e.set(decimal, op('i64.add', decimal, op('i64.extend_i32_u', above)));
    },
  );
  return decimal;
}

function shortestDouble(e: Emitter, bits: Local, biased: Local): Digits {
  const { code, op, int, load } = e;
  const long = (): Local => code.local('i64');
  const scales = scaled(e, bits, biased, double);
  const { quarters, closer, power, entry, shift } = scales;
  const [g1, g0, x1, x0, y1, y0, d2, d1, d0] = [
    long(),
    long(),
    long(),
    long(),
    long(),
    long(),
    long(),
    long(),
    long(),
  ] as const;
  const [value, lower, upper, carry] = [long(), long(), long(), long()];
  e.set(g0, load('i64.load', entry, layout.printingAt));
  e.set(g1, load('i64.load', entry, layout.printingAt + 8));
  e.set(quarters, op('i64.shl', quarters, shift));
  e.multiplyWide(x1, x0, g0, quarters);
  e.multiplyWide(y1, y0, g1, quarters);
  const flag = (condition: Expression): Expression => op('i64.extend_i32_u', condition);
  e.set(y0, op('i64.add', y0, x1));
  e.set(y1, op('i64.add', y1, flag(op('i64.lt_u', y0, x1))));
  const toOdd = (high: Operand, middle: Operand): Expression => op('i64.or', high, flag(op('i64.gt_u', middle, 1n)));
  e.set(value, toOdd(y1, y0));
  /** d = g · 2^s, three words. */
  const distance = (s: Operand): void => {
    e.set(carry, op('i64.sub', 64n, s));
    e.set(d0, op('i64.shl', g0, s));
    e.set(d1, op('i64.or', op('i64.shl', g1, s), op('i64.shr_u', g0, carry)));
    e.set(d2, op('i64.shr_u', g1, carry));
  };
  distance(op('i64.add', shift, 1n));
  const sum = code.local('i64');
  e.set(carry, flag(op('i64.lt_u', op('i64.add', x0, d0), d0)));
  e.set(sum, op('i64.add', y0, d1));
  e.set(upper, op('i64.add', op('i64.add', y1, d2), flag(op('i64.lt_u', sum, d1))));
  e.set(sum, op('i64.add', sum, carry));
  e.set(upper, toOdd(op('i64.add', upper, flag(op('i64.lt_u', sum, carry))), sum));
  e.when(closer, () => distance(shift));
  e.set(carry, flag(op('i64.lt_u', x0, d0)));
  e.set(lower, op('i64.sub', op('i64.sub', y1, d2), flag(op('i64.lt_u', y0, d1))));
  e.set(sum, op('i64.sub', y0, d1));
  e.set(lower, op('i64.sub', lower, flag(op('i64.lt_u', sum, carry))));
  e.set(lower, toOdd(lower, op('i64.sub', sum, carry)));
  // Half way to even, as JavaScript has it.
  const decimal = choose(e, scales, value, lower, upper, (below) => op('i64.and', below, 1n));
  normalize(e, decimal, power, 17);
  const first = code.local('i64');
  e.set(first, op('i64.div_u', decimal, 10_000_000_000_000_000n));
  e.set(decimal, op('i64.sub', decimal, op('i64.mul', first, 10_000_000_000_000_000n)));
  const high = code.local('i64');
  e.set(high, op('i64.div_u', decimal, 100_000_000n));
  e.set(power, op('i32.add', power, int(17)));
  return {
    first: op('i32.wrap_i64', first),
    high: () => code.get(high),
    low: op('i64.sub', decimal, op('i64.mul', high, 100_000_000n)),
    point: power,
  };
}

function shortestSingle(e: Emitter, bits: Local, biased: Local): Digits {
  const { code, op, int, load } = e;
  const scales = scaled(e, bits, biased, single);
  const { quarters, closer, power, entry, shift } = scales;
  const [g1, g0, product] = [code.local('i64'), code.local('i64'), code.local('i64')];
  const [value, lower, upper] = [code.local('i64'), code.local('i64'), code.local('i64')];
  // 64 bits of the power will do: the upper word, again as floor + 1.
  e.set(g0, op('i64.add', load('i64.load', entry, layout.printingAt + 8), 1n));
  e.set(g1, op('i64.shr_u', g0, 32n));
  e.set(g0, op('i64.and', g0, half));
  const scale = (to: Local, x: Operand): void => {
    e.set(to, op('i64.shl', x, shift));
    e.set(product, op('i64.add', op('i64.mul', g1, to), op('i64.shr_u', op('i64.mul', g0, to), 32n)));
    const sticky = op('i64.extend_i32_u', op('i64.gt_u', op('i64.and', product, half), 1n));
    e.set(to, op('i64.or', op('i64.shr_u', product, 32n), sticky));
  };
  scale(value, quarters);
  scale(upper, op('i64.add', quarters, 2n));
  scale(lower, op('i64.add', op('i64.sub', quarters, 2n), op('i64.extend_i32_u', closer)));
  // Half way up, as toPrecision has it.
  const decimal = choose(e, scales, value, lower, upper, () => 1n);
  // The only float32 whose shortest decimal, 7.038531e-26, reads back as its neighbour where a reader rounds to float64 first.
  const once = op('i32.and', op('i64.eq', bits, 0x2e43fdn), op('i32.eq', biased, int(43)));
  e.when(once, () => {
    e.set(decimal, 70_385_307n);
    e.set(power, int(-33));
  });
  normalize(e, decimal, power, 9);
  const first = code.local('i64');
  e.set(first, op('i64.div_u', decimal, 100_000_000n));
  e.set(power, op('i32.add', power, int(9)));
  return {
    first: op('i32.wrap_i64', first),
    high: op('i64.sub', decimal, op('i64.mul', first, 100_000_000n)),
    low: () => code.i64(0n),
    point: power,
  };
}

/** Multiplies by tens until the number has its digits; two zeros are common, more are not. */
function normalize(e: Emitter, decimal: Local, power: Local, digits: number): void {
  const { code, op, int } = e;
  const [factor, zeros] = [code.local('i64'), code.local('i32')];
  code.block((enough) =>
    code.loop((again) => {
      e.push(op('i64.ge_u', decimal, 10n ** BigInt(digits - 3)));
      code.brIf(enough);
      e.set(decimal, op('i64.mul', decimal, 10n));
      code.increment(power, -1);
      code.br(again);
    }),
  );
  const [one, two] = [
    op('i64.lt_u', decimal, 10n ** BigInt(digits - 1)),
    op('i64.lt_u', decimal, 10n ** BigInt(digits - 2)),
  ];
  e.set(zeros, op('i32.add', one, two));
  e.set(factor, e.load('i64.load', op('i32.shl', zeros, int(3)), layout.wholePowersAt));
  e.set(decimal, op('i64.mul', decimal, factor));
  e.set(power, op('i32.sub', power, zeros));
}

/** Number::toString of positive digits: plain between 1e-7 and 1e21, else with an exponent. */
function writeDecimal(e: Emitter, { first, high, low, point }: Digits, out: Local): void {
  const { code, op, int } = e;
  const rest = sixteenDigits(e, high, low);
  const [head, length] = [code.local('i32'), code.local('i32')];
  e.set(head, op('i32.add', first, int(48)));
  const set = op('i8x16.bitmask', op('i8x16.ne', rest, constant(e, 'zeroCharacter')));
  e.set(length, op('i32.sub', int(33), op('i32.clz', set)));
  const put = (characters: string, offset = 0): void =>
    e.store('i32.store8', out, int(characters.charCodeAt(0)), offset);

  e.when(
    op('i32.le_u', op('i32.add', point, int(5)), int(5)),
    () => {
      // 0.00ddd
      e.store('i64.store', out, text('0.000000'));
      e.set(out, op('i32.add', out, op('i32.sub', int(2), point)));
      e.store('i32.store8', out, head);
      e.store('v128.store', out, rest, 1);
      e.set(out, op('i32.add', out, length));
    },
    () => {
      e.store('i32.store8', out, head);
      e.when(
        op('i32.le_u', op('i32.sub', point, int(1)), int(20)),
        () => {
          e.store('v128.store', out, rest, 1);
          e.when(
            op('i32.ge_s', point, length),
            () => {
              // ddd000
              e.store('i64.store', out, text('00000000'), 17);
              e.set(out, op('i32.add', out, point));
            },
            () => {
              // d.dd: what follows the point, one further on.
              const by = op('i8x16.splat', op('i32.sub', point, int(1)));
              const behind = op('i8x16.swizzle', rest, op('i8x16.add', constant(e, 'lanes'), by));
              e.store('v128.store', op('i32.add', out, point), behind, 1);
              e.store('i32.store8', op('i32.add', out, point), int('.'.charCodeAt(0)));
              e.set(out, op('i32.add', op('i32.add', out, length), int(1)));
            },
          );
        },
        () => {
          // d.dde±x
          put('.', 1);
          e.store('v128.store', out, rest, 2);
          e.set(out, op('i32.add', op('i32.add', out, length), op('i32.gt_u', length, int(1))));
          put('e');
          const exponent = code.local('i32');
          e.set(exponent, op('i32.sub', point, int(1)));
          const minus = op('i32.lt_s', exponent, int(0));
          e.store('i32.store8', out, e.select(minus, int('-'.charCodeAt(0)), int('+'.charCodeAt(0))), 1);
          e.set(exponent, e.select(minus, op('i32.sub', int(0), exponent), exponent));
          code.increment(out, 2);
          const digit = (divisor: number): void => {
            const value = op('i32.rem_u', op('i32.div_u', exponent, int(divisor)), int(10));
            e.store('i32.store8', out, op('i32.add', value, int(48)));
            code.increment(out, 1);
          };
          e.when(op('i32.ge_u', exponent, int(100)), () => digit(100));
          e.when(op('i32.ge_u', exponent, int(10)), () => digit(10));
          digit(1);
        },
      );
    },
  );
}
