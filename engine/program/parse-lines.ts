// Cuts a program into logical lines of tokens, as Python's own tokenizer does, and says what is no token of the language.

import type { Span } from './ast.ts';
import { isAscii, notANumber, numberMistake, numberPattern } from './parse-literals.ts';
import type { Mistake } from './syntax.ts';
import { position } from './syntax.ts';

export interface Token extends Span {
  readonly kind: 'name' | 'keyword' | 'number' | 'string' | 'symbol';
  readonly text: string;
}

/** A statement's line, continuations joined, or the first line of a block. */
export interface Line extends Span {
  readonly tokens: readonly Token[];
  /** How many blocks it stands in. */
  readonly level: number;
  /** Something in it is wrong and already told: it keeps its place among the blocks and is not read. */
  broken: boolean;
}

/** Whether a value can end with a token: what follows is an operator then. */
export const endsOperand = (token: Token | undefined): boolean =>
  token !== undefined &&
  (token.kind === 'name' ||
    token.kind === 'number' ||
    token.kind === 'string' ||
    [')', ']', '}', '...'].includes(token.text) ||
    constants.has(token.text));

interface Bracket {
  readonly open: string;
  readonly from: number;
  /** A brace that stands where other languages start a block. */
  readonly block: boolean;
}

export const keywords: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global ' +
    'if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);
const constants: ReadonlySet<string> = new Set(['True', 'False', 'None']);
/** Words that start a statement and stand nowhere else: a bracket that is open before one was forgotten. */
const starters: ReadonlySet<string> = new Set(
  'assert break class continue def del global import nonlocal pass raise return try while with'.split(' '),
);

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

