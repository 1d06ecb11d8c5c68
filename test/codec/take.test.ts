// Tensors taken from a body's bytes: whatever the body, its value or its complaint is what JSON.parse alone would lead to.
// COTANGENT_SEED picks other bodies.

import { describe, expect, test } from 'vitest';
import { readBase64 } from '../../engine/codec/codec.ts';
import { Base64Text, NumberList } from '../../engine/codec/lists.ts';
import { takeTensors } from '../../engine/codec/take.ts';
import type { EngineContext } from '../../engine/index.ts';
import { createMachine, createPlanCache, EngineError } from '../../engine/index.ts';
import { planKey } from '../../engine/plans.ts';
import { RequestError } from '../../routes/errors.ts';
import { compute } from '../../routes/native/compute.ts';
import { explain } from '../../routes/native/explain.ts';
import { decode } from '../../src/pool/decode.ts';
import { placesOf } from '../../src/pool/places.ts';
import { validator } from '../../src/pool/validate.ts';
import type { Random } from '../calculus/random.ts';
import { createRandom } from '../calculus/random.ts';
import { limits as engineLimits } from '../engine/requests.ts';
import { randomDecimal } from './decimals.ts';
import { rounds, seed } from '../effort.ts';

const utf8 = new TextEncoder();
const place = placesOf(compute.request)!;
const limits = { ...engineLimits, tensor_elements: 60, decompressed_bytes: 1e6, json_depth: 6, json_bytes: 1e9 };
const everything = { bytes: 0, elements: 0, characters: 0 };

const parsed = (body: Uint8Array): unknown => decode(body, 'identity', limits);
const taken = (body: Uint8Array): unknown => decode(body, 'identity', limits, place, everything);

/** A value as text in which -0, the order of names and what stands for a tensor's text can be told. */
function shown(value: unknown): string {
  if (value instanceof NumberList) return shown(value.nested());
  if (value instanceof Base64Text) {
    const bytes = readBase64(value.text);
    return bytes === null ? shown(Buffer.from(value.text).toString()) : `bytes ${Buffer.from(bytes).toString('hex')}`;
  }
  if (Array.isArray(value)) return `[${value.map(shown).join()}]`;
  if (typeof value === 'object' && value !== null) {
    const field = (key: string, item: unknown): string => {
      const bytes = key === 'base64' && typeof item === 'string' && /^([\w+/]{4})*([\w+/]{2}(==|[\w+/]=))?$/.test(item);
      return `${JSON.stringify(key)}:${bytes && !item.includes('_') ? shown(new Base64Text(utf8.encode(item))) : shown(item)}`;
    };
    return `{${Object.entries(value)
      .map(([key, item]) => field(key, item))
      .join()}}`;
  }
  return Object.is(value, -0) ? '-0' : (JSON.stringify(value) ?? 'undefined');
}

/** What is answered, or complained of. */
async function outcome(make: () => unknown): Promise<string> {
  try {
    return shown(await make());
  } catch (error) {
    if (error instanceof EngineError || error instanceof RequestError) {
      return `${error.code} ${JSON.stringify(error.issues)}`;
    }
    throw error;
  }
}

async function expectAlike(body: Uint8Array): Promise<void> {
  const [now, before] = [await outcome(() => taken(body)), await outcome(() => parsed(body))];
  if (now !== before) expect.fail(`${new TextDecoder().decode(body)}\nis read as\n${now}\ninstead of\n${before}`);
}

// -- bodies --------------------------------------------------------------------------------------------------------

const space = (random: Random): string => (random.chance(0.85) ? '' : random.pick([' ', '\n', '\t', '\r\n ', '  ']));

function listText(random: Random, shape: readonly number[], element: () => string): string {
  if (shape.length === 0) return element();
  const items = Array.from({ length: shape[0] }, () => listText(random, shape.slice(1), element));
  return `[${space(random)}${items.join(`${space(random)},${space(random)}`)}${space(random)}]`;
}

/** Mostly numbers that fit; now and then something else that may or may not stand in a tensor. */
function element(random: Random): string {
  if (random.chance(0.9)) return String(random.integer(-9, 300) / random.pick([1, 1, 4]));
  if (random.chance(0.8)) return randomDecimal(random);
  return random.pick([
    '"NaN"',
    '"-Infinity"',
    'true',
    'null',
    '[1]',
    '"9007199254740993"',
    '1e400',
    '{}',
    '-0',
    '1e39',
    '[]',
  ]);
}

