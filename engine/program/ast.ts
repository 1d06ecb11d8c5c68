// The syntax tree of a program: Python's own, as far as the language goes.

import type { BinaryOperator, CompareOperator } from './operators.ts';

export interface Span {
  /** Character offset of the first character. */
  readonly from: number;
  readonly to: number;
}
interface Located {
  readonly span: Span;
}

export interface Module {
  readonly body: readonly Statement[];
}

export interface Parameter {
  readonly name: string;
  readonly default?: Expression;
}
export interface Parameters {
  readonly positional: readonly Parameter[];
  readonly keywordOnly: readonly Parameter[];
  /** `*args` */
  readonly rest?: string;
  /** `**kwargs` */
  readonly keywords?: string;
}

export type Statement = Located &
  (
    | { readonly kind: 'Assign'; readonly targets: readonly Expression[]; readonly value: Expression }
    | { readonly kind: 'AnnAssign'; readonly target: Expression; readonly value?: Expression }
    | {
        readonly kind: 'AugAssign';
        readonly target: Expression;
        readonly operator: BinaryOperator;
        readonly value: Expression;
      }
    | { readonly kind: 'ExprStmt'; readonly value: Expression }
    | {
        readonly kind: 'FunctionDef';
        readonly name: string;
        readonly params: Parameters;
        readonly body: readonly Statement[];
        readonly decorators: readonly Expression[];
      }
    | { readonly kind: 'Return'; readonly value?: Expression }
    | {
        readonly kind: 'If';
        readonly test: Expression;
        readonly body: readonly Statement[];
        readonly orelse: readonly Statement[];
      }
    | {
        readonly kind: 'For';
        readonly target: Expression;
        readonly iterable: Expression;
        readonly body: readonly Statement[];
      }
    | { readonly kind: 'While'; readonly test: Expression; readonly body: readonly Statement[] }
    | { readonly kind: 'Break' | 'Continue' | 'Pass' }
    | { readonly kind: 'Import'; readonly names: readonly { readonly module: string; readonly alias?: string }[] }
    | {
        readonly kind: 'ImportFrom';
        readonly module: string;
        readonly names: readonly { readonly name: string; readonly alias?: string }[];
      }
    | { readonly kind: 'Assert'; readonly test: Expression }
  );
export type FunctionDef = Extract<Statement, { readonly kind: 'FunctionDef' }>;

/** `for target in iterable if condition …` of a comprehension. */
export interface Comprehension {
  readonly target: Expression;
  readonly iterable: Expression;
  readonly conditions: readonly Expression[];
}

export type Expression = Located &
  (
    | { readonly kind: 'Num'; readonly value: bigint | number }
    | { readonly kind: 'Complex' }
    | { readonly kind: 'Str'; readonly value: string }
    | { readonly kind: 'Bool'; readonly value: boolean }
    | { readonly kind: 'None' | 'Ellipsis' }
    | { readonly kind: 'Name'; readonly name: string }
    | { readonly kind: 'Tuple' | 'List'; readonly items: readonly Expression[] }
    | { readonly kind: 'Dict'; readonly entries: readonly { readonly key: Expression; readonly value: Expression }[] }
    | { readonly kind: 'Unary'; readonly operator: '-' | '+' | '~' | 'not'; readonly operand: Expression }
    | {
        readonly kind: 'Binary';
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly kind: 'BoolOp'; readonly operator: 'and' | 'or'; readonly operands: readonly Expression[] }
    | {
        readonly kind: 'Compare';
        readonly left: Expression;
        readonly rest: readonly { readonly operator: CompareOperator; readonly right: Expression }[];
      }
    | {
        readonly kind: 'Call';
        readonly callee: Expression;
        readonly args: readonly Expression[];
        /** A keyword without a name is `**mapping`. */
        readonly keywords: readonly { readonly name?: string; readonly value: Expression }[];
      }
    | { readonly kind: 'Attribute'; readonly value: Expression; readonly name: string }
    | { readonly kind: 'Subscript'; readonly value: Expression; readonly index: Expression }
    | { readonly kind: 'Slice'; readonly start?: Expression; readonly stop?: Expression; readonly step?: Expression }
    | { readonly kind: 'Lambda'; readonly params: Parameters; readonly body: Expression }
    | { readonly kind: 'IfExp'; readonly test: Expression; readonly body: Expression; readonly orelse: Expression }
    | {
        readonly kind: 'ListComp' | 'GeneratorExp';
        readonly element: Expression;
        readonly clauses: readonly Comprehension[];
      }
    | {
        readonly kind: 'DictComp';
        readonly key: Expression;
        readonly value: Expression;
        readonly clauses: readonly Comprehension[];
      }
    | { readonly kind: 'NamedExpr'; readonly name: string; readonly value: Expression }
    | { readonly kind: 'Starred'; readonly value: Expression }
  );
export type Lambda = Extract<Expression, { readonly kind: 'Lambda' }>;
