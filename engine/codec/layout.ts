// Where things lie in the codec's memory, and the tables that its code reads.

import { maxRank } from '../ir/aval.ts';

/** State that outlives a call: the reader stops at the end of a window and goes on in the next one. All i32. */
export const state = {
  status: 0,
  depth: 4,
  rank: 8,
  /** Elements of the open innermost list. */
  row: 12,
  /** End of what was written. */
  out: 16,
  /** Where a number that was read the long way ends. */
  end: 20,
} as const;
/** Length of the lists at each depth (from 1), 0 while no such list has ended. */
export const shapeAt = 64;
/** Items so far of the open list at each depth. */
export const countsAt = 384;
/** Axes that the state has room for: those a tensor may have. */
export const deepest = maxRank;

export const vectorsAt = 768;
export const powersAt = 2048;
export const wholePowersAt = 2304;
export const roomAt = 2432;
export const parsingAt = 4096;
export const printingAt = 16_384;
export const shortestPower = -342;
export const longestPower = 308;
/** Decimal exponents that Schubfach's table spans. */
export const leastPrinted = -324;
const mostPrinted = 292;

/** Bytes of input that are seen at once: in and out fit a second-level cache together. */
export const windowAt = 32_768;
export const windowBytes = 65_536;
/** Zeros after the input: no number reads on past its end. */
export const paddingBytes = 64;
export const outAt = windowAt + windowBytes + 1024;
export const outBytes = 286_720;
export const memoryPages = Math.ceil((outAt + outBytes) / 65_536);

/** A 16-byte constant of the code. */
export const vectors = {
  zeroCharacter: 0,
  nine: 16,
  /** -1, 0, 1, … 14. */
  before: 32,
  /** u16 that turns two digits in a lane into 256 times their number. */
  pairs: 48,
  hundreds: 64,
  tenThousands: 80,
  /** 0, 1, … 15. */
  lanes: 96,
  /** A point, less a 0. */
  point: 112,
} as const;

/** By hexadecimal digits: twice as quick as by binary ones, and there are a thousand long numbers. */
function bitLength(n: bigint): number {
  const digits = n.toString(16);
  return 4 * digits.length - Math.clz32(parseInt(digits[0], 16)) + 28;
}

/** floor(n · 2^shift) for a shift of either sign. */
const shifted = (n: bigint, shift: number): bigint => (shift >= 0 ? n << BigInt(shift) : n >> BigInt(-shift));

/**
 * 10^q as a 128-bit significand with its top bit set: cut off, but rounded up for -27 ≤ q < 0, where a product may have
 * to come out as exactly half way. Source: Lemire, "Number parsing at a gigabyte per second" (2021), section 5.
 */
function parsingPower(q: number): bigint {
  if (q >= 0) {
    const five = 5n ** BigInt(q);
    return shifted(five, 128 - bitLength(five));
  }
  const five = 5n ** BigInt(-q);
  const bits = bitLength(five - 1n);
  const reciprocal = (1n << BigInt(q >= -27 ? bits + 127 : 2 * bits + 128)) / five + 1n;
  return shifted(reciprocal, 128 - bitLength(reciprocal));
}

/**
 * A power of ten as floor + 1 of its 128-bit significand. Source: g in Giulietti, "The Schubfach way to render doubles"
 * (2020), section 9.8, with two bits more.
 */
function printingPower(power: number): bigint {
  const wide = power < 0 ? (1n << 1300n) / 10n ** BigInt(-power) : (10n ** BigInt(power)) << 200n;
  return shifted(wide, 128 - bitLength(wide)) + 1n;
}

/** Fills a fresh memory with everything the code reads. */
export function writeTables(buffer: ArrayBufferLike): void {
  const view = new DataView(buffer);
  const wide = (at: number, n: bigint): void => {
    view.setBigUint64(at, n & 0xffffffffffffffffn, true);
    view.setBigUint64(at + 8, n >> 64n, true);
  };
  for (let q = shortestPower; q <= longestPower; q++) wide(parsingAt + 16 * (q - shortestPower), parsingPower(q));
  for (let q = leastPrinted; q <= mostPrinted; q++) wide(printingAt + 16 * (q - leastPrinted), printingPower(-q));
  for (let i = 0; i <= 22; i++) view.setFloat64(powersAt + 8 * i, 10 ** i, true);
  for (let i = 0; i <= 8; i++) {
    const power = 10n ** BigInt(i);
    view.setBigUint64(wholePowersAt + 8 * i, power, true);
    view.setBigUint64(roomAt + 8 * i, i === 0 ? 2n ** 64n - 1n : 2n ** 64n / power - 1n, true);
  }
  const bytes = (at: number, of: (i: number) => number): void => {
    for (let i = 0; i < 16; i++) view.setInt8(vectorsAt + at + i, of(i));
  };
  const shorts = (at: number, of: (i: number) => number): void => {
    for (let i = 0; i < 8; i++) view.setInt16(vectorsAt + at + 2 * i, of(i), true);
  };
  bytes(vectors.zeroCharacter, () => 48);
  bytes(vectors.nine, () => 9);
  bytes(vectors.before, (i) => i - 1);
  bytes(vectors.lanes, (i) => i);
  bytes(vectors.point, () => '.'.charCodeAt(0) - '0'.charCodeAt(0));
  shorts(vectors.pairs, () => 2561);
  shorts(vectors.hundreds, (i) => (i % 2 === 0 ? 100 : 1));
  shorts(vectors.tenThousands, (i) => (i % 2 === 0 ? 10_000 : 1));
}
