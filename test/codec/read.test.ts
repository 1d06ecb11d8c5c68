// Decimals in: every number is the float64 that JSON.parse reads, bit for bit. COTANGENT_SEED picks others.

import { describe, expect, test } from 'vitest';
import { ListReader, printLists } from '../../engine/codec/codec.ts';
import type { DType } from '../../engine/ir/aval.ts';
import { allocate } from '../../engine/ir/tensor.ts';
import { createRandom } from '../calculus/random.ts';
import { float64Of, hardDecimals, randomBits, randomDecimal } from './decimals.ts';
import { rounds, seed } from '../effort.ts';

const utf8 = new TextEncoder();

const read = (text: string, most = 1e9) => new ListReader(utf8.encode(text), most).read(0);

function elements(text: string, dtype: DType = 'float64') {
  const found = read(text)!;
  const data = allocate(dtype, found.count);
  return found.list.copyTo(data, dtype) ? data : null;
}

/** Complains of the first number that differs from JSON.parse's. */
function expectAsParsed(decimals: readonly string[], separator = ','): void {
  const text = `[${decimals.join(separator)}]`;
  const wanted = JSON.parse(text) as number[];
  const got = elements(text)!;
  const at = wanted.findIndex((x, i) => !Object.is(x, got[i]));
  if (at >= 0 || got.length !== wanted.length)
    expect.fail(`${decimals[at]}: ${got[at]}, and JSON.parse has ${wanted[at]}`);
}

describe(`numbers, seed ${seed}`, () => {
  test('hard decimals, alone and in a row', () => {
    const list = hardDecimals();
    expectAsParsed(list);
    expectAsParsed(list, ' , ');
    for (const decimal of list.slice(0, 120)) {
      expectAsParsed([decimal]);
      expectAsParsed([`-${decimal.replace(/^-/, '')}`, '1']);
    }
  });

  test('whole numbers of any length', () => {
    const list = Array.from({ length: 24 }, (_, i) => '9'.repeat(i + 1)).flatMap((x) => [x, `-${x}`, `1${x.slice(1)}`]);
    for (const separator of [',', ' ,', ', ']) expectAsParsed(['0', '-0', '7', ...list, '0'], separator);
  });

  test('random decimals', () => {
    const random = createRandom(`${seed}/decimals`);
    for (let i = 0; i < rounds(6); i++) {
      expectAsParsed(
        Array.from({ length: 5000 }, () => randomDecimal(random)).filter((text) => Number.isFinite(Number(text))),
        random.pick([',', ', ', ',\n  ', '\t,']),
      );
    }
  });

  test('200,000 bit patterns, as JSON prints them', () => {
    const random = createRandom(`${seed}/patterns`);
    for (let i = 0; i < rounds(1); i++) {
      const list = Array.from({ length: 200_000 }, () => float64Of(randomBits(random)));
      expectAsParsed(list.filter((x) => x - x === 0).map((x) => JSON.stringify(x)));
    }
  });

  test('every float32 of a sample reads back', () => {
    const random = createRandom(`${seed}/float32`);
    for (let i = 0; i < rounds(1); i++) {
      const bits = Uint32Array.from({ length: 200_000 }, () => random.integer(0, 2 ** 32 - 1));
      // 7.038531e-26 alone is not enough where a reader rounds twice.
      bits[0] = 0x15ae43fd;
      const data = new Float32Array(bits.buffer).filter((x) => x - x === 0);
      let text = '';
      printLists('float32', [data.length], data, (piece) => (text += new TextDecoder().decode(piece)));
      expect(elements(text, 'float32')).toEqual(data);
    }
  });
});

describe('dtypes', () => {
  test.each<[DType, string, unknown]>([
    ['float32', '[0.1,1e-50,-0.0,3.4028235e38]', [Math.fround(0.1), 0, -0, Math.fround(3.4028235e38)]],
    ['float32', '[1e39]', null],
    ['float32', '[3.4028235677973366e38]', null],
    ['int32', '[1e2,-0,2147483647,-2147483648]', [100, 0, 2147483647, -2147483648]],
    ['int32', '[2147483648]', null],
    ['int32', '[1.5]', null],
    ['uint8', '[0,255]', [0, 255]],
    ['uint8', '[-1]', null],
    ['uint8', '[256]', null],
    ['bool', '[0,1,-0]', [0, 1, 0]],
    ['bool', '[2]', null],
    [
      'int64',
      '[9007199254740991,-9007199254740991,-0,-1,4294967296]',
      [2n ** 53n - 1n, 1n - 2n ** 53n, 0n, -1n, 2n ** 32n],
    ],
    ['int64', '[9007199254740992]', null],
    ['int64', '[0.5]', null],
  ])('%s from %s', (dtype, text, wanted) => {
    const data = elements(text, dtype);
    expect(data === null ? null : Array.from(data as ArrayLike<unknown>)).toEqual(wanted);
  });
});

