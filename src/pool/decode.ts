// A body's bytes to a JSON value: decompressed, decoded and parsed under limits, each mistake told with its place.

import { inflateSync, gunzipSync } from 'node:zlib';
import type { ParseErrorCode } from 'jsonc-parser';
import { printParseErrorCode, visit } from 'jsonc-parser';
import type { Place } from '../../engine/index.ts';
import { putTensors, takeTensors } from '../../engine/index.ts';
import type { ServiceLimits } from '../../routes/endpoint.ts';
import { RequestError } from '../../routes/errors.ts';
import type { Coding } from './messages.ts';
import { refuseHeavy } from './weigh.ts';

type DecodeLimits = Pick<ServiceLimits, 'decompressed_bytes' | 'json_depth' | 'json_bytes' | 'tensor_elements'>;

/** What is smaller than this JSON.parse reads as fast: bytes of a body, elements of a list, characters of base64. */
const least = { bytes: 1024, elements: 32, characters: 256 };

/**
 * The value that the body holds; throws a RequestError where it holds none. Large tensors at the places where `place` has
 * them are read from the bytes (`takeTensors`).
 */
export function decode(
  body: Uint8Array,
  coding: Coding,
  limits: DecodeLimits,
  place?: Place,
  { bytes: leastBytes, elements, characters } = least,
): unknown {
  const bytes = decompress(body, coding, limits.decompressed_bytes);
  if (place !== undefined && bytes.length >= leastBytes) {
    const sizes = { maxElements: limits.tensor_elements, maxDepth: limits.json_depth };
    const found = takeTensors(bytes, place, { ...sizes, leastElements: elements, leastCharacters: characters });
    if (found !== null) {
      try {
        const value = decodeWhole(found.rest, limits);
        putTensors(value, found.taken);
        return value;
      } catch (error) {
        // A mistake is told with its place in the body, not in the rest.
        if (!(error instanceof RequestError)) throw error;
      }
    }
  }
  return decodeWhole(bytes, limits);
}

function decodeWhole(bytes: Uint8Array, limits: DecodeLimits): unknown {
  refuseDeepBytes(bytes, limits.json_depth);
  refuseHeavy(bytes, limits.json_bytes);
  const value = parse(decodeUtf8(bytes));
  const deep = tooDeep(value, limits.json_depth);
  if (deep !== null) {
    throw new RequestError('E_LIMIT', [
      { pointer: deep, message: `The body is nested more than ${limits.json_depth} levels deep.` },
    ]);
  }
  return value;
}

function decompress(body: Uint8Array, coding: Coding, most: number): Uint8Array {
  if (coding === 'identity') return body;
  try {
    return (coding === 'gzip' ? gunzipSync : inflateSync)(body, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      const message = `The body is larger than ${most} bytes when it is decompressed.`;
      throw new RequestError('E_BODY_TOO_LARGE', [{ message, hint: 'GET /v1/limits tells the limits.' }]);
    }
    const format = coding === 'gzip' ? 'gzip (RFC 1952)' : 'zlib (RFC 1950), which HTTP calls deflate';
    throw new RequestError('E_COMPRESSION', [
      { message: `The body is not ${format}, though its Content-Encoding says ${coding}.` },
    ]);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new RequestError('E_JSON', [
      { message: 'The body is not UTF-8.', hint: 'JSON is sent in UTF-8, whatever the program uses inside.' },
    ]);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw jsonMistake(text, error);
  }
}

/** Stops a visit at the first mistake. */
class Found extends Error {
  readonly code: ParseErrorCode;
  readonly offset: number;
  readonly line: number;
  readonly character: number;

  constructor(code: ParseErrorCode, offset: number, line: number, character: number) {
    super();
    this.code = code;
    this.offset = offset;
    this.line = line;
    this.character = character;
  }
}

/** JSON.parse says what but not always where; the second reader says where, and is only asked when there is a mistake. */
function jsonMistake(text: string, error: unknown): RequestError {
  if (text.trim() === '') {
    const hint = 'Post a JSON object, such as {"program": "y = x * x", "inputs": {"x": 3}}.';
    return new RequestError('E_JSON', [{ message: 'The body is empty.', hint }]);
  }
  try {
    visit(
      text,
      {
        onError(code, offset, _length, line, character) {
          throw new Found(code, offset, line, character);
        },
      },
      { disallowComments: true },
    );
  } catch (found) {
    if (found instanceof Found) {
      const { message, hint } = explain(found.code, text.slice(found.offset));
      return new RequestError('E_JSON', [{ line: found.line + 1, column: found.character + 1, message, hint }]);
    }
  }
  // The second reader saw nothing wrong, or gave up on nesting that the first takes.
  return new RequestError('E_JSON', [{ message: `The body is not JSON: ${(error as Error).message}.` }]);
}

