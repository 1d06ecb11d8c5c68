// Numbers on the wire: JSON has no NaN, no infinity and no int64, and still every number arrives as it left.

import { describe, expect, test } from 'vitest';
import type { WireTensor } from '../../engine/index.ts';
import { encode } from '../../engine/index.ts';
import { plain, refused, run } from '../engine/requests.ts';

const echo = (x: unknown, dtype?: 'float32' | 'float64'): ReturnType<typeof run> =>
  run({ program: 'y = x', inputs: { x: x as WireTensor }, outputs: ['y'], dtype });
const text = (x: unknown): string => new TextDecoder().decode(encode(echo(x).outputs));
const refusal = (x: unknown) => refused({ program: 'y = x', inputs: { x: x as WireTensor } });

describe('in', () => {
  test.each<[unknown, string, readonly number[], unknown]>([
    [3, 'float64', [], 3],
    [[1, 2], 'float64', [2], [1, 2]],
    [['NaN', 'Infinity', '-Infinity'], 'float64', [3], [NaN, Infinity, -Infinity]],
    [-0, 'float64', [], -0],
    [[true, false], 'bool', [2], [1, 0]],
    [true, 'bool', [], 1],
    [[true, 2], 'float64', [2], [1, 2]],
    [[], 'float64', [0], []],
    [[[], []], 'float64', [2, 0], [[], []]],
    [{ shape: [0, 3], data: [] }, 'float64', [0, 3], []],
    [{ data: 5 }, 'float64', [], 5],
    [{ dtype: 'int64', data: ['9223372036854775807', -5] }, 'int64', [2], [9223372036854775807n, -5n]],
    [
      { dtype: 'int32', shape: [2, 2], data: [1, 2, 3, 4] },
      'int32',
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [{ dtype: 'uint8', data: [0, 255] }, 'uint8', [2], [0, 255]],
    [{ dtype: 'float32', data: [0.1] }, 'float32', [1], [Math.fround(0.1)]],
    [{ dtype: 'float32', data: [1e-50] }, 'float32', [1], [0]],
    [{ dtype: 'bool', data: [1, false] }, 'bool', [2], [1, 0]],
    [{ dtype: 'float64', shape: [1], base64: 'AAAAAAAA8D8=' }, 'float64', [1], [1]],
    [{ dtype: 'float64', shape: [1], base64: 'AAAAAAAA+H8=' }, 'float64', [1], [NaN]],
  ])('%j', (x, dtype, shape, wanted) => {
    const { y } = echo(x).outputs;
    expect([y.dtype, y.shape, plain(y)]).toEqual([dtype, shape, wanted]);
  });

  test('bare numbers follow the default dtype of the request, described ones their own', () => {
    expect(echo([1], 'float32').outputs['y'].dtype).toBe('float32');
    expect(echo({ data: [1] }, 'float32').outputs['y'].dtype).toBe('float32');
    expect(echo({ dtype: 'float64', data: [1] }, 'float32').outputs['y'].dtype).toBe('float64');
  });

  test.each<[string, unknown, string, string]>([
    ['null is no number', [1, null], 'E_TENSOR_SHAPE', '/inputs/x/1'],
    ['nor is a word', ['nan'], 'E_TENSOR_SHAPE', '/inputs/x/0'],
    ['nor a number in a string', ['1.5'], 'E_TENSOR_SHAPE', '/inputs/x/0'],
    ['1e400 as JSON.parse reads it', JSON.parse('[1e400]'), 'E_NUMBER_OVERFLOW', '/inputs/x/0'],
    ['too large for float32', { dtype: 'float32', data: [1e39] }, 'E_NUMBER_OVERFLOW', '/inputs/x/data/0'],
    ['too large for uint8', { dtype: 'uint8', data: [256] }, 'E_NUMBER_OVERFLOW', '/inputs/x/data/0'],
    ['negative for uint8', { dtype: 'uint8', data: [-1] }, 'E_NUMBER_OVERFLOW', '/inputs/x/data/0'],
    ['too large for int64', { dtype: 'int64', data: ['9223372036854775808'] }, 'E_NUMBER_OVERFLOW', '/inputs/x/data/0'],
    ['an int64 that JSON rounds', { dtype: 'int64', data: [2 ** 60] }, 'E_NUMBER_OVERFLOW', '/inputs/x/data/0'],
    ['a fraction as an integer', { dtype: 'int32', data: [1.5] }, 'E_DTYPE', '/inputs/x/data/0'],
    ['NaN as an integer', { dtype: 'int32', data: ['NaN'] }, 'E_DTYPE', '/inputs/x/data/0'],
    ['2 as a bool', { dtype: 'bool', data: [2] }, 'E_DTYPE', '/inputs/x/data/0'],
    ['ragged lists', [[1, 2], [3]], 'E_TENSOR_SHAPE', '/inputs/x/1'],
    ['a number among lists', [[1], 2], 'E_TENSOR_SHAPE', '/inputs/x/1'],
    ['another shape than declared', { shape: [2], data: [1, 2, 3] }, 'E_TENSOR_SHAPE', '/inputs/x/data'],
    ['an unknown dtype', { dtype: 'float16', data: [1] }, 'E_DTYPE', '/inputs/x/dtype'],
    ['an unknown field', { datas: [1] }, 'E_TENSOR_SHAPE', '/inputs/x/datas'],
    [
      'base64 of another length',
      { dtype: 'float64', shape: [2], base64: 'AAAAAAAA8D8=' },
      'E_TENSOR_SHAPE',
      '/inputs/x/base64',
    ],
  ])('%s', (_what, x, code, pointer) => {
    const error = refusal(x);
    expect([error.code, error.issues[0].pointer]).toEqual([code, pointer]);
  });
});

describe('out', () => {
  test.each<[unknown, string]>([
    [['NaN', 'Infinity', '-Infinity', -0, 0], '["NaN","Infinity","-Infinity",-0.0,0]'],
    [[0.1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308], '[0.1,1e+21,1e-7,5e-324,1.7976931348623157e+308]'],
    [[0.1 + 0.2, 123456789.125], '[0.30000000000000004,123456789.125]'],
    [{ dtype: 'float32', data: [0.1, 16777217, 1e-45, -0, 3.4028234e38] }, '[0.1,16777216,1e-45,-0.0,3.4028235e+38]'],
    [
      { dtype: 'int64', data: ['9007199254740993', '-9007199254740993', 9007199254740991] },
      '["9007199254740993","-9007199254740993",9007199254740991]',
    ],
    [[true, false], '[true,false]'],
    [{ shape: [2, 0], data: [] }, '[[],[]]'],
    [{ shape: [0, 3], data: [] }, '[]'],
    [4, '4'],
  ])('%j is written %s', (x, written) => {
    expect(text(x)).toContain(`"data":${written}`);
    // Valid JSON, and what is read back is what was sent.
    const { y } = JSON.parse(text(x)) as { y: WireTensor };
    expect(echo(y).outputs).toEqual(echo(x).outputs);
  });

  test('every float64 and float32 reads back bit for bit', () => {
    let seed = 1;
    const bits = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0);
    const doubles = new Float64Array(new Uint32Array(Array.from({ length: 4000 }, bits)).buffer);
    const singles = new Float32Array(new Uint32Array(Array.from({ length: 4000 }, bits)).buffer);
    for (const [dtype, data] of [
      ['float64', doubles],
      ['float32', singles],
    ] as const) {
      const kept = data.filter((x) => x - x === 0);
      const { y } = JSON.parse(text({ dtype, shape: [kept.length], data: kept })) as { y: WireTensor };
      expect(echo(y).outputs['y'].data).toEqual(kept);
    }
  });

  test('base64 carries IEEE bits unchanged', () => {
    const x = ['NaN', 'Infinity', -0, 1e-310];
    const written = new TextDecoder().decode(encode(echo(x).outputs, 'base64'));
    const { y } = JSON.parse(written) as { y: WireTensor };
    expect(y).toMatchObject({ dtype: 'float64', shape: [4] });
    expect(echo(y).outputs).toEqual(echo(x).outputs);
  });
});