describe('lists', () => {
  test.each<[string, readonly number[]]>([
    ['[1]', [1]],
    ['[[1,2],[3,4],[5,6]]', [3, 2]],
    ['[\n\t[ [1.5 ] , [ -2]\r\n] ]', [1, 2, 1]],
    [`${'['.repeat(64)}1${']'.repeat(64)}`, Array.from({ length: 64 }, () => 1)],
  ])('%j', (text, shape) => {
    const { list, end, count } = read(`${text} ,"more"`)!;
    expect([list.shape, end, count]).toEqual([shape, text.length, shape.reduce((n, d) => n * d, 1)]);
    expect(list.nested()).toEqual(JSON.parse(text));
  });

  test.each([
    ...'[] [[],[]] [[1],[]] [[1],[2,3]] [[1],2] [1,[2]] [[[1]],[2]] [1,] [,1] [1,,2] [[1],] [1'.split(' '),
    ...'[[1] [1}] [01] [-01] [00.5] [1.] [.5] [-] [--1] [+1] [1e] [1e+] [1.e5] [1.5.5] [1e5.5] [0x10] [1_0]'.split(' '),
    ...'[NaN] ["NaN"] [true] [null] [1,"2"] [{"a":1}] [1e400] [-1e309] [1e99999999999999] [1/2]'.split(' '),
    '[1 2]',
    '[1\u00a0]',
    '[1\u000b]',
    '[12345678901234567890.]',
    '[012345678901234567890]',
    '[1234567890123456.]',
    '[123456789012345.,1]',
    `${'['.repeat(65)}1${']'.repeat(65)}`,
  ])('%s is left to JSON.parse', (text) => {
    expect(read(text)).toBeNull();
  });

  test('every beginning of a list is left alone', () => {
    const text = '[[1.25e-3, -17.5], [12345678901234567890123.5e5, 0.1234567890123456789]]';
    for (let i = 1; i < text.length; i++) expect(read(text.slice(0, i))).toBeNull();
    expect(read(text)!.count).toBe(4);
  });

  test('more elements than there may be', () => {
    expect([read('[1,2,3]', 3)?.count, read('[1,2,3]', 2)]).toEqual([3, null]);
  });

  test('lists longer than the window, wherever it ends', () => {
    const random = createRandom(`${seed}/windows`);
    for (let i = 0; i < 3; i++) {
      const width = random.integer(1, 9);
      const rows = Array.from({ length: 3000 }, () =>
        Array.from({ length: width }, () => randomDecimal(random).slice(0, 40)),
      );
      const text = JSON.stringify(rows)
        .replaceAll('"', '')
        .replaceAll(/[eE.][-+]?(?=[,\]])|[eE][-+]?\d{4,}/g, '');
      const before = ' '.repeat(random.integer(0, 40));
      const wanted = JSON.parse(text) as number[][];
      const found = new ListReader(utf8.encode(before + text), 1e9).read(before.length)!;
      if (wanted.flat().every((x) => x - x === 0)) expect(found.list.nested()).toEqual(wanted);
      else expect(found).toBeNull();
    }
  });

  test('a number longer than the rest of a window is left to JSON.parse, or read as it is', () => {
    const text = `[${'1.5,'.repeat(16_200)}0.${'7'.repeat(5000)}]`;
    const found = read(text);
    if (found !== null) expect(found.list.nested()).toEqual(JSON.parse(text));
  });

  test('several lists of one body', () => {
    const body = utf8.encode(
      `{"a":[1,2],"b":[[3]],"c":${JSON.stringify(Array.from({ length: 40_000 }, (_, i) => i / 7))}}`,
    );
    const reader = new ListReader(body, 1e9);
    const at = [...new TextDecoder().decode(body).matchAll(/:\[/g)].map(({ index }) => index + 1);
    expect(at.map((start) => reader.read(start)!.count)).toEqual([2, 1, 40_000]);
    expect(reader.read(at[0])!.list.nested()).toEqual([1, 2]);
  });
});