function tensorText(random: Random, shape: readonly number[], depth = 0): string {
  const plain = (): string => {
    const kind = random.chance(0.8) ? () => String(random.integer(0, 200) / 4) : () => element(random);
    return listText(random, random.chance(0.9) ? shape : [...shape, random.integer(0, 3)], kind);
  };
  if (depth > 0 || random.chance(0.6)) return plain();
  const dtype = random.pick(['float64', 'float32', 'int32', 'int64', 'uint8', 'bool', 'float16']);
  const fields = [`"dtype":"${dtype}"`, `"shape":${JSON.stringify(shape)}`];
  if (random.chance(0.3)) {
    const bytes = Uint8Array.from({ length: shape.reduce((n, d) => n * d, 8) }, () => random.integer(0, 255));
    const text = Buffer.from(bytes).toString('base64');
    fields.push(`"base64":"${random.chance(0.9) ? text : text.replaceAll('/', '\\/')}"`);
  }
  if (random.chance(0.7)) {
    const flat = random.chance(0.4) ? [shape.reduce((n, d) => n * d, 1)] : shape;
    fields.push(`"data":${random.chance(0.9) ? tensorText(random, flat, 1) : '"1"'}`);
  }
  if (random.chance(0.1)) fields.push(`"extra":${tensorText(random, shape, 1)}`);
  const kept = fields.filter(() => random.chance(0.85));
  return `{${kept.sort(() => random.integer(-1, 1)).join(`,${space(random)}`)}}`;
}

function bodyText(random: Random): string {
  const shape = Array.from({ length: random.integer(0, 3) }, () => random.integer(1, 4));
  const tensor = (like: readonly number[] = shape): string =>
    tensorText(random, random.chance(0.9) ? like : [random.integer(1, 70)]);
  const x = random.pick(['x', 'x', 'x', '\\u0078', 'θ', 'a/b~c', '__proto__']);
  const fields = [
    '"program":"y = x * x\\nz = jnp.sum(y)"',
    `"inputs":${space(random)}{"${x}":${tensor()}${random.chance(0.2) ? `,"w":${tensor()}` : ''}${random.chance(0.1) ? `,"x":${tensor()}` : ''}}`,
    `"gradients":[{"of":"y","wrt":["x"],"cotangent":${tensor()}},{"of":"z","wrt":["x"],"accumulate":{"x":${tensor()}}}]`,
    `"jvps":[{"of":["y"],"tangents":{"x":${tensor()}}}]`,
    `"hvps":[{"of":"z","vectors":{"x":${tensor()}}}]`,
    `"gradients":[{"of":"y","wrt":["x"],"batched":true,"cotangent":${tensor([2, ...shape])}}]`,
    `"dtype":"${random.pick(['float32', 'float64'])}"`,
    `"seed":${random.pick(['1', '[1,2,3]', '-0'])}`,
    `"outputs":${random.pick(['["z"]', '["y","z"]', '[1,2]'])}`,
    `"inputs":[${tensor()}]`,
  ];
  const likely = [1, 1, 0.3, 0.3, 0.3, 0.1, 0.3, 0.1, 0.1, 0.03];
  return `{${space(random)}${fields.filter((_, i) => random.chance(likely[i])).join(`,${space(random)}`)}}${space(random)}`;
}

const strange = '[]{},:"\\.-+eE01 \n\u00e9tfnN';

function mutated(random: Random, body: Uint8Array): Uint8Array {
  let bytes = Array.from(body);
  for (let n = random.integer(1, 2); n > 0; n--) {
    const at = random.integer(0, bytes.length - 1);
    const byte = random.chance(0.9)
      ? strange.charCodeAt(random.integer(0, strange.length - 1))
      : random.integer(0, 255);
    const kind = random.integer(0, 4);
    if (kind === 0) bytes[at] = byte;
    else if (kind === 1) bytes.splice(at, 0, byte);
    else if (kind === 2) bytes.splice(at, random.integer(1, 4));
    else if (kind === 3) bytes.splice(at, 0, ...bytes.slice(at, at + random.integer(1, 40)));
    else bytes = bytes.slice(0, random.chance(0.1) ? at : undefined);
  }
  return Uint8Array.from(bytes);
}

// ------------------------------------------------------------------------------------------------------------------