function explain(code: ParseErrorCode, rest: string): { message: string; hint?: string } {
  const word = /^[-+]?[\p{L}\p{N}_.]*/u.exec(rest)![0].slice(0, 24) || rest.slice(0, 1);
  const found = rest === '' ? 'the body ends' : `${JSON.stringify(word)} stands`;
  const here = `${found} where`;
  switch (printParseErrorCode(code)) {
    case 'InvalidSymbol':
      return strayWord(word, rest);
    case 'PropertyNameExpected':
      return rest.startsWith('}')
        ? { message: 'The object ends after a comma.', hint: 'JSON has no trailing commas.' }
        : { message: sentence(`${here} a name in double quotes is expected.`) };
    case 'ValueExpected':
      return /^[\]}]/.test(rest)
        ? { message: `A value is expected before the ${rest[0]}.`, hint: 'JSON has no trailing commas.' }
        : { message: sentence(`${here} a value is expected.`) };
    case 'ColonExpected':
      return { message: sentence(`${here} a colon is expected.`) };
    case 'CommaExpected':
      return { message: sentence(`${here} a comma is expected.`) };
    case 'CloseBraceExpected':
      return { message: sentence(`${here} a comma or the end of the object, }, is expected.`) };
    case 'CloseBracketExpected':
      return { message: sentence(`${here} a comma or the end of the list, ], is expected.`) };
    case 'EndOfFileExpected':
      return { message: sentence(`${here} the body should end: one value is expected.`) };
    case 'InvalidCommentToken':
      return { message: 'A comment stands here.', hint: 'JSON has no comments.' };
    case 'UnexpectedEndOfString':
      return {
        message: 'The string that begins here has no end on its line.',
        hint: 'A line break in it is written \\n.',
      };
    case 'InvalidCharacter':
      return { message: 'The string that begins here has a control character in it.', hint: 'Write it as \\u00XX.' };
    case 'InvalidEscapeCharacter':
    case 'InvalidUnicode':
      return { message: 'The string that begins here has a \\ escape in it that JSON does not have.' };
    default:
      return { message: `${JSON.stringify(word)} is not a number as JSON writes it.` };
  }
}

const sentence = (text: string): string => text.replace(/^the/, 'The');

/** What other languages write where JSON has a word of its own. */
const translations: Readonly<Record<string, string>> = {
  None: 'null',
  undefined: 'null',
  True: 'true',
  False: 'false',
};

function strayWord(word: string, rest: string): { message: string; hint?: string } {
  const message = `${JSON.stringify(word)} is not JSON.`;
  const spelled = /^[-+]?(nan|inf(inity)?)$/i.test(word) ? word.toLowerCase() : undefined;
  if (spelled !== undefined) {
    const name = spelled.endsWith('nan') ? 'NaN' : spelled.startsWith('-') ? '-Infinity' : 'Infinity';
    return { message: `JSON has no ${word}.`, hint: `Write it as a string: "${name}".` };
  }
  if (Object.hasOwn(translations, word)) return { message, hint: `JSON writes ${translations[word]}.` };
  if (word.startsWith("'")) return { message, hint: 'JSON puts strings and names in double quotes.' };
  if (/^[-+]?\./.test(word)) return { message, hint: 'A number begins with a digit: 0.5.' };
  if (word.startsWith('+')) return { message, hint: 'A positive number has no sign.' };
  if (/^[\p{L}_]\w*\s*:/u.test(rest)) return { message, hint: 'JSON puts names in double quotes.' };
  return { message };
}

/** So many brackets are parsed in no time, however deep they are. */
const manyBrackets = 100_000;

const code = (character: string): number => character.charCodeAt(0);
const [quote, backslash, newline] = [code('"'), code('\\'), code('\n')];
const [list, listEnd, object, objectEnd] = [code('['), code(']'), code('{'), code('}')];

/** Whether a byte stands in a body at least so often; native search, so that long lists of numbers cost nothing. */
function standsOften(bytes: Uint8Array, byte: number, often: number): boolean {
  const searched = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = -1;
  for (let n = 0; n < often; n++) {
    at = searched.indexOf(byte, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** A body of nothing but brackets would keep the parser busy for minutes: its depth is counted on the bytes first. */
function refuseDeepBytes(bytes: Uint8Array, most: number): void {
  if (bytes.length < manyBrackets) return;
  if (!standsOften(bytes, list, manyBrackets) && !standsOften(bytes, object, manyBrackets)) return;
  let depth = 0;
  let line = 1;
  let lineStart = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === quote) {
      for (i++; i < bytes.length && bytes[i] !== quote; i++) if (bytes[i] === backslash) i++;
    } else if (byte === list || byte === object) {
      if (++depth > most) {
        throw new RequestError('E_LIMIT', [
          { line, column: i - lineStart + 1, message: `The body is nested more than ${most} levels deep.` },
        ]);
      }
    } else if (byte === listEnd || byte === objectEnd) depth--;
    else if (byte === newline) {
      line++;
      lineStart = i + 1;
    }
  }
}

/** The JSON Pointer of what is nested too deep, or null. Deeper than the limit it does not look. */
function tooDeep(value: unknown, left: number): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (left === 0) return '';
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i];
      if (typeof item !== 'object') continue;
      const found = tooDeep(item, left - 1);
      if (found !== null) return `/${i}${found}`;
    }
    return null;
  }
  for (const [key, item] of Object.entries(value)) {
    const found = tooDeep(item, left - 1);
    if (found !== null) return `/${pointerPart(key)}${found}`;
  }
  return null;
}

/** A key as it stands in a JSON Pointer (RFC 6901). */
const pointerPart = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
