// Parses a program: text to syntax tree, a line at a time, so that a mistake in one neither hides nor makes one in another.

import type { SyntaxNode } from '@lezer/common';
import type { Expression, Module, Parameters, Statement } from './ast.ts';
import { adapt, maxNesting, tooDeep } from './parse-adapt.ts';
import { explain, refusedBlock, refusedWord, strayStar } from './parse-errors.ts';
import { children, ExpressionReader, grammar, only } from './parse-expressions.ts';
import { linesOf } from './parse-lines.ts';
import type { Line, Token } from './parse-lines.ts';
import { simpleStatement } from './parse-statements.ts';
import type { Around } from './parse-statements.ts';
import type { Mistake } from './syntax.ts';
import { maxProblems, position, ProgramSyntaxError, Refusal, refuse } from './syntax.ts';

/** Blocks inside blocks, and loops inside loops: as many as Python takes. */
const maxBlocks = 100;
const maxLoops = 20;

/** The tree of a program; throws a ProgramSyntaxError with everything that is wrong with it. */
export function parseProgram(source: string): Module {
  const { lines, mistakes } = linesOf(source);
  const parser = new Parser(source, lines, mistakes);
  const body = parser.program();
  if (mistakes.length > 0) throw new ProgramSyntaxError(source, mistakes);
  return { body };
}

/** A line that Lezer has parsed. */
interface Read {
  readonly reader: ExpressionReader;
  readonly nodes: readonly SyntaxNode[];
  /** Refuses a `*` that nothing unpacked. */
  readonly done: () => void;
}

class Parser {
  readonly #source: string;
  readonly #lines: readonly Line[];
  readonly #mistakes: Mistake[];
  #at = 0;
  /** Mistakes told here: enough is enough. */
  #found = 0;
  /** Whether something stands before, after which `from __future__` comes too late. */
  #begun = false;

  constructor(source: string, lines: readonly Line[], mistakes: Mistake[]) {
    this.#source = source;
    this.#lines = lines;
    this.#mistakes = mistakes;
  }

