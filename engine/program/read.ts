// Reads a program: text to syntax tree, through Lezer's Python grammar, with a place in every complaint.

import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';
import { complaintsOf, ProgramSyntaxError } from './complaints.ts';
import type { Problem } from './complaints.ts';
import { readNumber, readString } from './literals.ts';
import type { BinaryOperator, CompareOperator } from './operators.ts';
import type { Comprehension, Expression, Module, Parameter, Parameters, Span, Statement } from './ast.ts';

/** How deep expressions and blocks may nest. */
const maxNesting = 200;
/** Complaints that are reported at once. */
const maxProblems = 10;

/** The tree of a program; throws a ProgramSyntaxError with everything that is wrong, up to ten complaints. */
export function parseProgram(source: string): Module {
  const tree = parser.parse(source);
  const problems = complaintsOf(source, tree, maxProblems);
  if (problems.length > 0) throw new ProgramSyntaxError(source, problems);
  return new Reader(source).module(tree.topNode);
}

/** Thrown to leave one statement; the reader goes on with the next. */
class Refusal extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

interface Surroundings {
  readonly inFunction: boolean;
  readonly inLoop: boolean;
}

const refused: ReadonlyMap<string, readonly [string, string?]> = new Map<string, readonly [string, string?]>([
  [
    'ClassDefinition',
    ['Classes are outside the language.', 'Functions (def) and tuples do what a pure program needs.'],
  ],
  ['WithStatement', ['with is outside the language.', 'jax.lax.stop_gradient(x) cuts a derivative.']],
  ['TryStatement', ['try is outside the language: a program has no exceptions to catch.']],
  ['RaiseStatement', ['raise is outside the language.', 'assert checks what is static.']],
  [
    'ScopeStatement',
    ['global and nonlocal are outside the language: functions are pure.', 'Return the value instead.'],
  ],
  ['DeleteStatement', ['del is outside the language: values are dropped when nothing needs them.']],
  ['MatchStatement', ['match is outside the language.', 'if and elif choose by static values.']],
  ['YieldStatement', ['yield is outside the language.', 'A list or a comprehension holds several values.']],
  ['TypeDefinition', ['type is outside the language.']],
  ['AwaitExpression', ['await is outside the language.']],
  ['YieldExpression', ['yield is outside the language.']],
  ['FormatString', ['f-strings are outside the language: programs compute arrays, not text.']],
  ['SetExpression', ['Sets are outside the language.', 'A tuple or a list keeps its order.']],
  ['SetComprehensionExpression', ['Sets are outside the language.', 'A list comprehension keeps its order.']],
  [
    'PrintStatement',
    ['print needs parentheses, and a program has nowhere to print to.', 'Name the value in "outputs".'],
  ],
]);

const compareOperators: ReadonlySet<string> = new Set([
  '<',
  '<=',
  '>',
  '>=',
  '==',
  '!=',
  'in',
  'not in',
  'is',
  'is not',
]);

class Reader {
  readonly #source: string;
  readonly #problems: Problem[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  module(top: SyntaxNode): Module {
    const body = this.#block(children(top), { inFunction: false, inLoop: false }, 0);
    if (this.#problems.length > 0) throw new ProgramSyntaxError(this.#source, this.#problems);
    return { body };
  }

