// Graphs made to break things: names of Object.prototype, pointers to escape, chains of 100 000 nodes, junk attributes.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest } from '../../engine/index.ts';
import { catalogue, compute, EngineError } from '../../engine/index.ts';
import { context, plain, refused, run } from '../engine/requests.ts';
import type { AnyNode } from './graphs.ts';
import { graphOf, refusalOf } from './graphs.ts';

const names = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  'a/b',
  '~1',
  '%0',
  '"',
  'Ω\u0000\n',
  '\ud800',
  'NaN',
];

describe('a name', () => {
  test.each(names)('%j is a name like any other', (name) => {
    const inputs: Record<string, number[]> = {};
    Object.defineProperty(inputs, 'x', { value: [1, 2], enumerable: true });
    const nodes = [
      { name, op: 'multiply', inputs: ['x', 'x'] },
      { name: 'y', op: 'sum', inputs: [name] },
    ];
    const answer = run({ inputs, graph: graphOf(nodes, [name, 'y']), gradients: [{ of: 'y', wrt: [name] }] });
    expect(Object.hasOwn(answer.outputs, name)).toBe(true);
    expect(plain(Object.getOwnPropertyDescriptor(answer.outputs, name)?.value as never)).toEqual([1, 4]);
    expect(Object.keys(answer.gradients[0].wrt)).toEqual([name]);
  });
  test.each(names)('%j of an input is too', (name) => {
    const inputs: Record<string, number[]> = {};
    Object.defineProperty(inputs, name, { value: [1, 2], enumerable: true });
    expect(plain(run({ inputs, graph: graphOf([{ name: 'y', op: 'sum', inputs: [name] }]) }).outputs['y'])).toBe(3);
  });
  test.each(names.filter((name) => name !== 'NaN'))('%j is unknown until it is defined', (name) => {
    expect(refusalOf([{ name: 'y', op: 'exp', inputs: [name] }])).toMatchObject({
      code: 'E_NAME_UNKNOWN',
      issues: [{ pointer: '/graph/nodes/0/inputs/0' }],
    });
    expect(refusalOf([{ name: 'y', op: name, inputs: ['x'] }]).code).toBe('E_OP_UNKNOWN');
  });
  test('that is no attribute of the op is escaped in the pointer', () => {
    const attrs = JSON.parse('{"__proto__": 1, "a/b~c": 2}') as object;
    expect(refusalOf([{ name: 'y', op: 'exp', inputs: ['x'], attrs }]).issues.map((i) => i.pointer)).toEqual([
      '/graph/nodes/0/attrs/__proto__',
      '/graph/nodes/0/attrs/a~1b~0c',
    ]);
  });
  test('may be long without a long message', () => {
    const long = 'n'.repeat(100_000);
    for (const { message } of refusalOf([{ name: long, op: 'exp', inputs: [`${long}x`] }]).issues) {
      expect(message.length).toBeLessThan(400);
    }
  });
  test('of two inputs cannot pass for one graph in the canonical text', () => {
    const id = (name: string): string =>
      run({
        inputs: { x: 1, [name]: 2 },
        graph: graphOf(
          [
            { name: 'a', op: 'exp', inputs: ['x'] },
            { name: 'y', op: 'add', inputs: ['a', name] },
          ],
          ['y'],
        ),
      }).graph_id;
    const other = run({
      inputs: { x: 1 },
      graph: graphOf(
        [
          { name: 'a', op: 'exp', inputs: ['x'] },
          { name: 'y', op: 'add', inputs: ['a', 'a'] },
        ],
        ['y'],
      ),
    });
    expect(id('%0')).not.toBe(other.graph_id);
  });
});

