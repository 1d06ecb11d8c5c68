// Groups operands and operators by Python's precedences, on stacks of its own: chains may be of any length.

import type { Expression, Span } from './ast.ts';
import type { BinaryOperator, CompareOperator } from './operators.ts';
import { refuse } from './syntax.ts';

export type Item =
  | { readonly kind: 'prefix' | 'infix'; readonly operator: string; readonly span: Span }
  | { readonly kind: 'operand'; readonly span: Span; readonly read: (depth: number) => Expression };

const levels = [
  ['or'],
  ['and'],
  ['not'],
  ['<', '<=', '>', '>=', '==', '!=', 'in', 'not in', 'is', 'is not'],
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '@', '/', '//', '%'],
  ['prefix'],
  ['**'],
];
const precedence: ReadonlyMap<string, number> = new Map(
  levels.flatMap((names, i) => names.map((n) => [n, i] as const)),
);
const level = (operator: string): number => precedence.get(operator) ?? 0;
const comparison = level('<');
const conjunction = level('and');

interface Pending {
  readonly operator: string;
  readonly prefix: boolean;
  readonly level: number;
  readonly span: Span;
}

interface Done {
  readonly value: Expression;
  /** Brackets included, which the expression's own span leaves out. */
  readonly span: Span;
  /** Operands of an `and`, an `or` or a comparison that was made here and takes more of its kind. */
  readonly chain?: Expression[];
  /** Operators of a comparison. */
  readonly comparisons?: CompareOperator[];
}

/** The expression that operands and operators stand for, when their first operand is `depth` deep. */
export function group(items: Iterable<Item>, depth: number): Expression {
  const pending: Pending[] = [];
  const done: Done[] = [];
  for (const item of items) {
    if (item.kind === 'operand') {
      done.push({ value: item.read(depth + pending.length), span: item.span });
    } else if (item.kind === 'prefix') {
      const last = pending[pending.length - 1];
      if (item.operator === 'not' && last !== undefined && last.level >= comparison) {
        refuse(item.span, `"not" cannot follow "${last.operator}".`, 'Put "not …" in parentheses.');
      }
      const at = level(item.operator === 'not' ? 'not' : 'prefix');
      pending.push({ operator: item.operator, prefix: true, level: at, span: item.span });
    } else {
      const at = level(item.operator);
      for (let last = pending[pending.length - 1]; last !== undefined; last = pending[pending.length - 1]) {
        const first = last.level > at || (last.level === at && item.operator !== '**');
        if (!first) break;
        apply(pending, done);
      }
      pending.push({ operator: item.operator, prefix: false, level: at, span: item.span });
    }
  }
  while (pending.length > 0) apply(pending, done);
  const [whole] = done;
  if (whole === undefined || done.length > 1) throw new Error('invariant: operators and operands take turns');
  return finished(whole);
}

/** Takes the last operator and its operands off the stacks, and puts what they make on. */
function apply(pending: Pending[], done: Done[]): void {
  const operation = pending.pop();
  const right = done.pop();
  const left = operation?.prefix === true ? undefined : done.pop();
  if (operation === undefined || right === undefined) throw new Error('invariant: an operator lacks an operand');
  const { operator } = operation;
  if (left === undefined) {
    const span = { from: operation.span.from, to: right.span.to };
    done.push({ value: { kind: 'Unary', span, operator: operator as '-', operand: finished(right) }, span });
    return;
  }
  const span = { from: left.span.from, to: right.span.to };
  const operand = finished(right);
  if (operation.level === comparison) {
    const chain = left.comparisons === undefined ? [finished(left)] : (left.chain ?? []);
    const comparisons = left.comparisons ?? [];
    chain.push(operand);
    comparisons.push(operator as CompareOperator);
    done.push({ value: left.value, span, chain, comparisons });
  } else if (operation.level <= conjunction) {
    const same = left.chain !== undefined && left.value.kind === 'BoolOp' && left.value.operator === operator;
    const chain = same ? (left.chain ?? []) : [finished(left)];
    chain.push(operand);
    done.push({ value: { kind: 'BoolOp', span, operator: operator as 'and', operands: chain }, span, chain });
  } else {
    const value: Expression = {
      kind: 'Binary',
      span,
      operator: operator as BinaryOperator,
      left: finished(left),
      right: operand,
    };
    done.push({ value, span });
  }
}

/** A comparison takes its form once the whole chain is known. */
function finished({ value, span, chain, comparisons }: Done): Expression {
  const [left, ...rest] = chain ?? [];
  if (left === undefined || comparisons === undefined) return value;
  const pairs = rest.map((right, i) => ({ operator: comparisons[i] ?? '==', right }));
  return { kind: 'Compare', span, left, rest: pairs };
}
