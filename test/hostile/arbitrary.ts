// Random requests as fast-check makes and shrinks them: sound ones, of which up to three parts are then replaced, removed or moved.

import * as fc from 'fast-check';
import { catalogue } from '../../engine/index.ts';
import { isWorkerEndpoint } from '../../routes/endpoint.ts';
import { endpoints } from '../../routes/index.ts';

const dtypes = ['float64', 'float32', 'int64', 'int32', 'uint8', 'bool'] as const;
/** Of several kinds and shapes, so that most ops find what they want. */
const sound = {
  x: [
    [1, -2, 3],
    [0.5, 0.25, -4],
  ],
  v: [1, 2, 3],
  q: [
    [2, 0.5],
    [0.5, 1],
  ],
  s: 0.75,
  n: { dtype: 'int64', data: [0, 1, 1] },
  b: [true, false, true],
  e: { dtype: 'float64', shape: [0, 3], data: [] },
  f: { dtype: 'float32', shape: [3], base64: 'AACAPwAAAEAAAEBA' },
};
const inputName = fc.constantFrom(...Object.keys(sound));
const oddNames = ['', '__proto__', 'constructor', 'toString', 'then', '\ud800', 'a/b~c', 'NaN', '0', 'é', 'nowhere'];

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, 1, -1, 1e308, 5e-324, 2 ** 53, 2 ** 31, 1e9, 0.5),
);
const index = fc.array(
  fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom<unknown>(null, '...', { slice: [0, 2, 1] })),
  {
    minLength: 1,
    maxLength: 3,
  },
);

const op = fc.constantFrom(...catalogue());

/** A value that an attribute of that kind may well have. */
function attribute(kind: string, values: readonly string[] | undefined): fc.Arbitrary<unknown> {
  if (values !== undefined) return fc.constantFrom(...values);
  switch (kind) {
    case 'bool':
      return fc.boolean();
    case 'float':
      return fc.oneof(fc.constantFrom(0, 1, 0.5, -1, 1e-3), number);
    case 'dtype':
      return fc.constantFrom(...dtypes);
    case 'shape':
    case 'ints':
    case 'axes':
      return fc.oneof(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }), fc.integer({ min: -2, max: 3 }));
    case 'index':
      return index;
    case 'string':
      return fc.constantFrom('ij->ji', 'ij,jk->ik', 'i,i->', 'constant', 'same');
    default:
      return fc.integer({ min: -2, max: 3 });
  }
}

/** Nodes n0, n1, …, each of an op of the catalogue on inputs and earlier nodes. */
const graph = fc.array(op, { minLength: 1, maxLength: 4 }).chain((chosen) =>
  fc.tuple(
    ...chosen.map(({ name, operands, attributes }, i) => {
      const operand = fc.oneof(
        { weight: 3, arbitrary: inputName },
        { weight: i === 0 ? 0 : 4, arbitrary: fc.nat(Math.max(0, i - 1)).map((earlier) => `n${earlier}`) },
        { weight: 1, arbitrary: number },
      );
      const needed = attributes.filter(({ default: fallback }) => fallback === undefined).map(({ name }) => name);
      const attrs = Object.fromEntries(attributes.map((a) => [a.name, attribute(a.kind, a.values)]));
      return fc.record({
        name: fc.constant(`n${i}`),
        op: fc.constant(name),
        inputs: fc.tuple(...operands.filter(({ optional }) => !optional).map(() => operand)),
        attrs: fc.record(attrs, { requiredKeys: needed }) as fc.Arbitrary<object>,
      });
    }),
  ),
);

const expression = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(inputName, number.map(String), fc.constantFrom('x[0]', 'x[:, 1]', 'x.T', 'v[::-1]', 'q @ q', 'len(v)')),
    fc
      .tuple(op, fc.array(tie('value'), { minLength: 1, maxLength: 2 }))
      .map(([{ name }, operands]) => `jnp.${name}(${operands.join(', ')})`),
    fc
      .tuple(tie('value'), fc.constantFrom('+', '-', '*', '/', '@', '**', '//', '%', '<', '=='), tie('value'))
      .map((parts) => `(${parts.join(' ')})`),
    tie('value').map((value) => `f(${value})`),
    tie('value').map((value) => `jax.grad(lambda a: jnp.sum(a * ${value}))(v)`),
    tie('value').map((value) => `jax.vmap(lambda a: a + ${value})(x)`),
    fc.tuple(tie('value'), tie('value')).map(([a, c]) => `jnp.where(${a} > 0, ${a}, ${c})`),
  ),
})).value;
const program = fc
  .array(
    fc.oneof(
      expression.map((value) => `s = ${value}`),
      expression.map((value) => `for i in range(2):\n  v = ${value}`),
    ),
    {
      maxLength: 2,
    },
  )
  .chain((lines) =>
    expression.map((value) => ['def f(a):', '  return a * 2 - jnp.tanh(a)', ...lines, `n0 = ${value}`].join('\n')),
  );

