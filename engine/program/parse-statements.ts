// Turns Lezer's nodes of simple statements into the tree, and what Python checks about them.

import type { SyntaxNode } from '@lezer/common';
import type { Expression, Statement } from './ast.ts';
import type { BinaryOperator } from './operators.ts';
import type { ExpressionReader } from './parse-expressions.ts';
import { children, only, split } from './parse-expressions.ts';
import { checkTarget, checkUpdated } from './parse-targets.ts';
import { refuse } from './syntax.ts';

/** What stands around a statement. */
export interface Around {
  readonly inFunction: boolean;
  /** Loops around it in its own function. */
  readonly loops: number;
}

type Nodes = readonly SyntaxNode[];

export function simpleStatement(reader: ExpressionReader, node: SyntaxNode, around: Around): Statement {
  const span = reader.span(node);
  const parts = children(node);
  switch (node.name) {
    case 'AssignStatement':
      return assignment(reader, node, parts);
    case 'UpdateStatement': {
      const at = parts.findIndex((p) => p.name === 'UpdateOp');
      const target = reader.list(parts.slice(0, at), 0);
      checkUpdated(target);
      const operator = reader.text(only(parts.slice(at))).slice(0, -1) as BinaryOperator;
      return { kind: 'AugAssign', span, target, operator, value: reader.list(parts.slice(at + 1), 0) };
    }
    case 'ExpressionStatement':
      return { kind: 'ExprStmt', span, value: reader.list(parts, 0) };
    case 'ReturnStatement':
      if (!around.inFunction) {
        refuse(
          span,
          'A return stands outside any function.',
          'Assign the result, and name it in "outputs" or leave it last.',
        );
      }
      return { kind: 'Return', span, ...(parts.length === 1 ? {} : { value: reader.list(parts.slice(1), 0) }) };
    case 'PassStatement':
      return { kind: 'Pass', span };
    case 'BreakStatement':
    case 'ContinueStatement': {
      const kind = node.name === 'BreakStatement' ? 'Break' : 'Continue';
      if (around.loops === 0) refuse(span, `A ${kind.toLowerCase()} stands outside any loop.`);
      return { kind, span };
    }
    case 'AssertStatement': {
      const [test, ...more] = split(parts.slice(1), ',');
      if (more.length > 1 || more[0]?.length === 0) refuse(span, 'An assert has a condition and at most one message.');
      const condition = reader.expression(only(test ?? []), 0);
      if (more[0] !== undefined) reader.expression(only(more[0]), 0);
      return { kind: 'Assert', span, test: condition };
    }
    case 'ImportStatement':
      return imports(reader, node, parts, around);
    default:
      return refuse(span, `${reader.text(node).split(/\s/, 1)[0] ?? ''} is no statement of the language.`);
  }
}

function assignment(reader: ExpressionReader, node: SyntaxNode, parts: Nodes): Statement {
  const span = reader.span(node);
  const annotation = parts.findIndex((p) => p.name === 'TypeDef');
  if (annotation >= 0) {
    const target = reader.list(parts.slice(0, annotation), 0);
    if (target.kind === 'Tuple' || target.kind === 'List')
      refuse(target.span, 'An annotation stands behind one target alone.');
    checkTarget(target);
    reader.annotation(only(parts.slice(annotation)), 0);
    const [, value, ...more] = split(parts.slice(annotation + 1), 'AssignOp');
    if (more.length > 0) refuse(span, 'An annotated target is assigned to once.', 'Leave the annotation out.');
    return { kind: 'AnnAssign', span, target, ...(value === undefined ? {} : { value: reader.list(value, 0) }) };
  }
  const groups = split(parts, 'AssignOp');
  const targets: Expression[] = groups.slice(0, -1).map((g) => reader.target(g, 0));
  return { kind: 'Assign', span, targets, value: reader.list(groups[groups.length - 1] ?? [], 0) };
}

/** What `from __future__ import` may name. */
const futures: ReadonlySet<string> = new Set(
  'nested_scopes generators division absolute_import with_statement print_function unicode_literals generator_stop annotations'.split(
    ' ',
  ),
);

function imports(reader: ExpressionReader, node: SyntaxNode, parts: Nodes, around: Around): Statement {
  const span = reader.span(node);
  const dotted = (nodes: Nodes): string =>
    nodes.map((n) => (n.name === 'VariableName' ? reader.name(n) : reader.text(n))).join('');
  const listed = (nodes: Nodes): { name: string; alias?: string }[] => {
    const groups = split(
      nodes.filter((n) => n.name !== '(' && n.name !== ')'),
      ',',
    );
    if (groups[groups.length - 1]?.length === 0) {
      if (nodes[0]?.name !== '(')
        refuse(reader.span(nodes[nodes.length - 1] ?? node), 'A name is missing after the last comma.');
      groups.pop();
    }
    return groups.map((g) => {
      const [name, alias] = split(g, 'as');
      return { name: dotted(name ?? []), ...(alias === undefined ? {} : { alias: reader.binding(only(alias)) }) };
    });
  };
  if (parts[0]?.name === 'import') {
    if (parts[1]?.name === '(') refuse(reader.span(parts[1]), 'The modules of an import stand without brackets.');
    const names = listed(parts.slice(1)).map(({ name, ...alias }) => ({ module: name, ...alias }));
    return { kind: 'Import', span, names };
  }
  const at = parts.findIndex((p) => p.name === 'import');
  const module = dotted(parts.slice(1, at));
  const names = listed(parts.slice(at + 1));
  const [first] = names;
  if (first?.name === '*' && around.inFunction) refuse(span, 'import * stands outside functions only.');
  const odd = names.find(({ name }) => name.includes('.'));
  if (odd !== undefined) refuse(span, `${odd.name} is imported by itself: import ${odd.name}.`);
  if (module === '__future__') {
    const unknown = names.find(({ name }) => !futures.has(name));
    if (unknown !== undefined) refuse(span, `__future__ has no ${unknown.name}.`, 'Leave the line out.');
  }
  return { kind: 'ImportFrom', span, module, names };
}
