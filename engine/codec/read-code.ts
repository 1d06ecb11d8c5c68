// The code that reads a JSON list of numbers, nested or not, from its bytes to float64 elements and a shape.
//
// Digits by SIMD and SWAR; a decimal of at most 19 digits becomes a float64 exactly as Clinger, "How to read floating point
// numbers accurately" (1990), where one multiplication or division is exact, else as Lemire, "Number parsing at a gigabyte
// per second" (2021), which needs no other path (Mushtak and Lemire, "Fast number parsing without fallback", 2023).

import type { Code, FunctionRef, Label, Local, Module } from '../wasm/assembler.ts';
import type { Expression, Operand } from './emit.ts';
import { Emitter } from './emit.ts';
import * as layout from './layout.ts';

/** How a call of the reader ended. */
export const outcome = {
  /** A value is expected, and the window is used up. */
  more: 0,
  /** The list has ended. */
  done: 1,
  /** Not a rectangular list of numbers, or one that is not read here. */
  refused: 2,
} as const;

const infinityBits = 0x7ff0000000000000n;
const topBit = 1n << 63n;
const eight = (byte: number): bigint => BigInt(byte) * 0x0101010101010101n;

/** Adds `read(at, end, out)`: [at, end) of memory, values starting before `end - margin` only; returns where it stopped. */
export function addReader(module: Module, hardNumber: FunctionRef): void {
  const decimal = module.function(['i64', 'i32'], ['i64'], (code) => {
    const bits = code.local('i64');
    writeDecimal(new Emitter(code), code.param(0), code.param(1), bits);
    code.get(bits);
  });
  const long = module.function(['i32'], ['i64'], (code) => writeLong(code, decimal, hardNumber));
  module.function(
    ['i32', 'i32', 'i32'],
    ['i32'],
    (code) => {
      writeReader(code, long);
    },
    'read',
  );
}

/** Sets `bits` to those of the float64 next to w · 10^q; w > 0, and is not kept. */
function writeDecimal(e: Emitter, w: Local, q: Local, bits: Local): void {
  e.code.block((done) => writeRounded(e, w, q, bits, done));
}

function writeRounded(e: Emitter, w: Local, q: Local, bits: Local, done: Label): void {
  const { code, op, int, load } = e;
  const [high, low, more] = [code.local('i64'), code.local('i64'), code.local('i64')];
  const [zeros, entry, power] = [code.local('i64'), code.local('i32'), code.local('i64')];
  const [upper, mantissa, factor] = [code.local('i64'), code.local('i64'), code.local('i64')];
  const answer = (x: Operand): void => {
    e.set(bits, x);
    code.br(done);
  };
  e.when(op('i32.lt_s', q, int(layout.shortestPower)), () => answer(0n));
  e.when(op('i32.gt_s', q, int(layout.longestPower)), () => answer(infinityBits));
  e.set(zeros, op('i64.clz', w));
  e.set(w, op('i64.shl', w, zeros));
  e.set(entry, op('i32.shl', op('i32.sub', q, int(layout.shortestPower)), int(4)));
  e.set(factor, load('i64.load', entry, layout.parsingAt + 8));
  e.multiplyWide(high, low, w, factor);
  // 55 bits are asked for; only when all below them are ones may the lower half of the power carry into them.
  e.when(op('i64.eq', op('i64.and', high, 0x1ffn), 0x1ffn), () => {
    e.set(factor, load('i64.load', entry, layout.parsingAt));
    e.multiplyWide(more, null, w, factor);
    e.set(low, op('i64.add', low, more));
    e.set(high, op('i64.add', high, op('i64.extend_i32_u', op('i64.lt_u', low, more))));
  });
  e.set(upper, op('i64.shr_u', high, 63n));
  e.set(mantissa, op('i64.shr_u', high, op('i64.add', upper, 9n)));
  // The binary exponent, biased: 217706 / 2^16 approximates log2(10).
  const exponent = op('i32.shr_s', op('i32.mul', q, int(217_706)), int(16));
  e.set(
    power,
    op('i64.sub', op('i64.add', op('i64.add', op('i64.extend_i32_s', exponent), 63n + 1023n), upper), zeros),
  );
  e.when(op('i64.le_s', power, 0n), () => {
    e.when(op('i64.le_s', power, -63n), () => answer(0n));
    e.set(mantissa, op('i64.shr_u', mantissa, op('i64.sub', 1n, power)));
    // A mantissa that rounds up to 2^52 is the least normal number, and its bits say so as they are.
    answer(op('i64.shr_u', op('i64.add', mantissa, op('i64.and', mantissa, 1n)), 1n));
  });
  // Exactly half way, which happens only here: to even, which is down where the bit before last is 0.
  const small = op('i32.lt_u', op('i32.add', q, int(4)), int(28));
  e.when(op('i32.and', op('i64.le_u', low, 1n), small), () =>
    e.when(
      op(
        'i32.and',
        op('i64.eq', op('i64.and', mantissa, 3n), 1n),
        op('i64.eq', op('i64.shl', mantissa, op('i64.add', upper, 9n)), high),
      ),
      () => e.set(mantissa, op('i64.and', mantissa, -2n)),
    ),
  );
  e.set(mantissa, op('i64.shr_u', op('i64.add', mantissa, op('i64.and', mantissa, 1n)), 1n));
  // The leading one adds to the exponent, and so does the carry of a mantissa that rounded up to 2^53.
  e.set(mantissa, op('i64.add', op('i64.sub', mantissa, 1n << 52n), op('i64.shl', power, 52n)));
  e.set(bits, e.select(op('i64.lt_u', mantissa, infinityBits), mantissa, infinityBits));
}

