// HTTP messages as bytes: framing that hides a second request, lengths that lie, addresses and headers out of bounds.

import type { RawCase } from './case.ts';

const ok = '{"program":"y = 1"}';
const host = 'host: x\r\n';
const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\n${host}${headers}\r\n`;
const post = (headers: string, body = '') => `POST /v1/compute HTTP/1.1\r\n${host}${headers}\r\n${body}`;
const sized = (headers: string, body = ok) => post(`content-length: ${Buffer.byteLength(body)}\r\n${headers}`, body);
const chunked = (body: string, headers = '') => post(`transfer-encoding: chunked\r\n${headers}`, body);
const one = `13\r\n${ok}\r\n0\r\n\r\n`;
const latin1 = (text: string) => Buffer.from(text, 'latin1');

const [malformed, gone, wrongMethod] = [
  { status: 400, code: 'E_HTTP' },
  { status: 404, code: 'E_NOT_FOUND' },
  { status: 405, code: 'E_METHOD' },
] as const;
const tooLarge = { status: 413, code: 'E_BODY_TOO_LARGE' } as const;
const headersTooLarge = { status: 431, code: 'E_HEADERS_TOO_LARGE' } as const;
const late = { status: 408, code: 'E_REQUEST_TIMEOUT' } as const;
const fine = { status: 200 } as const;

const named = (expected: { status: number; code?: string }, cases: Readonly<Record<string, string | Uint8Array>>) =>
  Object.entries(cases).map(([name, bytes]): RawCase => ({ name, bytes, ...expected }));

export const messages: readonly RawCase[] = [
  ...named(fine, {
    'a plain request': sized(''),
    'a chunked one': chunked(one),
    'a chunk extension': chunked(`13;a=b\r\n${ok}\r\n0\r\n\r\n`),
    'HTTP/1.0 without Host': 'GET /healthz HTTP/1.0\r\n\r\n',
    'an expectation that is met': sized('expect: 100-continue\r\n'),
    'an upgrade to WebSocket is not taken up': get('/healthz', 'connection: upgrade\r\nupgrade: websocket\r\n'),
    'an upgrade to HTTP/2 is not taken up': get('/healthz', 'connection: upgrade, http2-settings\r\nupgrade: h2c\r\n'),
    'a GET with a body': get('/healthz', `content-length: ${ok.length}\r\n`) + ok,
    'a GET with chunks': get('/healthz', 'transfer-encoding: chunked\r\n') + one,
    'an absolute address': get('http://elsewhere.example/healthz'),
    'a long query': get(`/healthz?${'a=b&'.repeat(3000)}`),
    'empty lines first': `\r\n\r\n${get('/healthz')}`,
    'bytes beyond ASCII in a header': latin1(get('/healthz', 'x-a: \x80\xff\r\n')),
    'an absurd Accept': get('/v1/ops/tanh', `accept: ${'a/b;q=0.1,'.repeat(1000)}\r\n`),
    'an Accept of nothing': get('/v1/ops/tanh', 'accept: */*;q=0\r\n'),
    'an Accept-Encoding of nothing': get('/v1/ops/tanh', 'accept-encoding: identity;q=0, *;q=0\r\n'),
    'a thousand addresses in X-Forwarded-For': get('/healthz', `x-forwarded-for: ${'1.2.3.4,'.repeat(1000)}\r\n`),
    'twenty requests at once': get('/healthz').repeat(20),
    'a content type of semicolons': sized(`content-type: application/json${';'.repeat(8000)}\r\n`),
    'an HTTP/1.1 keep-alive from the last century': get('/healthz', 'connection: Keep-Alive\r\nkeep-alive: 999999\r\n'),
  }),
  ...named({ status: 204 }, { 'OPTIONS of everything': `OPTIONS * HTTP/1.1\r\n${host}\r\n` }),
  ...named(malformed, {
    'no HTTP': 'nonsense\r\n\r\n',
    'a TLS handshake': Buffer.from('16030100a5010000a10303', 'hex'),
    'a SOCKS greeting': Buffer.from('050100', 'hex'),
    zeros: Buffer.alloc(100),
    noise: Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 97 + 13) & 255)),
    'HTTP/0.9': 'GET /healthz\r\n\r\n',
    'HTTP/1.2': `GET /healthz HTTP/1.2\r\n${host}\r\n`,
    'HTTP/2.0 in a line of HTTP/1': `GET /healthz HTTP/2.0\r\n${host}\r\n`,
    'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'no Host': 'GET /healthz HTTP/1.1\r\n\r\n',
    'two Hosts': get('/healthz', 'Host: y\r\n'),
    'a method in small letters': `get /healthz HTTP/1.1\r\n${host}\r\n`,
    'a method that there is not': `BREW /healthz HTTP/1.1\r\n${host}\r\n`,
    'tabs in the first line': `GET\t/healthz\tHTTP/1.1\r\n${host}\r\n`,
    'an address without a slash': get('healthz'),
    'an address with a NUL': get('/healthz\0'),
    'an address in UTF-8': Buffer.from(get('/v1/ops/é')),
    'a GET of *': get('*'),
    'a GET of an authority': get('elsewhere.example:80'),
    'a wrong escape': get('/v1/ops/%zz'),
    'an escape that is not UTF-8': get('/v1/ops/%ff'),
    'an escape that is overlong UTF-8': get('/docs/static/%c0%ae%c0%ae/'),
    'a header without a colon': get('/healthz', 'nonsense\r\n'),
    'a header without a name': get('/healthz', ': x\r\n'),
    'a header name with a space': get('/healthz', 'a b: x\r\n'),
    'a header with a NUL': get('/healthz', 'a: b\0c\r\n'),
    'a header with a control character': get('/healthz', 'a: \x01\r\n'),
    'a folded header': sized('x-a: b\r\n c\r\n'),
    'a folded Transfer-Encoding': post('transfer-encoding:\r\n chunked\r\n', one),
    'lines that end in LF': `POST /v1/compute HTTP/1.1\nhost: x\ncontent-length: ${ok.length}\n\n${ok}`,
    'lines that end in CR': 'GET /healthz HTTP/1.1\rhost: x\r\r',
    'a length and chunks': post('content-length: 3\r\ntransfer-encoding: chunked\r\n', '0\r\n\r\n'),
    'chunks and a length': post('transfer-encoding: chunked\r\ncontent-length: 3\r\n', '0\r\n\r\n'),
    'the same length twice': sized(`content-length: ${ok.length}\r\n`),
    'two lengths': sized('content-length: 5\r\n'),
    'a list of lengths': post(`content-length: ${ok.length}, ${ok.length}\r\n`, ok),
    'a length with a sign': post(`content-length: +${ok.length}\r\n`, ok),
    'a negative length': post('content-length: -1\r\n', ok),
    'a hexadecimal length': post('content-length: 0x13\r\n', ok),
    'a fractional length': post('content-length: 19.0\r\n', ok),
    'a length beyond 64 bits': post('content-length: 99999999999999999999999\r\n', ok),
    'an empty length': post('content-length: \r\n', ok),
    'Transfer-Encoding identity': post(`transfer-encoding: identity\r\ncontent-length: ${ok.length}\r\n`, ok),
    'chunked, then gzip': post('transfer-encoding: chunked, gzip\r\n', '0\r\n\r\n'),
    'gzip, then chunked': post('transfer-encoding: gzip, chunked\r\n', one),
    'chunked twice': post('transfer-encoding: chunked, chunked\r\n', one),
    'two Transfer-Encodings': post('transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n', '0\r\n\r\n'),
    'a Transfer-Encoding that is almost chunked': post('transfer-encoding: xchunked\r\n', '0\r\n\r\n'),
    'a Transfer-Encoding in quotes': post('transfer-encoding: "chunked"\r\n', one),
    'a space before the colon': post('transfer-encoding : chunked\r\n', '0\r\n\r\n'),
    'a vertical tab before chunked': post('transfer-encoding: \x0bchunked\r\n', '0\r\n\r\n'),
    'a chunk size that is none': chunked('zz\r\nab\r\n0\r\n\r\n'),
    'a negative chunk size': chunked('-1\r\nab\r\n0\r\n\r\n'),
    'a chunk size with 0x': chunked(`0x13\r\n${ok}\r\n0\r\n\r\n`),
    'a chunk size beyond 64 bits': chunked('FFFFFFFFFFFFFFFFF\r\nab'),
    'a chunk longer than its size': chunked('2\r\nabX\r\n0\r\n\r\n'),
    'chunks that end in LF': chunked(`13\n${ok}\n0\n\n`),
    'a length in the trailer': chunked(`13\r\n${ok}\r\n0\r\ncontent-length: 9\r\n\r\n`),
    'a path that climbs': get('/docs/static/../../../etc/passwd'),
    'a path that climbs in escapes': get('/docs/static/%2e%2e/%2e%2e/package.json'),
    'a path that climbs by backslashes': get('/docs/static/..\\..\\package.json'),
  }),
  ...named(gone, {
    'a path that climbs in escaped slashes': get('/docs/static/..%2f..%2f..%2fetc%2fpasswd'),
    'a long address': get(`/${'a'.repeat(10_000)}`),
    'a long name': get(`/v1/ops/${'a'.repeat(10_000)}`),
    'two slashes': get('//healthz'),
    'two slashes and a host': get('//elsewhere.example/%2f..'),
    'a parameter in the path': get('/healthz;x=1'),
    'an op of the name __proto__': get('/v1/ops/__proto__'),
    'an op of the name constructor': get('/v1/ops/constructor'),
    'a kind of problem of the name __proto__': get('/problems/__proto__'),
    'a kind of problem of the name toString': get('/problems/toString'),
    'an op of the name NUL': get('/v1/ops/%00'),
    'an op with an escaped line break': get('/v1/ops/a%0d%0aset-cookie:%20a'),
    'a key where none are taken': get('/k/ctg_secret/v1/ops'),
    'a method override': `POST /v1/nowhere HTTP/1.1\r\n${host}x-http-method-override: GET\r\ncontent-length: 0\r\n\r\n`,
  }),
  ...named(wrongMethod, {
    TRACE: `TRACE /healthz HTTP/1.1\r\n${host}cookie: secret\r\n\r\n`,
    CONNECT: 'CONNECT elsewhere.example:443 HTTP/1.1\r\nhost: elsewhere.example\r\n\r\n',
    'CONNECT to here': `CONNECT /v1/compute HTTP/1.1\r\n${host}\r\n`,
    QUERY: `QUERY /v1/compute HTTP/1.1\r\n${host}content-length: 2\r\n\r\n{}`,
    PROPFIND: `PROPFIND /v1/compute HTTP/1.1\r\n${host}content-length: 2\r\n\r\n{}`,
    'M-SEARCH': `M-SEARCH /healthz HTTP/1.1\r\n${host}\r\n`,
    PURGE: `PURGE /v1/ops/tanh HTTP/1.1\r\n${host}\r\n`,
    'DELETE with a body': `DELETE /v1/explain HTTP/1.1\r\n${host}content-length: 2\r\n\r\n{}`,
    'GET of what is posted': get('/v1/compute'),
    'POST to the reference page': `POST /docs HTTP/1.1\r\n${host}content-length: 0\r\n\r\n`,
  }),
  ...named(
    { status: 405 },
    { 'HEAD of what is posted': `HEAD /v1/compute HTTP/1.1\r\n${host}connection: close\r\n\r\n` },
  ),
  ...named({ status: 417, code: 'E_EXPECTATION' }, { 'an expectation that is not met': sized('expect: tea\r\n') }),
  ...named(tooLarge, {
    'a length over the limit': post('content-length: 99999999999\r\n', ok),
    'chunks over the limit': chunked(`186A01\r\n${'x'.repeat(0x186a01)}\r\n0\r\n\r\n`),
    'a huge chunk extension': chunked(`13;a=${'b'.repeat(20_000)}\r\n${ok}\r\n0\r\n\r\n`),
  }),
  ...named(headersTooLarge, {
    'a huge header': get('/healthz', `a: ${'b'.repeat(20_000)}\r\n`),
    'a header with a huge name': get('/healthz', `${'a'.repeat(20_000)}: b\r\n`),
    'a thousand headers': get('/healthz', Array.from({ length: 2500 }, (_, i) => `a${i}: b\r\n`).join('')),
    'a huge address': get(`/${'a'.repeat(100_000)}`),
    'a huge trailer': chunked(`13\r\n${ok}\r\n0\r\nx-t: ${'a'.repeat(30_000)}\r\n\r\n`),
  }),
  ...named(
    { status: 415, code: 'E_CONTENT_TYPE' },
    {
      'a huge content type': sized(`content-type: ${'a'.repeat(10_000)}\r\n`),
      'a content type with a line separator': sized('content-type: application/\x85json\r\n'),
      'a relative of JSON': sized('content-type: application/json-patch+json\r\n'),
    },
  ),
  ...named(
    { status: 415, code: 'E_CONTENT_ENCODING' },
    {
      'gzip twice': sized('content-encoding: gzip, gzip\r\n'),
      'two Content-Encodings': sized('content-encoding: gzip\r\ncontent-encoding: gzip\r\n'),
    },
  ),
  ...named(late, {
    'headers that do not end': 'GET /healthz HTTP/1.1\r\nhost',
    'a body that does not end': post('content-length: 100\r\n', '{'),
    'a chunk that does not end': chunked('FFFF\r\nab'),
    'chunks that do not end': chunked(`13\r\n${ok}\r\n`),
    nothing: '',
  }),
];
