// Tensors that are none: ragged, mistyped, out of range, of absurd shapes, in base64 that is garbage.

import type { RequestCase } from './case.ts';

const given = (x: unknown, program = 'y = x'): object => ({ program, inputs: { x } });
const cases = (status: number, code: string | undefined, tensors: Readonly<Record<string, unknown>>) =>
  Object.entries(tensors).map(([name, x]): RequestCase => ({
    name,
    body: given(x),
    status,
    ...(code !== undefined && { code }),
  }));
const b64 = (bytes: number) => Buffer.alloc(bytes).toString('base64');
const many = <T>(value: T, n = 2000): T[] => Array.from({ length: n }, () => value);
const described = (fields: object) => ({ dtype: 'float64', shape: [2], ...fields });

export const tensors: readonly RequestCase[] = [
  ...cases(400, 'E_TENSOR_SHAPE', {
    'ragged rows': [[1, 2], [3]],
    'ragged depths': [1, [2]],
    'a ragged row behind many': [...many([1, 2]), [3]],
    'a ragged depth behind many': [...many([1]), 1],
    'a ragged row that is empty': [[1], []],
    'ragged rows without elements': [[[]], []],
    'null among numbers': [1, null],
    'null behind many': [...many(1), null],
    'an object among numbers': [1, {}],
    null: null,
    'a word': 'one',
    'an empty word': '',
    'a word among numbers': [1, 'two'],
    'a word behind many': [...many(1), 'two'],
    'a lone surrogate': ['\ud800'],
    'a number as a word': ['0x10'],
    'an empty object': {},
    'an object of the name __proto__': JSON.parse('{"__proto__": [1]}') as object,
    'an unknown field': described({ data: [1, 2], strides: [8] }),
    'data and base64': described({ data: [1, 2], base64: b64(16) }),
    'too few elements': described({ data: [1] }),
    'too many elements': described({ data: [1, 2, 3] }),
    'data of another shape': described({ shape: [2, 2], data: [[1, 2, 3, 4]] }),
    'a shape without data': described({}),
    'data that is null': described({ data: null }),
    'data that is an object': described({ data: {} }),
    'a shape that is a number': described({ shape: 2, data: [1, 2] }),
    'a shape that is null': described({ shape: null, data: [1, 2] }),
    'a negative size': described({ shape: [-2], data: [1, 2] }),
    'a fractional size': described({ shape: [1.5], data: [1, 2] }),
    'a size that is a word': described({ shape: ['2'], data: [1, 2] }),
    'a size that is NaN': described({ shape: ['NaN'], data: [1, 2] }),
    'two negative sizes': described({ shape: [-1, -2], data: [1, 2] }),
    'base64 of another length': described({ base64: b64(15) }),
    'base64 that is empty': described({ base64: '' }),
    'base64 that is garbage': described({ base64: '*'.repeat(24) }),
    'base64 with garbage behind much': described({ shape: [1000], base64: `${b64(8000).slice(0, -4)}*AA=` }),
    'base64 with a space': described({ base64: ` ${b64(16).slice(1)}` }),
    'base64 with a line break': described({ base64: `${b64(16).slice(0, 8)}\n${b64(16).slice(8)}` }),
    'base64 with padding in the middle': described({ base64: `AA==${b64(16).slice(4)}` }),
    'base64 that is a number': described({ base64: 1 }),
    'base64 that is null': described({ base64: null }),
    'a shape of a hundred axes': { shape: many(1, 100), data: [1] },
    'lists of a hundred axes': JSON.parse(`${'['.repeat(100)}1${']'.repeat(100)}`) as unknown,
    'base64 beyond ASCII': described({ base64: 'é'.repeat(24) }),
  }),
  ...cases(422, 'E_DTYPE', {
    'a dtype that there is not': described({ dtype: 'float128', data: [1, 2] }),
    'a dtype of the name __proto__': described({ dtype: '__proto__', data: [1, 2] }),
    'a dtype of the name constructor': described({ dtype: 'constructor', data: [1, 2] }),
    'a dtype that is null': described({ dtype: null, data: [1, 2] }),
    'a dtype that is a number': described({ dtype: 64, data: [1, 2] }),
    'a dtype that is a list': described({ dtype: ['float64'], data: [1, 2] }),
    'a fraction for an int64': described({ dtype: 'int64', data: [1.5, 2] }),
    'a number that is no boolean': described({ dtype: 'bool', data: [2, 0] }),
    'NaN for an int64': described({ dtype: 'int64', data: ['NaN', 2] }),
    'Infinity for an int32': described({ dtype: 'int32', data: ['Infinity', 2] }),
    'bytes that are no booleans': { dtype: 'bool', shape: [3], base64: 'AgMB' },
  }),
  ...cases(400, 'E_NUMBER_OVERFLOW', {
    'a number beyond int64': described({ dtype: 'int64', data: ['9223372036854775808', 2] }),
    'a number beyond int32': described({ dtype: 'int32', data: [2 ** 31, 2] }),
    'a negative uint8': described({ dtype: 'uint8', data: [-1, 2] }),
    'a number beyond uint8': described({ dtype: 'uint8', data: [256, 2] }),
    'a number beyond float32': described({ dtype: 'float32', data: [1e300, 2] }),
  }),
  ...cases(422, 'E_LIMIT', {
    'sizes that multiply to what fits, by overflow': described({ shape: [2 ** 53 - 1, 2 ** 53 - 1], data: [1, 2] }),
    'a tensor of 10^9 elements, of which none is there': { shape: [1e9], data: [] },
    'rows without elements, very many': { shape: [1e9, 0], data: [] },
  }),
  ...cases(200, undefined, {
    'NaN and the infinities': ['NaN', 'Infinity', '-Infinity'],
    'a shape of sixty axes': { shape: many(1, 60), data: [1] },
    'an int64 at its end': { dtype: 'int64', shape: [2], data: ['-9223372036854775808', '9223372036854775807'] },
    'no elements': { shape: [0, 5], data: [] },
    'base64 of no elements': { dtype: 'float64', shape: [0], base64: '' },
    'subnormal numbers': [5e-324, -5e-324],
  }),
];
