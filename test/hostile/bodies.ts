// Bodies that are not what they say: JSON that is none, text that is no text, compressed bytes that lie.

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { RequestCase } from './case.ts';

const ok = '{"program":"y = x","inputs":{"x":1}}';
const gzip = { 'content-encoding': 'gzip' };
const deflate = { 'content-encoding': 'deflate' };
const bytes = (...values: number[]) => Uint8Array.from(values);
const join = (...parts: (string | Uint8Array)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const json = (status: number, code: string | undefined, cases: Readonly<Record<string, string | Uint8Array>>) =>
  Object.entries(cases).map(([name, body]): RequestCase => ({
    name,
    body,
    status,
    ...(code !== undefined && { code }),
  }));
const packed = (
  status: number,
  code: string | undefined,
  headers: Readonly<Record<string, string>>,
  cases: Readonly<Record<string, string | Uint8Array>>,
) =>
  json(status, code, cases).map((c): RequestCase => ({
    ...c,
    name: `${headers['content-encoding']}: ${c.name}`,
    headers,
  }));

const inputs = (x: string) => `{"program":"y = x","inputs":{"x":${x}}}`;
/** Long enough that the numbers are read from the bytes, and not by JSON.parse. */
const long = (last: string) => inputs(`[${'0.5,'.repeat(2000)}${last}]`);

export const bodies: readonly RequestCase[] = [
  ...json(400, 'E_JSON', {
    nothing: '',
    'white space': ' \n\t\r ',
    'a NUL': '\0',
    'a byte order mark alone': '\uFEFF',
    'a byte order mark, twice': `\uFEFF\uFEFF${ok}`,
    'UTF-16': Buffer.from(`\uFEFF${ok}`, 'utf16le'),
    'UTF-32': Buffer.from(Array.from(ok).flatMap((c) => [c.codePointAt(0)!, 0, 0, 0])),
    'half of a body': ok.slice(0, -5),
    'two bodies': ok + ok,
    'a body and a NUL': `${ok}\0`,
    'lines of JSON': `${ok}\n${ok}\n`,
    'a form': 'program=y+%3D+x&inputs=1',
    XML: '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    YAML: 'program: y = x\ninputs: {x: 1}\n',
    'single quotes': "{'program':'y = 1'}",
    'a comment': '{/* a */"program":"y = 1"}',
    'a trailing comma': '{"program":"y = 1",}',
    'a leading zero': inputs('01'),
    'a hexadecimal number': inputs('0x10'),
    'a number with a plus': inputs('+1'),
    'a number without digits before the point': inputs('.5'),
    'a number without digits behind it': inputs('1.'),
    'a number with an empty exponent': inputs('1e'),
    'a number with two points': inputs('1.2.3'),
    'a number with underscores': inputs('1_000'),
    'a number with a suffix': inputs('1n'),
    'two signs': inputs('--1'),
    NaN: inputs('NaN'),
    '-NaN': inputs('-NaN'),
    Infinity: inputs('Infinity'),
    '-Infinity': inputs('-Infinity'),
    nan: inputs('[1,nan]'),
    inf: inputs('[inf]'),
    undefined: inputs('undefined'),
    None: inputs('None'),
    'NaN behind many numbers': long('NaN'),
    'a bad number behind many': long('1.2.3'),
    'nothing behind many numbers': long(''),
    'a bracket too few behind many': long('0').slice(0, -3),
    'a control character in a string': '{"program":"y = \u0001"}',
    'a line break in a string': '{"program":"y = 1\n"}',
    'a bad escape': '{"program":"\\x41"}',
    'half of an escape': '{"program":"\\u00"}',
    'a million brackets': '['.repeat(99_999),
    'a million braces': '{"a":'.repeat(20_000),
    'bytes that are no UTF-8': join('{"program":"', bytes(0xff, 0xfe), '"}'),
    'overlong UTF-8': join('{"program":"', bytes(0xc0, 0xaf), '"}'),
    'half of a character': join('{"program":"', bytes(0xe2, 0x82), '"}'),
    'a surrogate in UTF-8': join('{"program":"', bytes(0xed, 0xa0, 0x80), '"}'),
    'a character beyond Unicode': join('{"program":"', bytes(0xf5, 0x80, 0x80, 0x80), '"}'),
    'no UTF-8 behind many numbers': join(long('1').slice(0, -1), ',"outputs":["', bytes(0xff), '"]}'),
  }),
  ...json(400, 'E_REQUEST_SHAPE', {
    'a number': '1',
    null: 'null',
    'a list': '[]',
    'a string': '"y = x"',
    'an empty object': '{}',
    'a list of bodies': `[${ok}]`,
    'a lone surrogate for a field': '{"\\ud800":1}',
    'a field of the name __proto__': '{"program":"y = 1","__proto__":{"inputs":{}}}',
    'a field of the name constructor': '{"program":"y = 1","constructor":{"prototype":{"a":1}}}',
    'a field of the name toString': '{"program":"y = 1","toString":1}',
    'an empty name': '{"program":"y = 1","":1}',
    'a name of a megabyte': `{"${'n'.repeat(1_000_000)}":1}`,
    'ten thousand unknown fields': `{${Array.from({ length: 10_000 }, (_, i) => `"f${i}":1`).join()}}`,
  }),
  ...json(422, 'E_LIMIT', {
    'nested too deep': inputs('['.repeat(200) + ']'.repeat(200)),
    'nested far too deep': inputs('['.repeat(200_000) + ']'.repeat(200_000)),
    'objects nested too deep': `{"graph":${'{"a":'.repeat(200)}1${'}'.repeat(201)}`,
    'deep in an unknown field': `{"program":"y = 1","x":${'['.repeat(300)}${']'.repeat(300)}}`,
  }),
  ...json(200, undefined, {
    'a byte order mark': `\uFEFF${ok}`,
    'the last of two equal fields counts': '{"program":"oops","program":"y = x","inputs":{"x":1}}',
    'the last of two equal inputs counts': `{"program":"y = x","inputs":{"x":[${'1,'.repeat(2000)}1],"x":2}}`,
    'escaped letters of a name': '{"\\u0070rogram":"y = x","inputs":{"\\u0078":1}}',
    'the largest double': inputs('1.7976931348623157e308'),
    'less than the smallest double': inputs('1e-400'),
    'an exponent of many digits': inputs('1e-99999999999999999999'),
    'a number of many digits': inputs(`0.${'1'.repeat(100_000)}`),
    'a number of many zeros': inputs(`${'0'.repeat(1)}.${'0'.repeat(100_000)}1`),
    'minus zero': inputs('-0'),
    'a tensor without elements': inputs('[]'),
  }),
  ...json(400, 'E_NUMBER_OVERFLOW', {
    'more than the largest double': inputs('1e400'),
    'more than that behind many': long('1e400'),
    'an exponent of many nines': inputs('1e99999999999999999999'),
    'a whole number of many digits': inputs('9'.repeat(400)),
  }),
  ...packed(200, undefined, gzip, {
    'a body': gzipSync(ok),
    'a body in two members': join(gzipSync(ok.slice(0, 9)), gzipSync(ok.slice(9))),
    'a body in stored blocks': gzipSync(ok, { level: 0 }),
    'a name and a comment in its header': join(
      bytes(0x1f, 0x8b, 8, 0x18, 0, 0, 0, 0, 0, 3),
      'a\0b\0',
      gzipSync(ok).subarray(10),
    ),
    'zeros behind it': join(gzipSync(ok), new Uint8Array(100)),
  }),
  ...packed(400, 'E_COMPRESSION', gzip, {
    nothing: '',
    'no gzip': ok,
    'the first byte': gzipSync(ok).subarray(0, 1),
    'its header alone': gzipSync(ok).subarray(0, 10),
    'all but its last byte': gzipSync(ok).subarray(0, -1),
    'a wrong check sum': flip(gzipSync(ok), -8),
    'a wrong size': flip(gzipSync(ok), -1),
    'a wrong method': flip(gzipSync(ok), 2),
    'a wrong block': flip(gzipSync(ok), 12),
    zlib: deflateSync(ok),
    Brotli: brotliCompressSync(ok),
    'a second member that is cut': join(gzipSync(ok), gzipSync(ok).subarray(0, 8)),
  }),
  ...packed(400, 'E_JSON', gzip, {
    'an empty body': gzipSync(''),
    'a body in gzip, twice': gzipSync(gzipSync(ok)),
    'no UTF-8': gzipSync(bytes(0xff, 0xfe)),
    'a megabyte of NUL': gzipSync(new Uint8Array(1_000_000)),
  }),
  ...packed(413, 'E_BODY_TOO_LARGE', gzip, {
    'a bomb of 100 MB': gzipSync(new Uint8Array(100_000_000)),
    'a bomb of spaces before a body': gzipSync(`${' '.repeat(20_000_000)}${ok}`),
    'a bomb of many members': join(...Array.from({ length: 200 }, () => gzipSync(new Uint8Array(100_000)))),
    'a bomb of brackets': gzipSync('['.repeat(20_000_000)),
  }),
  ...packed(200, undefined, deflate, { 'a body': deflateSync(ok) }),
  ...packed(400, 'E_COMPRESSION', deflate, {
    nothing: '',
    'no zlib': ok,
    'raw deflate': deflateRawSync(ok),
    gzip: gzipSync(ok),
    'all but its last byte': deflateSync(ok).subarray(0, -1),
    'a wrong check sum': flip(deflateSync(ok), -1),
    'a dictionary that nobody has': deflateSync(ok, { dictionary: Buffer.from('program inputs') }),
  }),
  ...packed(413, 'E_BODY_TOO_LARGE', deflate, { 'a bomb of 100 MB': deflateSync(new Uint8Array(100_000_000)) }),
  ...packed(415, 'E_CONTENT_ENCODING', { 'content-encoding': 'br' }, { Brotli: brotliCompressSync(ok) }),
  ...packed(415, 'E_CONTENT_ENCODING', { 'content-encoding': 'zstd' }, { anything: ok }),
  ...packed(415, 'E_CONTENT_ENCODING', { 'content-encoding': 'compress' }, { anything: ok }),
  ...packed(415, 'E_CONTENT_ENCODING', { 'content-encoding': '__proto__' }, { anything: ok }),
];

/** One bit of one byte changed; from the end where `at` is negative. */
function flip(packed: Buffer, at: number): Uint8Array {
  const copy = Uint8Array.from(packed);
  copy[at < 0 ? copy.length + at : at] ^= 0x10;
  return copy;
}
