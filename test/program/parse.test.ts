// The parser: Python's trees for what is in the language, a located and worded refusal for everything else.

import { describe, expect, test } from 'vitest';
import type { Comprehension, Expression, Parameters, Statement } from '../../engine/program/ast.ts';
import { parseProgram } from '../../engine/program/parse.ts';
import { position, ProgramSyntaxError } from '../../engine/program/syntax.ts';

const list = (items: readonly string[]): string => `(${items.join(' ')})`;
const some = (e: Expression | undefined): string => (e === undefined ? '_' : show(e));

/** An expression as an s-expression; a name and a literal stand for themselves. */
function show(e: Expression): string {
  switch (e.kind) {
    case 'Num':
      return typeof e.value === 'bigint' ? `${e.value}` : `${e.value}f`;
    case 'Str':
      return JSON.stringify(e.value);
    case 'Bool':
      return e.value ? 'True' : 'False';
    case 'Name':
      return e.name;
    case 'None':
    case 'Complex':
      return e.kind;
    case 'Ellipsis':
      return '...';
    case 'Tuple':
    case 'List':
      return list([e.kind.toLowerCase(), ...e.items.map(show)]);
    case 'Dict':
      return list(['dict', ...e.entries.map(({ key, value }) => `${show(key)}:${show(value)}`)]);
    case 'Unary':
      return list([e.operator, show(e.operand)]);
    case 'Binary':
      return list([e.operator, show(e.left), show(e.right)]);
    case 'BoolOp':
      return list([e.operator, ...e.operands.map(show)]);
    case 'Compare':
      return list(['cmp', show(e.left), ...e.rest.map((r) => `${r.operator} ${show(r.right)}`)]);
    case 'Call': {
      const keywords = e.keywords.map(({ name, value }) =>
        name === undefined ? `**${show(value)}` : `${name}=${show(value)}`,
      );
      return list(['call', show(e.callee), ...e.args.map(show), ...keywords]);
    }
    case 'Attribute':
      return list(['.', show(e.value), e.name]);
    case 'Subscript':
      return list(['[]', show(e.value), show(e.index)]);
    case 'Slice':
      return list([':', some(e.start), some(e.stop), some(e.step)]);
    case 'Lambda':
      return list(['lambda', parameters(e.params), show(e.body)]);
    case 'IfExp':
      return list(['if', show(e.test), show(e.body), show(e.orelse)]);
    case 'ListComp':
    case 'GeneratorExp':
      return list([e.kind === 'ListComp' ? 'list' : 'gen', show(e.element), ...e.clauses.map(clause)]);
    case 'DictComp':
      return list(['dict', `${show(e.key)}:${show(e.value)}`, ...e.clauses.map(clause)]);
    case 'NamedExpr':
      return list([':=', e.name, show(e.value)]);
    case 'Starred':
      return `*${show(e.value)}`;
  }
}

const clause = ({ target, iterable, conditions }: Comprehension): string =>
  list(['for', show(target), show(iterable), ...conditions.map((c) => `if ${show(c)}`)]);

function parameters({ positional, rest, keywordOnly, keywords }: Parameters): string {
  const named = (p: Parameters['positional'][number]): string =>
    p.default === undefined ? p.name : `${p.name}=${show(p.default)}`;
  const star = rest === undefined ? (keywordOnly.length > 0 ? ['*'] : []) : [`*${rest}`];
  return list([
    ...positional.map(named),
    ...star,
    ...keywordOnly.map(named),
    ...(keywords === undefined ? [] : [`**${keywords}`]),
  ]);
}

const block = (body: readonly Statement[]): string => `{${body.map(statement).join('; ')}}`;