/** (at) → the bits of |x| for any number; its end in the state, 0 where there is none. Digit by digit: rare. */
function writeLong(code: Code, decimal: FunctionRef, hardNumber: FunctionRef): void {
  const e = new Emitter(code);
  const { op, int, load, call } = e;
  const start = code.param(0);
  const [at, digit, from] = [code.local('i32'), code.local('i32'), code.local('i32')];
  const [w, count, scale] = [code.local('i64'), code.local('i32'), code.local('i32')];
  const [cut, exponent, sign, bits] = [code.local('i32'), code.local('i32'), code.local('i32'), code.local('i64')];
  const refuse = (): void => {
    e.store('i32.store', int(0), int(0), layout.state.end);
    code.i64(0n);
    code.op('return');
  };
  /** Reads digits from `at` on; `each` runs with the digit, where there is none at all the number is refused. */
  const digits = (each: () => void): void => {
    e.set(from, at);
    code.block((end) =>
      code.loop((again) => {
        e.set(digit, op('i32.sub', load('i32.load8_u', at), int(48)));
        e.push(op('i32.gt_u', digit, int(9)));
        code.brIf(end);
        each();
        code.increment(at, 1);
        code.br(again);
      }),
    );
    e.when(op('i32.eq', at, from), refuse);
  };
  const significant = (fraction: boolean): void =>
    e.when(
      op('i32.lt_u', count, int(19)),
      () => {
        e.set(w, op('i64.add', op('i64.mul', w, 10n), op('i64.extend_i32_u', digit)));
        e.set(count, op('i32.add', count, op('i64.ne', w, 0n)));
        if (fraction) code.increment(scale, -1);
      },
      () => {
        e.set(cut, op('i32.or', cut, digit));
        if (!fraction) code.increment(scale, 1);
      },
    );
  e.set(at, start);
  digits(() => significant(false));
  const leadingZero = op('i32.eq', load('i32.load8_u', start), int(48));
  e.when(op('i32.and', leadingZero, op('i32.gt_u', op('i32.sub', at, start), int(1))), refuse);
  e.when(op('i32.eq', load('i32.load8_u', at), int(46)), () => {
    code.increment(at, 1);
    digits(() => significant(true));
  });
  readExponent(e, at, digit, exponent, sign, digits);
  e.set(scale, op('i32.add', scale, exponent));
  e.store('i32.store', int(0), at, layout.state.end);
  e.when(op('i64.eqz', w), () => {
    code.i64(0n);
    code.op('return');
  });
  e.set(bits, call(decimal, w, scale));
  // What was cut off lies between w and w + 1: where both round alike, so does the number.
  e.when(cut, () =>
    e.when(op('i64.ne', bits, call(decimal, op('i64.add', w, 1n), scale)), () =>
      e.set(bits, op('i64.reinterpret_f64', call(hardNumber, start, op('i32.sub', at, start)))),
    ),
  );
  e.push(bits);
}

/** An e or E and what follows, if it stands at `at`, into `exponent`: large ones stop at a number that is far too large. */
function readExponent(
  e: Emitter,
  at: Local,
  digit: Local,
  exponent: Local,
  sign: Local,
  digits: (each: () => void) => void,
): void {
  const { code, op, int, load } = e;
  e.set(exponent, int(0));
  e.when(op('i32.eq', op('i32.or', load('i32.load8_u', at), int(32)), int(101)), () => {
    code.increment(at, 1);
    e.set(sign, load('i32.load8_u', at));
    e.set(at, op('i32.add', at, op('i32.or', op('i32.eq', sign, int(43)), op('i32.eq', sign, int(45)))));
    digits(() => {
      const next = op('i32.add', op('i32.mul', exponent, int(10)), digit);
      e.set(exponent, e.select(op('i32.lt_u', exponent, int(100_000)), next, exponent));
    });
    e.when(op('i32.eq', sign, int(45)), () => e.set(exponent, op('i32.sub', int(0), exponent)));
  });
}

