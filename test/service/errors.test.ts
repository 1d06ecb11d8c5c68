// Every mistake a request can make: its status, its code and its place, through the running service.

import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningService } from './running.ts';
import { post, startService } from './running.ts';

let service: RunningService;
let compute: string;

beforeAll(async () => {
  service = await startService({
    environment: { WORKERS: '1', BODY_LIMIT_BYTES: '100000', DECOMPRESSED_LIMIT_BYTES: '200000', JSON_DEPTH: '20' },
  });
  compute = `${service.url}/v1/compute`;
});
afterAll(() => service.close());

const square = { program: 'y = x * x', inputs: { x: 3 } };

describe('a body that is not JSON', () => {
  test.each([
    ['', undefined, undefined, 'empty', 'object'],
    ['  \n', undefined, undefined, 'empty', 'object'],
    ['{"inputs": {"x": [1, NaN]}}', 1, 22, 'NaN', '"NaN"'],
    ['{"inputs": {"x":\n [-Infinity]}}', 2, 3, '-Infinity', '"-Infinity"'],
    ['{"mode": None}', 1, 10, 'None', 'null'],
    ['{"debug_nans": True}', 1, 16, 'True', 'true'],
    ["{'program': 1}", 1, 2, "'", 'double quotes'],
    ['{program: 1}', 1, 2, 'program', 'double quotes'],
    ['{"program": "y",}', 1, 17, 'comma', 'trailing'],
    ['{"inputs": [1, 2,]}', 1, 18, 'value', 'trailing'],
    ['{"inputs" 1}', 1, 11, 'colon', undefined],
    ['{"a": 1 "b": 2}', 1, 9, 'comma', undefined],
    ['{"a": [1 2]}', 1, 10, 'comma', undefined],
    ['{"a": [.5]}', 1, 8, '.5', '0.5'],
    ['{"a": [1.]}', 1, 8, '1.', undefined],
    ['{"a": [+1]}', 1, 8, '+1', 'no sign'],
    ['{"a": 1', 1, 8, 'ends', undefined],
    ['{"a": [1', 1, 9, 'ends', undefined],
    ['{"a": "b', 1, 7, 'string', 'line break'],
    ['{"a": "b\n"}', 1, 7, 'string', '\\n'],
    ['{"a": "\\x"}', 1, 7, 'escape', undefined],
    ['{"a": 1} x', 1, 10, 'x', undefined],
    ['// no\n{}', 1, 1, 'comment', 'comments'],
  ])('%j', async (body, line, column, message, hint) => {
    const { status, json } = await post(compute, body);
    expect(json).toMatchObject({ status: 400, code: 'E_JSON', type: '/problems/json' });
    expect(status).toBe(400);
    const [error] = json.errors!;
    expect({ line: error.line, column: error.column }).toEqual({ line, column });
    expect(error.message).toContain(message);
    if (hint === undefined) expect(error).not.toHaveProperty('hint');
    else expect(error.hint).toContain(hint);
  });

  test('bytes that are not UTF-8', async () => {
    const { json } = await post(compute, new Uint8Array([0x22, 0xff, 0x22]));
    expect(json).toMatchObject({ status: 400, code: 'E_JSON', detail: 'The body is not UTF-8.' });
  });

  test('a byte order mark is no mistake', async () => {
    expect((await post(compute, `\uFEFF${JSON.stringify(square)}`)).status).toBe(200);
  });

  test('nested too deep', async () => {
    const { json } = await post(compute, `{"inputs": {"x": ${'['.repeat(30)}1${']'.repeat(30)}}}`);
    expect(json).toMatchObject({ status: 422, code: 'E_LIMIT' });
    expect(json.errors![0].pointer).toBe(`/inputs/x${'/0'.repeat(18)}`);
    expect(json.detail).toContain('20');
  });

  test('brackets that would keep the parser busy are counted first', async () => {
    const body = `{"inputs":\n${'[['.repeat(75_000)}`;
    const { json } = await post(compute, gzipSync(body), { 'content-encoding': 'gzip' });
    expect(json).toMatchObject({ status: 422, code: 'E_LIMIT' });
    expect(json.errors![0]).toMatchObject({ line: 2, column: 20 });
  });

  test('a million brackets', async () => {
    const { json } = await post(compute, '['.repeat(99_999));
    expect(json).toMatchObject({ status: 400, code: 'E_JSON' });
  });
});

