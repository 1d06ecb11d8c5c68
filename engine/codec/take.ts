// Reads the large tensors of a JSON body straight from its bytes, so that JSON.parse sees the rest alone.

import { ListReader, plainStringEnd } from './codec.ts';
import type { NumberList } from './lists.ts';
import { Base64Text } from './lists.ts';

/** What may stand at a place of a body: a tensor, or an object or list with such places in it. */
export type Place =
  | 'tensor'
  | {
      /** By name; `names` for every other name. */
      readonly fields?: ReadonlyMap<string, Place>;
      readonly names?: Place;
      readonly items?: Place;
    };

export interface TakeOptions {
  /** Elements that a tensor may have; longer lists stay. */
  readonly maxElements: number;
  /** How deep a body may be nested; deeper lists stay. */
  readonly maxDepth: number;
  /** Shorter lists stay: reading them costs more than it saves. */
  readonly leastElements?: number;
  /** Shorter strings stay. */
  readonly leastCharacters?: number;
}

interface Taken {
  readonly path: readonly (string | number)[];
  readonly value: NumberList | Base64Text;
}

/**
 * Takes what it can read out of the places where tensors may stand. `rest` is the body with 0 in place of each: where that is
 * JSON, `putTensors` makes of its value the body's own, with `NumberList` for nested lists and `Base64Text` for strings. Null
 * where nothing was taken, which says nothing of the body: neither what it cannot read nor a mistake is this reader's business.
 */
export function takeTensors(
  body: Uint8Array,
  place: Place,
  options: TakeOptions,
): { readonly rest: Uint8Array; readonly taken: readonly Taken[] } | null {
  // What is a tensor as a whole has no rest.
  if (place === 'tensor') return null;
  const scanner = new Scanner(body, options);
  try {
    scanner.value(place, []);
  } catch (error) {
    if (error instanceof Unread) return null;
    throw error;
  }
  return scanner.taken.length === 0 ? null : { rest: scanner.rest(), taken: scanner.taken };
}

/** Puts what was taken into the value of the rest; changes the value. */
export function putTensors(value: unknown, taken: readonly Taken[]): void {
  for (const { path, value: tensor } of taken) {
    let at = value as Record<string | number, unknown>;
    for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
    at[path.at(-1)!] = tensor;
  }
}

/** The body is strange enough to be read by JSON.parse alone. */
class Unread extends Error {}

const code = (character: string): number => character.charCodeAt(0);
const [quote, backslash, comma, colon] = [code('"'), code('\\'), code(','), code(':')];
const [list, listEnd, object, objectEnd] = [code('['), code(']'), code('{'), code('}')];
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

const described: ReadonlyMap<string, 'list' | 'base64'> = new Map([
  ['data', 'list'],
  ['base64', 'base64'],
]);

type Target = Place | 'list' | 'base64' | undefined;
type Path = readonly (string | number)[];

class Scanner {
  readonly #bytes: Uint8Array;
  readonly #options: TakeOptions;
  readonly #reader: ListReader;
  readonly #pieces: Uint8Array[] = [];
  #at = 0;
  /** Where the piece begins that is not yet in `pieces`. */
  #from = 0;
  readonly taken: Taken[] = [];

  constructor(bytes: Uint8Array, options: TakeOptions) {
    this.#bytes = bytes;
    this.#options = options;
    this.#reader = new ListReader(bytes, options.maxElements);
  }

  /** Moves past the value that begins after white space, and takes what stands in its places. */
  value(target: Target, path: Path): void {
    this.#space();
    const byte = this.#bytes[this.#at];
    if (byte === list && (target === 'tensor' || target === 'list')) this.#list(path);
    else if (byte === quote && target === 'base64') this.#base64(path);
    else if (byte === object && target === 'tensor') this.#members(path, (key) => described.get(key));
    else if (typeof target !== 'object') this.#skip();
    else if (byte === object) this.#members(path, (key) => target.fields?.get(key) ?? target.names);
    else if (byte === list && target.items !== undefined) this.#items(path, target.items);
    else this.#skip();
  }