function statement(s: Statement): string {
  switch (s.kind) {
    case 'Assign':
      return [...s.targets, s.value].map(show).join(' = ');
    case 'AnnAssign':
      return `${show(s.target)}: = ${some(s.value)}`;
    case 'AugAssign':
      return `${show(s.target)} ${s.operator}= ${show(s.value)}`;
    case 'ExprStmt':
      return show(s.value);
    case 'FunctionDef':
      return [...s.decorators.map((d) => `@${show(d)}`), `def ${s.name}${parameters(s.params)} ${block(s.body)}`].join(
        ' ',
      );
    case 'Return':
      return s.value === undefined ? 'return' : `return ${show(s.value)}`;
    case 'If':
      return `if ${show(s.test)} ${block(s.body)}${s.orelse.length === 0 ? '' : ` else ${block(s.orelse)}`}`;
    case 'For':
      return `for ${show(s.target)} in ${show(s.iterable)} ${block(s.body)}`;
    case 'While':
      return `while ${show(s.test)} ${block(s.body)}`;
    case 'Import':
      return `import ${s.names.map((n) => `${n.module}${n.alias === undefined ? '' : ` as ${n.alias}`}`).join(', ')}`;
    case 'ImportFrom':
      return `from ${s.module} import ${s.names.map((n) => `${n.name}${n.alias === undefined ? '' : ` as ${n.alias}`}`).join(', ')}`;
    case 'Assert':
      return `assert ${show(s.test)}`;
    case 'Pass':
    case 'Break':
    case 'Continue':
      return s.kind.toLowerCase();
  }
}

const tree = (source: string): string => parseProgram(source).body.map(statement).join('; ');

/** What a program is refused for. */
function problems(source: string): ProgramSyntaxError['problems'] {
  try {
    parseProgram(source);
  } catch (error) {
    if (error instanceof ProgramSyntaxError) return error.problems;
    throw error;
  }
  throw new Error(`accepted: ${source.slice(0, 200)}`);
}

/** The first problem as `line:column message`. */
const refusal = (source: string): string => {
  const [first] = problems(source);
  return `${first?.line}:${first?.column} ${first?.message}`;
};