describe('a body of another shape', () => {
  const cases: readonly [string, unknown, string, string, string?][] = [
    ['no object', [1], '', 'The body should be an object, and is a list of 1.'],
    ['no computation', {}, '', 'There is no computation'],
    ['two computations', { program: 'y = 1', graph: { nodes: [] } }, '/graph', 'only one'],
    [
      'an unknown field',
      { ...square, gradient: [] },
      '/gradient',
      'There is no field "gradient" here.',
      'Did you mean "gradients"?',
    ],
    ['a field of a later version', { ...square, complex: 'jax' }, '/complex', 'There is no field "complex" here.'],
    [
      'a deep unknown field',
      { ...square, gradients: [{ of: 'y', wrt: [], sparse: true }] },
      '/gradients/0/sparse',
      '"sparse"',
    ],
    [
      'a missing field',
      { ...square, gradients: [{ wrt: ['x'] }] },
      '/gradients/0',
      '"of" is missing, and should be a string.',
    ],
    ['no list', { ...square, gradients: { of: 'y' } }, '/gradients', 'should be a list, and is an object.'],
    ['no string', { program: 3 }, '/program', '"program" should be a string, and is 3.'],
    ['null', { ...square, mode: null }, '/mode', 'should be one of "predict", "train", and is null.'],
    ['no choice', { ...square, mode: 'trian' }, '/mode', '"trian"', 'Did you mean "train"?'],
    ['no whole number', { ...square, seed: 1.5 }, '/seed', 'should be a whole number from'],
    ['no time', { ...square, timeout_ms: 0 }, '/timeout_ms', 'should be a whole number from 1, and is 0.'],
    ['no boolean', { ...square, debug_nans: 'yes' }, '/debug_nans', 'should be true or false, and is "yes".'],
    ['an item of a list', { ...square, outputs: ['y', 3] }, '/outputs/1', 'This item should be a string, and is 3.'],
    ['a name with a slash', { ...square, 'a/b~': 1 }, '/a~1b~0', '"a/b~"'],
    [
      'a field of a node',
      { graph: { nodes: [{ op: 'add', input: [] }] } },
      '/graph/nodes/0/input',
      '"input"',
      'Did you mean "inputs"?',
    ],
  ];
  test.each(cases)('%s', async (_name, body, pointer, message, hint) => {
    const { status, json } = await post(compute, body);
    expect(json).toMatchObject({ status: 400, code: 'E_REQUEST_SHAPE', title: expect.any(String) as string });
    expect(status).toBe(400);
    expect(json.errors![0]).toMatchObject({ pointer, message: expect.stringContaining(message) as string });
    if (hint !== undefined) expect(json.errors![0].hint).toBe(hint);
  });

  test('up to ten mistakes at once', async () => {
    const wrong = Array.from({ length: 5000 }, () => ({ of: 1, wrt: 2 }));
    const { json } = await post(compute, { ...square, gradients: wrong });
    expect(json.errors).toHaveLength(10);
    expect(json.detail).toContain('(10 mistakes');
  });

  test('__proto__ is a name like any other', async () => {
    const { json } = await post(compute, '{"program": "y = 1", "__proto__": {"mode": "x"}}');
    expect(json).toMatchObject({ status: 400, errors: [{ pointer: '/__proto__' }] });
  });
});

describe('what cannot be computed', () => {
  test('a mistake in the program has a line and a column', async () => {
    const { json } = await post(compute, { program: 'a = 1\ny = a + nope', inputs: {} });
    expect(json).toMatchObject({ status: 422, code: 'E_PROGRAM_NAME', errors: [{ line: 2, column: 9 }] });
  });

  test('a mistake in the graph has a pointer', async () => {
    const { json } = await post(compute, {
      graph: { nodes: [{ name: 'y', op: 'tahn', inputs: ['x'] }] },
      inputs: { x: 1 },
    });
    expect(json).toMatchObject({ status: 422, code: 'E_OP_UNKNOWN', errors: [{ pointer: '/graph/nodes/0/op' }] });
    expect(json.errors![0].message + json.errors![0].hint).toContain('"tanh"');
  });

  test('a ragged tensor has a pointer', async () => {
    const { json } = await post(compute, { ...square, inputs: { x: [[1, 2], [3]] } });
    expect(json).toMatchObject({ status: 400, code: 'E_TENSOR_SHAPE', errors: [{ pointer: '/inputs/x/1' }] });
  });

  test('a model that is not registered', async () => {
    const { json } = await post(compute, { model: 'mnist' });
    expect(json).toMatchObject({ status: 404, code: 'E_MODEL_UNKNOWN', errors: [{ pointer: '/model' }] });
  });
});

