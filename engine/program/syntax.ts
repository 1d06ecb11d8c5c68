// What a program that cannot be parsed is answered with: every mistake with its place and, where there is one, a way out.

import type { Span } from './ast.ts';

/** One mistake in a program's text. */
export interface Mistake extends Span {
  readonly message: string;
  readonly hint?: string;
}

export interface SyntaxProblem extends Mistake {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units as every offset is. */
  readonly column: number;
}

/** Mistakes that are reported at once. */
export const maxProblems = 10;

/** A program that cannot be parsed, with its mistakes in the order of the text, one a line. */
export class ProgramSyntaxError extends Error {
  readonly problems: readonly SyntaxProblem[];

  constructor(source: string, mistakes: readonly Mistake[]) {
    const problems = listed(source, mistakes);
    super(problems[0]?.message ?? 'The program cannot be parsed.');
    this.name = 'ProgramSyntaxError';
    this.problems = problems;
  }
}

/** Thrown inside the parser to leave one line for the next; without a mistake where it has been told. */
export class Refusal extends Error {
  readonly mistake: Mistake | undefined;

  constructor(mistake: Mistake | undefined) {
    super(mistake?.message);
    this.mistake = mistake;
  }
}

/** Leaves the line at hand with a mistake. */
export function refuse(at: Span, message: string, hint?: string): never {
  throw new Refusal({ from: at.from, to: at.to, message, ...(hint === undefined ? {} : { hint }) });
}

/** The line and column of an offset. */
export function position(source: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (const { index, 0: ending } of source.slice(0, offset).matchAll(/\r\n|\r|\n/g)) {
    line++;
    start = index + ending.length;
  }
  return { line, column: offset - start + 1 };
}

/** In the order of the text, the first of each line: what follows a mistake in a line is rarely another. */
function listed(source: string, mistakes: readonly Mistake[]): SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  let told = -1;
  for (const mistake of [...mistakes].sort((a, b) => a.from - b.from)) {
    if (mistake.from <= told) continue;
    const length = source.slice(mistake.from).search(/[\r\n]/);
    told = length < 0 ? source.length : mistake.from + length;
    problems.push({ ...mistake, ...position(source, mistake.from) });
    if (problems.length === maxProblems) break;
  }
  return problems;
}