const expressions: readonly [string, string][] = [
  // Precedence.
  ['-x**2', '(- (** x 2))'],
  ['2**-1', '(** 2 (- 1))'],
  ['2**-1*3', '(* (** 2 (- 1)) 3)'],
  ['a**b**c', '(** a (** b c))'],
  ['-x**-y**2', '(- (** x (- (** y 2))))'],
  ['-+~x', '(- (+ (~ x)))'],
  ['-a.b()[c]', '(- ([] (call (. a b)) c))'],
  ['a - b - c', '(- (- a b) c)'],
  ['a - (b - c)', '(- a (- b c))'],
  ['a + b * c', '(+ a (* b c))'],
  ['a / b * c // d % e', '(% (// (* (/ a b) c) d) e)'],
  ['x @ w.T + b', '(+ (@ x (. w T)) b)'],
  ['a | b ^ c & d << e + f', '(| a (^ b (& c (<< d (+ e f)))))'],
  ['a < b == c', '(cmp a < b == c)'],
  ['(a < b) < c', '(cmp (cmp a < b) < c)'],
  ['a not in b is not c', '(cmp a not in b is not c)'],
  ['a & b == c', '(cmp (& a b) == c)'],
  ['not a == b', '(not (cmp a == b))'],
  ['not a or b', '(or (not a) b)'],
  ['not a and b or not c', '(or (and (not a) b) (not c))'],
  ['a or b and c or d', '(or a (and b c) d)'],
  ['(a or b) or c', '(or (or a b) c)'],
  ['a if b else c if d else e', '(if b a (if d c e))'],
  ['a or b if c and d else e', '(if (and c d) (or a b) e)'],
  ['lambda x: x if x else y', '(lambda (x) (if x x y))'],
  ['lambda x: lambda y: x + y', '(lambda (x) (lambda (y) (+ x y)))'],
  ['lambda: (a, b)', '(lambda () (tuple a b))'],
  ['lambda a, /, b=1, *c, d, e=2, **f: a', '(lambda (a b=1 *c d e=2 **f) a)'],
  ['lambda *, k: k', '(lambda (* k) k)'],
  ['lambda x,: x', '(lambda (x) x)'],
  // Calls, attributes, indices.
  ['f(x, *y, k=1, **d)', '(call f x *y k=1 **d)'],
  ['f(a=1, *b)', '(call f *b a=1)'],
  ['f(lambda x: x, y)', '(call f (lambda (x) x) y)'],
  ['f(x for x in y)', '(call f (gen x (for x y)))'],
  ['f(x for i, x in y)', '(call f (gen x (for (tuple i x) y)))'],
  ['f(a)(b)[c].d', '(. ([] (call (call f a) b) c) d)'],
  ['x[::2, None, ..., -1]', '([] x (tuple (: _ _ 2) None ... (- 1)))'],
  ['x[1:2]', '([] x (: 1 2 _))'],
  ['x[:]', '([] x (: _ _ _))'],
  ['x[0,]', '([] x (tuple 0))'],
  ['x[(0, 1),]', '([] x (tuple (tuple 0 1)))'],
  ['x[*i, 0]', '([] x (tuple *i 0))'],
  ['x[a if b else c:d]', '([] x (: (if b a c) d _))'],
  // Displays and comprehensions.
  ['()', '(tuple)'],
  ['(x)', 'x'],
  ['(x,)', '(tuple x)'],
  ['x,', '(tuple x)'],
  ['*a, b', '(tuple *a b)'],
  ['[*x, y]', '(list *x y)'],
  ['{}', '(dict)'],
  ['{"a": 1, 2: [b],}', '(dict "a":1 2:(list b))'],
  ['[x for x in a for y in b if c if d]', '(list x (for x a) (for y b if c if d))'],
  ['[[x for x in y] for y in z]', '(list (list x (for x y)) (for y z))'],
  ['[a + b for a, (b, *c) in d]', '(list (+ a b) (for (tuple a (tuple b *c)) d))'],
  ['{k: v for k, v in z if k}', '(dict k:v (for (tuple k v) z if k))'],
  ['[x if y else z for x in a or b]', '(list (if y x z) (for x (or a b)))'],
  ['[y := f(x), y**2]', '(list (:= y (call f x)) (** y 2))'],
  ['f(y := 1)', '(call f (:= y 1))'],
  // Literals.
  ['0x1F + 0o17 + 0b1_01 + 1_000', '(+ (+ (+ 31 15) 5) 1000)'],
  ['123456789012345678901234567890', '123456789012345678901234567890'],
  ['1. + .5 + 1e5 + 1_0.5e-1_0', '(+ (+ (+ 1f 0.5f) 100000f) 1.05e-9f)'],
  ['09.5', '9.5f'],
  ['1j', 'Complex'],
  ['1if x else 2', '(if x 1 2)'],
  ['1..real', '(. 1f real)'],
  [`'a' "b" '''c'''`, '"abc"'],
  [String.raw`"\n\t\x41\u00e9\101\q\\"`, String.raw`"\n\tAéA\\q\\"`],
  [String.raw`r"\n\""`, String.raw`"\\n\\\""`],
  ['""r"a"', '"a"'],
  ['"it\'s # no comment"', '"it\'s # no comment"'],
  ['None, True, False, ...', '(tuple None True False ...)'],
  // Names that are words elsewhere, and names beyond ASCII.
  ['print(match, case, type)', '(call print match case type)'],
  ['λ + ｘ', '(+ λ x)'],
];

