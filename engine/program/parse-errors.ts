// Says in words why a line does not parse: what was found, what was expected, and what was probably meant.

import type { Span } from './ast.ts';
import type { Token } from './parse-lines.ts';
import { endsOperand } from './parse-lines.ts';
import type { Mistake } from './syntax.ts';

/** A line that does not parse. */
export interface Failed {
  readonly tokens: readonly Token[];
  /** What Lezer was shown, from the first token on. */
  readonly text: string;
  /** Offset where it found nothing to go on with. */
  readonly at: number;
  readonly parses: (text: string) => boolean;
}

/** Keywords that cannot be used, and what to do without. */
const outside: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['class', ['Classes are outside the language.', 'Functions (def), tuples and dicts do what a pure program needs.']],
  ['async', ['async is outside the language: a program waits for nothing.', 'Leave the word out.']],
  ['await', ['await is outside the language: a program waits for nothing.', 'Leave the word out.']],
  ['yield', ['yield is outside the language.', 'Return a tuple, or write a comprehension.']],
  ['with', ['with is outside the language.', 'Write its body without it; jax.lax.stop_gradient(x) cuts a derivative.']],
  [
    'try',
    [
      'try is outside the language: no exception is raised that it could catch.',
      'Test with if, or jnp.where for arrays.',
    ],
  ],
  ['except', ['except is outside the language, as try is.', 'Test with if, or jnp.where for arrays.']],
  ['finally', ['finally is outside the language, as try is.', 'Write what follows without it.']],
  ['raise', ['raise is outside the language.', 'assert checks a static condition.']],
  ['global', ['global is outside the language: a function changes nothing outside itself.', 'Return the value.']],
  ['nonlocal', ['nonlocal is outside the language: a function changes nothing outside itself.', 'Return the value.']],
  ['del', ['del is outside the language.', 'A value is dropped when nothing needs it: leave the line out.']],
]);

const headers: ReadonlySet<string> = new Set(['if', 'elif', 'while', 'for', 'def']);

/** Words of other languages at the start of a line. */
const habits: Readonly<Record<string, readonly [string, string]>> = {
  let: ['No word declares a name here.', 'Assign to it: x = 1.'],
  const: ['No word declares a name here.', 'Assign to it: x = 1.'],
  var: ['No word declares a name here.', 'Assign to it: x = 1.'],
  val: ['No word declares a name here.', 'Assign to it: x = 1.'],
  auto: ['No word declares a name here.', 'Assign to it: x = 1.'],
  float: ['No type declares a name here.', 'Assign to it: x = 1.0.'],
  double: ['No type declares a name here.', 'Assign to it: x = 1.0.'],
  int: ['No type declares a name here.', 'Assign to it: n = 1.'],
  function: ['function defines nothing here.', 'Write def f(x): and an indented body.'],
  func: ['func defines nothing here.', 'Write def f(x): and an indented body.'],
  fn: ['fn defines nothing here.', 'Write def f(x): and an indented body.'],
  fun: ['fun defines nothing here.', 'Write def f(x): and an indented body.'],
  elseif: ['elseif is no word of Python.', 'Write elif condition:.'],
  elsif: ['elsif is no word of Python.', 'Write elif condition:.'],
  print: ['print is a function.', 'A value is returned when it is named in "outputs", and need not be printed.'],
  match: ['match is outside the language.', 'if and elif choose by static values, jax.lax.switch by an array.'],
  switch: ['switch is no statement of Python.', 'if and elif choose by static values, jax.lax.switch by an array.'],
  type: ['type is outside the language.', 'Types are found when the program is traced: leave the line out.'],
};

/** What a line is refused for before any grammar is asked: a keyword that is no part of the language. */
export function refusedWord(tokens: readonly Token[]): Mistake | undefined {
  for (const [i, token] of tokens.entries()) {
    const { kind, text } = token;
    const [before, after] = [tokens[i - 1]?.text, tokens[i + 1]?.text];
    if (text === ';' && (i === 0 || before === ';')) {
      return told(token, 'No statement stands before the ";".', 'Leave the ; out.');
    }
    if (kind !== 'keyword') continue;
    const imports = text === 'import' && tokens[0]?.text === 'from';
    if (before === '.' && !imports) return told(token, `"${text}" is a keyword and cannot be an attribute.`);
    const assigned = after === '=' && !['None', 'True', 'False'].includes(text);
    const bound = (before === 'for' && after === 'in') || (before === 'def' && after === '(');
    if (assigned || bound) {
      return told(token, `"${text}" is a keyword and cannot be a name.`, `Another name will do: ${text}_.`);
    }
    const known = outside.get(text);
    if (known !== undefined) return told(token, ...known);
  }
  return undefined;
}

