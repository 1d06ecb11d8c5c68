// Turns Lezer's nodes of expressions into the tree, with the operators grouped by Python's precedences.

import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';
import type { Comprehension, Expression, Parameter, Parameters, Span } from './ast.ts';
import type { Adapted, Chain } from './parse-adapt.ts';
import { maxNesting, tooDeep } from './parse-adapt.ts';
import { keywords as reserved } from './parse-lines.ts';
import { readName, readNumber, readString } from './parse-literals.ts';
import { group } from './parse-operators.ts';
import type { Item } from './parse-operators.ts';
import { checkTarget } from './parse-targets.ts';
import { refuse } from './syntax.ts';

type Nodes = readonly SyntaxNode[];

/** Names that comprehensions around an expression bind, and whether it stands in what one iterates over. */
interface Bound {
  readonly names: readonly string[];
  readonly iterable: boolean;
}

const strict = parser.configure({ strict: true });

/** The grammar's tree of a text, or the offset where it found nothing to go on with. */
export function grammar(text: string): SyntaxNode | number {
  const parse = strict.startParse(text);
  try {
    for (;;) {
      const tree = parse.advance();
      if (tree !== null) return tree.topNode;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return parse.parsedPos;
  }
}

export class ExpressionReader {
  readonly #source: string;
  readonly #line: Adapted;
  #bound: Bound = { names: [], iterable: false };

  constructor(source: string, line: Adapted) {
    this.#source = source;
    this.#line = line;
  }

  /** A reader of a piece of the same line. */
  #piece(from: number): ExpressionReader {
    const reader = new ExpressionReader(this.#source, { ...this.#line, from });
    reader.#bound = this.#bound;
    return reader;
  }

  span(first: SyntaxNode, last: SyntaxNode = first): Span {
    return { from: first.from + this.#line.from, to: last.to + this.#line.from };
  }

  text(node: SyntaxNode): string {
    const { from, to } = this.span(node);
    return this.#source.slice(from, to);
  }

  name(node: SyntaxNode): string {
    const name = readName(this.text(node));
    // What stands for a `/` among parameters stands for nothing elsewhere.
    if (name === '/') refuse(this.span(node), 'The / has nothing to divide.');
    return name;
  }

  /** A name that is bound here. */
  binding(node: SyntaxNode): string {
    const name = this.name(node);
    if (name === '__debug__') refuse(this.span(node), '__debug__ cannot be assigned to.');
    return name;
  }

  /** Expressions between commas: one alone, or a tuple. */
  list(nodes: Nodes, depth: number): Expression {
    const [items, commas] = this.#items(nodes, depth);
    const [first] = items;
    const [from, to] = [nodes[0], nodes[nodes.length - 1]];
    if (first === undefined || from === undefined || to === undefined) throw new Error('invariant: an empty list');
    if (!commas) {
      if (first.kind === 'Starred')
        refuse(first.span, 'A * unpacks into a call, a list or a tuple.', 'One alone: (*x,).');
      return first;
    }
    return {
      kind: 'Tuple',
      span: { from: Math.min(first.span.from, this.span(from).from), to: this.span(to).to },
      items,
    };
  }

  /** What is assigned to: one target, or several between commas. */
  target(nodes: Nodes, depth: number): Expression {
    const [items, commas] = this.#items(nodes, depth);
    const [first] = items;
    const [from, to] = [nodes[0], nodes[nodes.length - 1]];
    if (first === undefined || from === undefined || to === undefined) throw new Error('invariant: an empty list');
    const target: Expression = commas
      ? { kind: 'Tuple', span: { from: Math.min(first.span.from, this.span(from).from), to: this.span(to).to }, items }
      : first;
    checkTarget(target);
    return target;
  }

  /** The items between commas, and whether there is a comma. */
  #items(nodes: Nodes, depth: number): [Expression[], boolean] {
    const groups = split(nodes, ',').filter((g) => g.length > 0);
    return [groups.map((g) => this.#item(g, depth)), nodes.some((n) => n.name === ',')];
  }

  /** One of several expressions, with or without a `*`; in a call and an index the `*` reaches to its end. */
  #item(nodes: Nodes, depth: number, whole = false): Expression {
    const node = only(nodes);
    const at = this.span(node);
    const star = this.#line.stars.get(at.from);
    if (star === undefined) return this.expression(node, depth);
    this.#line.stars.delete(at.from);
    const value = this.expression(node, depth + 1);
    const wide =
      ['BoolOp', 'Compare', 'IfExp', 'Lambda'].includes(value.kind) ||
      (value.kind === 'Unary' && value.operator === 'not');
    const named = node.name === 'NamedExpression';
    if (named || (wide && !whole && node.name !== 'ParenthesizedExpression')) {
      refuse(at, 'What a * unpacks here is a plain value.', 'Put it in parentheses.');
    }
    return { kind: 'Starred', span: { from: star, to: at.to }, value };
  }

  expression(node: SyntaxNode, depth: number): Expression {
    const span = this.span(node);
    if (depth > maxNesting) tooDeep(span);
    switch (node.name) {
      case 'VariableName':
        return this.#variable(node, depth);
      case 'Number': {
        const value = readNumber(this.text(node), span);
        return value === undefined ? { kind: 'Complex', span } : { kind: 'Num', span, value };
      }
      case 'String':
        return { kind: 'Str', span, value: readString(this.text(node), span) };
      case 'ContinuedString':
        return {
          kind: 'Str',
          span,
          value: children(node)
            .map((n) => readString(this.text(n), this.span(n)))
            .join(''),
        };
      case 'Boolean':
        return { kind: 'Bool', span, value: this.text(node) === 'True' };
      case 'None':
      case 'Ellipsis':
        return { kind: node.name, span };
      case 'ParenthesizedExpression':
        return this.expression(only(inside(node)), depth);
      case 'NamedExpression': {
        const [name, , value] = children(node);
        return this.#named(name, value, depth);
      }
      case 'TupleExpression':
      case 'ArrayExpression': {
        const kind = node.name === 'TupleExpression' ? 'Tuple' : 'List';
        return { kind, span, items: this.#items(inside(node), depth + 1)[0] };
      }
      case 'ComprehensionExpression':
      case 'ArrayComprehensionExpression': {
        const kind = node.name === 'ComprehensionExpression' ? 'GeneratorExp' : 'ListComp';
        return { kind, span, ...this.#comprehension(inside(node), depth) };
      }
      case 'DictionaryExpression':
        return { kind: 'Dict', span, entries: this.#entries(inside(node), depth) };
      case 'DictionaryComprehensionExpression': {
        return { kind: 'DictComp', span, ...this.#dictComprehension(inside(node), depth) };
      }
      case 'SetExpression':
      case 'SetComprehensionExpression':
        return refuse(span, 'Sets are outside the language.', 'A tuple or a list keeps its order.');
      case 'UnaryExpression':
      case 'BinaryExpression':
        return this.#operators(node, depth);
      case 'ConditionalExpression': {
        const [body, , test, , orelse] = children(node);
        return {
          kind: 'IfExp',
          span,
          test: this.#part(test, depth + 1),
          body: this.#part(body, depth + 1),
          orelse: this.#part(orelse, depth + 1),
        };
      }
      case 'LambdaExpression': {
        const parts = children(node);
        const list = parts.find((p) => p.name === 'ParamList');
        const params = this.parameters(list === undefined ? [] : children(list), depth + 1);
        const outer = this.#bound;
        this.#bound = { names: [], iterable: outer.iterable };
        const body = this.#part(parts[parts.length - 1], depth + 1);
        this.#bound = outer;
        return { kind: 'Lambda', span, params, body };
      }
      case 'CallExpression':
      case 'MemberExpression':
        return this.#links(node, depth);
      default:
        return refuse(span, `${this.text(node).slice(0, 24)} is no expression of the language.`);
    }
  }

  #part(node: SyntaxNode | undefined, depth: number): Expression {
    if (node === undefined) throw new Error('invariant: a node lacks a part');
    return this.expression(node, depth);
  }

  #variable(node: SyntaxNode, depth: number): Expression {
    const span = this.span(node);
    return this.#chain(span) === undefined
      ? { kind: 'Name', span, name: this.name(node) }
      : this.#operators(node, depth);
  }

  #chain({ from, to }: Span): Chain | undefined {
    const chain = this.#line.chains.get(from);
    return chain?.to === to ? chain : undefined;
  }

  #named(name: SyntaxNode | undefined, value: SyntaxNode | undefined, depth: number): Expression {
    if (name === undefined || value === undefined) throw new Error('invariant: a named expression lacks a part');
    const span = this.span(name, value);
    if (name.name !== 'VariableName') refuse(this.span(name), 'A := gives its value to a name.');
    const bound = this.binding(name);
    if (this.#bound.iterable) refuse(span, 'A := cannot stand in what a comprehension iterates over.');
    if (this.#bound.names.includes(bound)) {
      refuse(span, `${bound} is the comprehension's own, and := cannot assign to it.`, 'Use another name.');
    }
    return { kind: 'NamedExpr', span, name: bound, value: this.expression(value, depth + 1) };
  }

  // Lezer's tree of operators is taken apart and grouped anew: it reads `not a or b` as `not (a or b)`.
  #operators(node: SyntaxNode, depth: number): Expression {
    return group(this.#operands(node), depth);
  }

  /** Operands and operators in the order of the text. */
  *#operands(root: SyntaxNode): Generator<Item> {
    const stack: SyntaxNode[] = [root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const current = node;
      const span = this.span(node);
      const chain = node.name === 'VariableName' ? this.#chain(span) : undefined;
      if (chain !== undefined) {
        for (const [i, { text, from }] of chain.pieces.entries()) {
          const operator = chain.operators[i - 1];
          if (operator !== undefined) yield { kind: 'infix', operator: operator.text, span: operator };
          const top = grammar(text);
          const [expression] = typeof top === 'number' ? [] : children(top).flatMap(children);
          if (expression === undefined) throw new Error('invariant: a piece of a chain is an expression');
          yield* this.#piece(from).#operands(expression);
        }
      } else if (node.name === 'UnaryExpression') {
        const [operator, operand] = children(node);
        if (operator === undefined || operand === undefined)
          throw new Error('invariant: a unary operator lacks a part');
        yield { kind: 'prefix', operator: this.text(operator), span: this.span(operator) };
        stack.push(operand);
      } else if (node.name === 'BinaryExpression') stack.push(...children(node).reverse());
      else if (isOperator(node)) {
        const follows = stack[stack.length - 1];
        const second = follows !== undefined && isOperator(follows) ? stack.pop() : undefined;
        const operator = second === undefined ? this.text(node) : `${this.text(node)} ${this.text(second)}`;
        yield { kind: 'infix', operator, span };
      } else yield { kind: 'operand', span, read: (depth) => this.expression(current, depth) };
    }
  }

  #entries(nodes: Nodes, depth: number): { key: Expression; value: Expression }[] {
    const groups = split(nodes, ',').filter((g) => g.length > 0);
    return groups.map(([key, , value]) => {
      if (key?.name === '**')
        refuse(this.span(key), 'A ** cannot unpack into a dict here.', 'Write its entries one by one.');
      return { key: this.#part(key, depth + 1), value: this.#part(value, depth + 1) };
    });
  }

  #comprehension(nodes: Nodes, depth: number): { element: Expression; clauses: Comprehension[] } {
    const outer = this.#bound;
    const { start, clauses } = this.#clauses(nodes, depth + 1);
    const element = this.expression(only(nodes.slice(0, start)), depth + 1);
    this.#bound = outer;
    return { element, clauses };
  }

  #dictComprehension(nodes: Nodes, depth: number): { key: Expression; value: Expression; clauses: Comprehension[] } {
    const outer = this.#bound;
    const { start, clauses } = this.#clauses(nodes, depth + 1);
    const [key, , value] = nodes.slice(0, start);
    if (key?.name === '**') refuse(this.span(key), 'A ** cannot stand in a comprehension.');
    const entry = { key: this.#part(key, depth + 1), value: this.#part(value, depth + 1) };
    this.#bound = outer;
    return { ...entry, clauses };
  }

  /** The `for` and `if` of a comprehension; its names stay bound until the caller is through with the element. */
  #clauses(nodes: Nodes, depth: number): { start: number; clauses: Comprehension[] } {
    const start = nodes.findIndex((n) => n.name === 'for');
    const clauses: { target: Expression; iterable: Expression; conditions: Expression[] }[] = [];
    const outer = this.#bound;
    const targets: Expression[] = [];
    // Every name is bound before a condition is read: a := in one may not assign to a later clause's either.
    for (let i = start; i < nodes.length; i++) {
      if (nodes[i]?.name !== 'for') continue;
      const end = nodes.findIndex((n, k) => k > i && n.name === 'in');
      targets.push(this.target(nodes.slice(i + 1, end), depth));
    }
    const names = [...outer.names, ...targets.flatMap(namesIn)];
    for (let i = start; i < nodes.length;) {
      if (nodes[i]?.name === 'for') {
        const end = nodes.findIndex((n, k) => k > i && n.name === 'in');
        this.#bound = { names, iterable: true };
        const iterable = this.#part(nodes[end + 1], depth);
        const target = targets[clauses.length];
        if (target === undefined) throw new Error('invariant: a clause has a target');
        clauses.push({ target, iterable, conditions: [] });
        i = end + 2;
      } else {
        this.#bound = { names, iterable: outer.iterable };
        const condition = nodes[i + 1];
        if (condition?.name === 'LambdaExpression')
          refuse(this.span(condition), 'A condition here is no lambda.', 'Put it in parentheses.');
        clauses[clauses.length - 1]?.conditions.push(this.#part(condition, depth));
        i += 2;
      }
    }
    this.#bound = { names, iterable: outer.iterable };
    return { start, clauses };
  }

  /** x.a(b)[c]… is folded from its base. */
  #links(node: SyntaxNode, depth: number): Expression {
    const chain: SyntaxNode[] = [];
    let base = node;
    while (base.name === 'CallExpression' || base.name === 'MemberExpression') {
      chain.push(base);
      if (base.firstChild === null) throw new Error('invariant: a link has a base');
      base = base.firstChild;
    }
    let value = this.expression(base, depth + 1);
    for (const link of chain.reverse()) {
      const span = this.span(link);
      const [, first, ...rest] = children(link);
      if (first === undefined) throw new Error('invariant: a link lacks a part');
      if (first.name === 'ArgList') value = { kind: 'Call', span, callee: value, ...this.#arguments(first, depth + 1) };
      else if (first.name === '[')
        value = { kind: 'Subscript', span, value, index: this.#index(rest.slice(0, -1), depth + 1) };
      else {
        const property = only(rest);
        const name = this.name(property);
        if (reserved.has(name)) refuse(this.span(property), `${name} is a keyword and cannot be an attribute.`);
        value = { kind: 'Attribute', span, value, name };
      }
    }
    return value;
  }

  #index(nodes: Nodes, depth: number): Expression {
    const groups = split(nodes, ',').filter((g) => g.length > 0);
    const items = groups.map((g): Expression =>
      g.some((n) => n.name === ':') ? this.#slice(g, depth) : this.#item(g, depth, true),
    );
    const [first, last] = [nodes[0], nodes[nodes.length - 1]];
    const [item] = items;
    if (first === undefined || last === undefined || item === undefined) throw new Error('invariant: an empty index');
    const commas = nodes.some((n) => n.name === ',') || item.kind === 'Starred';
    if (!commas) return item;
    return { kind: 'Tuple', span: { from: item.span.from, to: this.span(last).to }, items };
  }

  #slice(nodes: Nodes, depth: number): Expression {
    const bounds = split(nodes, ':').map(([node]) => {
      if (node?.name === 'NamedExpression')
        refuse(this.span(node), 'A := cannot stand in a slice.', 'Put it in parentheses.');
      return node === undefined ? undefined : this.expression(node, depth + 1);
    });
    const [first, last] = [nodes[0], nodes[nodes.length - 1]];
    if (first === undefined || last === undefined) throw new Error('invariant: an empty slice');
    const [start, stop, step] = bounds;
    return { kind: 'Slice', span: this.span(first, last), start, stop, step };
  }

  #arguments(list: SyntaxNode, depth: number): Pick<Extract<Expression, { kind: 'Call' }>, 'args' | 'keywords'> {
    const args: Expression[] = [];
    const keywords: { name?: string; value: Expression }[] = [];
    const seen = new Set<string>();
    for (const nodes of argumentsOf(inside(list))) {
      const [first, second, third] = nodes;
      if (first === undefined) continue;
      if (second?.name === 'for' || nodes[3]?.name === 'for') {
        args.push(this.#bareGenerator(list, nodes, depth));
      } else if (first.name === '**') keywords.push({ value: this.#part(second, depth) });
      else if (second?.name === 'AssignOp' && this.text(second) === '=') {
        const name = this.binding(first);
        if (seen.has(name)) refuse(this.span(first), `The argument ${name} is given twice.`);
        seen.add(name);
        keywords.push({ name, value: this.#part(third, depth) });
      } else {
        const before = keywords[keywords.length - 1];
        const value = second?.name === 'AssignOp' ? this.#named(first, third, depth) : this.#item(nodes, depth, true);
        if (value.kind === 'Starred' ? keywords.some((k) => k.name === undefined) : before !== undefined) {
          const after = value.kind === 'Starred' || before?.name === undefined ? '**' : `${before.name}=`;
          refuse(value.span, `An argument by position follows ${after}…`, 'Arguments by position come first.');
        }
        args.push(value);
      }
    }
    return { args, keywords };
  }

  /** f(x for x in xs): the brackets of the call are the generator's. */
  #bareGenerator(list: SyntaxNode, nodes: Nodes, depth: number): Expression {
    const alone = inside(list).length === nodes.length;
    if (!alone || nodes[1]?.name !== 'for') {
      const at = nodes[0] ?? list;
      refuse(this.span(at, nodes[nodes.length - 1]), 'A generator beside other arguments needs its own parentheses.');
    }
    return { kind: 'GeneratorExp', span: this.span(list), ...this.#comprehension(nodes, depth) };
  }

  /** The parameters of a def or a lambda. */
  parameters(nodes: Nodes, depth: number): Parameters {
    const positional: Parameter[] = [];
    const keywordOnly: Parameter[] = [];
    let rest: string | undefined;
    let keywords: string | undefined;
    let star: SyntaxNode | undefined;
    let slash = false;
    const seen = new Set<string>();
    const inner = nodes.filter((n) => n.name !== '(' && n.name !== ')');
    const groups = split(inner, ',');
    if (groups[groups.length - 1]?.length === 0) groups.pop();
    for (const nodes of groups) {
      const [first] = nodes;
      if (first === undefined) throw new Error('invariant: an empty parameter');
      if (keywords !== undefined) refuse(this.span(first), `Nothing follows **${keywords}.`, 'It comes last.');
      if (this.text(first) === '/') {
        if (slash || star !== undefined || positional.length === 0)
          refuse(this.span(first), 'The / stands once, after parameters and before any *.');
        slash = true;
        continue;
      }
      if (first.name === '*' && star !== undefined) refuse(this.span(first), 'A function has one * at most.');
      const named = nodes.find((n) => n.name === 'VariableName');
      if (first.name === '*') star = first;
      if (named === undefined) continue;
      const name = this.binding(named);
      if (seen.has(name)) refuse(this.span(named), `The parameter ${name} stands twice.`);
      seen.add(name);
      const annotation = nodes.find((n) => n.name === 'TypeDef');
      if (annotation !== undefined) this.annotation(annotation, depth);
      if (first.name === '*') rest = name;
      else if (first.name === '**') keywords = name;
      else {
        const at = nodes.findIndex((n) => n.name === 'AssignOp');
        const param: Parameter = at < 0 ? { name } : { name, default: this.#part(nodes[at + 1], depth) };
        if (star !== undefined) keywordOnly.push(param);
        else if (param.default === undefined && positional.some((p) => p.default !== undefined)) {
          refuse(
            this.span(named),
            `The parameter ${name} has no default, and one before it has.`,
            `Move it before, or give it one: ${name}=….`,
          );
        } else positional.push(param);
      }
    }
    if (star !== undefined && rest === undefined && keywordOnly.length === 0) {
      refuse(this.span(star), 'A bare * is followed by parameters that are given by name.');
    }
    return {
      positional,
      keywordOnly,
      ...(rest === undefined ? {} : { rest }),
      ...(keywords === undefined ? {} : { keywords }),
    };
  }

  /** An annotation means nothing here, and must still be well formed. */
  annotation(typeDef: SyntaxNode, depth: number): void {
    this.#part(typeDef.lastChild ?? undefined, depth + 1);
  }
}

/** Names that a target binds. */
function namesIn(target: Expression): string[] {
  if (target.kind === 'Name') return [target.name];
  if (target.kind === 'Tuple' || target.kind === 'List') return target.items.flatMap(namesIn);
  return target.kind === 'Starred' ? namesIn(target.value) : [];
}

const isOperator = ({ name }: SyntaxNode): boolean =>
  ['ArithOp', 'BitOp', 'CompareOp', 'and', 'or', 'not', 'in', 'is'].includes(name);

export function children(node: SyntaxNode): SyntaxNode[] {
  const list: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) list.push(child);
  return list;
}

/** What stands between the brackets. */
const inside = (node: SyntaxNode): SyntaxNode[] => children(node).slice(1, -1);

export function only(nodes: Nodes): SyntaxNode {
  const [node] = nodes;
  if (node === undefined) throw new Error('invariant: a node was expected');
  return node;
}

/** The runs between separators. */
export function split(nodes: Nodes, separator: string): SyntaxNode[][] {
  const groups: SyntaxNode[][] = [[]];
  for (const node of nodes) {
    if (node.name === separator) groups.push([]);
    else groups[groups.length - 1]?.push(node);
  }
  return groups;
}

/** The arguments of a call: a comma in the target of a generator's `for` (for i, x in xs) parts none. */
function argumentsOf(nodes: Nodes): SyntaxNode[][] {
  const groups: SyntaxNode[][] = [[]];
  let inTarget = false;
  for (const node of nodes) {
    if (node.name === 'for') inTarget = true;
    else if (node.name === 'in') inTarget = false;
    if (node.name === ',' && !inTarget) groups.push([]);
    else groups[groups.length - 1].push(node);
  }
  return groups;
}
