// What may stand in a posted graph, and that it is the same graph as the program that says the same.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest } from '../../engine/index.ts';
import { plain, run } from '../engine/requests.ts';
import type { AnyNode } from './graphs.ts';
import { graphOf, inputs, runNodes, valuesOf } from './graphs.ts';

const y = (op: string, given: readonly unknown[], attrs: object = {}): AnyNode => ({
  name: 'y',
  op,
  inputs: given,
  attrs,
});
const value = (node: AnyNode, more: ComputeRequest = {}): unknown =>
  (valuesOf([node], ['y'], more) as { y: unknown }).y;

describe('a graph and a program', () => {
  const same: readonly [string, readonly AnyNode[]][] = [
    [
      'y = x.T @ x * 2',
      [
        { name: 'xt', op: 'matrix_transpose', inputs: ['x'] },
        { name: 'g', op: 'matmul', inputs: ['xt', 'x'] },
        { name: 'y', op: 'multiply', inputs: ['g', 2] },
      ],
    ],
    ['y = x + 0.5', [y('add', ['x', 0.5])]],
    ['y = jnp.sum(x, axis=0, keepdims=True)', [y('sum', ['x'], { axis: 0, keepdims: true })]],
    ['y = x[1, ::2]', [y('getitem', ['x'], { index: [1, { slice: [null, null, 2] }] })]],
    ['y = jnp.where(x > 2, x, 0)', [{ name: 'c', op: 'greater', inputs: ['x', 2] }, y('where', ['c', 'x', 0])]],
    ['y = jnp.concatenate([x, x], axis=1)', [y('concat', ['x', 'x'], { axis: 1 })]],
  ];
  test.each(same)('%s', (program, nodes) => {
    const posted = runNodes(nodes, ['y']);
    const written = run({ inputs, program });
    expect(posted.graph_id).toBe(written.graph_id);
    expect(plain(posted.outputs['y'])).toEqual(plain(written.outputs['y']));
  });
});

describe('an input of a node', () => {
  test('is a number that takes the dtype of what it meets', () => {
    const whole = {
      ...inputs,
      n: { dtype: 'int64' as const, data: [1, 2] },
      f: { dtype: 'float32' as const, data: [1, 2] },
    };
    const dtype = (of: string, by: number): string =>
      runNodes([y('multiply', [of, by])], ['y'], { inputs: whole }).outputs['y'].dtype;
    expect([dtype('n', 2), dtype('f', 2), dtype('f', 0.5), dtype('n', 0.5), dtype('f', 1e300)]).toEqual([
      'int64',
      'float32',
      'float32',
      'float64',
      'float32',
    ]);
  });
  test('is a boolean', () => {
    expect(value(y('where', [true, 'v', 0]))).toEqual([1, 2]);
  });
  test('is one of the numbers JSON cannot write, unless a value has that name', () => {
    expect(value(y('add', ['v', 'NaN']))).toEqual([NaN, NaN]);
    expect(value(y('multiply', ['v', '-Infinity']))).toEqual([-Infinity, -Infinity]);
    expect(value(y('add', ['v', 'NaN']), { inputs: { ...inputs, NaN: 1 } })).toEqual([2, 3]);
  });
  test('keeps the sign of zero', () => {
    expect(value(y('divide', [1, -0]))).toBe(-Infinity);
  });
  test('is a tensor in any of its forms', () => {
    expect(value(y('add', ['v', [10, 'Infinity']]))).toEqual([11, Infinity]);
    expect(value(y('add', ['v', { dtype: 'float64', shape: [2], data: [1, 1] }]))).toEqual([2, 3]);
    expect(value(y('add', ['v', { dtype: 'float64', shape: [1], base64: 'AAAAAAAA8D8=' }]))).toEqual([2, 3]);
    expect(
      runNodes([y('add', ['v', [1, 2]])], ['y'], {
        inputs: { v: { dtype: 'float32', data: [1, 2] } },
        dtype: 'float32',
      }).outputs['y'].dtype,
    ).toBe('float32');
  });
  test('is a list of whole numbers where it is an index', () => {
    expect(value(y('take', ['v', [1, 0, 1]], { axis: 0 }))).toEqual([2, 1, 2]);
    expect(value(y('getitem', ['x', [1, 0]], { index: [{ array: 1 }, 0] }))).toEqual([4, 1]);
  });
  test('is null where an optional operand is left out', () => {
    expect(value(y('sum', ['v', null]))).toBe(3);
    expect(value(y('sum', ['v'], { where: null }))).toBe(3);
  });
  test('stands among the attributes under its name', () => {
    expect(value(y('sum', ['x'], { where: [[true], [false]] }))).toBe(6);
    expect(valuesOf([{ name: 'c', op: 'greater', inputs: ['v', 1] }, y('sum', ['v'], { where: 'c' })], ['y'])).toEqual({
      y: 2,
    });
    expect(value({ name: 'y', op: 'add', attrs: { x: 'v', y: 1 } })).toEqual([2, 3]);
  });
  test('fills a list together with the others, or as a list of names', () => {
    const wanted = [1, 2, 1, 2, 9];
    expect(value(y('concat', ['v', 'v', [9]]))).toEqual(wanted);
    expect(value(y('concat', [['v', 'v', [9]]]))).toEqual(wanted);
    expect(value(y('concat', [], { arrays: ['v', 'v', [9]] }))).toEqual(wanted);
  });
});

