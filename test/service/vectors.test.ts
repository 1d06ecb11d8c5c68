// Wider vectors: what is decided at the start, and that both ways of running the check's kernels agree.

import { setFlagsFromString } from 'node:v8';
import { afterEach, expect, test } from 'vitest';
import { checkPairs } from '../../engine/wasm/pair-check.ts';
import { decideVectors } from '../../src/vectors.ts';

afterEach(() => setFlagsFromString('--no-experimental-wasm-revectorize'));

test('switched off, vectors stay as they are', () => {
  expect(decideVectors('off')).toMatchObject({ wide: false, detail: 'REVECTORIZE is off', suspect: false });
});

test('on this engine no case is wrong, and why vectors are wide or not is told', () => {
  const { wide, suspect, detail } = decideVectors('auto');
  expect(suspect).toBe(false);
  expect(detail).toMatch(wide ? /^V8 \S+ joins pairs of vectors$/ : /AVX2|no wider vectors|too old/);
});

test('asking twice gives the same answer', () => {
  expect(decideVectors('auto')).toEqual(decideVectors('auto'));
});

test('kernels that no compiler has optimised agree, and are not joined', () => {
  const plain = { optimize() {}, codeBytes: () => 1000 };
  expect(checkPairs(plain, false)).toEqual({ joined: false });
  expect(checkPairs(plain, true)).toEqual({ joined: false });
});