const statements: readonly [string, string][] = [
  ['x = 1', 'x = 1'],
  ['a = b = c', 'a = b = c'],
  ['a, (b, *c), [d] = x', '(tuple a (tuple b *c) (list d)) = x'],
  ['x[0] = y.z = 1', '([] x 0) = (. y z) = 1'],
  ['x, y = y, x', '(tuple x y) = (tuple y x)'],
  ['x: int | None = 1', 'x: = 1'],
  ['x: float', 'x: = _'],
  ['x **= 2', 'x **= 2'],
  ['x @= a, b', 'x @= (tuple a b)'],
  ['a = 1; b = 2;', 'a = 1; b = 2'],
  ['import jax, jax.numpy as jnp', 'import jax, jax.numpy as jnp'],
  ['from jax import (grad, vmap as v,)', 'from jax import grad, vmap as v'],
  ['from ..a import *', 'from ..a import *'],
  ['assert x > 0, "positive"', 'assert (cmp x > 0)'],
  ['if a: x = 1\nelif b: y = 2\nelse: z = 3', 'if a {x = 1} else {if b {y = 2} else {z = 3}}'],
  ['for i, *j in a, b:\n  x += i\n  continue\n', 'for (tuple i *j) in (tuple a b) {x += i; continue}'],
  ['while True:\n\tbreak', 'while True {break}'],
  ['def f(x: int, y=1, /, *a, z, **k) -> int:\n  """doc"""\n  return x', 'def f(x y=1 *a z **k) {"doc"; return x}'],
  [
    '@jax.jit\n@partial(vmap, in_axes=0)\ndef f(): return',
    '@(. jax jit) @(call partial vmap in_axes=0) def f() {return}',
  ],
  ['def f():\n  def g(): pass\n\n  # comment\n  return g\nx = 1', 'def f() {def g() {pass}; return g}; x = 1'],
  ['x = [\n  1,  # one\n\n  2,\n]', 'x = (list 1 2)'],
  ['x = a + \\\n  b', 'x = (+ a b)'],
  ['x = (a\n+ b)\r\ny = 1\r\n', 'x = (+ a b); y = 1'],
  ['"""a\r\nb"""', '"a\\nb"'],
  ['if a:\r\n  b\r\nelse:\r\n  c', 'if a {b} else {c}'],
  ['\uFEFFx = 1', 'x = 1'],
  ['', ''],
  ['\n# nothing\n   \n', ''],
];