describe('results', () => {
  test('of a node with several are named one by one', () => {
    expect(valuesOf([{ op: 'unstack', inputs: ['x'], outputs: ['a', 'b'] }], ['b', 'a'])).toEqual({
      a: [1, 2, 3],
      b: [4, 5, 6],
    });
    expect(valuesOf([{ name: 'rows', op: 'unstack', inputs: ['x'], outputs: ['a', 'b'] }], ['a'])).toEqual({
      a: [1, 2, 3],
    });
  });
  test('may be inputs', () => {
    expect(valuesOf([], ['v'])).toEqual({ v: [1, 2] });
  });
  test('are those that no node uses, when no outputs are named', () => {
    const nodes = [
      { name: 'b', op: 'exp', inputs: ['a'] },
      { name: 'a', op: 'negative', inputs: ['v'] },
      { name: 'c', op: 'negative', inputs: ['a'] },
    ];
    expect(Object.keys(runNodes(nodes).outputs)).toEqual(['b', 'c']);
  });
  test('can be differentiated by name', () => {
    const nodes = [
      { name: 'h', op: 'multiply', inputs: ['v', 'v'] },
      { name: 'loss', op: 'sum', inputs: ['h'] },
    ];
    const { gradients } = runNodes(nodes, ['loss'], { gradients: [{ of: 'loss', wrt: ['v', 'h'] }] });
    expect([plain(gradients[0].wrt['v']), plain(gradients[0].wrt['h'])]).toEqual([
      [2, 4],
      [1, 1],
    ]);
  });
});

describe('nodes in another order', () => {
  const nodes: AnyNode[] = [
    { name: 'a', op: 'sin', inputs: ['v'] },
    { name: 'b', op: 'exp', inputs: ['a'] },
    { name: 'c', op: 'multiply', inputs: ['a', 'b'] },
    { name: 'd', op: 'add', inputs: ['c', 'a'] },
    { name: 'y', op: 'sum', inputs: ['d'] },
  ];
  test('are the same graph and give the same bits', () => {
    const answer = (list: readonly AnyNode[]): unknown => {
      const r = run({ inputs, graph: graphOf(list, ['y']), gradients: [{ of: 'y', wrt: ['v'] }] });
      return [r.graph_id, plain(r.outputs['y']), plain(r.gradients[0].wrt['v'])];
    };
    const wanted = answer(nodes);
    for (let shift = 0; shift < nodes.length; shift++) {
      const turned = [...nodes.slice(shift), ...nodes.slice(0, shift)];
      expect(answer(turned)).toEqual(wanted);
      expect(answer([...turned].reverse())).toEqual(wanted);
    }
  });
});
