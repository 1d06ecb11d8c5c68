// The counter-based generator Threefry-2x32 with 20 rounds, and JAX's keys and bits over it.

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
const parity = 0x1bd11bda;

/**
 * Threefry-2x32-20: two words of a counter enciphered under a key of two words.
 * Source: Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3 (2011).
 */
export function threefry2x32(key: Uint32Array, high: number, low: number): [number, number] {
  const keys = [key[0], key[1], key[0] ^ key[1] ^ parity];
  let x = (high + keys[0]) | 0;
  let y = (low + keys[1]) | 0;
  for (let round = 0; round < 20; round++) {
    x = (x + y) | 0;
    const r = rotations[round % 8];
    y = ((y << r) | (y >>> (32 - r))) ^ x;
    if (round % 4 === 3) {
      const turn = (round + 1) / 4;
      x = (x + keys[turn % 3]) | 0;
      y = (y + keys[(turn + 1) % 3] + turn) | 0;
    }
  }
  return [x >>> 0, y >>> 0];
}

/** The key of an integer seed, as jax.random.key with 64-bit integers: the seed's two halves, two's complement. */
export function keyFromSeed(seed: number | bigint): Uint32Array {
  const bits = BigInt.asUintN(64, BigInt(seed));
  return Uint32Array.of(Number(bits >> 32n), Number(bits & 0xffff_ffffn));
}

/** `count` keys, two words each, that are independent of each other and of this one: jax.random.split. */
export function split(key: Uint32Array, count = 2): Uint32Array {
  const keys = new Uint32Array(2 * count);
  for (let i = 0; i < count; i++) keys.set(threefry2x32(key, Math.floor(i / 2 ** 32), i >>> 0), 2 * i);
  return keys;
}

/** The key that belongs to this one and a number of 32 bits: jax.random.fold_in. */
export const foldIn = (key: Uint32Array, data: number): Uint32Array =>
  Uint32Array.from(threefry2x32(key, 0, data >>> 0));

/**
 * `count` random words of 8, 16 or 32 bits: jax.random.bits over any shape of that many elements. The i-th is a function of
 * the key and i alone (JAX's partitionable layout), the exclusive or of the two words that i is enciphered to.
 */
export function randomBits(key: Uint32Array, count: number, width: 8): Uint8Array;
export function randomBits(key: Uint32Array, count: number, width: 16): Uint16Array;
export function randomBits(key: Uint32Array, count: number, width: 32): Uint32Array;
export function randomBits(
  key: Uint32Array,
  count: number,
  width: 8 | 16 | 32,
): Uint8Array | Uint16Array | Uint32Array {
  const bits = width === 8 ? new Uint8Array(count) : width === 16 ? new Uint16Array(count) : new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const [x, y] = threefry2x32(key, Math.floor(i / 2 ** 32), i >>> 0);
    bits[i] = x ^ y;
  }
  return bits;
}

/** `count` random words of 64 bits, the high halves first, then the low ones. */
export function randomHalves(key: Uint32Array, count: number): [high: Uint32Array, low: Uint32Array] {
  const high = new Uint32Array(count);
  const low = new Uint32Array(count);
  for (let i = 0; i < count; i++) [high[i], low[i]] = threefry2x32(key, Math.floor(i / 2 ** 32), i >>> 0);
  return [high, low];
}

/** `count` random words of 64 bits: jax.random.bits with dtype uint64. */
export function randomBits64(key: Uint32Array, count: number): BigUint64Array {
  const [high, low] = randomHalves(key, count);
  return BigUint64Array.from(high, (word, i) => (BigInt(word) << 32n) | BigInt(low[i]));
}
