// Inputs made from others: bytes flipped, moved, repeated, words of the language put in, two inputs spliced.

/** Whole numbers from 0 to below n; the same for the same seed (Lehmer's minimal standard generator). */
export type Random = (n: number) => number;

export function seeded(seed: number): Random {
  let state = (seed % 2_147_483_646) + 1;
  return (n) => {
    state = (state * 16_807) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * n);
  };
}

export interface Material {
  readonly random: Random;
  /** Words of the language that the target reads. */
  readonly words: readonly Uint8Array[];
  /** Another input that is worth something. */
  readonly other: () => Uint8Array;
  readonly mostBytes: number;
}

type Mutation = (bytes: Uint8Array, material: Material) => Uint8Array;

const at = (bytes: Uint8Array, random: Random): number => random(bytes.length + 1);
const splice = (bytes: Uint8Array, from: number, to: number, put: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)]);
/** A piece of up to 64 bytes: its start and its end. */
function piece(bytes: Uint8Array, random: Random): readonly [number, number] {
  const from = random(bytes.length);
  return [from, Math.min(bytes.length, from + 1 + random(64))];
}
function changed(bytes: Uint8Array, place: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[place] = value;
  return copy;
}

const telling = [0, 1, 0x1f, 0x20, 0x22, 0x2c, 0x2d, 0x30, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xc0, 0xed, 0xff];
const numbers = ['-1', '0', '1e9', '1e400', '-0.0', '4294967296', '9007199254740993', '1e-400', '64', '0.5'];

const mutations: readonly Mutation[] = [
  (bytes, { random }) => {
    if (bytes.length === 0) return bytes;
    const place = random(bytes.length);
    return changed(bytes, place, bytes[place] ^ (1 << random(8)));
  },
  (bytes, { random }) =>
    bytes.length === 0 ? bytes : changed(bytes, random(bytes.length), telling[random(telling.length)]),
  (bytes, { random }) => {
    if (bytes.length === 0) return bytes;
    const [from, to] = piece(bytes, random);
    return splice(bytes, from, to, new Uint8Array(0));
  },
  (bytes, { random }) => {
    if (bytes.length === 0) return bytes;
    const [from, to] = piece(bytes, random);
    const place = at(bytes, random);
    return splice(bytes, place, place, bytes.subarray(from, to));
  },
  (bytes, { random }) => {
    if (bytes.length === 0) return bytes;
    const [from, to] = piece(bytes, random);
    const times = 1 << random(8);
    return splice(bytes, to, to, Buffer.concat(Array.from({ length: times }, () => bytes.subarray(from, to))));
  },
  (bytes, { random, words }) => {
    const place = at(bytes, random);
    return splice(bytes, place, place, words[random(words.length)]);
  },
  (bytes, { random, words }) => {
    if (bytes.length === 0) return bytes;
    const [from, to] = piece(bytes, random);
    return splice(bytes, from, Math.min(to, from + 8), words[random(words.length)]);
  },
  (bytes, { random }) => {
    // A number in the text becomes another.
    const found = [
      ...Buffer.from(bytes)
        .toString('latin1')
        .matchAll(/-?\d+(\.\d+)?/g),
    ];
    if (found.length === 0) return bytes;
    const { index, 0: text } = found[random(found.length)];
    return splice(bytes, index, index + text.length, Buffer.from(numbers[random(numbers.length)]));
  },
  (bytes, { random, other }) => {
    const [from, to] = [at(bytes, random), other()];
    return Buffer.concat([bytes.subarray(0, from), to.subarray(random(to.length + 1))]);
  },
  (bytes, { random, other }) => {
    const source = other();
    if (source.length === 0) return bytes;
    const [from, to] = piece(source, random);
    const place = at(bytes, random);
    return splice(bytes, place, place, source.subarray(from, to));
  },
];

/** One to eight mutations in a row. */
export function mutate(bytes: Uint8Array, material: Material): Uint8Array {
  const { random, mostBytes } = material;
  let made = bytes;
  for (let times = 1 << random(4); times > 0; times--) {
    made = mutations[random(mutations.length)](made, material).subarray(0, mostBytes);
  }
  return made;
}