/** A line that opens a block outside the language: what is indented below it is not read. */
export function refusedBlock(tokens: readonly Token[]): Mistake | undefined {
  const [first, second] = tokens;
  const last = tokens[tokens.length - 1];
  if (first === undefined || second?.text === '=') return undefined;
  const matches = first.text === 'match' && last?.text === ':' && second !== undefined;
  const opens = ['class', 'with', 'try', 'except', 'finally', 'async'].includes(first.text);
  const known = matches ? habits['match'] : opens ? outside.get(first.text) : undefined;
  return known === undefined ? undefined : told(first, ...known);
}

/** What is wrong with a `*` that stands before a value and unpacks it nowhere. */
export function strayStar(tokens: readonly Token[], from: number): Mistake {
  const at = tokens.findIndex((t) => t.from === from);
  const [before, star] = [tokens[at - 1], tokens[at]];
  if (before?.text === '.') return dotted(before);
  const operates =
    before !== undefined && before.kind === 'symbol' && !['(', '[', '{', ',', '=', ':'].includes(before.text);
  if (operates && star !== undefined)
    return told(star, `A value was expected after ${shown(before)}${butFound(star)}.`);
  return told(
    star ?? { from, to: from + 1 },
    '"*" unpacks into a call, a list, a tuple or an index, and nowhere else.',
  );
}

/** Why a line does not parse, from the most telling signs to the least. */
export function explain(failed: Failed): Mistake {
  const index = failed.tokens.findIndex((t) => t.to > failed.at);
  const e = index < 0 ? failed.tokens.length : index;
  for (const explanation of [foreignLine, block, parameter, condition, inBrackets, lineEnd, between]) {
    const mistake = explanation(failed, e);
    if (mistake !== undefined) return mistake;
  }
  const [before, found] = [failed.tokens[e - 1], failed.tokens[e]];
  const after = before === undefined ? 'at the start of a line' : `after ${shown(before)}`;
  return told(found ?? behind(before), `${found === undefined ? 'The end' : shown(found)} is not expected ${after}.`);
}

/** An explanation of a failure at token `e`, or nothing to say. */
type Explanation = (failed: Failed, e: number) => Mistake | undefined;

const foreignLine: Explanation = ({ tokens }, e) => {
  const [first, second] = tokens;
  if (first === undefined) return undefined;
  const known = Object.hasOwn(habits, first.text) ? habits[first.text] : undefined;
  const follows =
    second !== undefined && (startsOperand(second) || first.text.startsWith('else')) && second.text !== '[';
  if (known !== undefined && follows) return told(first, ...known);
  const slashes = tokens.findIndex((t, i) => t.text === '//' || (t.text === '/' && tokens[i + 1]?.text === '*'));
  const slash = slashes < 0 ? undefined : tokens[slashes];
  if (slash !== undefined && (slashes === 0 || e > slashes)) {
    return told(slash, `A comment does not start with ${slash.text === '/' ? '/*' : '//'}.`, 'Write #.');
  }
  const dot = tokens.find((t, i) => t.text === '.' && /^[*/^]/.test(tokens[i + 1]?.text ?? ''));
  return dot === undefined ? undefined : dotted(dot);
};

const dotted = (dot: Token): Mistake =>
  told(dot, 'No dot stands before an operator.', '* and / go element by element; @ is the product of matrices.');