const space = /[ \t\f]+/y;
const ending = /\r\n|\r|\n/y;
const comment = /#[^\r\n]*/y;
const continuation = /\\(?:\r\n|\r|\n)/y;
const name = /[\p{XIDS}_]\p{XIDC}*/uy;
const quote = /(?:[bB][rR]?|[rR][bBfF]?|[fF][rR]?|[uU])?('''|"""|'|")/y;
const numberTail = /(?:\p{XIDC}|\.[0-9])[\p{XIDC}.]*/uy;
const operatorWord = /(?:and|else|for|if|in|is|not|or)(?!\p{XIDC})/uy;
const symbol =
  /\*\*=|\/\/=|>>=|<<=|\.\.\.|===|!==|&&|\|\||<>|=>|->|:=|==|!=|<=|>=|\*\*|\/\/|<<|>>|[-+*/%@&|^]=|[-+*/%@&|^~<>=()[\]{},:;.]/y;

/** What other languages write, and how it is written here. */
const foreign: Readonly<Record<string, readonly [string, string]>> = {
  '&&': ['"&&" is no operator.', 'Write and between static conditions, & between arrays of bool.'],
  '||': ['"||" is no operator.', 'Write or between static conditions, | between arrays of bool.'],
  '===': ['"===" is no operator.', 'Write ==.'],
  '!==': ['"!==" is no operator.', 'Write !=.'],
  '<>': ['"<>" is no operator.', 'Write !=.'],
  '=>': ['"=>" is no operator.', 'A function is written lambda x: …; at least is >=.'],
  '!': ['"!" is no operator.', 'Write not before a static condition, ~ before an array of bool.'],
  '?': ['"?" is no operator.', 'A choice is written a if condition else b, and jnp.where(condition, a, b) for arrays.'],
  $: ['"$" stands for nothing here.', 'A name is made of letters, digits and _.'],
  '`': ['A backtick quotes nothing here.', 'A string stands between \' or ".'],
  '“': ['“ is a typographic quotation mark.', 'A string stands between \' or ".'],
  '”': ['” is a typographic quotation mark.', 'A string stands between \' or ".'],
  '‘': ['‘ is a typographic quotation mark.', 'A string stands between \' or ".'],
  '’': ['’ is a typographic quotation mark.', 'A string stands between \' or ".'],
  '−': ['"−" (U+2212) is no operator.', 'Write the hyphen, -.'],
  '–': ['"–" (U+2013) is no operator.', 'Write the hyphen, -.'],
  '×': ['"×" is no operator.', 'Write * for products of elements, @ for products of matrices.'],
  '·': ['"·" is no operator.', 'Write * for products of elements, @ for products of matrices.'],
  '÷': ['"÷" is no operator.', 'Write /.'],
  '≤': ['"≤" is no operator.', 'Write <=.'],
  '≥': ['"≥" is no operator.', 'Write >=.'],
  '≠': ['"≠" is no operator.', 'Write !=.'],
  '←': ['"←" is no operator.', 'Write = to assign.'],
  '→': ['"→" is no operator.', 'Write lambda x: … for a function.'],
  '²': ['"²" is no operator.', 'Write ** 2.'],
  '³': ['"³" is no operator.', 'Write ** 3.'],
  '√': ['"√" is no operator.', 'Write jnp.sqrt(x).'],
};

/** The lines of a program and everything in it that is wrong before any grammar is asked. */
export function linesOf(source: string): { lines: Line[]; mistakes: Mistake[] } {
  const scanner = new Scanner(source);
  scanner.run();
  return { lines: scanner.lines, mistakes: scanner.mistakes };
}

class Scanner {
  readonly lines: Line[] = [];
  readonly mistakes: Mistake[] = [];
  readonly #source: string;
  #at = 0;
  #tokens: Token[] = [];
  #brackets: Bracket[] = [];
  #broken = false;
  #level = 0;
  /** Columns of the open blocks, with a tab as up to 8 and as 1: where the two disagree, so may two readers. */
  #columns: { wide: number; narrow: number }[] = [{ wide: 0, narrow: 0 }];

  constructor(source: string) {
    this.#source = source;
  }

  run(): void {
    const { length } = this.#source;
    // A byte order mark is no part of the text.
    if (this.#source.startsWith('\uFEFF')) this.#at = 1;
    let starts = true;
    while (this.#at < length) {
      if (starts) {
        starts = false;
        this.#startOfLine();
        continue;
      }
      if (this.#match(space) !== undefined || this.#match(comment) !== undefined) continue;
      if (this.#match(ending) !== undefined) {
        starts = true;
        if (this.#brackets.length === 0) this.#close();
        continue;
      }
      if (this.#match(continuation) !== undefined) {
        if (this.#at === length) this.#cutOff();
        continue;
      }
      this.#token();
    }
    this.#unclosed();
    this.#close();
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #wrong(from: number, to: number, message: string, hint?: string): void {
    this.#broken = true;
    this.mistakes.push({ from, to, message, ...(hint === undefined ? {} : { hint }) });
  }

  #push(kind: Token['kind'], from: number): void {
    this.#tokens.push({ kind, text: this.#source.slice(from, this.#at), from, to: this.#at });
  }

  /** Ends the logical line. */
  #close(): void {
    const [first] = this.#tokens;
    const last = this.#tokens[this.#tokens.length - 1];
    if (first !== undefined && last !== undefined) {
      const line = { tokens: this.#tokens, level: this.#level, from: first.from, to: last.to, broken: this.#broken };
      this.lines.push(line);
    }
    this.#tokens = [];
    this.#brackets = [];
    this.#broken = false;
  }

  #startOfLine(): void {
    const from = this.#at;
    const blank = this.#match(space) ?? '';
    const rest = this.#source.charAt(this.#at);
    if (rest === '' || '\r\n#'.includes(rest)) return;
    if (this.#brackets.length > 0) {
      this.#forgotten();
      if (this.#brackets.length > 0) return;
    }
    if (this.#tokens.length === 0) this.#indentation(blank, from);
  }

  /** A statement's keyword at the start of a line ends whatever bracket is open: the rest can be read. */
  #forgotten(): void {
    const from = this.#at;
    const word = this.#match(name) ?? '';
    this.#at = from;
    if (!starters.has(word)) return;
    this.#unclosed();
    this.#close();
  }

  #cutOff(): void {
    this.#wrong(this.#at - 1, this.#at, 'The program ends after a \\ that continues the line.');
  }

  #unclosed(): void {
    for (const { open, from, block } of this.#brackets) {
      const hint = block
        ? 'Blocks are made by a colon and indentation, without braces.'
        : `Its ${closing[open] ?? ''} is missing.`;
      this.#wrong(from, from + 1, `The "${open}" is never closed.`, hint);
    }
  }

  #indentation(blank: string, from: number): void {
    let [wide, narrow] = [0, 0];
    for (const c of blank) {
      wide = c === '\f' ? 0 : c === '\t' ? wide - (wide % 8) + 8 : wide + 1;
      narrow = c === '\f' ? 0 : narrow + 1;
    }
    const columns = this.#columns;
    const top = (): { wide: number; narrow: number } => columns[columns.length - 1] ?? { wide: 0, narrow: 0 };
    const to = from + blank.length;
    if (wide > top().wide) {
      if (narrow <= top().narrow) this.#mixed(from, to);
      columns.push({ wide, narrow });
    } else {
      while (wide < top().wide) columns.pop();
      if (wide !== top().wide) {
        const open = columns.map((c) => c.wide).join(', ');
        const hint = `The blocks around it are indented by ${open}.`;
        this.#wrong(to, to + 1, `The line is indented by ${wide}, and no block around it is.`, hint);
      } else if (narrow !== top().narrow) this.#mixed(from, to);
    }
    this.#level = columns.length - 1;
  }

  #mixed(from: number, to: number): void {
    this.#wrong(from, to, 'Tabs and spaces are mixed in the indentation.', 'Indent with spaces alone.');
  }

  #token(): void {
    const from = this.#at;
    quote.lastIndex = from;
    const opening = quote.exec(this.#source);
    if (opening !== null) {
      this.#string(from, opening[0], opening[1] ?? '');
      return;
    }
    const word = this.#match(name);
    if (word !== undefined) {
      this.#push(keywords.has(word) ? 'keyword' : 'name', from);
      return;
    }
    if (this.#match(numberPattern) !== undefined) {
      this.#number(from);
      return;
    }
    const found = this.#match(symbol);
    if (found === undefined) {
      this.#stray(from);
      return;
    }
    if (foreign[found] !== undefined) this.#wrong(from, this.#at, ...foreign[found]);
    this.#bracket(found, from);
    this.#push('symbol', from);
  }

  #bracket(found: string, from: number): void {
    if (closing[found] !== undefined) {
      const block = found === '{' && endsOperand(this.#tokens[this.#tokens.length - 1]);
      this.#brackets.push({ open: found, from, block });
      return;
    }
    if (found !== ')' && found !== ']' && found !== '}') return;
    const open = this.#brackets.pop();
    if (open === undefined) {
      const hint = found === '}' ? 'Blocks are made by a colon and indentation, without braces.' : undefined;
      this.#wrong(from, from + 1, `The "${found}" closes nothing.`, hint);
    } else if (closing[open.open] !== found) {
      const { line, column } = position(this.#source, open.from);
      const expected = `"${closing[open.open] ?? ''}" closes the "${open.open}" of line ${line}, column ${column}.`;
      this.#wrong(from, from + 1, `The "${found}" does not close the "${open.open}" before it.`, expected);
    }
  }

  #number(from: number): void {
    // `1if x else y` is two tokens to Python, `1x` is none.
    operatorWord.lastIndex = this.#at;
    const tail = operatorWord.test(this.#source) ? undefined : this.#match(numberTail);
    const text = this.#source.slice(from, this.#at);
    const mistake = tail === undefined ? numberMistake(text) : notANumber(text);
    if (mistake !== undefined) this.#wrong(from, this.#at, mistake.message, mistake.hint);
    this.#push('number', from);
  }

  #string(from: number, opening: string, quotes: string): void {
    const source = this.#source;
    const long = quotes.length === 3;
    let at = from + opening.length;
    while (at < source.length && !source.startsWith(quotes, at)) {
      const c = source.charAt(at);
      if (!long && (c === '\n' || c === '\r')) break;
      at += c === '\\' ? (source.startsWith('\r\n', at + 1) ? 3 : 2) : 1;
    }
    const prefix = opening.slice(0, -quotes.length).toLowerCase();
    const closed = source.startsWith(quotes, at) && at < source.length;
    this.#at = Math.min(at + (closed ? quotes.length : 0), source.length);
    if (!closed) this.#openString(from, quotes);
    else if (prefix.includes('f')) {
      this.#wrong(from, this.#at, 'f-strings are outside the language: a program computes arrays, and no text.');
    } else if (prefix.includes('b')) {
      this.#wrong(from, this.#at, 'Byte strings are outside the language.', 'Leave the b out.');
    }
    this.#push('string', from);
  }

  #openString(from: number, quotes: string): void {
    if (quotes.length === 3) {
      this.#brackets = [];
      this.#wrong(from, from + 3, `The string that ${quotes} opens is never closed.`);
      return;
    }
    const before = this.#tokens[this.#tokens.length - 1];
    // `b'` at the end of a line starts a byte string to Python.
    const after = before?.to === from && /[\p{XIDC})\]]$/u.test(before.text);
    const transposed = quotes === "'" && (after || this.#source.charAt(from) !== "'");
    const quoted = this.#tokens[this.#tokens.length - 2]?.text.endsWith(quotes) ?? false;
    let hint = `Its ${quotes} is missing.`;
    if (transposed && quoted) hint = `A ${quotes} inside a string is written \\${quotes}.`;
    else if (transposed) hint = 'If it transposes, write x.T.';
    this.#wrong(from, from + 1, 'The string is not closed on its line.', hint);
    this.#swallow(from);
  }

  /** What ran to the end of its line has taken along the ends of the brackets there. */
  #swallow(from: number): void {
    const start = Math.max(this.#source.lastIndexOf('\n', from), this.#source.lastIndexOf('\r', from));
    this.#brackets = this.#brackets.filter((b) => b.from < start);
  }

  #stray(from: number): void {
    const character = String.fromCodePoint(this.#source.codePointAt(from) ?? 0);
    this.#at += character.length;
    if (character === '\\') {
      while (this.#at < this.#source.length && !'\r\n'.includes(this.#source.charAt(this.#at))) this.#at++;
      this.#swallow(from);
      if (this.#at === this.#source.length && this.#at === from + 1) this.#cutOff();
      else
        this.#wrong(
          from,
          from + 1,
          'A \\ continues the line, and stands at its very end.',
          'Take out what follows it.',
        );
      return;
    }
    const known = foreign[character];
    if (known !== undefined) {
      this.#wrong(from, this.#at, ...known);
      return;
    }
    const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    const invisible = /[\p{C}\p{Z}]/u.test(character);
    const message = invisible
      ? `The invisible character ${code} stands in the text.`
      : `${character}${isAscii(character) ? '' : ` (${code})`} stands for nothing here.`;
    this.#wrong(from, this.#at, message, invisible ? 'Take it out, or write a space.' : undefined);
  }
}
