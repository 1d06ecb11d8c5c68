// Every mistake a posted graph can hold: its code, the JSON Pointer to it, and the words.

import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../engine/index.ts';
import { refused } from '../engine/requests.ts';
import type { AnyNode } from './graphs.ts';
import { inputs, refusalOf } from './graphs.ts';

type Case = readonly [what: string, nodes: readonly AnyNode[], code: ErrorCode, pointer: string, message: string];

const exp = (name: string, of: unknown): AnyNode => ({ name, op: 'exp', inputs: [of] });
const y = (op: string, given: readonly unknown[], attrs?: unknown): AnyNode => ({
  name: 'y',
  op,
  inputs: given,
  ...(attrs === undefined ? {} : { attrs }),
});

const cases: readonly Case[] = [
  [
    'an op that is misspelt',
    [exp('a', 'x'), { name: 'h', op: 'tahn', inputs: ['a'] }],
    'E_OP_UNKNOWN',
    '/graph/nodes/1/op',
    'Node "h" uses op "tahn", and there is no such op. Did you mean "tanh"?',
  ],
  [
    'an op under the prefix of a library',
    [y('jnp.exp', ['x'])],
    'E_OP_UNKNOWN',
    '/graph/nodes/0/op',
    'Node "y" uses op "jnp.exp", and there is no such op. Did you mean "exp"?',
  ],
  [
    'an op of the engine that is not for users',
    [y('constant', [], { value: 1 })],
    'E_OP_UNKNOWN',
    '/graph/nodes/0/op',
    'Node "y" uses op "constant", and there is no such op.',
  ],
  [
    'a value that is misspelt',
    [exp('hidden', 'x'), exp('y', 'hiden')],
    'E_NAME_UNKNOWN',
    '/graph/nodes/1/inputs/0',
    'Node "y" uses "hiden", and there is no value of that name. Did you mean "hidden"?',
  ],
  [
    'a value that an attribute names',
    [y('sum', ['x'], { where: 'mask' })],
    'E_NAME_UNKNOWN',
    '/graph/nodes/0/attrs/where',
    'Node "y" uses "mask", and there is no value of that name.',
  ],
  [
    'two nodes of one name',
    [exp('y', 'x'), exp('y', 'x')],
    'E_GRAPH_NAME',
    '/graph/nodes/1/name',
    'Node 1 (exp) is to define "y", and node 0 (exp) has that name already.',
  ],
  [
    'two results of one name',
    [{ op: 'unstack', inputs: ['x'], outputs: ['a', 'a'] }],
    'E_GRAPH_NAME',
    '/graph/nodes/0/outputs/1',
    'Node 0 (unstack) is to define "a", and node 0 (unstack) has that name already.',
  ],
  [
    'a node with the name of an input',
    [exp('x', 'v')],
    'E_GRAPH_NAME',
    '/graph/nodes/0/name',
    'Node 0 (exp) is to define "x", and an input has that name already.',
  ],
  [
    'a circle',
    [exp('c', 'b'), exp('a', 'c'), exp('b', 'a')],
    'E_GRAPH_CYCLE',
    '/graph/nodes/0',
    'Nodes depend on each other in a circle: c → b → a → c.',
  ],
  [
    'a node that uses itself',
    [{ name: 'y', op: 'add', inputs: ['x', 'y'] }],
    'E_GRAPH_CYCLE',
    '/graph/nodes/0',
    'Node "y" uses its own result: y → y.',
  ],
  [
    'an input too few',
    [y('add', ['x'])],
    'E_OP_ARITY',
    '/graph/nodes/0/inputs',
    'Node "y": add needs y, and is given 1 input.',
  ],
  [
    'no inputs at all',
    [{ name: 'y', op: 'exp' }],
    'E_OP_ARITY',
    '/graph/nodes/0',
    'Node "y": exp needs x, and is given 0 inputs.',
  ],
  [
    'an input too many',
    [y('add', ['x', 'x', 'x'])],
    'E_OP_ARITY',
    '/graph/nodes/0/inputs',
    'Node "y": add takes 2 inputs (x, y), and is given 3 inputs.',
  ],
  [
    'null for an operand that must be given',
    [y('add', ['x', null])],
    'E_OP_ARITY',
    '/graph/nodes/0/inputs/1',
    'Node "y": y must be given, and is null.',
  ],
  [
    'an operand as an input and as an attribute',
    [y('add', ['x', 1], { y: 2 })],
    'E_OP_ARITY',
    '/graph/nodes/0/attrs/y',
    'add is given y twice.',
  ],
  [
    'an attribute that is misspelt',
    [y('sum', ['x'], { axes: 0, keepdim: true })],
    'E_ATTRIBUTE',
    '/graph/nodes/0/attrs/axes',
    'sum has no parameter "axes". Did you mean "axis"?',
  ],
  [
    'an attribute of another kind',
    [y('sum', ['x'], { axis: 'rows' })],
    'E_ATTRIBUTE',
    '/graph/nodes/0/attrs/axis',
    'sum: axis must be an integer, a tuple of integers or null, and is "rows".',
  ],
  [
    'a required attribute that is missing',
    [y('reshape', ['x'])],
    'E_OP_ARITY',
    '/graph/nodes/0',
    '"y" (reshape): reshape needs shape. Here x is "x" (float64[2,3]).',
  ],
  [
    'a dtype there is none of',
    [y('astype', ['x'], { dtype: 'flaot32' })],
    'E_ATTRIBUTE',
    '/graph/nodes/0/attrs/dtype',
    'astype: dtype must be a dtype, and is "flaot32".',
  ],
  [
    'shapes that do not broadcast',
    [y('add', ['x', 'v'])],
    'E_SHAPE_MISMATCH',
    '/graph/nodes/0',
    '"y" (add): The shapes do not broadcast: x (2, 3), y (2,): axis -1 has 3 and 2. Here x is "x" (float64[2,3]) and y is "v" (float64[2]).',
  ],
  [
    'an axis out of range',
    [y('sum', ['x'], { axis: 2 })],
    'E_AXIS',
    '/graph/nodes/0',
    '"y" (sum): axis 2 is out of range: an array of 2 axes takes -2 to 1. Here x is "x" (float64[2,3]).',
  ],
  [
    'a constant that is ragged',
    [y('add', ['x', [[1, 2], [3]]])],
    'E_TENSOR_SHAPE',
    '/graph/nodes/0/inputs/1/1',
    'The lists do not make a rectangular array: this list has 1 elements, the first one 2.',
  ],
  [
    'a number that is text',
    [y('add', ['x', '2'])],
    'E_NAME_UNKNOWN',
    '/graph/nodes/0/inputs/1',
    'Node "y" uses "2", and there is no value of that name.',
  ],
  [
    'an index array that is not among the inputs',
    [y('getitem', ['x', [0, 1]], { index: [{ array: 0 }] })],
    'E_INDEX',
    '/graph/nodes/0/attrs/index',
    'getitem: the index names input 0 of the node as an index array, and that is none.',
  ],
  [
    'an index that is none',
    [y('getitem', ['x'], { index: ['first'] })],
    'E_ATTRIBUTE',
    '/graph/nodes/0/attrs/index',
    'getitem: index must be an index, and is ["first"].',
  ],
  [
    'one name for several results',
    [y('unstack', ['x'])],
    'E_GRAPH_NAME',
    '/graph/nodes/0',
    'Node "y": unstack has 2 results, and the node names 1.',
  ],
  [
    'several names for one result',
    [{ op: 'exp', inputs: ['x'], outputs: ['a', 'b'] }],
    'E_GRAPH_NAME',
    '/graph/nodes/0',
    'Node "a": exp has 1 result, and the node names 2.',
  ],
  [
    'a node without a name',
    [{ op: 'exp', inputs: ['x'] }],
    'E_REQUEST_SHAPE',
    '/graph/nodes/0',
    'Node 0 (exp) has no name, so nothing can use it.',
  ],
  ['a node without an op', [{ name: 'y', inputs: ['x'] }], 'E_REQUEST_SHAPE', '/graph/nodes/0', 'Node "y" has no op.'],
  [
    'an op that is no string',
    [y(7 as never, ['x'])],
    'E_REQUEST_SHAPE',
    '/graph/nodes/0/op',
    'An op is named by a string, and this is 7.',
  ],
  ['a node that is no object', ['exp'], 'E_REQUEST_SHAPE', '/graph/nodes/0', 'A node is an object, and this is "exp".'],
  [
    'inputs that are no list',
    [{ name: 'y', op: 'exp', inputs: 'x' }],
    'E_REQUEST_SHAPE',
    '/graph/nodes/0/inputs',
    'The inputs of a node are a list, and this is "x".',
  ],
  [
    'attributes that are no object',
    [y('exp', ['x'], [1])],
    'E_REQUEST_SHAPE',
    '/graph/nodes/0/attrs',
    'The attributes of a node are an object, and this is [1].',
  ],
  [
    'a name that is no string',
    [{ name: 3, op: 'exp', inputs: ['x'] }],
    'E_REQUEST_SHAPE',
    '/graph/nodes/0/name',
    'A name is a string, and this is 3.',
  ],
  [
    'a field that a node does not have',
    [{ name: 'y', op: 'exp', inputs: ['x'], 'attr/s': {} }],
    'E_REQUEST_SHAPE',
    '/graph/nodes/0/attr~1s',
    'A node has no field "attr/s". Did you mean "attrs"?',
  ],
];

