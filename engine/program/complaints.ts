// What is wrong with a program that does not parse: the grammar's error nodes, put into words.

import type { SyntaxNodeRef, Tree } from '@lezer/common';
import type { Span } from './ast.ts';

export interface Problem extends Span {
  readonly message: string;
  readonly hint?: string;
}

export interface PlacedProblem extends Problem {
  readonly line: number;
  readonly column: number;
}

/** A program that cannot be read, with everything that is wrong with it in order. */
export class ProgramSyntaxError extends Error {
  readonly problems: readonly PlacedProblem[];

  constructor(source: string, problems: readonly Problem[]) {
    super(problems[0]?.message ?? 'The program cannot be read.');
    this.name = 'ProgramSyntaxError';
    this.problems = problems.map((p) => ({ ...p, ...position(source, p.from) }));
  }
}

/** 1-based line and column of an offset. */
export function position(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: before[before.length - 1].length + 1 };
}

/** The parser's own stack gives up some way beyond this, on programs that are right. */
const deepest = 1000;

/** One complaint a line at most, up to `most`: what follows a mistake in a line is rarely another. */
export function complaintsOf(source: string, tree: Tree, most: number): Problem[] {
  const problems: Problem[] = [];
  const lines = new Set<number>();
  let depth = 0;
  let deep = false;
  tree.iterate({
    enter(node) {
      depth++;
      if (depth > deepest) deep = true;
      if (!node.type.isError) return undefined;
      const problem = complaint(source, node);
      const { line } = position(source, problem.from);
      if (!lines.has(line) && problems.length < most) {
        lines.add(line);
        problems.push(problem);
      }
      return undefined;
    },
    leave() {
      depth--;
    },
  });
  if (deep && problems.length > 0) {
    const [first] = problems;
    return [
      {
        from: first.from,
        to: first.to,
        message:
          'An expression is too long or too deep to be read: more than a thousand operators or brackets in a row.',
        hint: 'Name parts of it in statements of their own, or use an array and jnp.sum.',
      },
    ];
  }
  return problems.sort((a, b) => a.from - b.from);
}

const brackets: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

function complaint(source: string, node: SyntaxNodeRef): Problem {
  const parent = node.node.parent;
  const at = { from: node.from, to: Math.max(node.to, node.from + 1) };
  const found = foundAt(source, node.from);
  if (parent?.name === 'String' || parent?.name === 'FormatString') {
    return {
      from: parent.from,
      to: parent.to,
      message: 'The string is not closed.',
      hint: `It opens with ${source[parent.from]}.`,
    };
  }
  const open = openBracket(source, node);
  if (
    open !== null &&
    (found === 'the end of the program' || !')]}'.includes(source[skip(source, node.from)] ?? ' '))
  ) {
    const next = source.slice(node.from).trimStart();
    if (next === '' || /^\w+\s*=/.test(next)) {
      const { line, column } = position(source, open);
      return {
        from: open,
        to: open + 1,
        message: `The bracket ${source[open]} is never closed.`,
        hint: `It opens at line ${line}, column ${column}; ${brackets.get(source[open])} closes it.`,
      };
    }
  }
  const rest = source.slice(node.from);
  const javascript = /^\s*(&&|\|\||!(?!=)|\/\/|\+\+|=>|\{)/.exec(rest)?.[1];
  const words: Record<string, string> = {
    '&&': '& combines conditions on arrays, and those of static values.',
    '||': '| combines conditions on arrays, or those of static values.',
    '!': '~ negates a condition on arrays, not one on static values.',
    '//': 'A comment starts with #.',
    '++': 'Write i += 1.',
    '=>': 'Write lambda x: …',
  };
  if (javascript !== undefined && words[javascript] !== undefined) {
    return { ...at, message: `${javascript} is no operator of Python here.`, hint: words[javascript] };
  }
  const { line } = position(source, node.from);
  const text = source.split(/\r\n|\r|\n/)[line - 1] ?? '';
  const head = /^\s*(def|if|elif|else|for|while)\b/.exec(text)?.[1];
  if (head !== undefined && !/:\s*(#.*)?$/.test(text) && found === 'the end of the line') {
    return {
      ...at,
      message: `A colon is missing at the end of the line that starts with ${head}.`,
      hint: `The first line of a block ends with ":".`,
    };
  }
  if (parent?.name === 'AssignStatement' || parent?.name === 'BinaryExpression' || parent?.name === 'UnaryExpression') {
    return { ...at, message: `An expression was expected, and ${found} stands here.` };
  }
  if (/^\s*=(?!=)/.test(rest)) {
    return { ...at, message: '= assigns, and stands where a value was expected.', hint: '== compares.' };
  }
  if (/^[ \t]+\S/.test(rest) && (node.from === 0 || source[node.from - 1] === '\n')) {
    return {
      ...at,
      message: 'The indentation is unexpected.',
      hint: 'Statements of one block start in the same column.',
    };
  }
  return { ...at, message: `${capital(found)} is not expected here.` };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const skip = (source: string, from: number): number => from + (/^[ \t]*/.exec(source.slice(from))?.[0].length ?? 0);

function foundAt(source: string, from: number): string {
  const at = skip(source, from);
  if (at >= source.length) return 'the end of the program';
  if (source[at] === '\n' || source[at] === '\r') return 'the end of the line';
  const token = /^(\w+|[^\w\s]{1,2})/.exec(source.slice(at))?.[0] ?? source[at];
  return JSON.stringify(token.slice(0, 20));
}

/** The bracket an error stands inside of, where that is never closed. */
function openBracket(source: string, node: SyntaxNodeRef): number | null {
  for (let at = node.node.parent; at !== null; at = at.parent) {
    const first = at.name === 'MemberExpression' ? at.getChild('[') : at.firstChild;
    if (first === null || first === undefined || !brackets.has(source[first.from]) || first.to - first.from !== 1)
      continue;
    const last = at.lastChild;
    if (last === null || source[last.from] !== brackets.get(source[first.from])) return first.from;
  }
  return null;
}