/** The first line of a block. */
const block: Explanation = ({ tokens, text, parses }, e) => {
  const [first, second, third] = tokens;
  const last = tokens[tokens.length - 1];
  if (first === undefined || last === undefined || !headers.has(first.text)) return undefined;
  const word = first.text;
  const found = tokens[e];
  const brace = tokens.find((t, i) => t.text === '{' && endsOperand(tokens[i - 1]));
  if (brace !== undefined) {
    return told(
      brace,
      'A block does not start with "{".',
      `End the ${word} line with a colon and indent what follows.`,
    );
  }
  if (last.text !== ':') {
    if (parses(`${text}: pass`)) {
      return told(behind(last), `A colon is missing at the end of the ${word} line.`, `Write ${word} …:.`);
    }
    const cut = (found?.from ?? 0) - first.from;
    const splits = found !== undefined && depthBefore(tokens, e) === 0;
    if (splits && parses(`${text.slice(0, cut)}: ${text.slice(cut)}`)) {
      return told(found, `A colon is missing before ${shown(found)}.`, `Write ${word} …: and then the statement.`);
    }
  }
  if (word === 'def' && second?.kind !== 'name') {
    return told(second ?? behind(first), `A function's name was expected after def${butFound(second)}.`);
  }
  if (word === 'def' && second !== undefined && third?.text !== '(') {
    const message = `"(" was expected after ${shown(second)}${butFound(third)}.`;
    return told(third ?? behind(second), message, `Write def ${second.text}():.`);
  }
  if (word === 'for') {
    if (!tokens.some((t) => t.text === 'in'))
      return told(found ?? last, 'A for needs an in.', 'Write for i in range(n):.');
    const depth = depthBefore(
      tokens,
      tokens.findIndex((t) => t.text === 'in'),
    );
    if (second?.text === '(' && depth > 0) {
      return told(second, 'The names and the in of a for stand without brackets.', 'Write for i in range(n):.');
    }
  }
  if (['if', 'elif', 'while'].includes(word) && (second === undefined || second.text === ':')) {
    return told(second ?? behind(first), `A condition is missing after ${word}.`);
  }
  return undefined;
};

/** Something that is no parameter, where one was expected. */
const parameter: Explanation = ({ tokens }, e) => {
  const [before, found] = [tokens[e - 1], tokens[e]];
  if (before === undefined || found === undefined) return undefined;
  const defines = tokens[0]?.text === 'def' && depthBefore(tokens, e) === 1 && ['(', ','].includes(before.text);
  if (!defines && before.text !== 'lambda') return undefined;
  const hint = found.text === '(' ? 'A tuple is taken apart in the body, or by its indices.' : undefined;
  return told(found, `A parameter's name was expected after ${shown(before)}${butFound(found)}.`, hint);
};

/** = for ==, and a choice without its else. */
const condition: Explanation = ({ tokens, text, parses }, e) => {
  const start = tokens[0]?.from ?? 0;
  const found = tokens[e];
  const suffix = tokens[tokens.length - 1]?.text === ':' ? ' pass' : '';
  const cut = (found?.from ?? start + text.length) - start;
  if (found?.text === '=' && parses(`${text.slice(0, cut)}==${text.slice(cut + 1)}${suffix}`)) {
    const call = openedBy(tokens, e);
    const named = call !== undefined && tokens[call]?.text === '(' && endsOperand(tokens[call - 1]);
    const hint = named ? 'To compare, write ==; an argument by name is name=value.' : 'To compare, write ==.';
    return told(found, '"=" assigns, and cannot stand here.', hint);
  }
  const asks = tokens.slice(0, e).findLast((t) => t.text === 'if');
  if (asks !== undefined && asks !== tokens[0] && parses(`${text.slice(0, cut)} else 0 ${text.slice(cut)}${suffix}`)) {
    return told(asks, 'The choice has no else.', 'Write a if condition else b.');
  }
  return undefined;
};

/** What is expected in a dict, a comprehension and where := or not stands. */
const inBrackets: Explanation = ({ tokens }, e) => {
  const [before, found] = [tokens[e - 1], tokens[e]];
  if (before === undefined || found === undefined) return undefined;
  if (found.text === ':=') {
    const hint = depthBefore(tokens, e) > 0 ? 'Put it in parentheses: (y := …).' : 'Write =.';
    return told(found, '":=" names a value inside an expression, and cannot stand here.', hint);
  }
  if (['not', 'lambda'].includes(found.text) && before.kind === 'symbol' && before.text !== '.') {
    return told(found, `"${found.text}" cannot follow ${shown(before)}.`, `Put "${found.text} …" in parentheses.`);
  }
  const opener = openedBy(tokens, e);
  if (opener === undefined) return undefined;
  const inside = tokens.slice(opener + 1, e);
  const loops = inside.some((t) => t.text === 'for');
  if (found.text === 'else' && loops) {
    return told(
      found,
      'A condition of a comprehension has no else.',
      'A choice stands before the for: [a if c else b for x in xs].',
    );
  }
  if (found.text === 'for' && inside.some((t) => t.text === ',')) {
    return told(
      found,
      'The for of a comprehension follows one element.',
      'A tuple needs parentheses: [(a, b) for a in xs].',
    );
  }
  if (found.text === ',' && loops) {
    return told(found, '"," cannot follow a comprehension.', 'A tuple that it iterates over needs parentheses.');
  }
  if (
    tokens[opener]?.text === '{' &&
    endsOperand(before) &&
    ['}', ','].includes(found.text) &&
    inside.some((t) => t.text === ':')
  ) {
    return told(
      found,
      `A colon and a value were expected after ${shown(before)}${butFound(found)}.`,
      'An entry of a dict is key: value.',
    );
  }
  return undefined;
};

