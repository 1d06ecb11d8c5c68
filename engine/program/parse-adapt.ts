// Rewrites a line for Lezer's Python grammar, character for character, where the grammar and Python differ.

import type { Token } from './parse-lines.ts';
import { endsOperand } from './parse-lines.ts';
import { isAscii } from './parse-literals.ts';
import type { Mistake } from './syntax.ts';
import { refuse } from './syntax.ts';

/** A long chain of operators, which stands in the text as one name and is read in pieces. */
export interface Chain {
  readonly to: number;
  readonly pieces: readonly { readonly text: string; readonly from: number }[];
  /** The operators between the pieces. */
  readonly operators: readonly Token[];
}

export interface Adapted {
  /** As long as what it stands for, so that an offset in it is one in the source, less `from`. */
  readonly text: string;
  readonly from: number;
  readonly chains: ReadonlyMap<number, Chain>;
  /** Where a `*` that unpacks stood, by where what it unpacks starts. */
  readonly stars: Map<number, number>;
}

/** How deep a program may nest, counted as brackets, operators in front, powers, conditional expressions, lambdas. */
export const maxNesting = 200;
// Lezer gives up on about 300 steps to the left from one place: a line stays below that.
const pieceOperators = 50;
const maxLinks = 150;
const maxConditions = 90;

// Lezer has a print statement and soft keywords, which are names here; and no `/` among a lambda's parameters.
const maskedWords: ReadonlySet<string> = new Set(['print', 'match', 'case', 'type']);
const arithmetic: ReadonlySet<string> = new Set('+ - * / // % @ ** << >> & | ^'.split(' '));
const comparing: ReadonlySet<string> = new Set('< > <= >= == != in is and or'.split(' '));

/** What is open: the line itself, or a bracket in it. */
interface Frame {
  readonly params: boolean;
  /** First token of the chain of operators at hand. */
  start: number | undefined;
  operators: number[];
  links: number;
  conditions: number;
  /** Operators in front and powers that wait for their operand. */
  prefixes: number;
  /** Conditional expressions, lambdas and clauses of comprehensions that wait for their end. */
  tails: number;
  lambdas: number;
  /** Clauses `for … in` of comprehensions before their `in`. */
  loops: number;
}

export function adapt(tokens: readonly Token[]): Adapted {
  return new Adapter(tokens).run();
}

