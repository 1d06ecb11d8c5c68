// Functions of posted graphs: loops, branches, transforms and rules that nodes name.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest, GraphSpec } from '../../engine/index.ts';
import { compute } from '../../engine/index.ts';
import { EngineError } from '../../engine/errors.ts';
import { context } from '../oracle/context.ts';

type Functions = NonNullable<GraphSpec['functions']>;
type Node = GraphSpec['nodes'][number];

const functions: Functions = {
  step: {
    inputs: [{ name: 'c' }, { name: 'x' }],
    nodes: [{ name: 'next', op: 'multiply', inputs: ['c', 'x'] }],
    outputs: ['next', 'c'],
  },
  small: { inputs: [{ name: 'x' }], nodes: [{ name: 'r', op: 'less', inputs: ['x', 50] }] },
  squared: { inputs: [{ name: 'x' }], nodes: [{ name: 'r', op: 'multiply', inputs: ['x', 'x'] }] },
  sine: { inputs: [{ name: 'x' }], nodes: [{ name: 'r', op: 'sin', inputs: ['x'] }] },
  total: {
    inputs: [{ name: 'x' }],
    nodes: [
      { name: 's', op: 'multiply', inputs: ['x', 'x'] },
      { name: 'r', op: 'sum', inputs: ['s'] },
    ],
    outputs: ['r'],
  },
  turn: {
    inputs: [{ name: 'i' }, { name: 'x' }],
    nodes: [{ name: 'r', op: 'add', inputs: ['x', 'i'] }],
  },
  twice: {
    inputs: [{ name: 'r' }, { name: 'ct' }],
    nodes: [
      { name: 'c', op: 'multiply', inputs: ['r', 'ct'] },
      { name: 'd', op: 'multiply', inputs: ['c', 2] },
    ],
    outputs: ['d'],
  },
  kept: { inputs: [{ name: 'x' }], nodes: [{ name: 'r', op: 'multiply', inputs: ['x', 'x'] }], outputs: ['r', 'x'] },
  endless: { inputs: [{ name: 'x' }], nodes: [{ name: 'r', op: 'map', inputs: ['x'], attrs: { f: 'endless' } }] },
};

const ask = (node: Node, inputs: ComputeRequest['inputs'], wrt: readonly string[] = []): ComputeRequest => {
  const outputs = node.outputs ?? ['y'];
  return {
    graph: { nodes: [{ ...node, outputs }], outputs, functions },
    inputs,
    gradients: wrt.length === 0 ? [] : [{ of: outputs[0], wrt }],
  };
};