/** The line ends where more was expected. */
const lineEnd: Explanation = ({ tokens }, e) => {
  const before = tokens[e - 1];
  if (before === undefined || tokens[e] !== undefined) return undefined;
  const { text } = before;
  if (['+', '-'].includes(text) && tokens[e - 2]?.text === text) {
    return told(before, `"${text}${text}" is no operator.`, `Write x ${text}= 1.`);
  }
  if (text === '.') return told(behind(before), "An attribute's name is missing after the dot.");
  if (endsOperand(before)) return told(behind(before), `The line ends too early, after ${shown(before)}.`);
  return told(
    behind(before),
    `${['import', 'as'].includes(text) ? 'A name' : 'A value'} is missing after ${shown(before)}.`,
  );
};

/** Two tokens that do not go together. */
const between: Explanation = ({ tokens }, e) => {
  const [before, found] = [tokens[e - 1], tokens[e]];
  if (before === undefined || found === undefined) return undefined;
  if (endsOperand(before) && startsOperand(found)) {
    const inside = depthBefore(tokens, e) > 0;
    const imports = ['import', 'from'].includes(tokens[0]?.text ?? '');
    const what = imports ? 'A comma' : inside ? 'A comma or an operator' : 'An operator';
    const hint = inside || imports ? undefined : 'Statements stand on lines of their own.';
    return told(found, `${what} is missing between ${shown(before)} and ${shown(found)}.`, hint);
  }
  if (before.text === '.') return told(found, `An attribute's name was expected after the dot${butFound(found)}.`);
  const waits = before.text !== ':' || depthBefore(tokens, e) > 0;
  if (endsOperand(before) || startsOperand(found) || !waits) return undefined;
  return told(found, `A value was expected after ${shown(before)}${butFound(found)}.`);
};

const told = ({ from, to }: Span, message: string, hint?: string): Mistake => ({
  from,
  to,
  message,
  ...(hint === undefined ? {} : { hint }),
});

const behind = (token: Token | undefined): Span => ({ from: token?.to ?? 0, to: (token?.to ?? 0) + 1 });

const startsOperand = (token: Token): boolean =>
  ['name', 'number', 'string'].includes(token.kind) ||
  ['(', '[', '{', '...', '~', 'True', 'False', 'None', 'lambda', 'not'].includes(token.text);

/** A token in the words of a message. */
function shown({ kind, text }: Token): string {
  const short = text.length > 24 ? `${text.slice(0, 21)}…` : text;
  return kind !== 'string' ? `"${short}"` : text.length > 24 || text.includes('\n') ? 'the string' : text;
}

const butFound = (token: Token | undefined): string =>
  token === undefined ? '' : `, and ${shown(token)} stands there`;

/** The innermost bracket that is open before token `end`. */
function openedBy(tokens: readonly Token[], end: number): number | undefined {
  const open: number[] = [];
  for (const [i, { kind, text }] of tokens.slice(0, end).entries()) {
    if (kind === 'symbol' && '([{'.includes(text)) open.push(i);
    else if (kind === 'symbol' && ')]}'.includes(text)) open.pop();
  }
  return open[open.length - 1];
}

function depthBefore(tokens: readonly Token[], end: number): number {
  let depth = 0;
  for (const { kind, text } of tokens.slice(0, end)) {
    if (kind === 'symbol' && '([{'.includes(text)) depth++;
    else if (kind === 'symbol' && ')]}'.includes(text)) depth--;
  }
  return depth;
}