const refusals: readonly [string, string][] = [
  // Brackets, strings, characters.
  ['x = f(1,\ny = 2', '1:6 The "(" is never closed.'],
  ['x = [1, 2\ndef f(): pass', '1:5 The "[" is never closed.'],
  ['x = (1, 2]', '1:10 The "]" does not close the "(" before it.'],
  ['x = 1)', '1:6 The ")" closes nothing.'],
  ['x = "abc\ny = 1', '1:5 The string is not closed on its line.'],
  ["y = x' * x", '1:6 The string is not closed on its line.'],
  ['x = """abc\n\n', '1:5 The string that """ opens is never closed.'],
  ['x = 1 $ 2', '1:7 "$" stands for nothing here.'],
  ['x = “a”', '1:5 “ is a typographic quotation mark.'],
  ['x = y − 1', '1:7 "−" (U+2212) is no operator.'],
  ['x\u00a0= 1', '1:2 The invisible character U+00A0 stands in the text.'],
  ['x = 1 \\ + 2', '1:7 A \\ continues the line, and stands at its very end.'],
  // Numbers.
  ['x = 012', '1:5 012 is not an int: it starts with a zero.'],
  ['x = 1__0', '1:5 1__0 is not a number: an underscore stands between two digits.'],
  ['x = 2x', '1:5 2x is not a number.'],
  ['x = 0b12', '1:5 0b12 is not a number: 0b is followed by digits that are binary (0, 1).'],
  [String.raw`x = "\x4"`, String.raw`1:5 The escape \x is followed by 2 hexadecimal digits, and this one is not.`],
  // Indentation.
  ['  x = 1', '1:3 The line is indented, and opens no block.'],
  ['x = 1\n  y = 2', '2:3 The line is indented, and opens no block.'],
  ['if x:\ny = 1', '2:1 An indented block was expected after the if of line 1.'],
  ['if x:\n    y\n  z', '3:3 The line is indented by 2, and no block around it is.'],
  ['if x:\n        y\n\tz', '3:1 Tabs and spaces are mixed in the indentation.'],
  // Blocks.
  ['if x\n  y = 1', '1:5 A colon is missing at the end of the if line.'],
  ['def f(x) return x', '1:10 A colon is missing before "return".'],
  ['def f:\n  pass', '1:6 "(" was expected after "f", and ":" stands there.'],
  ['if x = 1:\n  y', '1:6 "=" assigns, and cannot stand here.'],
  ['if (x) {\n  y = 1\n}', '1:8 A block does not start with "{".'],
  ['for i of x:\n  y', '1:7 A for needs an in.'],
  ['if a:\n  b\nelse if c:\n  d', '3:6 else if is one word.'],
  ['x = 1\nelse:\n  y', '2:1 The else belongs to no if.'],
  ['for i in x:\n  y\nelse:\n  z', '3:1 else after a loop is outside the language.'],
  ['return x', '1:1 A return stands outside any function.'],
  ['if x: break', '1:7 A break stands outside any loop.'],
  // Expressions.
  ['x =', '1:4 A value is missing after "=".'],
  ['x = 1 +', '1:8 A value is missing after "+".'],
  ['x = a + * b', '1:9 A value was expected after "+", and "*" stands there.'],
  ['x = (a +)', '1:9 A value was expected after "+", and ")" stands there.'],
  ['x = a b', '1:7 An operator is missing between "a" and "b".'],
  ['f(a b)', '1:5 A comma or an operator is missing between "a" and "b".'],
  ['x = a == not b', '1:10 "not" cannot follow "==".'],
  ['x = a if b', '1:7 The choice has no else.'],
  ['x = [a for a in b if c else d]', '1:24 A condition of a comprehension has no else.'],
  ['x = [a, b for a in c]', '1:11 The for of a comprehension follows one element.'],
  ['x = {1: 2, 3}', '1:13 A colon and a value were expected after "3", and "}" stands there.'],
  ['x := 1', '1:3 ":=" names a value inside an expression, and cannot stand here.'],
  ['[(x := 1) for x in y]', "1:3 x is the comprehension's own, and := cannot assign to it."],
  ['x = *y', '1:5 A * unpacks into a call, a list or a tuple.'],
  ['x.', "1:3 An attribute's name is missing after the dot."],
  ['f(a=1, a=2)', '1:8 The argument a is given twice.'],
  ['f(a=1, b)', '1:8 An argument by position follows a=…'],
  ['f(x for x in y, 1)', '1:3 A generator beside other arguments needs its own parentheses.'],
  // Targets and parameters.
  ['f(x) = 1', '1:1 The result of a call cannot be assigned to.'],
  ['x + 1 = 2', '1:1 An expression cannot be assigned to.'],
  ['None = 1', '1:1 None cannot be assigned to.'],
  ['a, 1 = x', '1:4 A number cannot be assigned to.'],
  ['*a, *b = x', '1:5 One target of an assignment can have a *, and this is the second.'],
  ['a, b += 1', '1:1 Several targets cannot be updated at once.'],
  ['lambda = 0.1', '1:1 "lambda" is a keyword and cannot be a name.'],
  ['def f(x, x): pass', '1:10 The parameter x stands twice.'],
  ['def f(x=1, y): pass', '1:12 The parameter y has no default, and one before it has.'],
  ['def f(*): pass', '1:7 A bare * is followed by parameters that are given by name.'],
  ['def f(**k, x): pass', '1:12 Nothing follows **k.'],
  ['x = lambda (a, b): a', '1:12 A parameter\'s name was expected after "lambda", and "(" stands there.'],
  // Other languages.
  ['x = a && b', '1:7 "&&" is no operator.'],
  ['x = !a', '1:5 "!" is no operator.'],
  ['x = a ? b : c', '1:7 "?" is no operator.'],
  ['x = a === b', '1:7 "===" is no operator.'],
  ['x++', '1:3 "++" is no operator.'],
  ['let x = 1', '1:1 No word declares a name here.'],
  ['function f(x) { return x }', '1:1 function defines nothing here.'],
  ['x = 1 // the first', '1:7 A comment does not start with //.'],
  ['y = a .* b', '1:7 No dot stands before an operator.'],
  ['print x', '1:1 print is a function.'],
  // Python outside the language.
  ['class A:\n  def f(self):\n    return 1', '1:1 Classes are outside the language.'],
  ['with x as y:\n  z', '1:1 with is outside the language.'],
  ['try:\n  x\nexcept E:\n  y', '1:1 try is outside the language: no exception is raised that it could catch.'],
  ['match x:\n  case 1: y', '1:1 match is outside the language.'],
  ['def f():\n  yield x', '2:3 yield is outside the language.'],
  ['def f():\n  global x', '2:3 global is outside the language: a function changes nothing outside itself.'],
  ['raise x', '1:1 raise is outside the language.'],
  ['del x', '1:1 del is outside the language.'],
  ['async def f(): pass', '1:1 async is outside the language: a program waits for nothing.'],
  ['x = f"{y}"', '1:5 f-strings are outside the language: a program computes arrays, and no text.'],
  ['x = b"a"', '1:5 Byte strings are outside the language.'],
  ['x = {1, 2}', '1:5 Sets are outside the language.'],
  ['x = {**a}', '1:6 A ** cannot unpack into a dict here.'],
  ['x = 1\nfrom __future__ import annotations', '2:1 from __future__ stands at the beginning of a program.'],
];