describe('size', () => {
  const length = 30_000;
  const chain = (first: string): AnyNode[] =>
    Array.from({ length }, (_, i) => ({ name: `n${i}`, op: 'negative', inputs: [i === 0 ? first : `n${i - 1}`] }));

  test('a long chain computes, in either order', () => {
    for (const nodes of [chain('x'), chain('x').reverse()]) {
      const answer = run({ inputs: { x: 3 }, graph: graphOf(nodes, [`n${length - 1}`]) });
      expect(plain(answer.outputs[`n${length - 1}`])).toBe(3);
    }
  });
  test('a long circle is told in short', () => {
    const [issue] = refusalOf(chain(`n${length - 1}`)).issues;
    expect(issue).toMatchObject({ pointer: '/graph/nodes/0' });
    expect(issue.message).toMatch(
      /^Nodes depend on each other in a circle: n0 → n29999 → .* → … \(29989 more\) → n1 → n0\.$/,
    );
  });
  test('many circles in one graph are not looked for in vain', () => {
    const nodes = Array.from({ length }, (_, i) => ({
      name: `n${i}`,
      op: 'add',
      inputs: [`n${i}`, `n${(i + 1) % length}`],
    }));
    expect(refusalOf(nodes).issues).toHaveLength(10);
  });
  test('many unknown names among many known ones are told quickly', () => {
    const nodes = chain('x').map((node, i) => ({ ...(node as object), inputs: [`m${i}`] }));
    expect(refusalOf(nodes).issues).toHaveLength(10);
  });
  test('lists nested without end are refused', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 50_000; i++) deep = [deep];
    for (const node of [
      { name: 'y', op: 'exp', inputs: [deep] },
      { name: 'y', op: 'take', inputs: ['x', deep], attrs: { axis: 0 } },
      { name: 'y', op: 'sum', inputs: ['x'], attrs: { axis: deep } },
      { name: 'y', op: deep, inputs: ['x'] },
      deep,
    ]) {
      expect(refusalOf([node]).issues).toHaveLength(1);
    }
  });
  test('too many nodes are over the limit', () => {
    const limits = { ...context.limits, nodes: 100 };
    expect(refused({ inputs: { x: 1 }, graph: graphOf(chain('x')) }, { limits }).code).toBe('E_LIMIT');
  });
});

describe('whatever stands in a node', () => {
  const scalars = [
    null,
    true,
    0,
    -1,
    1,
    2,
    1.5,
    1e300,
    -0,
    4096,
    'x',
    'NaN',
    '',
    '__proto__',
    'float64',
    'ij->i',
    'ij,jk',
  ];
  const lists = [
    [],
    [0],
    [1, 0],
    [-1],
    [0, 0],
    [[0], [0]],
    [[], []],
    [[0, 1]],
    [null],
    ['...'],
    [1e9, 1e9],
    [9, 9],
    [true],
  ];
  const objects = [{}, { slice: [0, 1] }, { array: 1 }, { tensor: 1 }, { graph: {} }];
  const junk: readonly unknown[] = [...scalars, ...lists, ...objects];
  const inputs = {
    x: [
      [1, 2, 3],
      [4, 5, 6],
    ],
    s: 2,
    m: [[true, false, true]],
    n: { dtype: 'int64' as const, data: [0, 1, 1] },
    e: { dtype: 'float64' as const, shape: [0, 3], data: [] },
    q: [
      [2, 0.5],
      [0.5, 1],
    ],
  };
  const limits = { ...context.limits, tensor_elements: 1e5, bytes: 1e8, flops: 1e8 };

  // A multiplicative congruential generator (Lehmer's minimal standard), seeded by the op: the same nodes on every run.
  let state = 1;
  const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];

  test.each(catalogue().map((op) => [op.name, op] as const))('%s computes or says what is wrong', (_name, op) => {
    state = Array.from(op.name, (c) => c.charCodeAt(0)).reduce((h, c) => (h * 31 + c) % 2_147_483_646, 7) + 1;
    for (let round = 0; round < 25; round++) {
      const given = op.attributes.filter((a) => random() < ('default' in a && a.default !== undefined ? 0.4 : 0.97));
      const attrs = given.map(({ name, kind, values }) => {
        const sound = random() < 0.7;
        if (sound && kind === 'enum') return [name, pick(values!)];
        return [name, sound && kind === 'bool' ? random() < 0.5 : pick(junk)];
      });
      const operand = (): unknown => pick([...Object.keys(inputs), 1, 2.5, null, [[1, 2]]]);
      const node = {
        name: 'y',
        op: op.name,
        inputs: op.operands.flatMap(({ optional, list }) =>
          optional && random() < 0.5 ? [] : list ? [operand(), operand()] : [operand()],
        ),
        attrs: Object.fromEntries(attrs) as object,
      };
      const request: ComputeRequest = {
        inputs,
        graph: graphOf([node]),
        gradients: round % 3 === 0 ? [{ of: 'y', wrt: ['x'] }] : [],
      };
      try {
        compute(request, { ...context, limits });
      } catch (error) {
        if (!(error instanceof EngineError)) throw new Error(`crashed on ${JSON.stringify(node)}`, { cause: error });
        expect(error.issues.length, JSON.stringify(node)).toBeGreaterThan(0);
      }
    }
  });
});
