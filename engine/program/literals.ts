// Numbers and strings as a program writes them.

/** An int as bigint, a float as number, `complex`, or what is wrong with it. */
export function readNumber(text: string): bigint | number | string {
  if (/[jJ]$/.test(text)) return 'complex';
  const plain = text.replaceAll('_', '');
  if (/__|_$|^_/.test(text) || /_[.eE]|[.]_/.test(text)) return 'An underscore in a number stands between two digits.';
  if (/^0[xX][0-9a-fA-F]+$/.test(plain) || /^0[oO][0-7]+$/.test(plain) || /^0[bB][01]+$/.test(plain))
    return BigInt(plain);
  if (/^\d+$/.test(plain)) {
    if (/^0\d*[1-9]/.test(plain)) return 'An int has no leading zeros; octal is written 0o….';
    return plain.length > 1200 ? 'The int has too many digits.' : BigInt(plain);
  }
  const value = Number(plain);
  return Number.isNaN(value) ? `${JSON.stringify(text.slice(0, 20))} is no number.` : value;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['0', '\0'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['\n', ''],
]);

/** The value of a string literal; null for byte strings. */
export function readString(text: string): string | null {
  const match = /^([a-zA-Z]*)('''|"""|'|")([\s\S]*)\2$/.exec(text);
  if (match === null || /b/i.test(match[1])) return null;
  const [, prefix, , body] = match;
  if (/r/i.test(prefix)) return body;
  return body.replaceAll(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\s\S])/g, (whole, code: string) => {
    if (code.length > 1) return String.fromCharCode(parseInt(code.slice(1), 16));
    return escapes.get(code) ?? whole;
  });
}