/** What Python refuses, one way or another, and so must the parser. */
const refusedByPython = `
x = = 1  = 1  x y z  (x for x in y) = 1  [a for a in b, c]  x[]  x[1:2:3:4]  f(,)  [,]  {1: 2 3: 4}
lambda: x = 1  x: int = y = 1  x, y: int = 1  x = y += 1  f(1=2)  f(a.b=1)  f(**x, *y)  f(None=1)
f(a=b:=1)  for 1 in x: pass  for x in: pass  while: pass  if: pass  def (): pass  def f(*a, *b): pass
def f(/, a): pass  def f(*, **k): pass  lambda *: 1  lambda ,: 1  lambda a=1, b: 1  a not b  a in not b
-not a  a <> b  x.if  import a.  import a,  import (a)  from a import ()  from a import b,
from a import b.c  import a as b.c  assert x, y, z  assert  pass x  ; x  x;; y  if a: if b: c  x; if y: z
@x  *x  (*x)  *x = y  [*a for a in b]  x[*a:1]  [a for a in (b := c)]  (a.b := 1)  {x := 1: 2}  x[y:=1:2]
1e  1_  0x  0o8  1.5.5  x.1  "a" b  ur"a"  __debug__ = 1  def f(): from a import *
`
  .trim()
  .split(/\n|  /)
  .concat('@x\ny = 1', '@\ndef f(): pass', '\\', 'x\u0000');

describe('trees', () => {
  test.each(expressions)('%s', (source, expected) => {
    expect(tree(source)).toBe(expected);
  });
  test.each(statements)('%j', (source, expected) => {
    expect(tree(source)).toBe(expected);
  });

  test('spans are those of the text, brackets left out and every part included', () => {
    const source = 'y = (a + b) * f(*c)[1:]';
    const [assign] = parseProgram(source).body;
    const text = (node: { span: { from: number; to: number } }): string => source.slice(node.span.from, node.span.to);
    expect(assign?.kind === 'Assign' && assign.value.kind === 'Binary').toBe(true);
    if (assign?.kind !== 'Assign' || assign.value.kind !== 'Binary') return;
    const { left, right } = assign.value;
    expect([text(assign), text(assign.value), text(left), text(right)]).toEqual([
      source,
      '(a + b) * f(*c)[1:]',
      'a + b',
      'f(*c)[1:]',
    ]);
    expect(right.kind === 'Subscript' && text(right.index)).toBe('1:');
    expect(right.kind === 'Subscript' && right.value.kind === 'Call' && right.value.args.map(text)).toEqual(['*c']);
  });
});

describe('refusals', () => {
  test.each(refusals)('%j', (source, expected) => {
    expect(refusal(source)).toBe(expected);
  });
  test.each(refusedByPython)('%j is no Python', (source) => {
    expect(problems(source)).not.toHaveLength(0);
  });

  test('a hint says what to write instead', () => {
    expect(problems('x = a && b')[0]?.hint).toBe('Write and between static conditions, & between arrays of bool.');
    expect(problems("x = a @ b'")[0]?.hint).toBe('If it transposes, write x.T.');
    expect(problems('x = 0777')[0]?.hint).toBe('Write 777; in octal it is 0o777.');
    expect(problems('x = (1]')[0]?.hint).toBe('")" closes the "(" of line 1, column 5.');
  });

  test('a mistake in one line hides none in another, and makes none', () => {
    const source =
      'x = = 1\ndef f(a)\n  y = 2x\n  return y\nclass A:\n  broken = (\n\nz = f(1, 2\nimport jax\nw = 1 $ 2 $ 3\nv = x';
    expect(problems(source).map(({ line, message }) => `${line} ${message}`)).toEqual([
      '1 A value was expected after "=", and "=" stands there.',
      '2 A colon is missing at the end of the def line.',
      '3 2x is not a number.',
      '5 Classes are outside the language.',
      '6 The "(" is never closed.',
      '8 The "(" is never closed.',
      '10 "$" stands for nothing here.',
    ]);
  });

  test('ten at most, in the order of the text, one a line', () => {
    const found = problems('x = = 1; y = = 2\n'.repeat(30));
    expect(found.map(({ line, column }) => [line, column])).toEqual(Array.from({ length: 10 }, (_v, i) => [i + 1, 5]));
  });

  test('places count from 1, whatever ends the lines', () => {
    expect(position('a\r\nb\rc\nd', 7)).toEqual({ line: 4, column: 1 });
    expect(position('', 0)).toEqual({ line: 1, column: 1 });
    expect(refusal('x = 1\r\ny = (\r\n  2 3)')).toBe('3:5 A comma or an operator is missing between "2" and "3".');
  });
});

