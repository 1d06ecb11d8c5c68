// What is fuzzed: the readers of bodies, of programs and of whole requests, each as a function of bytes that may refuse them and
// must not fail.

import { deflateSync, gzipSync } from 'node:zlib';
import { deepStrictEqual } from 'node:assert/strict';
import type { EngineContext } from '../../engine/index.ts';
import {
  catalogue,
  compute,
  createMachine,
  createPlanCache,
  encode,
  EngineError,
  explain,
} from '../../engine/index.ts';
import { isWorkerEndpoint } from '../../routes/endpoint.ts';
import { RequestError } from '../../routes/errors.ts';
import { endpoints } from '../../routes/index.ts';
import { decode } from '../../src/pool/decode.ts';
import { placesOf } from '../../src/pool/places.ts';
import { validator } from '../../src/pool/validate.ts';

export interface Target {
  readonly seeds: readonly (string | Uint8Array)[];
  readonly words: readonly string[];
  /** Throws on a mistake of ours alone. */
  run(input: Uint8Array): void;
}

/** Small, so that no input takes long. */
const limits = {
  body_bytes: 1e6,
  decompressed_bytes: 1e6,
  json_depth: 64,
  json_bytes: 1e9,
  tensor_elements: 10_000,
  program_chars: 100_000,
  program_steps: 5000,
  nodes: 2000,
  bytes: 1e7,
  flops: 1e6,
  loop_turns: 1000,
  output_bytes: 1e6,
};
const plain: EngineContext = { limits, now: () => 0 };
const compiling: EngineContext = {
  ...plain,
  plans: createPlanCache(1e6),
  machine: createMachine({ wide: false, fma: false }),
};

/** A refusal is an answer; out of stack or of memory, the service says so too. */
function refusable(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (error instanceof EngineError || error instanceof RequestError) return;
    if (
      error instanceof RangeError &&
      /call stack|allocation failed|Invalid (typed )?(array|string) (buffer )?length/.test(error.message)
    ) {
      return;
    }
    throw error;
  }
}

const worker = endpoints.filter(isWorkerEndpoint);
const examples = worker.flatMap(({ examples }) => examples.map(({ body }) => JSON.stringify(body)));
const prepared = worker.map((endpoint) => ({
  ...endpoint,
  validate: validator(endpoint.request),
  place: placesOf(endpoint.request),
}));

const json = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  'true',
  'null',
  '-0.0',
  '1e308',
  '1e-320',
  '"NaN"',
  '"-Infinity"',
  '\\u0000',
  '\\ud800',
];
const names = ['__proto__', 'constructor', 'toString', 'x', 'y'];
const fields = [
  'dtype',
  'shape',
  'data',
  'base64',
  'program',
  'graph',
  'nodes',
  'inputs',
  'outputs',
  'attrs',
  'functions',
  'op',
]
  .concat([
    'name',
    'of',
    'wrt',
    'gradients',
    'jvps',
    'tangents',
    'jacobians',
    'sparse',
    'hessians',
    'hvps',
    'vectors',
    'batch',
  ])
  .concat([
    'cotangent',
    'accumulate',
    'batched',
    'mode',
    'seed',
    'encoding',
    'debug_nans',
    'float32',
    'int64',
    'bool',
    'AAAA',
    '==',
  ])
  .map((field) => JSON.stringify(field));
const ops = catalogue().map(({ name }) => name);
const python =
  'def return lambda for in if else elif while pass not and or is None True False import from as range len jnp. jax. lax. ** // @ == != <= >= -> := ... : ; # \\ \' """ \n \n\t \n  axis= dtype='.split(
    / (?=\S)/,
  );
const calls = ops
  .map((op) => `jnp.${op}(`)
  .concat('jax.grad( jax.vmap( jax.jvp( jax.vjp( jax.hessian( jax.jacfwd( jax.lax.scan( jax.lax.cond('.split(' '));

const packings = [(bytes: Uint8Array) => bytes, gzipSync, deflateSync];
const codings = ['identity', 'gzip', 'deflate'] as const;

export const targets = {
  /** The first byte, a digit, tells the coding: 0 none, 1 gzip, 2 deflate, as the bytes stand; 4 and 5, packed here first. */
  body: {
    seeds: [
      ...examples.slice(0, 6).map((body) => `0${body}`),
      ...[0, 4, 5].map((coding) => `${coding}{"a":[1.5,-2e3,"NaN"],"b":{"data":[[1],[2]]}}`),
      Buffer.concat([Buffer.from('1'), gzipSync('{"a":1}')]),
      Buffer.concat([Buffer.from('2'), deflateSync('{"a":1}')]),
    ],
    words: [...json, ...names.map((name) => JSON.stringify(name))],
    run(input) {
      const [first = 0] = input;
      const coding = codings[first % 3];
      refusable(() => {
        const rest = input.subarray(1);
        decode(first & 4 ? packings[first % 3](rest) : rest, coding, limits);
      });
    },
  },
  /** Tensors read from the bytes are those that JSON.parse reads. */
  tensors: {
    seeds: ['[1,2,3]', '[[1.5],[-2e-3]]', '["NaN","Infinity"]', '{"dtype":"float32","shape":[2],"data":[1,2]}'],
    words: [...json, '{"dtype":"int64","shape":[1],"base64":"AAAAAAAAAAA="}', '9223372036854775807', '0.1', '5e-324'],
    run(input) {
      const body = Buffer.concat([Buffer.from('{"program":"y = x","inputs":{"x":'), input, Buffer.from('}}')]);
      const [{ validate, place }] = prepared;
      const least = [1, Infinity].map((elements) => ({ bytes: 0, elements, characters: elements }));
      const answers = least.map((from) => {
        let answer: unknown;
        refusable(() => {
          const request = decode(body, 'identity', limits, place, from);
          validate(request);
          answer = encodable(compute(request as Parameters<typeof compute>[0], plain).outputs);
        });
        return answer;
      });
      deepStrictEqual(answers[0], answers[1]);
    },
  },
  program: {
    seeds: worker
      .flatMap(({ examples }) => examples.map(({ body }) => body['program']))
      .filter((program) => typeof program === 'string'),
    words: [...python, ...calls, ...names, '0', '1.5', '1e308', '(x, y)', '[0]', '[:, None]', '[::-1]'],
    run(input) {
      const program = Buffer.from(input).toString();
      refusable(() => {
        const inputs = {
          x: [
            [1, 2],
            [3, 4],
          ],
          w: [[1], [2]],
          p: [2, 0],
          n: { dtype: 'int64', data: [0, 1] },
        } as const;
        compute({ program, inputs }, plain);
      });
    },
  },
  /** Whole requests, computed twice: the second time compiled. */
  request: {
    seeds: examples,
    words: [...json, ...names, ...fields, ...ops.map((op) => JSON.stringify(op)), ...calls],
    run(input) {
      const { validate, place } = prepared[0];
      refusable(() => {
        const request = decode(input, 'identity', limits, place, { bytes: 0, elements: 2, characters: 4 });
        validate(request);
        const asked = request as Parameters<typeof compute>[0];
        const [first, second] = [0, 1].map(() => encodable(results(compute(asked, compiling))));
        deepStrictEqual(first, second);
        explain(asked, plain);
      });
    },
  },
} as const satisfies Readonly<Record<string, Target>>;

/** All but the times. */
const results = ({ stats: _stats, ...rest }: ReturnType<typeof compute>): object => rest;

/** As it would be sent: NaN and minus zero are told apart in it. */
const encodable = (value: unknown): string => Buffer.from(encode(value)).toString();
