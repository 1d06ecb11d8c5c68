// Binding of arguments: what each kind of parameter takes, and what a wrong argument is told.

import { describe, expect, test } from 'vitest';
import type { BindOptions } from '../../engine/bind.ts';
import { bindArguments, coerceAttribute, dtypeNamed, show } from '../../engine/bind.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Op, Param } from '../../engine/op.ts';
import { closest, nearest } from '../../engine/suggest.ts';

const options: BindOptions = { defaultFloat: 'float64' };
const typed: BindOptions = { ...options, typedNumbers: true };

const op = (params: readonly Param[], name = 'f'): Op => ({
  name,
  family: 'test',
  doc: { text: '' },
  params,
  differentiable: 'no',
  samples: [],
  call: () => [],
});
const sum = op(
  [
    { name: 'x', kind: 'tensor' },
    { name: 'axis', kind: 'axes', default: null },
    { name: 'keepdims', kind: 'bool', default: false, keyword: true },
    { name: 'where', kind: 'tensor', default: null, keyword: true },
  ],
  'sum',
);

const bind = (
  f: Op,
  positional: readonly unknown[],
  keywords: Readonly<Record<string, unknown>> = {},
  how: BindOptions = options,
): unknown => bindArguments(f, positional, new Map(Object.entries(keywords)), how);

function complaint(body: () => unknown): { code: string; message: string; hint?: string } {
  try {
    body();
  } catch (error) {
    if (error instanceof EngineError) return { code: error.code, ...error.issues[0] };
    throw error;
  }
  throw new Error('nothing was wrong');
}
const message = (body: () => unknown): string => complaint(body).message;

describe('arguments', () => {
  test('stand by position or by name, absent ones at their default', () => {
    expect(bind(sum, [1, [0, 1]])).toEqual({ x: 1, axis: [0, 1], keepdims: false, where: null });
    expect(bind(sum, [1], { keepdims: true, axis: 0 })).toEqual({ x: 1, axis: 0, keepdims: true, where: null });
  });
  test('go by the names that jax.numpy has for the operands', () => {
    expect(bind(sum, [], { a: 2 })).toMatchObject({ x: 2 });
    const add = op([
      { name: 'x', kind: 'tensor' },
      { name: 'y', kind: 'tensor' },
    ]);
    expect(bind(add, [], { x2: 2, x1: 1 })).toEqual({ x: 1, y: 2 });
  });
  test('a list parameter that comes last takes what is left', () => {
    const einsum = op([
      { name: 'subscripts', kind: 'string' },
      { name: 'operands', kind: 'tensors' },
    ]);
    expect(bind(einsum, ['ij,jk', 1, 2])).toEqual({ subscripts: 'ij,jk', operands: [1, 2] });
    expect(bind(einsum, ['i', [1]])).toEqual({ subscripts: 'i', operands: [1] });
    const concat = op([
      { name: 'arrays', kind: 'tensors' },
      { name: 'axis', kind: 'axis', default: 0 },
    ]);
    expect(message(() => bind(concat, [1, 2]))).toBe('f: arrays must be a list of arrays, and is 1.');
  });
  test('that are missing, too many, unknown or given twice are told with the signature', () => {
    expect(complaint(() => bind(sum, []))).toEqual({
      code: 'E_OP_ARITY',
      message: 'sum needs x.',
      hint: 'Its signature is sum(x, axis=None, *, keepdims=False, where=None).',
    });
    expect(message(() => bind(sum, [1, 2, 3]))).toBe('sum takes 2 arguments by position and is given 3.');
    expect(message(() => bind(sum, [1], { x: 2 }))).toBe('sum is given x twice.');
    expect(complaint(() => bind(sum, [1], { axs: 0 }))).toMatchObject({
      code: 'E_ATTRIBUTE',
      message: 'sum has no parameter "axs". Did you mean "axis"?',
    });
    expect(message(() => bind(sum, [1], { dim: 0 }))).toBe('sum has no parameter "dim". Did you mean "axis"?');
    expect(message(() => bind(sum, [1], { constructor: 0 }))).toBe('sum has no parameter "constructor".');
    expect(message(() => bind(sum, ['rows']))).toBe('sum: x must be an array or a number, and is "rows".');
  });
  test('an operand of a front end of its own is made by it', () => {
    const operand = (given: unknown): bigint | undefined => (typeof given === 'string' ? BigInt(given) : undefined);
    expect(bind(sum, ['7'], {}, { ...options, operand })).toMatchObject({ x: 7n });
  });
});