  /** The body with 0 for everything that was taken. */
  rest(): Uint8Array {
    const pieces = [...this.#pieces, this.#bytes.subarray(this.#from)];
    const rest = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0) + pieces.length - 1);
    let at = 0;
    for (const piece of pieces) {
      if (at > 0) rest[at++] = code('0');
      rest.set(piece, at);
      at += piece.length;
    }
    return rest;
  }

  #take(path: Path, value: NumberList | Base64Text, end: number): void {
    this.taken.push({ path, value });
    this.#pieces.push(this.#bytes.subarray(this.#from, this.#at));
    this.#from = end;
  }

  #list(path: Path): void {
    const { leastElements = 0, maxDepth } = this.#options;
    const read = this.#reader.read(this.#at);
    if (read === null) {
      this.#skip();
      return;
    }
    const { list: numbers, end, count } = read;
    if (count >= leastElements && path.length + numbers.shape.length <= maxDepth) this.#take(path, numbers, end);
    this.#at = end;
  }

  #base64(path: Path): void {
    const { leastCharacters = 0 } = this.#options;
    const start = this.#at + 1;
    const stop = plainStringEnd(this.#bytes, start);
    if (stop === null) {
      this.#skip();
      return;
    }
    if (stop - start >= leastCharacters) this.#take(path, new Base64Text(this.#bytes.subarray(start, stop)), stop + 1);
    this.#at = stop + 1;
  }

  #members(path: Path, targetOf: (key: string) => Target): void {
    const seen = new Set<string>();
    this.#at++;
    this.#space();
    while (this.#bytes[this.#at] !== objectEnd) {
      const key = this.#key();
      // The last of equal names counts, and its place may be another.
      if (seen.has(key)) throw new Unread();
      seen.add(key);
      this.#space();
      this.#expect(colon);
      const target = targetOf(key);
      this.value(target, target === undefined ? path : [...path, key]);
      this.#space();
      if (this.#bytes[this.#at] === comma) {
        this.#at++;
        this.#space();
      } else if (this.#bytes[this.#at] !== objectEnd) throw new Unread();
    }
    this.#at++;
  }

  #items(path: Path, target: Place): void {
    this.#at++;
    this.#space();
    for (let i = 0; this.#bytes[this.#at] !== listEnd; i++) {
      this.value(target, [...path, i]);
      this.#space();
      if (this.#bytes[this.#at] === comma) this.#at++;
      else if (this.#bytes[this.#at] !== listEnd) throw new Unread();
    }
    this.#at++;
  }

  #key(): string {
    const start = this.#at;
    if (this.#bytes[start] !== quote) throw new Unread();
    this.#at = this.#stringEnd();
    const text = utf8.decode(this.#bytes.subarray(start + 1, this.#at - 1));
    if (!text.includes('\\')) return text;
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch {
      throw new Unread();
    }
  }

  /** The end of the string that begins at `at`. */
  #stringEnd(): number {
    for (let from = this.#at + 1; ;) {
      const end = this.#bytes.indexOf(quote, from);
      if (end < 0) throw new Unread();
      let before = end;
      while (this.#bytes[before - 1] === backslash) before--;
      if ((end - before) % 2 === 0) return end + 1;
      from = end + 1;
    }
  }

  /** Moves past any value, as far as brackets and strings tell. */
  #skip(): void {
    const bytes = this.#bytes;
    let depth = 0;
    do {
      const byte = bytes[this.#at];
      if (byte === undefined) throw new Unread();
      if (byte === quote) this.#at = this.#stringEnd();
      else if (byte === list || byte === object) {
        depth++;
        this.#at++;
      } else if (byte === listEnd || byte === objectEnd) {
        depth--;
        this.#at++;
      } else if (depth > 0) this.#at++;
      else this.#word();
    } while (depth > 0);
    if (depth < 0) throw new Unread();
  }

  /** A number or a word: whatever stands before the next comma or end. */
  #word(): void {
    const start = this.#at;
    for (; this.#at < this.#bytes.length; this.#at++) {
      const byte = this.#bytes[this.#at];
      if (byte === comma || byte === objectEnd || byte === listEnd || isSpace(byte)) break;
    }
    if (this.#at === start) throw new Unread();
  }

  #space(): void {
    while (isSpace(this.#bytes[this.#at])) this.#at++;
  }

  #expect(byte: number): void {
    if (this.#bytes[this.#at] !== byte) throw new Unread();
    this.#at++;
  }
}

// What of the rest is not UTF-8 shows when the rest is decoded.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