  #tell(mistake: Mistake): void {
    this.#found++;
    this.#mistakes.push(mistake);
  }

  program(): Statement[] {
    return this.#block(0, { inFunction: false, loops: 0 });
  }

  /** Goes on after a mistake, which is noted. */
  #attempt<T>(body: () => T): T | undefined {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.mistake !== undefined) this.#tell(error.mistake);
      return undefined;
    }
  }

  #next(level: number, ...words: string[]): Line | undefined {
    const line = this.#lines[this.#at];
    return line?.level === level && words.includes(line.tokens[0]?.text ?? '') ? line : undefined;
  }

  /** The statements from the line at hand on that are indented by `level` blocks or more. */
  #block(level: number, around: Around): Statement[] {
    const body: Statement[] = [];
    for (let line = this.#lines[this.#at]; line !== undefined && line.level >= level; line = this.#lines[this.#at]) {
      if (this.#found >= maxProblems) return body;
      if (line.level > level) {
        if (!this.#lines[this.#at - 1]?.broken) this.#indented(line);
        body.push(...this.#block(line.level, around));
      } else body.push(...this.#statements(line, around));
    }
    return body;
  }

  #indented(line: Line): void {
    const before = this.#lines[this.#at - 1];
    const hint =
      before === undefined
        ? 'The first line starts in the first column.'
        : 'A block follows a line that ends with a colon.';
    this.#tell({ from: line.from, to: line.to, message: 'The line is indented, and opens no block.', hint });
  }

  #statements(line: Line, around: Around): Statement[] {
    const [first] = line.tokens;
    this.#at++;
    const refused = refusedBlock(line.tokens);
    if (refused !== undefined) return this.#refused(line, refused);
    switch (first?.text) {
      case 'if':
        return this.#if(line, around);
      case 'for':
      case 'while':
        return this.#loop(line, around);
      case 'def':
        return this.#function(line, [], around);
      case '@':
        return this.#decorated(line, around);
      case 'elif':
      case 'else': {
        const message = `The ${first.text} belongs to no if.`;
        this.#tell({ from: first.from, to: first.to, message, hint: 'It stands in the column of its if.' });
        this.#body(line, undefined, around);
        return [];
      }
      default:
        return this.#simple(line, around);
    }
  }

  #simple(line: Line, around: Around): Statement[] {
    const read = this.#attempt(() => this.#read(line, line.tokens));
    const statements = read === undefined ? undefined : this.#attempt(() => this.#inline(read, read.nodes, around));
    if (statements === undefined) line.broken = true;
    return statements ?? [];
  }

  /** A block outside the language, and what belongs to it, is passed over. */
  #refused(line: Line, mistake: Mistake): Statement[] {
    this.#tell(mistake);
    this.#begun = true;
    const skip = (): void => {
      for (let l = this.#lines[this.#at]; l !== undefined && l.level > line.level; l = this.#lines[this.#at])
        this.#at++;
    };
    skip();
    while (line.tokens[0]?.text === 'try' && this.#next(line.level, 'except', 'finally', 'else') !== undefined) {
      this.#at++;
      skip();
    }
    return [];
  }

  /** Has Lezer parse tokens of a line, and words that it needs behind them. */
  #read(line: Line, tokens: readonly Token[], suffix = ''): Read {
    const end = tokens[tokens.length - 1] ?? line;
    if (line.broken) throw new Refusal(undefined);
    const refused = refusedWord(tokens);
    if (refused !== undefined) throw new Refusal(refused);
    const adapted = adapt(tokens);
    const failed = (offset: number): Refusal => {
      const parses = (text: string): boolean => typeof grammar(text) !== 'number';
      return new Refusal(explain({ tokens, text: adapted.text, at: Math.min(offset, end.to), parses }));
    };
    const top = grammar(`${adapted.text} ${suffix}`);
    if (typeof top === 'number') throw failed(adapted.from + top);
    for (const { pieces } of adapted.chains.values()) {
      for (const { text, from } of pieces) {
        const piece = grammar(text);
        if (typeof piece === 'number') throw failed(from + piece);
      }
    }
    const done = (): void => {
      for (const from of adapted.stars.values()) throw new Refusal(strayStar(tokens, from));
    };
    return { reader: new ExpressionReader(this.#source, adapted), nodes: children(top), done };
  }

  /** Statements that share a line. */
  #inline(read: Read, nodes: readonly SyntaxNode[], around: Around): Statement[] {
    const statements: Statement[] = [];
    for (const node of nodes.flatMap((n) => (n.name === 'StatementGroup' ? children(n) : n))) {
      if (node.name === ';' || node.name === ':') continue;
      const statement = simpleStatement(read.reader, node, around);
      this.#future(statement);
      statements.push(statement);
    }
    read.done();
    return statements;
  }

  #future(statement: Statement): void {
    const future = statement.kind === 'ImportFrom' && statement.module === '__future__';
    if (future && this.#begun) {
      refuse(
        statement.span,
        'from __future__ stands at the beginning of a program.',
        'Move it there, or leave it out.',
      );
    }
    const text = statement.kind === 'ExprStmt' && statement.value.kind === 'Str' && this.#at === 1;
    if (!future && !text) this.#begun = true;
  }

  /** The first line of a block, parsed, its statement's parts at hand. */
  #header<T>(
    line: Line,
    take: (reader: ExpressionReader, parts: readonly SyntaxNode[]) => T,
  ): { taken: T; read: Read; body: SyntaxNode } | undefined {
    this.#begun = true;
    const header = this.#attempt(() => {
      const opens = line.tokens[line.tokens.length - 1]?.text === ':';
      const read = this.#read(line, line.tokens, opens ? 'pass' : '');
      const parts = children(only(read.nodes));
      const body = parts.find((p) => p.name === 'Body');
      if (body === undefined) throw new Error('invariant: the first line of a block has a body');
      return { taken: take(read.reader, parts), read, body };
    });
    if (header === undefined) line.broken = true;
    return header;
  }

  /** The body of a block: the rest of its first line, or what is indented below it. */
  #body(line: Line, header: { read: Read; body: SyntaxNode } | undefined, around: Around): Statement[] {
    const below = this.#lines[this.#at];
    const opens = line.tokens[line.tokens.length - 1]?.text === ':';
    if (header !== undefined && !opens) {
      return this.#attempt(() => this.#inline(header.read, children(header.body), around)) ?? [];
    }
    if (header !== undefined) this.#attempt(header.read.done);
    if (below !== undefined && below.level > line.level) return this.#inner(below, around);
    if (opens && !line.broken) this.#empty(line);
    return [];
  }

  #inner(below: Line, around: Around): Statement[] {
    if (below.level <= maxBlocks) return this.#block(below.level, around);
    this.#attempt(() => tooDeep(below));
    while ((this.#lines[this.#at]?.level ?? 0) >= below.level) this.#at++;
    return [];
  }

  #empty(line: Line): void {
    const word = line.tokens[0]?.text ?? '';
    const next = this.#lines[this.#at];
    const at = next ?? { from: line.to, to: line.to + 1 };
    const where = position(this.#source, line.from).line;
    const message = `An indented block was expected after the ${word} of line ${where}.`;
    this.#tell({ from: at.from, to: at.to, message, hint: 'A block that does nothing is pass.' });
  }

  #if(line: Line, around: Around): Statement[] {
    const branches: { line: Line; test: Expression | undefined; body: Statement[] }[] = [];
    const take = (reader: ExpressionReader, parts: readonly SyntaxNode[]): Expression =>
      reader.expression(only(parts.slice(1)), 0);
    const branch = (at: Line): void => {
      const header = this.#header(at, take);
      branches.push({ line: at, test: header?.taken, body: this.#body(at, header, around) });
    };
    branch(line);
    for (let l = this.#next(line.level, 'elif'); l !== undefined; l = this.#next(line.level, 'elif')) {
      this.#at++;
      branch(l);
    }
    let orelse: Statement[] = [];
    const other = this.#next(line.level, 'else');
    if (other !== undefined) {
      this.#at++;
      orelse = this.#else(other, around);
    }
    if (branches.length > maxNesting) this.#attempt(() => tooDeep(branches[maxNesting]?.line ?? line));
    let end = orelse[orelse.length - 1]?.span.to;
    for (const { line: at, test, body } of branches.reverse()) {
      end ??= body[body.length - 1]?.span.to ?? at.to;
      if (test !== undefined) orelse = [{ kind: 'If', span: { from: at.from, to: end }, test, body, orelse }];
    }
    return orelse;
  }

  #else(line: Line, around: Around): Statement[] {
    const [word, colon, ...rest] = line.tokens;
    if (!line.broken && word !== undefined && colon?.text !== ':') {
      const otherwise = colon?.text === 'if';
      const found = colon === undefined ? '' : `, and "${colon.text}" stands there`;
      const message = otherwise ? 'else if is one word.' : `A colon was expected after else${found}.`;
      const at = colon ?? { from: word.to, to: word.to + 1 };
      this.#tell({
        from: at.from,
        to: at.to,
        message,
        hint: otherwise ? 'Write elif.' : 'Write else: alone.',
      });
      line.broken = true;
    }
    if (line.broken || rest.length === 0) return this.#body(line, undefined, around);
    return (
      this.#attempt(() => {
        const read = this.#read(line, rest);
        return this.#inline(read, read.nodes, around);
      }) ?? []
    );
  }

  #loop(line: Line, around: Around): Statement[] {
    const header = this.#header(
      line,
      (reader, parts): { test: Expression } | { target: Expression; iterable: Expression } => {
        if (around.loops === maxLoops) refuse(line, `More than ${maxLoops} loops stand inside one another.`);
        if (parts[0]?.name === 'while') return { test: reader.expression(only(parts.slice(1)), 0) };
        const end = parts.findIndex((p) => p.name === 'in');
        const target = reader.target(parts.slice(1, end), 0);
        return { target, iterable: reader.list(parts.slice(end + 1, -1), 0) };
      },
    );
    const body = this.#body(line, header, { ...around, loops: around.loops + 1 });
    const other = this.#next(line.level, 'else');
    if (other !== undefined) {
      this.#at++;
      const message = 'else after a loop is outside the language.';
      this.#tell({ from: other.from, to: other.to, message, hint: 'Write what follows the loop without it.' });
      this.#body(other, undefined, around);
    }
    if (header === undefined) return [];
    const { taken } = header;
    const span = { from: line.from, to: body[body.length - 1]?.span.to ?? line.to };
    return 'test' in taken
      ? [{ kind: 'While', span, test: taken.test, body }]
      : [{ kind: 'For', span, ...taken, body }];
  }

  #decorated(line: Line, around: Around): Statement[] {
    const decorators: Expression[] = [];
    let at: Line | undefined = line;
    for (; at !== undefined; at = this.#next(line.level, '@')) {
      if (at !== line) this.#at++;
      const decorator = this.#attempt(() => this.#decorator(at ?? line));
      if (decorator !== undefined) decorators.push(decorator);
    }
    const below = this.#lines[this.#at];
    const first = below?.tokens[0];
    if (below?.level === line.level && first?.text === 'def') {
      this.#at++;
      return this.#function(below, decorators, around);
    }
    if (below?.level !== line.level || (first?.text !== 'class' && first?.text !== 'async')) {
      const found = first === undefined ? '' : `, and "${first.text}" stands there`;
      this.#tell({
        from: line.from,
        to: line.to,
        message: `A function was expected below the decorator${found}.`,
      });
    }
    return [];
  }

  #decorator(line: Line): Expression {
    const tokens = line.tokens.slice(1);
    if (tokens.length === 0) refuse(line, 'An expression is missing after @.', 'Write @jax.jit.');
    const read = this.#read(line, tokens);
    const statement = only(read.nodes);
    const parts = children(statement);
    if (statement.name !== 'ExpressionStatement' || read.nodes.length > 1 || parts.length > 1) {
      refuse(line, 'A decorator is one expression.', 'Write @jax.jit.');
    }
    const value = read.reader.expression(only(parts), 0);
    read.done();
    return value;
  }

  #function(line: Line, decorators: Expression[], around: Around): Statement[] {
    const header = this.#header(line, (reader, parts): { name: string; params: Parameters } => {
      const generic = parts.find((p) => p.name === 'TypeParamList');
      if (generic !== undefined)
        refuse(reader.span(generic), 'Type parameters are outside the language.', 'Leave them out.');
      const name = reader.binding(only(parts.slice(1)));
      const list = only(parts.filter((p) => p.name === 'ParamList'));
      const annotation = parts.find((p) => p.name === 'TypeDef');
      const params = reader.parameters(children(list), 0);
      if (annotation !== undefined) reader.annotation(annotation, 0);
      return { name, params };
    });
    const body = this.#body(line, header, { ...around, inFunction: true, loops: 0 });
    if (header === undefined) return [];
    const span = { from: line.from, to: body[body.length - 1]?.span.to ?? line.to };
    return [{ kind: 'FunctionDef', span, ...header.taken, body, decorators }];
  }
}