describe(`random bodies, seed ${seed}`, () => {
  test('are read as JSON.parse reads them', async () => {
    const random = createRandom(`${seed}/bodies`);
    let took = 0;
    for (let i = 0; i < rounds(1500); i++) {
      const body = utf8.encode(bodyText(random));
      await expectAlike(body);
      if (takeTensors(body, place, { maxElements: 60, maxDepth: 6 }) !== null) took++;
    }
    expect(took).toBeGreaterThan(500);
  });

  test('broken ones are too, or complained of in the same words', async () => {
    const random = createRandom(`${seed}/broken`);
    for (let i = 0; i < rounds(3000); i++) await expectAlike(mutated(random, utf8.encode(bodyText(random))));
  });

  test('get the same answers and the same complaints', async () => {
    const random = createRandom(`${seed}/answers`);
    // Kept plans take tensors straight into the memory that they compute in.
    const machine = createMachine({ wide: false, fma: true });
    const context = (): EngineContext => ({ limits, now: () => 0, plans: createPlanCache(1e7), machine });
    const answered = { ok: 0, complaint: 0 };
    for (const endpoint of [compute, explain]) {
      const validate = validator(endpoint.request);
      const places = placesOf(endpoint.request)!;
      const [old, fresh] = [context(), context()];
      for (let i = 0; i < rounds(300); i++) {
        const text = bodyText(random);
        const body = utf8.encode(random.chance(0.3) ? text : text.replace('"outputs":[1,2]', '"outputs":["z"]'));
        const answer = async (read: () => unknown, kept: EngineContext): Promise<unknown> => {
          const request = read();
          validate(request);
          const { body: bytes } = await endpoint.work(request, kept);
          return typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);
        };
        const before = await outcome(() => answer(() => parsed(body), old));
        const now = await outcome(() => answer(() => decode(body, 'identity', limits, places, everything), fresh));
        if (now !== before) expect.fail(`${text}\nis answered\n${now}\ninstead of\n${before}`);
        answered[before.startsWith('E_') ? 'complaint' : 'ok']++;
      }
    }
    expect(answered.ok).toBeGreaterThan(50);
    expect(answered.complaint).toBeGreaterThan(50);
  });
});

test('a plan is kept for either form of a tensor', () => {
  const random = createRandom(`${seed}/keys`);
  for (let i = 0; i < 300; i++) {
    const body = utf8.encode(bodyText(random).replace('"inputs":[', '"model":['));
    try {
      expect(planKey(taken(body) as never)).toBe(planKey(parsed(body) as never));
    } catch (error) {
      if (!(error instanceof RequestError || error instanceof TypeError)) throw error;
    }
  }
});

describe('what is taken', () => {
  const take = (body: string) =>
    takeTensors(utf8.encode(body), place, { maxElements: 10, maxDepth: 6, leastElements: 2, leastCharacters: 8 });
  const text = (body: string): string => new TextDecoder().decode(take(body)?.rest);

  test.each([
    ['{"inputs":{"x":[1,2],"y":[1]}}', '{"inputs":{"x":0,"y":[1]}}'],
    ['{"inputs":{"x":{"data":[[1,2]],"shape":[1,2]}}}', '{"inputs":{"x":{"data":0,"shape":[1,2]}}}'],
    ['{"inputs":{"x":{"base64":"AAAAAAAA"}}}', '{"inputs":{"x":{"base64":0}}}'],
    // Whether it is base64 shows when it is decoded.
    ['{"inputs":{"x":{"base64":"AAA_AAAA"}}}', '{"inputs":{"x":{"base64":0}}}'],
    ['{"gradients":[{"cotangent":[1,2],"wrt":[1,2]}]}', '{"gradients":[{"cotangent":0,"wrt":[1,2]}]}'],
    ['{"jvps":[{"tangents":{"a":[1,2],"b":[3,4]}}]}', '{"jvps":[{"tangents":{"a":0,"b":0}}]}'],
    [
      '{"graph":{"nodes":[[1,2]]},"hvps":[{"vectors":{"a":[1,2]}}]}',
      '{"graph":{"nodes":[[1,2]]},"hvps":[{"vectors":{"a":0}}]}',
    ],
  ])('of %s', (body, rest) => {
    expect(text(body)).toBe(rest);
  });

  test.each([
    ['a list of few', '{"inputs":{"x":[1]}}'],
    ['a list of too many', `{"inputs":{"x":[${Array(11).fill(1).join()}]}}`],
    ['a list too deep', '{"inputs":{"x":[[[[[1,2]]]]]}}'],
    ['short base64', '{"inputs":{"x":{"base64":"AAAA"}}}'],
    ['base64 with escapes', '{"inputs":{"x":{"base64":"AAAAAA\\/A"}}}'],
    ['base64 beyond ASCII', '{"inputs":{"x":{"base64":"AAAAAAAé"}}}'],
    ['base64 with a line break', '{"inputs":{"x":{"base64":"AAAAAAA\nA"}}}'],
    ['names that repeat', '{"inputs":{"x":[1,2],"x":3}}'],
    ['inputs that repeat', '{"inputs":{"x":[1,2]},"inputs":{"x":3}}'],
    ['names that repeat in other letters', '{"inputs":{"x":[1,2],"\\u0078":3}}'],
    ['elsewhere', '{"outputs":[1,2],"graph":{"inputs":{"x":[1,2]}}}'],
    ['not an object', '[1,2]'],
    ['nothing', ''],
    ['an open string', '{"inputs":{"x":[1,2]},"program":"y'],
    ['an open object', '{"inputs":{"x":[1,2]'],
  ])('nothing of %s', (_what, body) => {
    expect(take(body)).toBeNull();
  });
});
