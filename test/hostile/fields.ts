// Every field of a request with values of every wrong type; fields that contradict each other; names that mean something to
// JavaScript.

import type { RequestCase } from './case.ts';

const square = { program: 'y = x * x', inputs: { x: [1, 2] } };

/** One value of each type of JSON, and a few that are almost right. */
const strange: Readonly<Record<string, unknown>> = {
  null: null,
  'a boolean': true,
  'a number': 7,
  'a negative number': -1,
  'a fraction': 0.5,
  'a huge number': 1e300,
  'a string': 'nonsense',
  'an empty string': '',
  'a list': [],
  'a list of null': [null],
  'a list of lists': [[[]]],
  'an object': {},
  'an object in an object': { a: { b: {} } },
};

/** The fields, and which of the values above are of the right type for each. */
const fields: Readonly<Record<string, readonly string[]>> = {
  program: ['a string', 'an empty string'],
  inputs: ['an object', 'an object in an object'],
  outputs: ['a list'],
  gradients: ['a list'],
  jvps: ['a list'],
  jacobians: ['a list'],
  hessians: ['a list'],
  hvps: ['a list'],
  batch: [],
  mode: [],
  seed: ['a number', 'a negative number'],
  dtype: [],
  encoding: [],
  debug_nans: ['a boolean'],
  timeout_ms: ['a number', 'a huge number'],
};

const wrongTypes = Object.entries(fields).flatMap(([field, right]) =>
  Object.entries(strange)
    .filter(([name]) => !right.includes(name))
    .map(([name, value]): RequestCase => ({
      name: `"${field}" is ${name}`,
      body: { ...square, [field]: value },
      status: 400,
      code: 'E_REQUEST_SHAPE',
    })),
);

const inLists: readonly (readonly [string, object])[] = [
  ['gradients', { of: 'y', wrt: ['x'] }],
  ['jvps', { of: ['y'], tangents: { x: [1, 1] } }],
  ['jacobians', { of: 'y', wrt: ['x'] }],
  ['hessians', { of: 'y', wrt: ['x'] }],
  ['hvps', { of: 'y', vectors: { x: [1, 1] } }],
];
/** In each list: an item that is none, an unknown member, and every member of a wrong type or missing. */
const wrongItems = inLists.flatMap(([field, item]) => [
  ...[null, 1, 'y', [], { ...item, surplus: 1 }].map((wrong) => [field, wrong] as const),
  ...Object.keys(item).flatMap((member) =>
    [undefined, null, 1, { a: 1 }, [[]]].map((wrong) => [field, { ...item, [member]: wrong }] as const),
  ),
]);

const badNames = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'then',
  '',
  '\ud800',
  'a\0b',
  '../x',
];

/** An object with an own member of any name. */
const named = (name: string, value: unknown): object =>
  JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`) as object;

export const fieldCases: readonly RequestCase[] = [
  ...wrongTypes,
  ...wrongItems
    // A tangent or a vector may be any JSON object: what it holds is judged later.
    .filter(([, item]) => !isNames(item))
    .map(([field, item]): RequestCase => ({
      name: `"${field}" holds ${JSON.stringify(item)}`,
      body: { ...square, [field]: [item] },
      status: 400,
      code: 'E_REQUEST_SHAPE',
    })),
  ...badNames.flatMap((name): RequestCase[] => [
    {
      name: `an input ${JSON.stringify(name)} that is not used`,
      body: { program: 'y = 1', inputs: named(name, 1) },
      status: 200,
    },
    { name: `an output ${JSON.stringify(name)}`, body: { ...square, outputs: [name] }, status: 422 },
    {
      name: `a gradient of ${JSON.stringify(name)}`,
      body: { ...square, gradients: [{ of: name, wrt: ['x'] }] },
      status: 422,
    },
    {
      name: `a gradient by ${JSON.stringify(name)}`,
      body: { ...square, gradients: [{ of: 'y', wrt: [name] }] },
      status: 422,
    },
    {
      name: `a tangent of ${JSON.stringify(name)}`,
      body: { ...square, jvps: [{ of: ['y'], tangents: named(name, [1, 1]) }] },
      status: 422,
    },
    {
      name: `a vector of ${JSON.stringify(name)}`,
      body: { ...square, hvps: [{ of: 'y', vectors: named(name, [1, 1]) }] },
      status: 422,
    },
    {
      name: `something to add to the gradient by ${JSON.stringify(name)}`,
      body: { ...square, gradients: [{ of: 'y', wrt: ['x'], accumulate: named(name, [1, 1]) }] },
      status: 422,
    },
  ]),
  ...[{ inputs: [] }, { inputs: ['z'] }, { inputs: ['x', 'x'] }, { inputs: ['__proto__'] }].map(
    (batch): RequestCase => ({ name: `a batch of ${JSON.stringify(batch)}`, body: { ...square, batch }, status: 422 }),
  ),
  { name: 'a batch of a scalar', body: { program: 'y = x', inputs: { x: 1 }, batch: { inputs: ['x'] } }, status: 422 },
  {
    name: 'a batch of two lengths',
    body: { program: 'y = x + z', inputs: { x: [1, 2], z: [1, 2, 3] }, batch: { inputs: ['x', 'z'] } },
    status: 422,
  },
  {
    name: 'a batch of none',
    body: { program: 'y = x', inputs: { x: [] }, batch: { inputs: ['x'] } },
    status: 200,
  },
  {
    name: 'sparse, which is no truth value',
    body: { ...square, jacobians: [{ of: 'y', wrt: ['x'], sparse: 'yes' }] },
    status: 400,
  },
  { name: 'a seed beyond 2^53', body: { ...square, seed: 2 ** 53 }, status: 400 },
  { name: 'a time limit of no time', body: { ...square, timeout_ms: 0 }, status: 400 },
  { name: 'a time limit of 10^300 ms', body: { ...square, timeout_ms: 1e300 }, status: 200 },
  {
    name: 'a thousand gradients',
    body: { ...square, outputs: [], gradients: Array.from({ length: 1000 }, () => ({ of: 'y', wrt: ['x'] })) },
    status: 200,
  },
  { name: 'a thousand outputs of one name', body: { ...square, outputs: Array(1000).fill('y') }, status: 200 },
  { name: 'a model that is a path', body: { model: '../../etc/passwd' }, status: 404 },
  { name: 'a model of the name __proto__', body: { model: '__proto__' }, status: 404 },
  { name: 'a program and a graph', body: { ...square, graph: { nodes: [] } }, status: 400 },
  { name: 'a tensor for a name twice', body: '{"program":"y = x","inputs":{"x":1,"x":"one"}}', status: 400 },
];

function isNames(item: unknown): boolean {
  const { tangents, vectors } = (item ?? {}) as { tangents?: unknown; vectors?: unknown };
  return [tangents, vectors].some((names) => typeof names === 'object' && names !== null && 'a' in names);
}