describe('size', () => {
  const many = (n: number, text: string, between = ''): string => Array.from({ length: n }, () => text).join(between);

  test('a sum of 100,000 terms has its tree', () => {
    const source = `y = ${many(100_000, 'ab', ' + ')}`;
    const [assign] = parseProgram(source).body;
    let depth = 0;
    let at = assign?.kind === 'Assign' ? assign.value : undefined;
    while (at?.kind === 'Binary') {
      expect(at.span.from).toBe(4);
      at = at.left;
      depth++;
    }
    expect([depth, at?.kind]).toEqual([99_999, 'Name']);
  });

  test('a long chain has the tree of a short one', () => {
    const terms = many(70, '-a * f(b)[c] ** 2', ' - ');
    expect(tree(`x[${terms}:(${terms}) @ d, *${terms}] if not ${terms} < e else [${terms}]`)).toBe(
      tree('x[T:(T) @ d, *T] if not T < e else [T]').replaceAll('T', tree(terms)),
    );
  });

  test.each([
    ['brackets', `${many(10_000, '(')}a${many(10_000, ')')}`],
    ['calls in calls', `${many(10_000, 'f(')}a${many(10_000, ')')}`],
    ['operators in front', `${many(10_000, '-')}a`],
    ['not', `${many(10_000, 'not ')}a`],
    ['powers', many(10_000, 'a', '**')],
    ['lambdas', `${many(10_000, 'lambda: ')}a`],
    ['choices', `${many(10_000, 'a if b else ')}c`],
    ['clauses', `[a ${many(10_000, 'for a in b ')}]`],
    ['branches', `if a: b\n${many(10_000, 'elif a: b\n')}`],
    ['blocks', Array.from({ length: 1000 }, (_v, i) => `${' '.repeat(i)}if a:\n`).join('')],
  ])('%s nest 200 deep at most', (_name, source) => {
    expect(problems(source).map((p) => p.message)).toContain('The program nests more than 200 deep.');
  });

  test.each([
    ['attributes', `a${many(100_000, '.b')}`],
    ['calls', `a${many(100_000, '()')}`],
    ['conditions', many(100_000, 'a', ' and ')],
    ['comparisons', many(100_000, 'a', ' < ')],
    ['open brackets', many(100_000, '[')],
    ['closing brackets', many(100_000, ')')],
    ['names', many(100_000, 'a', ' ')],
    ['digits', `x = ${many(100_000, '9')}`],
    ['loops', Array.from({ length: 25 }, (_v, i) => `${' '.repeat(i)}for a in b:\n`).join('')],
  ])('too many %s are refused', (_name, source) => {
    expect(problems(source).length).toBeGreaterThan(0);
  });

  test.each([
    ['items', `[${many(50_000, '1, ')}]`],
    ['arguments', `f(${many(20_000, '*a, ')})`],
    ['statements', many(20_000, 'x = 1; ')],
    ['lines', many(5000, 'x = f(x) @ w.T + b\n')],
    ['strings', `x = ${many(20_000, '"a" ')}`],
    ['characters', `x = "${many(1_000_000, 'a')}"`],
    ['brackets', `${many(190, '(')}a${many(190, ')')}`],
  ])('many %s are no trouble', (_name, source) => {
    expect(parseProgram(source).body.length).toBeGreaterThan(0);
  });
});