class Adapter {
  readonly #tokens: readonly Token[];
  /** What stands for each token; undefined where a chain's name covers it. */
  readonly #cells: (string | undefined)[];
  readonly #chains = new Map<number, Chain>();
  readonly #stars = new Map<number, number>();
  readonly #frames: Frame[] = [];
  #frame: Frame = frame(false);
  #nesting = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    this.#cells = tokens.map(cell);
  }

  run(): Adapted {
    this.#tokens.forEach((token, i) => {
      this.#token(token, i);
    });
    this.#flush(this.#tokens.length);
    const text = this.#render(0, this.#tokens.length);
    return { text, from: this.#tokens[0]?.from ?? 0, chains: this.#chains, stars: this.#stars };
  }

  #token(token: Token, i: number): void {
    const { text } = token;
    const f = this.#frame;
    const infix = endsOperand(this.#tokens[i - 1]);
    if (token.kind === 'symbol' && '([{'.includes(text)) this.#open(token, i, infix);
    else if (token.kind === 'symbol' && ')]}'.includes(text)) this.#shut(i);
    else if (text === '.') this.#link(token);
    else if (arithmetic.has(text)) this.#operator(token, i, infix);
    else if (comparing.has(text) || text === 'not') {
      this.#flush(i);
      if (text === 'not' && !infix) {
        this.#prefix(token);
        return;
      }
      this.#settle();
      if (text === 'in' && f.loops > 0) f.loops--;
      else if (++f.conditions > maxConditions) {
        refuse(token, `More than ${maxConditions} conditions stand in one expression.`, 'Name parts of it before.');
      }
    } else if (endsOperand(token) || text === '~') {
      // A name behind a dot goes on with what stands before it, and strings side by side are one.
      if (this.#tokens[i - 1]?.text === '.') return;
      if (token.kind === 'string' && this.#tokens[i - 1]?.kind === 'string') return;
      if (infix) this.#flush(i);
      this.#operand(i);
      if (text === '~') this.#prefix(token);
    } else this.#separator(token, i);
  }

  #separator(token: Token, i: number): void {
    const f = this.#frame;
    this.#flush(i);
    this.#settle();
    switch (token.text) {
      case 'lambda':
        f.lambdas++;
        this.#tail(token);
        break;
      case 'if':
      case 'for':
        if (token.text === 'for') f.loops++;
        if (i > 0) this.#tail(token);
        break;
      case ':':
        if (f.lambdas > 0) f.lambdas--;
        break;
      case ',':
        f.links = 0;
        f.conditions = 0;
        if (f.lambdas === 0) {
          this.#nesting -= f.tails;
          f.tails = 0;
        } else if (this.#tokens[i + 1]?.text === ':' && this.#tokens[i - 1]?.text !== 'lambda') this.#cells[i] = ' ';
        break;
      default:
    }
  }

  #open(token: Token, i: number, infix: boolean): void {
    const defines = this.#tokens[0]?.text === 'def' && this.#frames.length === 0 && i === 2;
    if (infix) this.#link(token);
    else this.#operand(i);
    this.#frames.push(this.#frame);
    this.#frame = frame(defines);
    this.#nest(token);
  }

  #shut(i: number): void {
    this.#flush(i);
    this.#nesting -= 1 + this.#frame.prefixes + this.#frame.tails;
    this.#frame = this.#frames.pop() ?? frame(false);
  }

  #operator(token: Token, i: number, infix: boolean): void {
    const f = this.#frame;
    if (infix) {
      f.operators.push(i);
      f.links = 0;
      if (token.text === '**') this.#prefix(token);
      else this.#settle();
    } else if (token.text === '+' || token.text === '-') {
      this.#operand(i);
      this.#prefix(token);
    } else {
      this.#flush(i);
      const next = this.#tokens[i + 1];
      const before = this.#tokens[i - 1]?.text ?? '';
      // A mark among parameters, or a value that is unpacked.
      const alone = next === undefined || [',', ')', ':'].includes(next.text);
      if (token.text === '/' && alone && (before === ',' || before === '(')) this.#cells[i] = '_';
      if (token.text === '*' && !alone && !f.params && f.lambdas === 0 && before !== 'import') {
        this.#cells[i] = ' ';
        this.#stars.set(next.from, token.from);
      }
    }
  }

  #operand(i: number): void {
    this.#frame.start ??= i;
    this.#frame.links = 0;
  }

  #link(token: Token): void {
    if (++this.#frame.links > maxLinks) {
      refuse(
        token,
        `More than ${maxLinks} attributes, calls and indices follow one another.`,
        'Name parts of it before.',
      );
    }
  }

  #prefix(token: Token): void {
    this.#frame.prefixes++;
    this.#nest(token);
  }

  #tail(token: Token): void {
    this.#frame.tails++;
    this.#nest(token);
  }

  /** Operators in front have their operand. */
  #settle(): void {
    this.#nesting -= this.#frame.prefixes;
    this.#frame.prefixes = 0;
  }

  #nest(token: Token): void {
    if (++this.#nesting > maxNesting) tooDeep(token);
  }

  /** Ends the chain of operators before a token; a long one becomes a name. */
  #flush(before: number): void {
    const start = this.#frame.start ?? before;
    // An operator that lacks its operand is no part of it.
    let end = before;
    for (; end > start && !endsOperand(this.#tokens[end - 1]); end--);
    const operators = this.#frame.operators.filter((at) => at < end);
    this.#frame.start = undefined;
    this.#frame.operators = [];
    const [first, last] = [this.#tokens[start], this.#tokens[end - 1]];
    if (operators.length <= pieceOperators || first === undefined || last === undefined) return;
    const between = operators.filter((_at, k) => k % pieceOperators === pieceOperators - 1);
    const pieces = [...between, end].map((to, k) => {
      const from = k === 0 ? start : (between[k - 1] ?? 0) + 1;
      return { text: this.#render(from, to), from: this.#tokens[from]?.from ?? 0 };
    });
    this.#chains.set(first.from, { to: last.to, pieces, operators: between.flatMap((at) => this.#tokens[at] ?? []) });
    this.#cells[start] = '_'.repeat(last.to - first.from);
    this.#cells.fill(undefined, start + 1, end);
  }

  #render(start: number, end: number): string {
    const parts: string[] = [];
    let at = this.#tokens[start]?.from ?? 0;
    for (let i = start; i < end; i++) {
      const [text, token] = [this.#cells[i], this.#tokens[i]];
      if (text === undefined || token === undefined) continue;
      parts.push(' '.repeat(token.from - at), text);
      at = token.from + text.length;
    }
    return parts.join('');
  }
}

const frame = (params: boolean): Frame => ({
  params,
  start: undefined,
  operators: [],
  links: 0,
  conditions: 0,
  prefixes: 0,
  tails: 0,
  lambdas: 0,
  loops: 0,
});

/** Leaves the line for its depth. */
export function tooDeep(at: Pick<Mistake, 'from' | 'to'>): never {
  refuse(at, `The program nests more than ${maxNesting} deep.`, 'Name parts of it in statements of their own.');
}

/** Strings, numbers and names by the plainest of their kind: what they stand for is read from the source. */
function cell({ kind, text }: Token): string {
  if (kind === 'number') return `${text.charAt(0) === '.' ? '.' : '1'}${'1'.repeat(text.length - 1)}`;
  if (kind === 'name') return maskedWords.has(text) || !isAscii(text) ? '_'.repeat(text.length) : text;
  if (kind !== 'string') return text === 'elif' ? '  if' : text;
  // The prefix keeps `""r"…"` from starting with three quotes.
  const quote = text.charAt(text.length - 1);
  const prefix = text.slice(0, text.indexOf(quote));
  return `${prefix}${quote}${'a'.repeat(text.length - prefix.length - 2)}${quote}`;
}