/** (at, safe, out) → where it stopped. */
function writeReader(code: Code, long: FunctionRef): void {
  const e = new Emitter(code);
  const { op, int, load } = e;
  const [at, safe, out] = [code.param(0), code.param(1), code.param(2)];
  const [depth, rank, row] = [code.local('i32'), code.local('i32'), code.local('i32')];
  const stored: [Local, number][] = [
    [depth, layout.state.depth],
    [rank, layout.state.rank],
    [row, layout.state.row],
  ];
  for (const [local, offset] of stored) e.set(local, load('i32.load', int(0), offset));
  const status = code.local('i32');
  const byte = code.local('i32');
  const number = numberReader(e, at, long);
  const finish = (how: number, label: Label): void => {
    e.set(status, int(how));
    code.br(label);
  };
  const levelOf = (base: number): Expression => load('i32.load', op('i32.shl', depth, int(2)), base);
  const setLevel = (base: number, x: Operand): void => e.store('i32.store', op('i32.shl', depth, int(2)), x, base);

  code.block((exit) => {
    const refuse = (): void => finish(outcome.refused, exit);
    const refuseIf = (condition: Operand): void => e.when(condition, refuse);
    /** Where the byte at `at` is white space, moves on and branches. */
    const skipSpace = (again: Label): void => {
      const blank = op('i32.le_u', op('i32.sub', byte, int(9)), int(1));
      const returned = op('i32.eq', byte, int(13));
      e.when(op('i32.or', op('i32.eq', byte, int(32)), op('i32.or', blank, returned)), () => {
        code.increment(at, 1);
        code.br(again);
      });
    };

    code.loop((value) => {
      e.when(op('i32.ge_u', at, safe), () => finish(outcome.more, exit));
      number.begin();
      e.when(op('i32.eqz', number.whole), () => {
        // No digit: white space, a list, or nothing that is read here.
        refuseIf(number.negative);
        e.set(byte, load('i32.load8_u', at));
        skipSpace(value);
        refuseIf(op('i32.ne', byte, int(91)));
        code.increment(depth, 1);
        refuseIf(op('i32.gt_s', depth, e.select(rank, rank, int(layout.deepest))));
        setLevel(layout.countsAt, int(0));
        // The first list at this depth.
        e.when(op('i32.eqz', rank), () => setLevel(layout.shapeAt, int(0)));
        e.set(row, int(0));
        code.increment(at, 1);
        code.br(value);
      });
      e.when(op('i32.ne', depth, rank), () => {
        refuseIf(rank);
        e.set(rank, depth);
      });
      number.read(refuse);
      e.store('i64.store', out, number.bits);
      code.increment(out, 8);
      code.increment(row, 1);
      e.when(op('i32.eq', load('i32.load8_u', at), int(44)), () => {
        code.increment(at, 1);
        // Many writers put a space here.
        e.when(op('i32.eq', load('i32.load8_u', at), int(32)), () => code.increment(at, 1));
        code.br(value);
      });
      code.loop((after) => {
        e.set(byte, load('i32.load8_u', at));
        skipSpace(after);
        e.when(op('i32.eq', byte, int(44)), () => {
          code.increment(at, 1);
          code.br(value);
        });
        refuseIf(op('i32.ne', byte, int(93)));
        code.increment(at, 1);
        const items = code.local('i32');
        const known = code.local('i32');
        e.set(items, e.select(op('i32.eq', depth, rank), row, levelOf(layout.countsAt)));
        e.set(known, levelOf(layout.shapeAt));
        e.when(
          known,
          () => refuseIf(op('i32.ne', known, items)),
          () => setLevel(layout.shapeAt, items),
        );
        code.increment(depth, -1);
        e.when(op('i32.eqz', depth), () => finish(outcome.done, exit));
        setLevel(layout.countsAt, op('i32.add', levelOf(layout.countsAt), int(1)));
        code.br(after);
      });
    });
  });
  for (const [local, offset] of stored) e.store('i32.store', int(0), local, offset);
  e.store('i32.store', int(0), status, layout.state.status);
  e.store('i32.store', int(0), out, layout.state.out);
  e.push(at);
}