  #text(node: SyntaxNode): string {
    return this.#source.slice(node.from, node.to);
  }

  #refuse(at: Span, message: string, hint?: string): never {
    throw new Refusal({ from: at.from, to: at.to, message, hint });
  }

  // -- statements --------------------------------------------------------------------------------------------------

  #block(nodes: readonly SyntaxNode[], around: Surroundings, depth: number): Statement[] {
    const body: Statement[] = [];
    for (const node of nodes) {
      if (node.name === 'StatementGroup') {
        body.push(
          ...this.#block(
            children(node).filter((c) => c.name !== ';'),
            around,
            depth,
          ),
        );
        continue;
      }
      if (this.#problems.length >= maxProblems) break;
      try {
        body.push(this.#statement(node, around, depth));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        this.#problems.push(error.problem);
      }
    }
    return body;
  }

  #body(node: SyntaxNode, around: Surroundings, depth: number): Statement[] {
    if (depth > maxNesting) this.#tooDeep(node);
    return this.#block(
      children(node).filter((c) => c.name !== ':'),
      around,
      depth + 1,
    );
  }

  #tooDeep(at: Span): never {
    this.#refuse(at, `The program nests more than ${maxNesting} deep.`, 'Name parts of it in statements of their own.');
  }

  #statement(node: SyntaxNode, around: Surroundings, depth: number): Statement {
    const span = spanOf(node);
    const parts = children(node);
    switch (node.name) {
      case 'AssignStatement':
        return this.#assignment(node, parts, depth);
      case 'UpdateStatement': {
        const target = this.#expression(parts[0], depth);
        this.#checkTarget(target, false);
        if (target.kind === 'Tuple' || target.kind === 'List')
          this.#refuse(span, 'A tuple cannot be updated in place.');
        const operator = this.#text(parts[1]).slice(0, -1) as BinaryOperator;
        return { kind: 'AugAssign', span, target, operator, value: this.#group(parts.slice(2), depth) };
      }
      case 'ExpressionStatement':
        return { kind: 'ExprStmt', span, value: this.#group(parts, depth) };
      case 'FunctionDefinition':
        return this.#functionDefinition(node, [], depth);
      case 'DecoratedStatement': {
        const definition = parts[parts.length - 1];
        if (definition.name !== 'FunctionDefinition') this.#refuse(definition, 'Only functions can be decorated here.');
        return this.#functionDefinition(
          definition,
          parts.slice(0, -1).map((d) => this.#decorator(d, depth)),
          depth,
        );
      }
      case 'ReturnStatement':
        if (!around.inFunction) {
          this.#refuse(span, 'return stands outside a function.', 'At the end of a program, assign the result: y = …');
        }
        return { kind: 'Return', span, value: parts.length === 1 ? undefined : this.#group(parts.slice(1), depth) };
      case 'IfStatement':
        return this.#if(parts, span, around, depth);
      case 'ForStatement':
        return this.#for(parts, span, around, depth);
      case 'WhileStatement': {
        if (parts.some((p) => p.name === 'else')) this.#refuse(span, 'else after a loop is outside the language.');
        const body = this.#body(parts[2], { ...around, inLoop: true }, depth);
        return { kind: 'While', span, test: this.#expression(parts[1], depth), body };
      }
      case 'BreakStatement':
      case 'ContinueStatement': {
        const word = this.#text(node);
        if (!around.inLoop) this.#refuse(span, `${word} stands outside a loop.`);
        return { kind: word === 'break' ? 'Break' : 'Continue', span };
      }
      case 'PassStatement':
        return { kind: 'Pass', span };
      case 'ImportStatement':
        return this.#import(parts, span);
      case 'AssertStatement':
        return { kind: 'Assert', span, test: this.#expression(parts[1], depth) };
      default: {
        const [message, hint] = refused.get(node.name) ?? [
          `${this.#text(node).split(/\s/, 1)[0]} is outside the language.`,
        ];
        return this.#refuse({ from: node.from, to: node.from + 1 }, message, hint);
      }
    }
  }

  #assignment(node: SyntaxNode, parts: readonly SyntaxNode[], depth: number): Statement {
    const span = spanOf(node);
    const annotation = parts.find((p) => p.name === 'TypeDef');
    const groups = split(
      parts.filter((p) => p !== annotation),
      (p) => p.name === 'AssignOp',
    );
    if (annotation !== undefined) {
      const target = this.#group(groups[0], depth);
      if (target.kind !== 'Name') this.#refuse(target.span, 'Only a single name can have an annotation.');
      return {
        kind: 'AnnAssign',
        span,
        target,
        value: groups[1] === undefined ? undefined : this.#group(groups[1], depth),
      };
    }
    const targets = groups.slice(0, -1).map((g) => this.#group(g, depth, true));
    for (const target of targets) this.#checkTarget(target, true);
    return { kind: 'Assign', span, targets, value: this.#group(groups[groups.length - 1], depth) };
  }

  #checkTarget(target: Expression, top: boolean): void {
    switch (target.kind) {
      case 'Name':
      case 'Subscript':
      case 'Attribute':
        return;
      case 'Tuple':
      case 'List':
        if (target.items.filter((t) => t.kind === 'Starred').length > 1) {
          this.#refuse(target.span, 'Only one target of an assignment can be starred.');
        }
        for (const t of target.items) this.#checkTarget(t, false);
        return;
      case 'Starred':
        if (top) this.#refuse(target.span, 'A starred target stands in a list of targets: *a, = x.');
        this.#checkTarget(target.value, false);
        return;
      default: {
        const hint = target.kind === 'Compare' ? undefined : 'The name stands on the left, the value on the right.';
        this.#refuse(target.span, `${article(target)} cannot be assigned to.`, hint);
      }
    }
  }

  #decorator(node: SyntaxNode, depth: number): Expression {
    const [, head, ...rest] = children(node);
    let value = this.#expression(head, depth);
    for (let i = 0; i < rest.length; i++) {
      const part = rest[i];
      const span = { from: node.from + 1, to: part.to };
      if (part.name === 'ArgList') value = { kind: 'Call', span, callee: value, ...this.#arguments(part, depth) };
      else if (part.name !== '.') value = { kind: 'Attribute', span, value, name: this.#text(part) };
    }
    return value;
  }

  #functionDefinition(node: SyntaxNode, decorators: readonly Expression[], depth: number): Statement {
    const parts = children(node);
    if (parts[0].name === 'async') this.#refuse(parts[0], 'async is outside the language.');
    const name = this.#text(parts.find((p) => p.name === 'VariableName')!);
    const params = this.#parameters(
      parts.find((p) => p.name === 'ParamList')!,
      depth,
    );
    const body = this.#body(parts[parts.length - 1], { inFunction: true, inLoop: false }, depth);
    return { kind: 'FunctionDef', span: spanOf(node), name, params, body, decorators };
  }

  #if(parts: readonly SyntaxNode[], span: Span, around: Surroundings, depth: number): Statement {
    // if test Body (elif test Body)* (else Body)?, folded from the last branch.
    const branches: { test: SyntaxNode | undefined; body: SyntaxNode }[] = [];
    for (let i = 0; i < parts.length;) {
      const isElse = parts[i].name === 'else';
      branches.push({ test: isElse ? undefined : parts[i + 1], body: parts[i + (isElse ? 1 : 2)] });
      i += isElse ? 2 : 3;
    }
    let orelse: Statement[] = [];
    for (let i = branches.length - 1; i >= 0; i--) {
      const { test, body } = branches[i];
      const statements = this.#body(body, around, depth);
      if (test === undefined) orelse = statements;
      else {
        const from = i === 0 ? span : spanOf(test);
        orelse = [{ kind: 'If', span: from, test: this.#expression(test, depth), body: statements, orelse }];
      }
    }
    return orelse[0];
  }

  #for(parts: readonly SyntaxNode[], span: Span, around: Surroundings, depth: number): Statement {
    if (parts[0].name === 'async') this.#refuse(parts[0], 'async is outside the language.');
    if (parts.some((p) => p.name === 'else')) this.#refuse(span, 'else after a loop is outside the language.');
    const at = parts.findIndex((p) => p.name === 'in');
    const target = this.#group(parts.slice(1, at), depth, true);
    this.#checkTarget(target, true);
    const iterable = this.#group(parts.slice(at + 1, -1), depth);
    return {
      kind: 'For',
      span,
      target,
      iterable,
      body: this.#body(parts[parts.length - 1], { ...around, inLoop: true }, depth),
    };
  }

  #import(parts: readonly SyntaxNode[], span: Span): Statement {
    const dotted = (nodes: readonly SyntaxNode[]): string => nodes.map((n) => this.#text(n)).join('');
    const withAlias = (nodes: readonly SyntaxNode[]): { name: string; alias?: string } => {
      const [name, alias] = split(nodes, (n) => n.name === 'as');
      return { name: dotted(name), alias: alias === undefined ? undefined : dotted(alias) };
    };
    if (parts[0].name === 'import') {
      const names = split(parts.slice(1), (p) => p.name === ',').map(withAlias);
      return { kind: 'Import', span, names: names.map(({ name, alias }) => ({ module: name, alias })) };
    }
    const at = parts.findIndex((p) => p.name === 'import');
    const listed = parts.slice(at + 1).filter((p) => p.name !== '(' && p.name !== ')');
    const names = split(listed, (p) => p.name === ',')
      .filter((n) => n.length > 0)
      .map(withAlias);
    return { kind: 'ImportFrom', span, module: dotted(parts.slice(1, at)), names };
  }

  #parameters(list: SyntaxNode, depth: number): Parameters {
    const positional: Parameter[] = [];
    const keywordOnly: Parameter[] = [];
    let rest: string | undefined;
    let keywords: string | undefined;
    let afterStar = false;
    const seen = new Set<string>();
    const parts = children(list).filter((p) => !['(', ')', 'TypeDef'].includes(p.name));
    for (const item of split(parts, (p) => p.name === ',')) {
      // `/` leaves no node of its own: the positional-only marker is allowed and means nothing more here.
      if (item.length === 0) continue;
      const star = item[0].name === '*' || item[0].name === '**' ? item[0].name : undefined;
      const nameNode = item.find((p) => p.name === 'VariableName');
      if (nameNode === undefined) {
        afterStar = true;
        continue;
      }
      const name = this.#text(nameNode);
      if (seen.has(name)) this.#refuse(nameNode, `The parameter ${JSON.stringify(name)} stands twice.`);
      seen.add(name);
      if (keywords !== undefined) this.#refuse(nameNode, 'Nothing can follow a ** parameter.');
      if (star === '*') {
        if (afterStar) this.#refuse(nameNode, 'A function has at most one * parameter.');
        rest = name;
        afterStar = true;
      } else if (star === '**') keywords = name;
      else {
        const at = item.findIndex((p) => p.name === 'AssignOp');
        const param: Parameter = { name, default: at < 0 ? undefined : this.#expression(item[at + 1], depth) };
        if (afterStar) keywordOnly.push(param);
        else {
          if (param.default === undefined && positional.some((p) => p.default !== undefined)) {
            this.#refuse(nameNode, `The parameter ${JSON.stringify(name)} has no default, and one before it has.`);
          }
          positional.push(param);
        }
      }
    }
    return { positional, keywordOnly, rest, keywords };
  }

  // -- expressions -------------------------------------------------------------------------------------------------

  /** Expressions separated by commas: one alone, or a tuple. */
  #group(parts: readonly SyntaxNode[], depth: number, target = false): Expression {
    const items = split(parts, (p) => p.name === ',');
    const commas = items.length > 1;
    if (items.length > 1 && items[items.length - 1].length === 0) items.pop();
    const list = items.map((item) => this.#item(item, depth));
    if (list.length === 1 && !commas) {
      if (list[0].kind === 'Starred' && !target)
        this.#refuse(list[0].span, '* stands only in a call, a list or a target.');
      return list[0];
    }
    return { kind: 'Tuple', span: { from: parts[0].from, to: parts[parts.length - 1].to }, items: list };
  }

  /** One item of a list: an expression or a starred one. */
  #item(item: readonly SyntaxNode[], depth: number): Expression {
    if (item[0].name === '*') {
      return { kind: 'Starred', span: { from: item[0].from, to: item[1].to }, value: this.#expression(item[1], depth) };
    }
    return this.#expression(item[0], depth);
  }

  #expression(node: SyntaxNode, depth: number): Expression {
    if (depth > maxNesting) this.#tooDeep(node);
    const span = spanOf(node);
    switch (node.name) {
      case 'VariableName':
        return { kind: 'Name', span, name: this.#text(node) };
      case 'Number':
        return this.#number(node);
      case 'String':
        return { kind: 'Str', span, value: this.#string(node) };
      case 'ContinuedString':
        return {
          kind: 'Str',
          span,
          value: children(node)
            .map((c) => this.#string(c))
            .join(''),
        };
      case 'Boolean':
        return { kind: 'Bool', span, value: this.#text(node) === 'True' };
      case 'None':
      case 'Ellipsis':
        return { kind: node.name, span };
      case 'ParenthesizedExpression':
        return this.#expression(children(node)[1], depth + 1);
      case 'NamedExpression': {
        const [name, , value] = children(node);
        return { kind: 'NamedExpr', span, name: this.#text(name), value: this.#expression(value, depth + 1) };
      }
      case 'TupleExpression':
      case 'ArrayExpression': {
        const items = split(inside(node), (p) => p.name === ',').filter((item) => item.length > 0);
        const list = items.map((item) => this.#item(item, depth + 1));
        return { kind: node.name === 'TupleExpression' ? 'Tuple' : 'List', span, items: list };
      }
      case 'DictionaryExpression':
        return this.#dictionary(node, depth);
      case 'ArrayComprehensionExpression':
      case 'ComprehensionExpression': {
        const [element, clauses] = this.#comprehension(inside(node), depth);
        const kind = node.name === 'ArrayComprehensionExpression' ? 'ListComp' : 'GeneratorExp';
        return { kind, span, element: this.#expression(element[0], depth + 1), clauses };
      }
      case 'DictionaryComprehensionExpression': {
        const [element, clauses] = this.#comprehension(inside(node), depth);
        const [key, value] = [this.#expression(element[0], depth + 1), this.#expression(element[2], depth + 1)];
        return { kind: 'DictComp', span, key, value, clauses };
      }
      case 'UnaryExpression': {
        const [operator, operand] = children(node);
        const value = this.#expression(operand, depth + 1);
        return { kind: 'Unary', span, operator: this.#text(operator) as '-' | '+' | '~' | 'not', operand: value };
      }
      case 'BinaryExpression':
        return this.#binary(node, depth);
      case 'ConditionalExpression': {
        const [body, , test, , orelse] = children(node);
        return {
          kind: 'IfExp',
          span,
          test: this.#expression(test, depth + 1),
          body: this.#expression(body, depth + 1),
          orelse: this.#expression(orelse, depth + 1),
        };
      }
      case 'LambdaExpression': {
        const parts = children(node);
        const params = this.#parameters(
          parts.find((p) => p.name === 'ParamList')!,
          depth,
        );
        return { kind: 'Lambda', span, params, body: this.#expression(parts[parts.length - 1], depth + 1) };
      }
      case 'CallExpression':
      case 'MemberExpression':
        return this.#postfix(node, depth);
      default: {
        const [message, hint] = refused.get(node.name) ?? [
          `${JSON.stringify(this.#text(node).slice(0, 20))} is outside the language.`,
        ];
        return this.#refuse(span, message, hint);
      }
    }
  }

  #number(node: SyntaxNode): Expression {
    const value = readNumber(this.#text(node));
    if (value === 'complex') return { kind: 'Complex', span: spanOf(node) };
    if (typeof value === 'string') this.#refuse(node, value);
    return { kind: 'Num', span: spanOf(node), value };
  }

  #string(node: SyntaxNode): string {
    if (node.name === 'FormatString') this.#refuse(node, ...refused.get('FormatString')!);
    const value = readString(this.#text(node));
    if (value === null) this.#refuse(node, 'Byte strings are outside the language.');
    return value;
  }

  /** A chain of operators leans left and may be very long: its spine is folded, not descended. */
  #binary(node: SyntaxNode, depth: number): Expression {
    const spine: SyntaxNode[] = [];
    let at: SyntaxNode = node;
    while (at.name === 'BinaryExpression') {
      spine.push(at);
      at = at.firstChild!;
    }
    let left = this.#expression(at, depth + 1);
    // Whether `left` is a chain made here: (a < b) < c in parentheses is no chain.
    let open = false;
    for (let i = spine.length - 1; i >= 0; i--) {
      const [, ...rest] = children(spine[i]);
      const right = this.#expression(rest[rest.length - 1], depth + 1);
      const operator = rest
        .slice(0, -1)
        .map((n) => this.#text(n))
        .join(' ');
      left = this.#operation(left, operator, right, open, spine[i]);
      open = left.kind === 'Compare' || left.kind === 'BoolOp';
    }
    return left;
  }

  #operation(left: Expression, operator: string, right: Expression, open: boolean, node: SyntaxNode): Expression {
    const span = spanOf(node);
    if (operator === '<>') this.#refuse(span, '<> is no operator.', 'Write != .');
    if (operator === 'and' || operator === 'or') {
      if (open && left.kind === 'BoolOp' && left.operator === operator) {
        return { ...left, span, operands: [...left.operands, right] };
      }
      return { kind: 'BoolOp', span, operator, operands: [left, right] };
    }
    if (compareOperators.has(operator)) {
      const next = { operator: operator as CompareOperator, right };
      if (open && left.kind === 'Compare') return { ...left, span, rest: [...left.rest, next] };
      return { kind: 'Compare', span, left, rest: [next] };
    }
    return { kind: 'Binary', span, operator: operator as BinaryOperator, left, right };
  }

  #dictionary(node: SyntaxNode, depth: number): Expression {
    const entries = split(inside(node), (p) => p.name === ',')
      .filter((item) => item.length > 0)
      .map((item) => {
        if (item[0].name === '**') this.#refuse(item[0], '** in a dict is outside the language.');
        return { key: this.#expression(item[0], depth + 1), value: this.#expression(item[2], depth + 1) };
      });
    return { kind: 'Dict', span: spanOf(node), entries };
  }

  /** The element and the clauses of a comprehension's insides. */
  #comprehension(parts: readonly SyntaxNode[], depth: number): [SyntaxNode[], Comprehension[]] {
    const first = parts.findIndex((p) => p.name === 'for' || p.name === 'async');
    const clauses: { target: Expression; iterable: Expression; conditions: Expression[] }[] = [];
    for (let i = first; i < parts.length;) {
      if (parts[i].name === 'async') this.#refuse(parts[i], 'async is outside the language.');
      if (parts[i].name === 'if') {
        clauses[clauses.length - 1].conditions.push(this.#expression(parts[i + 1], depth + 1));
        i += 2;
        continue;
      }
      const at = parts.findIndex((p, k) => k > i && p.name === 'in');
      const target = this.#group(parts.slice(i + 1, at), depth + 1, true);
      this.#checkTarget(target, true);
      clauses.push({ target, iterable: this.#expression(parts[at + 1], depth + 1), conditions: [] });
      i = at + 2;
    }
    return [parts.slice(0, first), clauses];
  }

  /** x.a(b)[c]… leans left too. */
  #postfix(node: SyntaxNode, depth: number): Expression {
    const chain: SyntaxNode[] = [];
    let at: SyntaxNode = node;
    while (at.name === 'CallExpression' || at.name === 'MemberExpression') {
      chain.push(at);
      at = at.firstChild!;
    }
    let value = this.#expression(at, depth + 1);
    for (let i = chain.length - 1; i >= 0; i--) value = this.#link(chain[i], value, depth);
    return value;
  }

  #link(node: SyntaxNode, value: Expression, depth: number): Expression {
    const span = spanOf(node);
    const [, ...parts] = children(node);
    if (node.name === 'CallExpression')
      return { kind: 'Call', span, callee: value, ...this.#arguments(parts[0], depth) };
    if (parts[0].name === '.') return { kind: 'Attribute', span, value, name: this.#text(parts[1]) };
    return { kind: 'Subscript', span, value, index: this.#subscript(parts.slice(1, -1), node, depth) };
  }

  #subscript(parts: readonly SyntaxNode[], node: SyntaxNode, depth: number): Expression {
    const items = split(parts, (p) => p.name === ',');
    const commas = items.length > 1;
    if (commas && items[items.length - 1].length === 0) items.pop();
    const list = items.map((item): Expression => {
      if (!item.some((p) => p.name === ':')) return this.#item(item, depth + 1);
      const bounds = split(item, (p) => p.name === ':').map((b) =>
        b.length === 0 ? undefined : this.#expression(b[0], depth + 1),
      );
      const span = { from: item[0].from, to: item[item.length - 1].to };
      return { kind: 'Slice', span, start: bounds[0], stop: bounds[1], step: bounds[2] };
    });
    return list.length === 1 && !commas ? list[0] : { kind: 'Tuple', span: spanOf(node), items: list };
  }

  #arguments(
    list: SyntaxNode,
    depth: number,
  ): { args: Expression[]; keywords: { name?: string; value: Expression }[] } {
    const args: Expression[] = [];
    const keywords: { name?: string; value: Expression }[] = [];
    const parts = inside(list);
    if (parts.some((p) => p.name === 'for')) {
      const [element, clauses] = this.#comprehension(parts, depth);
      const value = this.#expression(element[0], depth + 1);
      return { args: [{ kind: 'GeneratorExp', span: spanOf(list), element: value, clauses }], keywords };
    }
    const seen = new Set<string>();
    for (const item of split(parts, (p) => p.name === ',')) {
      if (item.length === 0) continue;
      if (item[0].name === '**') keywords.push({ value: this.#expression(item[1], depth + 1) });
      else if (item[1]?.name === 'AssignOp') {
        const name = this.#text(item[0]);
        if (item[0].name !== 'VariableName') this.#refuse(item[0], 'A keyword argument needs a name: f(x, axis=0).');
        if (seen.has(name)) this.#refuse(item[0], `The keyword ${JSON.stringify(name)} stands twice.`);
        seen.add(name);
        keywords.push({ name, value: this.#expression(item[2], depth + 1) });
      } else {
        if (keywords.length > 0 && item[0].name !== '*') {
          this.#refuse(
            item[0],
            'A positional argument follows a keyword argument.',
            'Arguments by position come first.',
          );
        }
        args.push(this.#item(item, depth + 1));
      }
    }
    return { args, keywords };
  }
}

const spanOf = (node: SyntaxNode): Span => ({ from: node.from, to: node.to });

function children(node: SyntaxNode): SyntaxNode[] {
  const list: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'Comment') list.push(child);
  }
  return list;
}

/** What stands between the brackets. */
const inside = (node: SyntaxNode): SyntaxNode[] => children(node).slice(1, -1);

/** The runs between separators; a separator at the end leaves an empty one. */
function split(parts: readonly SyntaxNode[], separates: (p: SyntaxNode) => boolean): SyntaxNode[][] {
  const groups: SyntaxNode[][] = [[]];
  for (const p of parts) {
    if (separates(p)) groups.push([]);
    else groups[groups.length - 1].push(p);
  }
  return groups;
}

function article(e: Expression): string {
  const words: Partial<Record<Expression['kind'], string>> = {
    Num: 'A number',
    Str: 'A string',
    Bool: 'True or False',
    None: 'None',
    Call: 'The result of a call',
    Binary: 'An expression',
    Unary: 'An expression',
    Compare: 'A comparison',
    Lambda: 'A lambda',
  };
  return words[e.kind] ?? 'An expression';
}