describe('nodes that name functions', () => {
  test.each<[string, Node, NonNullable<ComputeRequest['inputs']>, readonly number[][], readonly number[][]]>([
    [
      'scan',
      { op: 'scan', inputs: [['c'], ['xs']], attrs: { body: 'step' }, outputs: ['y', 'ys'] },
      { c: 2, xs: [1, 2, 3] },
      [[12], [2, 2, 4]],
      [[6], [12, 6, 4]],
    ],
    [
      'while_loop',
      { op: 'while_loop', inputs: ['x'], attrs: { cond_fun: 'small', body_fun: 'squared' } },
      { x: 2 },
      [[256]],
      [[1024]],
    ],
    ['fori_loop', { op: 'fori_loop', inputs: [0, 4, 'x'], attrs: { body_fun: 'turn' } }, { x: 1 }, [[7]], [[1]]],
    [
      'map',
      { op: 'map', inputs: ['x'], attrs: { f: 'total' } },
      {
        x: [
          [1, 2],
          [3, 4],
        ],
      },
      [[5, 25]],
      [[2, 4, 6, 8]],
    ],
    [
      'switch',
      { op: 'switch', inputs: [{ dtype: 'int64', shape: [], data: 1 }, 'x'], attrs: { branches: ['sine', 'squared'] } },
      { x: 3 },
      [[9]],
      [[6]],
    ],
    ['grad', { op: 'grad', inputs: [['x']], attrs: { fun: 'total' } }, { x: [1, 2] }, [[2, 4]], [[2, 2]]],
    [
      'value_and_grad',
      { op: 'value_and_grad', inputs: [['x']], attrs: { fun: 'total' }, outputs: ['y', 'g'] },
      { x: [1, 2] },
      [[5], [2, 4]],
      [[2, 4]],
    ],
    ['jacfwd', { op: 'jacfwd', inputs: [['x']], attrs: { fun: 'squared' } }, { x: [1, 2] }, [[2, 0, 0, 4]], [[2, 2]]],
    ['jacrev', { op: 'jacrev', inputs: [['x']], attrs: { fun: 'squared' } }, { x: [1, 2] }, [[2, 0, 0, 4]], [[2, 2]]],
    ['hessian', { op: 'hessian', inputs: [['x']], attrs: { fun: 'total' } }, { x: [1, 2] }, [[2, 0, 0, 2]], [[0, 0]]],
    [
      'vmap',
      { op: 'vmap', inputs: [['x']], attrs: { fun: 'total', in_axes: 1 } },
      {
        x: [
          [1, 2],
          [3, 4],
        ],
      },
      [[10, 20]],
      [[2, 4, 6, 8]],
    ],
    [
      'jvp',
      { op: 'jvp', inputs: [['x'], ['t']], attrs: { fun: 'total' }, outputs: ['y', 'dy'] },
      { x: [1, 2], t: [1, 1] },
      [[5], [6]],
      [[2, 4]],
    ],
    [
      'vjp',
      { op: 'vjp', inputs: [['x'], ['ct']], attrs: { fun: 'total' }, outputs: ['y', 'dx'] },
      { x: [1, 2], ct: 3 },
      [[5], [6, 12]],
      [[2, 4]],
    ],
    [
      'custom_vjp',
      { op: 'custom_vjp', inputs: ['x'], attrs: { fun: 'squared', fwd: 'kept', bwd: 'twice' } },
      { x: 3 },
      [[9]],
      [[6]],
    ],
    [
      'custom_jvp',
      { op: 'custom_jvp', inputs: ['x'], attrs: { fun: 'squared', rule: 'twice' } },
      { x: 3 },
      [[9]],
      [[6]],
    ],
  ])('%s', (_name, node, inputs, outputs, gradients) => {
    const wrt = Object.keys(inputs).filter((name) => name !== 't' && name !== 'ct');
    const answer = compute(ask(node, inputs, wrt), context);
    expect(Object.values(answer.outputs).map((t) => Array.from(t.data, Number))).toEqual(outputs);
    expect(Object.values(answer.gradients[0].wrt).map((t) => Array.from(t.data, Number))).toEqual(gradients);
  });
});

describe('mistakes', () => {
  test.each<[string, Node, string, RegExp, string]>([
    [
      'no such function',
      { op: 'map', inputs: ['x'], attrs: { f: 'totl' } },
      'E_NAME_UNKNOWN',
      /Did you mean "total"/,
      '/graph/nodes/0/attrs/f',
    ],
    [
      'no name',
      { op: 'map', inputs: ['x'], attrs: { f: 3 } },
      'E_ATTRIBUTE',
      /name of a function/,
      '/graph/nodes/0/attrs/f',
    ],
    [
      'without end',
      { op: 'map', inputs: ['x'], attrs: { f: 'endless' } },
      'E_GRAPH_CYCLE',
      /calls itself/,
      '/graph/functions/endless',
    ],
    [
      'too many inputs',
      { op: 'map', inputs: ['x'], attrs: { f: 'step' } },
      'E_OP_ARITY',
      /has 2 inputs/,
      '/graph/functions/step/inputs',
    ],
    [
      'a rule of other types',
      { op: 'custom_jvp', inputs: ['x'], attrs: { fun: 'squared', rule: 'step' } },
      'E_COTANGENT',
      /tangents of types float64\[1,2\]/,
      '/graph/nodes/0',
    ],
  ])('%s', (_name, node, code, message, pointer) => {
    let error: unknown;
    try {
      compute(ask(node, { x: [[1, 2]] }), context);
    } catch (e) {
      error = e;
    }
    if (!(error instanceof EngineError)) throw new Error('nothing was refused', { cause: error });
    expect([error.code, error.issues[0].pointer]).toEqual([code, pointer]);
    expect(error.issues[0].message).toMatch(message);
  });
});