interface NumberReader {
  /** Looks at what follows; `whole` is how many digits it begins with, after a sign. */
  begin(): void;
  /** Reads the number into `bits` and moves on. */
  read(refuse: () => void): void;
  readonly whole: Local;
  readonly negative: Local;
  readonly bits: Local;
}

/**
 * A number at `at`. One mask of what is no digit in the next 32 bytes tells where its point and its end are, so that the next
 * number can begin before this one is done; a shuffle drops the point and moves the first 16 bytes to the right, three
 * multiplications add them up; up to 7 digits more by SWAR.
 */
function numberReader(e: Emitter, at: Local, long: FunctionRef): NumberReader {
  const { code, op, int, load } = e;
  const i32 = (): Local => code.local('i32');
  const [negative, first, whole, point, end, fraction] = [i32(), i32(), i32(), i32(), i32(), i32()];
  const [mask, next, count, exponent, sign, digit, dots] = [i32(), i32(), i32(), i32(), i32(), i32(), i32()];
  const [bits, w, word, packed] = [code.local('i64'), code.local('i64'), code.local('i64'), code.local('i64')];
  const [digits, strange, lanes] = [code.local('v128'), code.local('v128'), code.local('v128')];
  const constants = Object.fromEntries(
    Object.entries(layout.vectors).map(([name, offset]) => {
      const local = code.local('v128');
      e.set(local, load('v128.load', int(0), layout.vectorsAt + offset));
      return [name, local];
    }),
  ) as Record<keyof typeof layout.vectors, Local>;

  const begin = (): void => {
    e.set(negative, op('i32.eq', load('i32.load8_u', at), int(45)));
    e.set(digits, op('i8x16.sub', load('v128.load', at), constants.zeroCharacter));
    e.set(strange, op('i8x16.gt_u', digits, constants.nine));
    const more = op('i8x16.sub', load('v128.load', at, 16), constants.zeroCharacter);
    const upper = op('i32.shl', op('i8x16.bitmask', op('i8x16.gt_u', more, constants.nine)), int(16));
    // The sign is the lowest bit.
    e.set(mask, op('i32.xor', op('i32.or', op('i8x16.bitmask', strange), upper), negative));
    e.set(first, op('i32.ctz', mask));
    e.set(whole, op('i32.sub', first, negative));
  };

  const firstSixteen = (): void => {
    const lowest = op('i32.and', mask, op('i32.sub', int(0), mask));
    e.set(dots, op('i32.and', lowest, op('i8x16.bitmask', op('i8x16.eq', digits, constants.point))));
    e.set(point, op('i32.ne', dots, int(0)));
    e.set(end, op('i32.ctz', op('i32.xor', mask, dots)));
    e.set(fraction, op('i32.sub', op('i32.sub', end, first), point));
    // Lane j takes byte j - (16 - end), one less where that stands before the point; the sign is a 0.
    const used = e.select(op('i32.lt_u', end, int(16)), end, int(16));
    e.set(lanes, op('i8x16.add', constants.before, op('i8x16.splat', op('i32.sub', used, int(16)))));
    const last = e.select(point, op('i32.sub', first, int(1)), int(-128));
    e.set(lanes, op('i8x16.sub', lanes, op('i8x16.gt_s', lanes, op('i8x16.splat', last))));
    e.set(digits, op('i8x16.swizzle', op('v128.andnot', digits, strange), lanes));
    const pairs = op('i16x8.shr_u', op('i16x8.mul', digits, constants.pairs), int(8));
    e.set(digits, op('i32x4.dot_i16x8_s', pairs, constants.hundreds));
    const fours = op('i16x8.narrow_i32x4_s', digits, digits);
    e.set(packed, e.lane('i64x2.extract_lane', 0, op('i32x4.dot_i16x8_s', fours, constants.tenThousands)));
    e.set(
      w,
      op('i64.add', op('i64.mul', op('i64.and', packed, 0xffffffffn), 100_000_000n), op('i64.shr_u', packed, 32n)),
    );
    e.set(next, op('i32.add', at, end));
  };

  /** The number that the eight digits in the bytes of `word` make, the first in its lowest byte. */
  const addEight = (): void => {
    for (const [factor, by, kept] of [
      [2561n, 8n, 0x00ff00ff00ff00ffn],
      [6_553_601n, 16n, 0x0000ffff0000ffffn],
      [42_949_672_960_001n, 32n, 0xffffffffn],
    ] as const) {
      e.set(word, op('i64.and', op('i64.shr_u', op('i64.mul', word, factor), by), kept));
    }
  };

  /** Up to seven digits more; `otherwise` leaves where there are others, or an i64 is too small. */
  const moreDigits = (otherwise: Label): void => {
    e.push(op('i32.or', op('i32.eqz', point), op('i32.gt_u', end, int(23))));
    code.brIf(otherwise);
    e.set(count, op('i32.shl', op('i32.sub', end, int(16)), int(3)));
    e.push(op('i64.gt_u', w, load('i64.load', count, layout.roomAt)));
    code.brIf(otherwise);
    e.set(word, op('i64.sub', load('i64.load', at, 16), eight(0x30)));
    const shift = op('i64.extend_i32_u', op('i32.sub', int(56), count));
    e.set(word, op('i64.shl', op('i64.shl', word, 8n), shift));
    addEight();
    e.set(w, op('i64.add', op('i64.mul', w, load('i64.load', count, layout.wholePowersAt)), word));
  };

  // 01 is no number.
  const refuseLeadingZero = (refuse: () => void): void => {
    const leadingZero = op('i32.eq', load('i32.load8_u', op('i32.add', at, negative)), int(48));
    e.when(op('i32.and', leadingZero, op('i32.gt_u', whole, int(1))), refuse);
  };

  /** One to eight digits and a comma behind them: by SWAR alone. */
  const short = (refuse: () => void): void => {
    const shift = op('i64.extend_i32_u', op('i32.shl', op('i32.sub', int(8), whole), int(3)));
    const start = op('i32.add', at, negative);
    e.set(word, op('i64.shl', op('i64.sub', load('i64.load', start), eight(0x30)), shift));
    addEight();
    refuseLeadingZero(refuse);
    e.set(bits, op('i64.reinterpret_f64', op('f64.convert_i64_s', word)));
    e.set(at, op('i32.add', at, first));
  };

  const read = (refuse: () => void): void => {
    code.block((done) => {
      code.block((long) => {
        e.push(op('i32.ne', load('i32.load8_u', op('i32.add', at, first)), int(44)));
        code.brIf(long);
        e.push(op('i32.gt_u', whole, int(8)));
        code.brIf(long);
        short(refuse);
        code.br(done);
      });
      any(refuse);
    });
    e.set(bits, op('i64.or', bits, e.select(negative, topBit, 0n)));
  };

  const any = (refuse: () => void): void => {
    code.block((ready) => {
      code.block((hard) => {
        firstSixteen();
        e.when(op('i32.ge_u', end, int(16)), () => moreDigits(hard));
        refuseLeadingZero(refuse);
        // Nor is 1. with nothing behind the point.
        e.when(op('i32.gt_u', point, fraction), refuse);
        e.set(exponent, int(0));
        readExponent(e, next, digit, exponent, sign, (each) => {
          e.set(count, next);
          code.block((stop) =>
            code.loop((again) => {
              e.set(digit, op('i32.sub', load('i32.load8_u', next), int(48)));
              e.push(op('i32.gt_u', digit, int(9)));
              code.brIf(stop);
              each();
              code.increment(next, 1);
              code.br(again);
            }),
          );
          e.when(op('i32.eq', next, count), refuse);
        });
        e.set(exponent, op('i32.sub', exponent, fraction));
        e.set(at, next);
        const exact = op('i64.eqz', op('i64.shr_u', w, 53n));
        const near = op('i32.le_u', op('i32.add', exponent, int(22)), int(44));
        e.when(
          op('i32.and', exact, near),
          () => {
            const x = op('f64.convert_i64_s', w);
            e.when(
              op('i32.lt_s', exponent, int(0)),
              () => {
                const divisor = load(
                  'f64.load',
                  op('i32.shl', op('i32.sub', int(0), exponent), int(3)),
                  layout.powersAt,
                );
                e.set(bits, op('i64.reinterpret_f64', op('f64.div', x, divisor)));
              },
              () => {
                const factor = load('f64.load', op('i32.shl', exponent, int(3)), layout.powersAt);
                e.set(bits, op('i64.reinterpret_f64', op('f64.mul', x, factor)));
              },
            );
          },
          () =>
            e.when(
              op('i64.eqz', w),
              () => e.set(bits, 0n),
              () => writeDecimal(e, w, exponent, bits),
            ),
        );
        code.br(ready);
      });
      e.set(bits, e.call(long, op('i32.add', at, negative)));
      e.set(at, load('i32.load', int(0), layout.state.end));
      e.when(op('i32.eqz', at), refuse);
    });
    // What is too large for a float64 is the caller's to complain of.
    e.when(op('i64.eq', bits, infinityBits), refuse);
  };
  return { begin, read, whole, negative, bits };
}