describe('a graph with', () => {
  test.each(cases)('%s', (_what, nodes, code, pointer, message) => {
    const refusal = refusalOf(nodes);
    expect({ code: refusal.code, ...refusal.issues[0] }).toMatchObject({ code, pointer, message });
  });

  test('an output that no value has the name of', () => {
    expect(refusalOf([exp('loss', 'x')], ['los'])).toMatchObject({
      code: 'E_NAME_UNKNOWN',
      issues: [
        {
          pointer: '/graph/outputs/0',
          message: 'The graph is to give "los", and there is no value of that name. Did you mean "loss"?',
        },
      ],
    });
  });

  test('no list of nodes, or functions that are no graphs', () => {
    expect(refused({ inputs, graph: {} as never })).toMatchObject({
      code: 'E_REQUEST_SHAPE',
      issues: [{ pointer: '/graph', message: 'A graph has a list of nodes, and this one has none.' }],
    });
    expect(refused({ inputs, graph: { nodes: [], functions: { 'a/b': [] } } as never }).issues).toEqual([
      {
        pointer: '/graph/functions/a~1b',
        message: 'The function "a/b" is a graph, an object with a list of nodes, and this is [].',
      },
    ]);
  });
});

describe('one answer', () => {
  test('tells the mistakes of all nodes, and of one node all', () => {
    const { issues } = refusalOf([
      { name: 'a', op: 'exq', inputs: ['x'] },
      { name: 'b', op: 'add', inputs: ['q', 'r'], attrs: { s: 1 } },
      { name: 'c', op: 'sum', inputs: ['x'], attrs: { axis: 9 } },
    ]);
    expect(issues.map((issue) => issue.pointer)).toEqual([
      '/graph/nodes/0/op',
      '/graph/nodes/1/inputs/0',
      '/graph/nodes/1/inputs/1',
      '/graph/nodes/1/attrs/s',
      '/graph/nodes/2',
    ]);
  });

  test('passes over what only fails because something before it did', () => {
    const chain = Array.from({ length: 50 }, (_, i) => exp(`b${i}`, i === 0 ? 'a' : `b${i - 1}`));
    expect(refusalOf([{ name: 'a', op: 'sum', inputs: ['x'], attrs: { axis: 9 } }, ...chain]).issues).toHaveLength(1);
    expect(refusalOf([exp('a', 'a'), ...chain]).issues).toHaveLength(1);
  });

  test('tells no more than ten', () => {
    for (const node of [
      { op: 'exq' },
      { op: 'exp', inputs: ['q'] },
      { op: 'sum', inputs: ['x'], attrs: { axis: 9 } },
      7,
    ]) {
      const nodes = Array.from({ length: 30 }, (_, i) =>
        typeof node === 'number' ? node : { name: `n${i}`, ...node },
      );
      expect(refusalOf(nodes).issues).toHaveLength(10);
    }
  });

  test('tells a limit once', () => {
    const nodes = Array.from({ length: 5 }, (_, i) => ({
      name: `n${i}`,
      op: 'broadcast_to',
      inputs: ['x'],
      attrs: { shape: [1e7, 2, 3] },
    }));
    expect(refusalOf(nodes)).toMatchObject({ code: 'E_LIMIT', issues: [{ pointer: '/graph/nodes/0' }] });
  });

  test('a mistake found while running has its place', () => {
    const nodes = [exp('e', 'x'), { name: 'y', op: 'take', inputs: ['e', [0, 5]], attrs: { axis: 0 } }];
    expect(refusalOf(nodes)).toMatchObject({ code: 'E_INDEX_OUT_OF_BOUNDS', issues: [{ pointer: '/graph/nodes/1' }] });
  });
});
