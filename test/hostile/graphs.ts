// Graphs that cannot be, or should not: circles, chains of 100,000 nodes, results of 10^9 elements, names that mean something
// to JavaScript, attributes of every wrong kind.

import type { RequestCase } from './case.ts';

interface Node {
  readonly name?: unknown;
  readonly op?: unknown;
  readonly inputs?: unknown;
  readonly attrs?: unknown;
  readonly outputs?: unknown;
}

const graph = (nodes: unknown, more: object = {}, inputs: object = { x: [1, 2] }): object => ({
  graph: { nodes, outputs: ['y'], ...more },
  inputs,
});
const node = (fields: Node): object => graph([{ name: 'y', op: 'exp', inputs: ['x'], ...fields }]);
const cases = (status: number, code: string | undefined, given: Readonly<Record<string, unknown>>) =>
  Object.entries(given).map(([name, body]): RequestCase => ({
    name,
    body,
    status,
    ...(code !== undefined && { code }),
  }));

const chain = (length: number, op = 'negative', first = 'x') =>
  Array.from({ length }, (_, i) => ({
    name: i === length - 1 ? 'y' : `n${i}`,
    op,
    inputs: [i === 0 ? first : `n${i - 1}`],
  }));
/** Each node is the sum of the one before with itself: 2^n paths. */
const doubling = (length: number) => chain(length, 'add').map((n) => ({ ...n, inputs: [n.inputs[0], n.inputs[0]] }));
const own = (text: string): unknown => JSON.parse(text);
const axis = (value: unknown) => node({ op: 'sum', attrs: { axis: value } });
const shape = (value: unknown) => node({ op: 'broadcast_to', attrs: { shape: value } });
const index = (value: unknown) => node({ op: 'getitem', attrs: { index: value } });

/** A map over x of a function, among those given. */
const call = (f: unknown, functions: object) =>
  graph([{ outputs: ['y'], op: 'map', inputs: ['x'], attrs: { f } }], { functions });
/** A function of one input that maps another over it, so many times. */
const calling = (f: string, times = 1) => ({
  inputs: [{ name: 'a' }],
  nodes: [
    { name: 'b0', op: 'broadcast_to', inputs: ['a'], attrs: { shape: [2] } },
    ...Array.from({ length: times }, (_, i) => ({
      outputs: [`b${i + 1}`],
      op: 'map',
      inputs: [`b${i}`],
      attrs: { f },
    })),
    { name: 'c', op: 'sum', inputs: [`b${times}`] },
  ],
  outputs: ['c'],
});