const wrt = fc.uniqueArray(fc.constantFrom('x', 'v', 'q', 's', 'f'), { minLength: 1, maxLength: 2 });
const asked = fc.record(
  {
    gradients: fc.array(fc.record({ of: fc.constant('n0'), wrt }), { maxLength: 2 }),
    jvps: fc.constantFrom([{ of: ['n0'], tangents: { v: [1, 0, -1] } }], []),
    jacobians: fc.array(fc.record({ of: fc.constant('n0'), wrt, sparse: fc.boolean() }), { maxLength: 1 }),
    hessians: fc.array(fc.record({ of: fc.constant('n0'), wrt }), { maxLength: 1 }),
    hvps: fc.constantFrom([{ of: 'n0', vectors: { v: [1, 0, -1] } }], []),
    batch: fc.constantFrom({ inputs: ['v'] }, { inputs: ['x'] }, { inputs: ['n', 'b'] }),
    encoding: fc.constantFrom('json', 'base64'),
    mode: fc.constantFrom('train', 'predict'),
    seed: fc.maxSafeInteger(),
    dtype: fc.constantFrom('float32', 'float64'),
    debug_nans: fc.boolean(),
  },
  { requiredKeys: [] },
);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const made = fc.oneof(
  fc.tuple(graph, asked).map(([nodes, more]) => ({ graph: { nodes }, inputs: sound, outputs: ['n0'], ...more })),
  fc.tuple(program, asked).map(([text, more]) => ({ program: text, inputs: sound, ...more })),
  fc.constantFrom(...endpoints.filter(isWorkerEndpoint).flatMap(({ examples }) => examples.map(({ body }) => body))),
) as unknown as fc.Arbitrary<Json>;

const junk = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 3, arbitrary: number },
  { weight: 2, arbitrary: fc.constantFrom(...oddNames, ...Object.keys(sound), ...dtypes) },
  { weight: 2, arbitrary: fc.constantFrom(null, [], {}, true, [[]], [null], [1e9, 1e9], -1, 1.5, 2 ** 60) },
) as fc.Arbitrary<Json>;

/** Where and how: `at` picks one of all parts. */
const corruption = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'wrap', 'repeat', 'rename'),
  by: junk,
  name: fc.constantFrom(...oddNames),
});

export const requests: fc.Arbitrary<Json> = fc
  .tuple(made, fc.array(corruption, { maxLength: 3 }))
  .map(([request, corruptions]) => corruptions.reduce(corrupt, structuredClone(request)));

interface Part {
  readonly holder: Json[] | { [key: string]: Json };
  readonly key: string | number;
}

function partsOf(value: Json, parts: Part[] = []): Part[] {
  if (typeof value !== 'object' || value === null) return parts;
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const key of keys) {
    parts.push({ holder: value, key });
    partsOf((value as { [key: string]: Json })[key], parts);
  }
  return parts;
}

function corrupt(request: Json, { at, how, by, name }: { at: number; how: string; by: Json; name: string }): Json {
  const parts = partsOf(request);
  if (parts.length === 0) return by;
  const { holder, key } = parts[at % parts.length];
  const part = (holder as { [key: string]: Json })[key];
  if (Array.isArray(holder)) {
    const place = Number(key);
    if (how === 'remove') holder.splice(place, 1);
    else if (how === 'repeat') holder.splice(place, 0, structuredClone(part));
    else holder[place] = how === 'wrap' ? [part] : by;
    return request;
  }
  if (how === 'remove' || how === 'rename') Reflect.deleteProperty(holder, key);
  if (how === 'remove') return request;
  const put = how === 'wrap' ? [part] : how === 'replace' ? by : part;
  // An own member, whatever its name.
  Object.defineProperty(holder, how === 'replace' || how === 'wrap' ? key : name, {
    value: structuredClone(put),
    enumerable: true,
    writable: true,
    configurable: true,
  });
  return request;
}
