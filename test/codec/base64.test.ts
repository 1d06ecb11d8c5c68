// Base64 as RFC 4648 has it, strictly, held against Node's. COTANGENT_SEED picks other bytes.

import { expect, test } from 'vitest';
import { plainStringEnd, printBase64, readBase64 } from '../../engine/codec/codec.ts';
import { createRandom } from '../calculus/random.ts';
import { seed } from '../effort.ts';

const random = createRandom(`${seed}/base64`);
const utf8 = new TextEncoder();

function print(data: Uint8Array): string {
  let text = '';
  printBase64(data, (piece) => (text += new TextDecoder().decode(piece)));
  return text;
}

test(`there and back, every length to 100 and some beyond the window, seed ${seed}`, () => {
  for (const n of [...Array(100).keys(), 49_150, 49_151, 49_152, 49_153, 98_304, 200_001]) {
    const bytes = Uint8Array.from({ length: n }, () => random.integer(0, 255));
    const text = Buffer.from(bytes).toString('base64');
    expect(print(bytes)).toBe(text);
    expect(readBase64(utf8.encode(text))).toEqual(bytes);
  }
});

test.each(['A', 'AA', 'AAA', 'A===', '====', '=', 'AA=A', 'AAA=AAAA', 'AA==AA==', 'AA A', 'AA\nA', 'AA-_', 'AAAé'])(
  '%j is not base64',
  (text) => {
    expect(readBase64(utf8.encode(text))).toBeNull();
  },
);

test('bits behind the last byte are dropped, as atob does', () => {
  expect(readBase64(utf8.encode('AB=='))).toEqual(Uint8Array.of(0));
  expect(readBase64(utf8.encode('//9='))).toEqual(Uint8Array.of(255, 255));
});

test('every byte at every place of a group', () => {
  for (let byte = 0; byte < 256; byte++) {
    for (const length of [4, 16, 20, 32]) {
      for (let at = 0; at < length; at++) {
        const text = new Uint8Array(length).fill('Q'.charCodeAt(0));
        text[at] = byte;
        const wanted =
          /[A-Za-z0-9+/]/.test(String.fromCharCode(byte)) || (byte === '='.charCodeAt(0) && at === length - 1);
        if ((readBase64(text) !== null) !== wanted) expect.fail(`byte ${byte} at ${at} of ${length}`);
      }
    }
  }
});

test('where a plain string ends, and that others are none', () => {
  for (const length of [0, 1, 15, 16, 17, 31, 65_535, 65_536, 65_537, 200_000]) {
    const text = Uint8Array.from({ length: length + 40 }, (_, i) => 0x20 + ((i * 7) % 0x60)).map((byte) =>
      byte === 0x22 || byte === 0x5c ? 0x41 : byte,
    );
    expect(plainStringEnd(text, 3)).toBeNull();
    for (const [byte, plain] of [
      [0x22, true],
      [0x5c, false],
      [0x00, false],
      [0x1f, false],
      [0x80, false],
      [0xff, false],
    ] as const) {
      const body = text.slice();
      body[3 + length] = byte;
      body[4 + length] = 0x22;
      expect(plainStringEnd(body, 3)).toBe(plain ? 3 + length : null);
    }
  }
});
