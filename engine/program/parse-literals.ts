// Numbers, names and strings: what they look like in a program's text and what they stand for.

import type { Span } from './ast.ts';
import { refuse } from './syntax.ts';

/** Digits of a decimal int: the limit Python has. */
const maxDigits = 4300;

const decimal = String.raw`[0-9](?:_?[0-9])*`;
export const numberPattern = new RegExp(
  String.raw`0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|` +
    String.raw`(?:(?:${decimal})?\.${decimal}|${decimal}\.?)(?:[eE][+-]?${decimal})?[jJ]?`,
  'y',
);

/** What is wrong with a number that is written as one token, if anything is. */
export function numberMistake(text: string): { message: string; hint?: string } | undefined {
  if (!/^0[0-9_]*[1-9][0-9_]*$/.test(text)) return undefined;
  const octal = text.replaceAll('_', '').replace(/^0+/, '');
  const other = /^[0-7]+$/.test(octal) ? `; in octal it is 0o${octal}` : '';
  return {
    message: `${shorten(text)} is not an int: it starts with a zero.`,
    hint: `Write ${shorten(octal)}${other}.`,
  };
}

/** What is wrong with something that starts as a number and is none. */
export function notANumber(text: string): { message: string; hint?: string } {
  const found = `${shorten(text)} is not a number`;
  const product = /^([0-9.]+)([a-zA-Z]\w*)$/.exec(text);
  if (/^0[xobXOB]/.test(text)) {
    const kind = { x: 'hexadecimal (0-9, a-f)', o: 'octal (0-7)', b: 'binary (0, 1)' }[text.charAt(1).toLowerCase()];
    return { message: `${found}: ${text.slice(0, 2)} is followed by digits that are ${kind}.` };
  }
  if (text.includes('_')) return { message: `${found}: an underscore stands between two digits.` };
  if (/^[0-9.]+[eE]$/.test(text)) return { message: `${found}: its exponent has no digits.` };
  if (product !== null) {
    const hint = `A product is written ${product[1]} * ${shorten(product[2] ?? '')}, and a name starts with a letter.`;
    return { message: `${found}.`, hint };
  }
  return { message: `${found}.` };
}

/** The value of a number: an int as bigint, a float as number, undefined for an imaginary one. */
export function readNumber(text: string, at: Span): bigint | number | undefined {
  if (/[jJ]$/.test(text) && !/^0[xX]/.test(text)) return undefined;
  const plain = text.replaceAll('_', '');
  if (/^0[xXoObB]/.test(plain)) return BigInt(plain);
  if (!/^[0-9]+$/.test(plain)) return Number(plain);
  if (plain.length > maxDigits) refuse(at, `An int has at most ${maxDigits} digits, and this one has ${plain.length}.`);
  return BigInt(plain);
}

/** Python compares names by their compatibility form: `ｘ` is `x`. */
export const readName = (text: string): string => (isAscii(text) ? text : text.normalize('NFKC'));

// oxlint-disable-next-line no-control-regex -- what is outside ASCII is what is asked.
export const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

const simple: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\n': '',
};

/** The value of one string literal, prefix and quotes included. */
export function readString(text: string, at: Span): string {
  const prefix = /^[a-zA-Z]*/.exec(text)?.[0].toLowerCase() ?? '';
  const quotes = /^(?:'''|"""|'|")/.exec(text.slice(prefix.length))?.[0].length ?? 1;
  // Every line ending is one newline, as when Python reads a file.
  const body = text.slice(prefix.length + quotes, text.length - quotes).replaceAll(/\r\n?/g, '\n');
  if (prefix.includes('r')) return body;
  return body.replaceAll(/\\(?:([0-7]{1,3})|x([^]{0,2})|u([^]{0,4})|U([^]{0,8})|([^]))/g, (whole, ...groups) => {
    const [octal, x, u, U, other] = groups as (string | undefined)[];
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
    if (other !== undefined) {
      if (other === 'N')
        refuse(at, '\\N{…} is outside the language.', 'Write the character itself, or its code: \\u03b1.');
      // An escape that means nothing stays as it is written.
      return simple[other] ?? whole;
    }
    const [digits, length] = x !== undefined ? [x, 2] : u !== undefined ? [u, 4] : [U ?? '', 8];
    const code = digits.length === length && /^[0-9a-fA-F]+$/.test(digits) ? parseInt(digits, 16) : NaN;
    if (!(code <= 0x10ffff)) {
      refuse(at, `The escape \\${whole.charAt(1)} is followed by ${length} hexadecimal digits, and this one is not.`);
    }
    return String.fromCodePoint(code);
  });
}

const shorten = (text: string): string => (text.length > 24 ? `${text.slice(0, 21)}…` : text);