describe('addresses and methods', () => {
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(service.url + path, init);
    return { response, json: (await response.json()) as { errors: { hint?: string }[] } };
  };

  test('an unknown address', async () => {
    const { json } = await get('/v1/comput?a=1');
    expect(json).toMatchObject({ status: 404, code: 'E_NOT_FOUND', errors: [{ hint: 'Did you mean "/v1/compute"?' }] });
  });

  test('an unknown address that is posted to', async () => {
    const { json } = await get('/v2/infer', { method: 'POST', body: '{}' });
    expect(json).toMatchObject({ status: 404, code: 'E_NOT_FOUND' });
  });

  test.each([
    ['GET', '/v1/compute', 'POST, OPTIONS'],
    ['PUT', '/v1/explain', 'POST, OPTIONS'],
    ['DELETE', '/v1/ops', 'GET, HEAD, OPTIONS'],
    ['POST', '/v1/ops/tanh', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/healthz', 'GET, HEAD, OPTIONS'],
  ])('%s %s', async (method, path, allow) => {
    const { response, json } = await get(path, { method, ...(method === 'GET' ? {} : { body: '{}' }) });
    expect(json).toMatchObject({ status: 405, code: 'E_METHOD' });
    expect(response.headers.get('allow')).toBe(allow);
  });

  test('a wrong escape', async () => {
    const { response, json } = await get('/v1/ops/%zz');
    expect(json).toMatchObject({ status: 400, code: 'E_HTTP' });
    expect(response.headers.get('x-request-id')).toBeTruthy();
  });

  test('a name that is too long', async () => {
    const { json } = await get(`/v1/ops/${'x'.repeat(5000)}`);
    expect(json).toMatchObject({ status: 404, code: 'E_NOT_FOUND' });
  });

  test('the type of a problem leads to its description', async () => {
    const { json } = await post(compute, '');
    const response = await fetch(new URL(String(json['type']), service.url));
    expect(await response.json()).toMatchObject({
      code: 'E_JSON',
      status: 400,
      type: json['type'],
      title: json['title'],
    });
  });
});

describe('content types and encodings', () => {
  const body = JSON.stringify(square);
  const send = (headers: Record<string, string>, bytes: Uint8Array | string = body) => post(compute, bytes, headers);

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
    'application/x-www-form-urlencoded',
  ])('%s is spoken', async (type) => {
    expect((await send({ 'content-type': type })).status).toBe(200);
  });

  test('none at all is spoken', async () => {
    const response = await fetch(compute, { method: 'POST', body: Buffer.from(body) });
    expect(response.status).toBe(200);
  });

  test.each(['text/plain', 'application/xml', 'application/json; charset=latin1', 'nonsense'])(
    '%s is not',
    async (type) => {
      const { json } = await send({ 'content-type': type });
      expect(json).toMatchObject({ status: 415, code: 'E_CONTENT_TYPE' });
      expect(json.detail).toContain('application/json');
    },
  );

  test('gzip and deflate', async () => {
    for (const [coding, bytes] of [
      ['gzip', gzipSync(body)],
      ['deflate', deflateSync(body)],
      ['GZIP', gzipSync(body)],
      ['identity', Buffer.from(body)],
    ] as const) {
      const { status, json } = await send({ 'content-encoding': coding }, bytes);
      expect({ coding, status, json }).toMatchObject({ status: 200, json: { outputs: { y: { data: 9 } } } });
    }
  });

  test('an encoding that is not spoken', async () => {
    const { json, headers } = await send({ 'content-encoding': 'br' });
    expect(json).toMatchObject({ status: 415, code: 'E_CONTENT_ENCODING' });
    expect(headers.get('accept-encoding')).toBe('gzip, deflate');
  });

  test('a body that is not what its encoding says', async () => {
    expect((await send({ 'content-encoding': 'gzip' })).json).toMatchObject({ status: 400, code: 'E_COMPRESSION' });
    const cut = gzipSync(body).subarray(0, -5);
    expect((await send({ 'content-encoding': 'gzip' }, cut)).json).toMatchObject({
      status: 400,
      code: 'E_COMPRESSION',
    });
  });

  test('too large as sent, and too large when decompressed', async () => {
    const large = `{"program": "y = 1${' '.repeat(150_000)}"}`;
    expect((await send({}, large)).json).toMatchObject({ status: 413, code: 'E_BODY_TOO_LARGE' });
    expect((await send({ 'content-encoding': 'gzip' }, gzipSync(large))).status).toBe(200);
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const { json } = await send({ 'content-encoding': 'gzip' }, bomb);
    expect(json).toMatchObject({ status: 413, code: 'E_BODY_TOO_LARGE' });
    expect(json.detail).toContain('200000');
  });
});