describe('attributes', () => {
  const as = (kind: Param['kind'], given: unknown, more: Partial<Param> = {}, how = options): unknown =>
    coerceAttribute({ name: 'f' }, { name: 'p', kind, ...more }, given, how);
  test('may go by the word of another library', () => {
    const words = new Map([['none', false]]);
    expect(as('bool', 'none', { words })).toBe(false);
    expect(message(() => as('bool', 'nine', { words }))).toBe('f: p must be true or false, and is "nine".');
  });
  const cases: readonly [Param['kind'], unknown, unknown][] = [
    ['int', 3, 3],
    ['int', 3n, 3],
    ['axis', null, null],
    ['axis', -1, -1],
    ['axes', [0n, 1], [0, 1]],
    ['ints', 2, [2]],
    ['shape', [2, 3n], [2, 3]],
    ['shape', [], []],
    ['float', 1n, 1],
    ['float', '-Infinity', -Infinity],
    ['bool', true, true],
    ['string', 'x', 'x'],
    ['dtype', 'float', 'float64'],
    ['dtype', '<f4', 'float32'],
    ['index', 1, [1]],
    ['index', [null, '...', { slice: [1] }, { array: 0 }], [null, '...', { slice: [1, null, null] }, { array: 0 }]],
    ['any', [1n, ['a', null]], [1, ['a', null]]],
    ['any', null, null],
  ];
  test.each(cases)('%s takes %o', (kind, given, wanted) => {
    expect(as(kind, given)).toEqual(wanted);
  });
  const wrong: readonly [Param['kind'], unknown, string][] = [
    ['int', 1.5, 'f: p must be an integer, and is 1.5.'],
    ['int', true, 'f: p must be an integer, and is true.'],
    ['int', Infinity, 'f: p must be an integer, and is Infinity.'],
    ['int', null, 'f: p must be an integer, and is null.'],
    ['int', 2n ** 60n, 'f: p must be an integer, and is 1152921504606846976.'],
    ['axes', 'rows', 'f: p must be an integer, a tuple of integers or null, and is "rows".'],
    ['axes', [0, 'x'], 'f: p must be an integer, a tuple of integers or null, and is [0, "x"].'],
    ['shape', [1.5], 'f: p must be a shape, a list of integers, and is [1.5].'],
    ['float', true, 'f: p must be a number, and is true.'],
    ['bool', 0, 'f: p must be true or false, and is 0.'],
    ['string', 1, 'f: p must be a string, and is 1.'],
    ['dtype', 'flaot32', 'f: p must be a dtype, and is "flaot32".'],
    ['index', { slice: [1, 2, 3, 4] }, 'f: p must be an index, and is an object with "slice".'],
    ['index', [{ array: -1 }], 'f: p must be an index, and is [{...}].'],
  ];
  test.each(wrong)('%s refuses %s', (kind, given, text) => {
    expect(message(() => as(kind, given))).toBe(text);
  });
  test('an enum tells its values and the nearest', () => {
    expect(message(() => as('enum', 'refelct', { values: ['constant', 'edge', 'reflect'] }))).toBe(
      'f: p must be one of "constant", "edge", "reflect", and is "refelct". Did you mean "reflect"?',
    );
  });
  test('null is told where it may stand', () => {
    expect(as('int', null, { default: null })).toBe(null);
    expect(message(() => as('int', 'x', { default: null }))).toBe('f: p must be an integer or null, and is "x".');
  });
  test('with typed numbers 2.0 is no integer', () => {
    expect(as('axis', 2n, {}, typed)).toBe(2);
    expect(message(() => as('axis', 2, {}, typed))).toBe('f: p must be an integer or null, and is 2.');
    expect(as('float', 2, {}, typed)).toBe(2);
  });
  test('an object off the wire is never taken for a tensor or a graph of ours', () => {
    const wire = { ...options, wire: true };
    const text = 'f: p must be plain data: numbers, strings and lists of them, and is an object with "tensor".';
    expect(message(() => as('any', { tensor: 1 }, {}, wire))).toBe(text);
    expect(as('any', { tensor: 1 })).toEqual({ tensor: 1 });
  });
  test('a list nested beyond any tensor is refused, not followed', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(message(() => as('any', deep))).toContain('must be plain data');
    expect(show(deep)).toBe('[[[[...]]]]');
  });
});

describe('suggestions', () => {
  test('one mistake of any kind is found', () => {
    for (const typo of ['tahn', 'tanhh', 'tnh', 'tamh', 'TANH'])
      expect(closest(typo, ['sin', 'tanh', 'exp'])[0]).toBe('tanh');
  });
  test('the nearest come first, and far ones not at all', () => {
    expect(closest('sotfmax', ['softplus', 'softmax', 'max'])).toEqual(['softmax']);
    expect(closest('weigth1', ['weight2', 'weight1'])).toEqual(['weight1']);
    expect(nearest('zebra', ['sin', 'cos'])).toBe(undefined);
    expect(nearest('ab', ['abc', 'abd'])).toBe('Did you mean "abc" or "abd"?');
  });
  test('one letter is another name, not a mistyped one', () => {
    expect(closest('x', ['y', 'z'])).toEqual([]);
    expect(closest('X', ['x'])).toEqual(['x']);
  });
});

test('dtypes go by their names in Python, NumPy and here', () => {
  expect(['float', 'f8', 'int_', '?', 'double'].map((name) => dtypeNamed(name, 'float32'))).toEqual([
    'float32',
    'float64',
    'int64',
    'bool',
    'float64',
  ]);
  expect(dtypeNamed('toString', 'float64')).toBe(undefined);
});