export const graphs: readonly RequestCase[] = [
  ...cases(422, 'E_GRAPH_CYCLE', {
    'a node of itself': node({ inputs: ['y'] }),
    'a circle of two': graph([
      { name: 'a', op: 'exp', inputs: ['y'] },
      { name: 'y', op: 'exp', inputs: ['a'] },
    ]),
    'a circle of 100,000': graph(chain(100_000, 'negative', 'y')),
    'a circle that nothing asks for': graph([
      { name: 'y', op: 'exp', inputs: ['x'] },
      { name: 'a', op: 'exp', inputs: ['b'] },
      { name: 'b', op: 'exp', inputs: ['a'] },
    ]),
  }),
  ...cases(200, undefined, {
    'a function, mapped in a function': call('f', {
      f: calling('g'),
      g: { inputs: [{ name: 'a' }], nodes: [{ name: 'b', op: 'exp', inputs: ['a'] }], outputs: ['b'] },
    }),
    'a chain of 100,000, the last first': graph(chain(100_000).reverse(), {}, { x: 1 }),
    'the gradient through a chain of 3,000': { ...graph(chain(3000, 'tanh')), gradients: [{ of: 'y', wrt: ['x'] }] },
    '2^1000 paths': { ...graph(doubling(1000)), gradients: [{ of: 'y', wrt: ['x'] }] },
    'a node of the name __proto__': graph(
      [
        { name: '__proto__', op: 'exp', inputs: ['x'] },
        { name: 'y', op: 'exp', inputs: ['__proto__'] },
      ],
      { outputs: ['__proto__', 'y'] },
    ),
    'an input of the name constructor': graph(
      [{ name: 'y', op: 'exp', inputs: ['constructor'] }],
      {},
      { constructor: 1 },
    ),
    'an input of the name __proto__': own(
      '{"graph":{"nodes":[{"name":"y","op":"exp","inputs":["__proto__"]}],"outputs":["y"]},"inputs":{"__proto__":[1,2]}}',
    ),
  }),
  ...cases(422, 'E_LIMIT', {
    'a chain of 300,000': graph(chain(300_000)),
    'a broadcast to 10^9 elements': shape([1e9, 2]),
    'a broadcast to 2^53 elements': shape([2 ** 52, 2]),
    'a broadcast to more elements than a double counts': shape([2 ** 53 - 1, 2 ** 53 - 1, 2]),
    'an outer product of 10^10 elements': graph([
      { name: 'a', op: 'broadcast_to', inputs: ['x'], attrs: { shape: [50_000, 2] } },
      { name: 'b', op: 'reshape', inputs: ['a'], attrs: { shape: [-1] } },
      { name: 'y', op: 'outer', inputs: ['b', 'b'] },
    ]),
    'thirty tensors of a hundred megabytes': graph(
      Array.from({ length: 30 }, (_, i) => ({
        name: `n${i}`,
        op: 'broadcast_to',
        inputs: ['x'],
        attrs: { shape: [10_000_000, 2] },
      })),
      { outputs: Array.from({ length: 30 }, (_, i) => `n${i}`) },
    ),
    'a Jacobian of 10^10 elements': {
      ...graph(
        [{ name: 'y', op: 'exp', inputs: ['x'] }],
        {},
        { x: { shape: [100_000], data: Array(100_000).fill(0) } },
      ),
      jacobians: [{ of: 'y', wrt: ['x'] }],
    },
  }),
  ...cases(422, 'E_OP_UNKNOWN', {
    'an op that there is not': node({ op: 'explode' }),
    'an op of the name __proto__': node({ op: '__proto__' }),
    'an op of the name constructor': node({ op: 'constructor' }),
    'an op of the name hasOwnProperty': node({ op: 'hasOwnProperty' }),
    'an op of no name': node({ op: '' }),
    'an op of a megabyte': node({ op: 'x'.repeat(1_000_000) }),
    'an op with a NUL': node({ op: 'exp\0' }),
    'an op that is a path': node({ op: '../engine/ops/exp' }),
  }),
  ...cases(422, undefined, {
    'an input that there is not': node({ inputs: ['z'] }),
    'an input of the name toString': node({ inputs: ['toString'] }),
    'no inputs': node({ inputs: [] }),
    'too many inputs': node({ inputs: Array(1000).fill('x') }),
    'an input that is null': node({ inputs: [null] }),
    'an unknown attribute': node({ attrs: { fast: true } }),
    'an attribute of the name __proto__': node({ attrs: own('{"__proto__":1}') }),
    'an attribute of the name constructor': node({ attrs: { constructor: 1 } }),
    'two nodes of one name': graph([
      { name: 'y', op: 'exp', inputs: ['x'] },
      { name: 'y', op: 'log', inputs: ['x'] },
    ]),
    'a node of the name of an input': graph([{ name: 'x', op: 'exp', inputs: ['x'] }], { outputs: ['x'] }),
    'no nodes': graph([]),
    'an output that there is not': graph([{ name: 'y', op: 'exp', inputs: ['x'] }], { outputs: ['z'] }),
    'no tensor': graph([{ name: 'y', op: 'exp', inputs: ['x'] }], {}, {}),
    'a declared shape that is not the tensor’s': graph([{ name: 'y', op: 'exp', inputs: ['x'] }], {
      inputs: [{ name: 'x', shape: [3] }],
    }),
    'an axis out of range': axis(7),
    'an axis below range': axis(-7),
    'an axis that is a fraction': axis(0.5),
    'an axis that is a word': axis('0'),
    'an axis that is an object': axis({}),
    'an axis beyond 2^53': axis(2 ** 60),
    'the same axis twice': axis([0, 0]),
    'a thousand axes': axis(Array(1000).fill(0)),
    'a shape that is negative': shape([-5]),
    'a shape that is a fraction': shape([1.5]),
    'a shape that is a word': shape('2'),
    'a shape that does not fit': shape([3]),
    'a shape of a hundred axes': shape(Array(100).fill(1)),
    'a reshape to two unknown sizes': node({ op: 'reshape', attrs: { shape: [-1, -1] } }),
    'a reshape to zero of something': node({ op: 'reshape', attrs: { shape: [0, -1] } }),
    'an index out of range': index([7]),
    'an index that is a fraction': index([0.5]),
    'an index that is a word': index(['first']),
    'an index with too many entries': index(Array(100).fill(0)),
    'two ellipses': index(['...', '...']),
    'a slice of step zero': index([{ slice: [0, 1, 0] }]),
    'a slice of four parts': index([{ slice: [0, 1, 1, 1] }]),
    'an index by an input that there is not': index([{ array: 5 }]),
    'an index by a negative input': index([{ array: -1 }]),
    'an index of the name __proto__': index([own('{"__proto__":1}')]),
    'a dtype that there is not': node({ op: 'astype', attrs: { dtype: 'float128' } }),
    'a dtype of the name __proto__': node({ op: 'astype', attrs: { dtype: '__proto__' } }),
    'a subscript that is none': node({ op: 'einsum', inputs: ['x'], attrs: { subscripts: 'i->'.repeat(100) } }),
    'matrices that do not fit': graph([{ name: 'y', op: 'matmul', inputs: ['x', [[1, 2, 3]]] }]),
  }),
  ...cases(422, undefined, {
    'a function that there is not': call('g', {}),
    'a function of the name __proto__': call('__proto__', {}),
    'a function of the name constructor': call('constructor', {}),
    'a function that is a number': call(7, {}),
    'a loop without its functions': node({ op: 'while_loop', inputs: ['x'] }),
    'a loop whose condition is an array': graph(
      [{ outputs: ['y'], op: 'while_loop', inputs: ['x'], attrs: { cond_fun: 'f', body_fun: 'f' } }],
      {
        functions: { f: { inputs: [{ name: 'a' }], nodes: [{ name: 'b', op: 'exp', inputs: ['a'] }], outputs: ['b'] } },
      },
    ),
    'a loop whose carry changes its shape': graph(
      [{ outputs: ['y'], op: 'fori_loop', inputs: [0, 9, 'x'], attrs: { body_fun: 'f' } }],
      {
        functions: {
          f: {
            inputs: [{ name: 'i' }, { name: 'a' }],
            nodes: [{ name: 'b', op: 'sum', inputs: ['a'] }],
            outputs: ['b'],
          },
        },
      },
    ),
    'a function that calls itself': call('f', { f: calling('f') }),
    'functions that call each other': call('f', { f: calling('g'), g: calling('f') }),
    'a function of another arity': call('f', { f: { ...calling('f'), inputs: [] } }),
    'a function of too many results': call('f', {
      f: { inputs: [{ name: 'a' }], nodes: [{ name: 'b', op: 'exp', inputs: ['a'] }], outputs: ['b', 'b'] },
    }),
    'a function of two inputs of one name': call('f', {
      f: { inputs: [{ name: 'a' }, { name: 'a' }], nodes: [], outputs: ['a'] },
    }),
    'functions nested 20,000 deep': call(
      'f0',
      Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`f${i}`, calling(`f${i + 1}`)])),
    ),
    'a function that calls the next twice, forty times': call(
      'f0',
      Object.fromEntries(Array.from({ length: 41 }, (_, i) => [`f${i}`, calling(`f${i + 1}`, 2)])),
    ),
  }),
  ...cases(400, 'E_REQUEST_SHAPE', {
    'a function that is null': call('f', { f: null }),
    'a function that is a list': call('f', { f: [] }),
    'a function without inputs': call('f', { f: { nodes: [], outputs: [] } }),
    'no graph': { graph: null },
    'a graph that is a list': { graph: [] },
    'nodes that are an object': graph({}),
    'a node that is null': graph([null]),
    'a node that is a word': graph(['exp']),
    'an unknown field of a node': graph([{ name: 'y', op: 'exp', inputs: ['x'], type: 'a' }]),
    'a field __proto__ of a node': graph([own('{"name":"y","op":"exp","inputs":["x"],"__proto__":{}}')]),
    'a node without an op': graph([{ name: 'y', inputs: ['x'] }]),
    'an op that is a number': node({ op: 1 }),
    'an op that is null': node({ op: null }),
    'a name that is a number': node({ name: 1 }),
    'outputs that are a word': graph([], { outputs: 'y' }),
    'declared inputs that are an object': graph([], { inputs: {} }),
    'a declared dtype that there is not': graph([], { inputs: [{ name: 'x', dtype: 'float128' }] }),
    'a declared shape that is negative': graph([], { inputs: [{ name: 'x', shape: [-1] }] }),
    'a declared shape that is a fraction': graph([], { inputs: [{ name: 'x', shape: [0.5] }] }),
    'a thousand nodes, none of which is one': graph(Array(1000).fill(7)),
  }),
  ...cases(400, undefined, {
    'inputs that are a word': node({ inputs: 'x' }),
    'inputs that are an object': node({ inputs: { 0: 'x' } }),
    'attributes that are a list': node({ attrs: [] }),
    'attributes that are a word': node({ attrs: 'axis' }),
    'a ragged constant': node({ inputs: [[[1, 2], [3]]] }),
    'functions that are a list': graph([], { functions: [] }),
  }),
];
