// The code that turns bytes to base64 and back, and finds the end of it, sixteen characters at a time.
//
// Source: RFC 4648, section 4; the classification by nibbles is Muła and Lemire's, "Faster Base64 encoding and decoding using
// AVX2 instructions" (2018).

import type { Local, Module } from '../wasm/assembler.ts';
import type { Expression } from './emit.ts';
import { Emitter } from './emit.ts';

const splat = (n: number): number[] =>
  Array.from({ length: 4 }, () => [n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24]).flat();

/** For each lower nibble of a character, the upper nibbles (as bits of `byUpper`) with which it is none of base64. */
const byLower = [0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a];
const byUpper = [0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10];
/** What to add to a character to get its value, by upper nibble; of the slash, whose nibble is that of the plus, one before. */
const toValue = [0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0];
/** What to add to a value to get its character: 0 to 9 (52 to 61) at 1 to 10, + at 11, / at 12, A to Z at 13, a to z at 0. */
const toCharacter = [71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0];

/** Makes constants outside the loop: in it they would be made anew each time round. */
const hoisted =
  (e: Emitter) =>
  (bytes: readonly number[]): Local => {
    const local = e.code.local('v128');
    e.set(local, () => e.code.v128(bytes.map((x) => x & 255)));
    return local;
  };

/**
 * Adds `text_end(at, stop)`, which returns where the first byte stands that does not go on a JSON string of ASCII without
 * escapes (its end, a backslash, a control character, a byte beyond ASCII), or something from `stop` on; it reads up to 16
 * bytes further.
 */
export function addTextEnd(module: Module): void {
  module.function(
    ['i32', 'i32'],
    ['i32'],
    (code) => {
      const e = new Emitter(code);
      const { op, load } = e;
      const [at, stop] = [code.param(0), code.param(1)];
      const [characters, odd] = [code.local('v128'), code.local('v128')];
      const vector = hoisted(e);
      const [quote, backslash, shift, most] = ['"'.charCodeAt(0), '\\'.charCodeAt(0), -0x20, 0x7f - 0x20].map((n) =>
        vector(Array.from({ length: 16 }, () => n)),
      );
      code.block((exit) =>
        code.loop((again) => {
          e.push(op('i32.ge_u', at, stop));
          code.brIf(exit);
          e.set(characters, load('v128.load', at));
          const outside = op('i8x16.gt_u', op('i8x16.add', characters, shift), most);
          const ends = op('v128.or', op('i8x16.eq', characters, quote), op('i8x16.eq', characters, backslash));
          e.set(odd, op('v128.or', ends, outside));
          e.push(op('v128.any_true', odd));
          code.brIf(exit);
          code.increment(at, 16);
          code.br(again);
        }),
      );
      // Without an odd one, 32 beyond the end.
      e.push(op('i32.add', at, op('i32.ctz', op('i8x16.bitmask', odd))));
    },
    'text_end',
  );
}

/**
 * Adds `base64_write(at, stop, out)` (reads 12 bytes of every 16 there) and `base64_read(at, stop, out)`, which returns where
 * the first group of 16 characters stands that is not all base64, or `stop`.
 */
export function addBase64(module: Module): void {
  module.function(
    ['i32', 'i32', 'i32'],
    [],
    (code) => {
      const e = new Emitter(code);
      const { op, int, load } = e;
      const [at, stop, out] = [code.param(0), code.param(1), code.param(2)];
      const [threes, values, index] = [code.local('v128'), code.local('v128'), code.local('v128')];
      const vector = hoisted(e);
      const [zero, limit, capitals, thirteen] = [0, 51, 26, 13].map((n) => vector(Array.from({ length: 16 }, () => n)));
      const masks = [0x3f, 0x3f00, 0x3f0000, 0x3f000000].map((n) => vector(splat(n)));
      const characters = vector(toCharacter);
      code.loop((again) => {
        e.push(load('v128.load', at));
        e.push(zero);
        // Each three bytes as one number in a lane.
        code.shuffle([2, 1, 0, 16, 5, 4, 3, 16, 8, 7, 6, 16, 11, 10, 9, 16]);
        code.set(threes);
        const six = (shift: 'i32x4.shr_u' | 'i32x4.shl', by: number, place: number): Expression =>
          op('v128.and', op(shift, threes, int(by)), masks[place]);
        e.set(
          values,
          op(
            'v128.or',
            op('v128.or', six('i32x4.shr_u', 18, 0), six('i32x4.shr_u', 4, 1)),
            op('v128.or', six('i32x4.shl', 10, 2), six('i32x4.shl', 24, 3)),
          ),
        );
        e.set(index, op('i8x16.sub_sat_u', values, limit));
        const capital = op('i8x16.gt_u', capitals, values);
        e.set(index, op('v128.or', index, op('v128.and', capital, thirteen)));
        e.store('v128.store', out, op('i8x16.add', values, op('i8x16.swizzle', characters, index)));
        code.increment(at, 12);
        code.increment(out, 16);
        e.push(op('i32.lt_u', at, stop));
        code.brIf(again);
      });
    },
    'base64_write',
  );
  module.function(
    ['i32', 'i32', 'i32'],
    ['i32'],
    (code) => {
      const e = new Emitter(code);
      const { op, int, load } = e;
      const [at, stop, out] = [code.param(0), code.param(1), code.param(2)];
      const [characters, upper, values] = [code.local('v128'), code.local('v128'), code.local('v128')];
      const vector = hoisted(e);
      const [lowerTable, upperTable, valueTable] = [byLower, byUpper, toValue].map(vector);
      const masks = [0x3f, 0x3f00, 0x3f0000, 0x3f000000].map((n) => vector(splat(n)));
      const [nibble, slashes] = [0x0f, '/'.charCodeAt(0)].map((n) => vector(Array.from({ length: 16 }, () => n)));
      code.block((exit) =>
        code.loop((again) => {
          e.push(op('i32.ge_u', at, stop));
          code.brIf(exit);
          e.set(characters, load('v128.load', at));
          e.set(upper, op('v128.and', op('i32x4.shr_u', characters, int(4)), nibble));
          const lower = op('v128.and', characters, nibble);
          e.push(
            op(
              'v128.any_true',
              op('v128.and', op('i8x16.swizzle', lowerTable, lower), op('i8x16.swizzle', upperTable, upper)),
            ),
          );
          code.brIf(exit);
          const slash = op('i8x16.eq', characters, slashes);
          e.set(values, op('i8x16.add', characters, op('i8x16.swizzle', valueTable, op('i8x16.add', upper, slash))));
          const part = (shift: 'i32x4.shr_u' | 'i32x4.shl', by: number, place: number): Expression =>
            op(shift, op('v128.and', values, masks[place]), int(by));
          e.set(
            values,
            op(
              'v128.or',
              op('v128.or', part('i32x4.shl', 18, 0), part('i32x4.shl', 4, 1)),
              op('v128.or', part('i32x4.shr_u', 10, 2), part('i32x4.shr_u', 24, 3)),
            ),
          );
          e.push(values);
          e.push(values);
          code.shuffle([2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 0, 0, 0, 0]);
          code.set(values);
          e.store('v128.store', out, values);
          code.increment(at, 16);
          code.increment(out, 12);
          code.br(again);
        }),
      );
      e.push(at);
    },
    'base64_read',
  );
}
