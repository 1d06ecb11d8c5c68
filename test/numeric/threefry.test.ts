// Keys and random draws against what jax.random gave, recorded by record_random.py: bit for bit.

import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import * as random from '../../engine/numeric/random.ts';
import { foldIn, keyFromSeed, randomBits, randomBits64, split, threefry2x32 } from '../../engine/numeric/threefry.ts';

const recorded = JSON.parse(readFileSync(new URL('random-cases.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<string, string>
>;
const key = keyFromSeed(2026);
const count = recorded['bits']['32'].split(' ').length;

const words = (drawn: Iterable<number | bigint>): string => [...drawn].map(String).join(' ');
const numbers = (text: string): number[] => text.split(' ').map(Number);

test('Threefry-2x32 gives the known answers of the Random123 distribution', () => {
  expect(threefry2x32(Uint32Array.of(0, 0), 0, 0)).toEqual([0x6b200159, 0x99ba4efe]);
  expect(threefry2x32(Uint32Array.of(0xffffffff, 0xffffffff), 0xffffffff, 0xffffffff)).toEqual([
    0x1cb996fc, 0xbb002be7,
  ]);
  expect(threefry2x32(Uint32Array.of(0x13198a2e, 0x03707344), 0x243f6a88, 0x85a308d3)).toEqual([
    0xc4923a9c, 0x483df7a0,
  ]);
});

test('keys', () => {
  for (const [seed, data] of Object.entries(recorded['key'])) expect(words(keyFromSeed(BigInt(seed)))).toBe(data);
  for (const [n, keys] of Object.entries(recorded['split'])) {
    expect(words(split(keyFromSeed(42), Number(n)))).toBe(keys);
  }
  for (const [data, folded] of Object.entries(recorded['foldIn'])) {
    expect(words(foldIn(keyFromSeed(42), Number(data)))).toBe(folded);
  }
});

test('bits of every width', () => {
  const bits = recorded['bits'];
  expect(words(randomBits(key, count, 8))).toBe(bits['8']);
  expect(words(randomBits(key, count, 16))).toBe(bits['16']);
  expect(words(randomBits(key, count, 32))).toBe(bits['32']);
  expect(words(randomBits64(key, count))).toBe(bits['64']);
});

const { uniform, normal, truncatedNormal, exponential, gumbel, laplace, logistic } = random;
const samplers: Record<
  string,
  (key: Uint32Array, count: number, dtype: random.FloatName, low: number, high: number) => Float32Array | Float64Array
> = { uniform, normal, truncatedNormal, exponential, gumbel, laplace, logistic };

describe.each(['float32', 'float64'] as const)('%s', (dtype) => {
  test.each(Object.entries(recorded[dtype]))('%s', (name, drawn) => {
    const [sampler, ...bounds] = name.split(' ');
    const [low = 0, high = 1] = bounds.map(Number);
    const got =
      sampler === 'bernoulli'
        ? random.bernoulli(key, count, low, dtype)
        : samplers[sampler](key, count, dtype, low, high);
    const wanted = numbers(drawn);
    expect([...got]).toEqual(dtype === 'float32' ? [...Float32Array.from(wanted)] : wanted);
  });
});

test('integers in a range', () => {
  for (const [range, drawn] of Object.entries(recorded['int32'])) {
    const [low, high] = numbers(range);
    expect(words(random.randint32(key, drawn.split(' ').length, low, high)), range).toBe(drawn);
  }
  for (const [range, drawn] of Object.entries(recorded['int64'])) {
    const [low, high] = range.split(' ').map(BigInt);
    expect(words(random.randint64(key, drawn.split(' ').length, low, high)), range).toBe(drawn);
  }
});

test('categories, permutations and choices', () => {
  for (const [row, drawn] of Object.entries(recorded['categorical'])) {
    const [dtype, ...logits] = row.split(' ');
    const floats = (dtype === 'float32' ? Float32Array : Float64Array).from(logits.map(Number));
    expect(words(random.categorical(key, count, floats)), row).toBe(drawn);
  }
  for (const [n, order] of Object.entries(recorded['permutation'])) {
    expect(words(random.permutation(key, Number(n)))).toBe(order);
  }
  for (const [what, drawn] of Object.entries(recorded['choice'])) {
    const [n, size, replace] = what.split(' ');
    expect(words(random.choice(key, Number(n), Number(size), replace === 'true')), what).toBe(drawn);
  }
});
