// Evaluates the statements and expressions of a program, unrolling what is static into the graph.

import type { Place } from '../errors.ts';
import type { Builder } from '../ir/builder.ts';
import { nearest } from '../suggest.ts';
import { attribute } from './attributes.ts';
import { callFunction } from './builtins.ts';
import { getItem, opFunction } from './calls.ts';
import { annotations, importedModule, moduleAttribute, rootModule } from './namespace.ts';
import { binary, compare, unary } from './operators.ts';
import { bindParameters, parameterNames } from './parameters.ts';
import { Scope } from './scope.ts';
import { element } from './sequences.ts';
import { transforms } from './transforms.ts';
import type { Comprehension, Expression, FunctionDef, Lambda, Module, Parameters, Statement } from './ast.ts';
import { assignedNames } from './names.ts';
import type { ProgramContext } from './context.ts';
import type { PyFunction, PyValue, Site } from './values.ts';
import { capital, describe, ellipsis, failAt, isKind, isTensor, iterate, staticInt, truth, tuple } from './values.ts';

/** What a block of statements ended with. */
type Signal =
  { readonly kind: 'return'; readonly value: PyValue } | { readonly kind: 'break' | 'continue' } | undefined;

interface Located {
  readonly span: { readonly from: number };
}

interface Last {
  readonly names: readonly string[];
  readonly value: PyValue;
  readonly place: Place;
}

/** Python's builtins that read, write or look into the process. */
const pythonOnly: ReadonlySet<string> = new Set(
  'print input open eval exec compile globals locals vars dir type id hash issubclass getattr setattr hasattr __import__'.split(
    ' ',
  ),
);

/** Calls of a program's functions inside one another. */
const maxDepth = 100;

export class Evaluator {
  /** Where each line starts. */
  readonly #lines: readonly number[];
  readonly #builder: Builder;
  readonly #context: ProgramContext;
  #steps = 0;
  #depth = 0;
  #last: Last | undefined;

  constructor(source: string, builder: Builder, context: ProgramContext) {
    this.#lines = [0, ...[...source.matchAll(/\r\n|\n|\r/g)].map((m) => m.index + m[0].length)];
    this.#builder = builder;
    this.#context = context;
  }

  /** Runs a program in a scope; the answer is what its last assignment or expression gave. */
  run(module: Module, scope: Scope): Last | undefined {
    this.#block(module.body, scope, true);
    return this.#last;
  }

  #place(node: Located): Place {
    const offset = node.span.from;
    let [low, high] = [0, this.#lines.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lines[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#lines[low] + 1 };
  }

  #site(node: Located): Site {
    return { builder: this.#builder, place: this.#place(node), step: (count) => this.#step(node, count) };
  }

  #step(node: Located, count = 1): void {
    this.#steps += count;
    if (this.#steps > this.#context.maxSteps) {
      failAt(
        this.#place(node),
        'E_LIMIT',
        `The program takes more than ${this.#context.maxSteps} steps to trace.`,
        'Loops are unrolled: use array operations in place of long ones.',
      );
    }
  }

  // -- statements --------------------------------------------------------------------------------------------------

  #block(body: readonly Statement[], scope: Scope, top = false): Signal {
    for (const statement of body) {
      const signal = this.#statement(statement, scope, top);
      if (signal !== undefined) return signal;
    }
    return undefined;
  }

  #statement(s: Statement, scope: Scope, top: boolean): Signal {
    this.#step(s);
    switch (s.kind) {
      case 'Assign': {
        const value = this.#evaluate(s.value, scope);
        for (const target of s.targets) this.#assign(target, value, scope);
        if (top) this.#last = { names: s.targets.flatMap(namesOf), value, place: this.#place(s) };
        return undefined;
      }
      case 'AnnAssign': {
        if (s.value === undefined) return undefined;
        const value = this.#evaluate(s.value, scope);
        this.#assign(s.target, value, scope);
        if (top) this.#last = { names: namesOf(s.target), value, place: this.#place(s) };
        return undefined;
      }
      case 'AugAssign': {
        const value = binary(
          s.operator,
          this.#evaluate(s.target, scope),
          this.#evaluate(s.value, scope),
          this.#site(s),
          this.#context.resolve,
        );
        this.#assign(s.target, value, scope);
        if (top) this.#last = { names: namesOf(s.target), value, place: this.#place(s) };
        return undefined;
      }
      case 'ExprStmt': {
        const value = this.#evaluate(s.value, scope);
        if (
          top &&
          (isTensor(value) || typeof value === 'number' || typeof value === 'bigint' || isKind(value, 'tuple'))
        ) {
          this.#last = { names: [], value, place: this.#place(s) };
        }
        return undefined;
      }
      case 'FunctionDef': {
        scope.set(s.name, this.#decorated(s, scope));
        return undefined;
      }
      case 'Return':
        return { kind: 'return', value: s.value === undefined ? null : this.#evaluate(s.value, scope) };
      case 'If':
        return this.#block(this.#test(s.test, scope) ? s.body : s.orelse, scope, top);
      case 'For':
        return this.#for(s, scope, top);
      case 'While': {
        while (this.#test(s.test, scope)) {
          const signal = this.#block(s.body, scope, top);
          if (signal?.kind === 'break') break;
          if (signal?.kind === 'return') return signal;
          this.#step(s);
        }
        return undefined;
      }
      case 'Break':
        return { kind: 'break' };
      case 'Continue':
        return { kind: 'continue' };
      case 'Pass':
        return undefined;
      case 'Import':
        for (const { module, alias } of s.names) this.#import(module, alias, scope, s);
        return undefined;
      case 'ImportFrom':
        this.#importFrom(s, scope);
        return undefined;
      case 'Assert':
        if (!this.#test(s.test, scope)) failAt(this.#place(s), 'E_PROGRAM_VALUE', 'The assertion does not hold.');
        return undefined;
    }
  }

  #for(s: Extract<Statement, { kind: 'For' }>, scope: Scope, top: boolean): Signal {
    for (const item of iterate(this.#evaluate(s.iterable, scope), this.#site(s.iterable))) {
      this.#step(s);
      this.#assign(s.target, item, scope);
      const signal = this.#block(s.body, scope, top);
      if (signal?.kind === 'break') break;
      if (signal?.kind === 'return') return signal;
    }
    return undefined;
  }

  #test(test: Expression, scope: Scope): boolean {
    return truth(this.#evaluate(test, scope), this.#place(test));
  }

  #import(module: string, alias: string | undefined, scope: Scope, node: Statement): void {
    if (annotations.has(module)) return;
    if (importedModule(module) === undefined) this.#unknownModule(module, node);
    // `import jax.numpy` binds jax; with an alias it binds the module itself.
    const bound = alias === undefined ? importedModule(module.split('.')[0]) : importedModule(module);
    const name = alias ?? module.split('.')[0];
    if (bound !== undefined && name !== undefined) scope.set(name, bound);
  }

  #importFrom(s: Extract<Statement, { kind: 'ImportFrom' }>, scope: Scope): void {
    if (annotations.has(s.module)) return;
    const module = importedModule(s.module);
    if (module === undefined) this.#unknownModule(s.module, s);
    for (const { name, alias } of s.names) {
      // `from jax.numpy import *` adds nothing: op names are known without a prefix.
      if (name === '*') continue;
      scope.set(alias ?? name, moduleAttribute(module, name, this.#context, this.#site(s)));
    }
  }

  #unknownModule(module: string, node: Statement): never {
    failAt(
      this.#place(node),
      'E_PROGRAM_UNSUPPORTED',
      `There is no module ${JSON.stringify(module)} here.`,
      'A program can import jax, jax.numpy, jax.nn, jax.lax, jax.random, jax.scipy.special, jax.experimental.ode, math and functools.',
    );
  }

  #assign(target: Expression, value: PyValue, scope: Scope): void {
    switch (target.kind) {
      case 'Name':
        scope.set(target.name, value);
        return;
      case 'Starred':
        return failAt(this.#place(target), 'E_PROGRAM_SYNTAX', 'A starred target stands inside a list of targets.');
      case 'Tuple':
      case 'List':
        this.#unpack(target, value, scope);
        return;
      case 'Subscript': {
        const container = this.#evaluate(target.value, scope);
        if (isKind(container, 'list') || isKind(container, 'dict')) {
          this.#setItem(container, this.#index(target.index, scope), value, target);
          return;
        }
        return failAt(
          this.#place(target),
          'E_PROGRAM_TYPE',
          `${capital(describe(container))} does not change in place.`,
          'Arrays are immutable: write x = x.at[i].set(v).',
        );
      }
      default:
        failAt(this.#place(target), 'E_PROGRAM_TYPE', 'Only names, and items of lists, can be assigned to.');
    }
  }

  #setItem(
    container: Extract<PyValue, { kind: 'list' | 'dict' }>,
    index: PyValue,
    value: PyValue,
    node: Expression,
  ): void {
    if (container.kind === 'dict') {
      container.entries.set(index as string, value);
      return;
    }
    const at = staticInt(index, 'The index of a list', this.#site(node));
    const i = at < 0 ? at + container.items.length : at;
    if (i < 0 || i >= container.items.length) {
      failAt(
        this.#place(node),
        'E_INDEX_OUT_OF_BOUNDS',
        `Index ${at} is out of bounds for a list of ${container.items.length}.`,
      );
    }
    container.items[i] = value;
  }

  #unpack(target: Extract<Expression, { kind: 'Tuple' | 'List' }>, value: PyValue, scope: Scope): void {
    const items = iterate(value, this.#site(target));
    const starred = target.items.findIndex((t) => t.kind === 'Starred');
    const least = starred < 0 ? target.items.length : target.items.length - 1;
    if (starred < 0 ? items.length !== least : items.length < least) {
      failAt(
        this.#place(target),
        'E_PROGRAM_VALUE',
        `${target.items.length} names on the left, and ${items.length} value${items.length === 1 ? '' : 's'} on the right.`,
      );
    }
    target.items.forEach((t, i) => {
      if (starred < 0 || i < starred) this.#assign(t, items[i], scope);
      else if (i > starred) this.#assign(t, items[items.length - (target.items.length - i)], scope);
      else {
        const rest = items.slice(starred, items.length - (target.items.length - 1 - starred));
        this.#assign((t as Extract<Expression, { kind: 'Starred' }>).value, { kind: 'list', items: [...rest] }, scope);
      }
    });
  }

  // -- functions ---------------------------------------------------------------------------------------------------

  #decorated(s: FunctionDef, scope: Scope): PyValue {
    const body = s.body;
    const locals = assignedNames(s);
    let f: PyValue = this.#function(s.name, s.params, scope, locals, (inner) => {
      const signal = this.#block(body, inner);
      return signal?.kind === 'return' ? signal.value : null;
    });
    for (const decorator of [...s.decorators].reverse()) {
      f = callFunction(this.#evaluate(decorator, scope), [f], this.#site(decorator));
    }
    return f;
  }

  #lambda(node: Lambda, scope: Scope): PyFunction {
    const locals = new Set(parameterNames(node.params));
    return this.#function('<lambda>', node.params, scope, locals, (inner) => this.#evaluate(node.body, inner));
  }

  #function(
    name: string,
    params: Parameters,
    scope: Scope,
    locals: ReadonlySet<string>,
    body: (inner: Scope) => PyValue,
  ): PyFunction {
    // Defaults are evaluated once, where the function is defined.
    const defaults = new Map<string, PyValue>();
    for (const p of [...params.positional, ...params.keywordOnly]) {
      if (p.default !== undefined) defaults.set(p.name, this.#evaluate(p.default, scope));
    }
    return {
      kind: 'function',
      name,
      parameters: params.positional.map((p) => p.name),
      call: (call) => {
        if (this.#depth >= maxDepth) {
          failAt(call.site.place, 'E_LIMIT', `Functions call one another more than ${maxDepth} deep.`);
        }
        call.site.step();
        const inner = new Scope(scope, locals);
        bindParameters(name, params, defaults, call, inner);
        this.#depth++;
        try {
          return body(inner);
        } finally {
          this.#depth--;
        }
      },
    };
  }

  // -- expressions -------------------------------------------------------------------------------------------------

  #evaluate(e: Expression, scope: Scope): PyValue {
    this.#step(e);
    switch (e.kind) {
      case 'Num':
      case 'Str':
      case 'Bool':
        return e.value;
      case 'None':
        return null;
      case 'Ellipsis':
        return ellipsis;
      case 'Complex':
        return failAt(this.#place(e), 'E_PROGRAM_UNSUPPORTED', 'There are no complex numbers in the language.');
      case 'Name':
        return this.#name(e.name, scope, e);
      case 'Tuple':
        return tuple(this.#items(e.items, scope));
      case 'List':
        return { kind: 'list', items: this.#items(e.items, scope) };
      case 'Dict':
        return this.#dict(e, scope);
      case 'Unary': {
        const value = this.#evaluate(e.operand, scope);
        if (e.operator === 'not') return !truth(value, this.#place(e));
        return unary(e.operator, value, this.#site(e), this.#context.resolve);
      }
      case 'Binary':
        return this.#binary(e, scope);
      case 'BoolOp':
        return this.#boolean(e, scope);
      case 'Compare':
        return this.#compare(e, scope);
      case 'IfExp':
        return this.#evaluate(this.#test(e.test, scope) ? e.body : e.orelse, scope);
      case 'Lambda':
        return this.#lambda(e, scope);
      case 'ListComp':
        return {
          kind: 'list',
          items: this.#comprehension(e.clauses, scope, (inner) => this.#evaluate(e.element, inner)),
        };
      case 'GeneratorExp':
        return {
          kind: 'list',
          items: this.#comprehension(e.clauses, scope, (inner) => this.#evaluate(e.element, inner)),
        };
      case 'DictComp': {
        const pairs = this.#comprehension(e.clauses, scope, (inner) =>
          tuple([this.#evaluate(e.key, inner), this.#evaluate(e.value, inner)]),
        );
        return { kind: 'dict', entries: new Map(pairs.map(({ items: [key, value] }) => [key as string, value])) };
      }
      case 'NamedExpr': {
        const value = this.#evaluate(e.value, scope);
        scope.set(e.name, value);
        return value;
      }
      case 'Attribute':
      case 'Subscript':
      case 'Call':
        return this.#postfix(e, scope);
      case 'Starred':
        return failAt(this.#place(e), 'E_PROGRAM_SYNTAX', '* stands only in a call, a list or a target.');
      case 'Slice':
        return {
          kind: 'slice',
          start: e.start === undefined ? null : this.#evaluate(e.start, scope),
          stop: e.stop === undefined ? null : this.#evaluate(e.stop, scope),
          step: e.step === undefined ? null : this.#evaluate(e.step, scope),
        };
    }
  }

  #items(items: readonly Expression[], scope: Scope): PyValue[] {
    return items.flatMap((item) =>
      item.kind === 'Starred'
        ? iterate(this.#evaluate(item.value, scope), this.#site(item))
        : [this.#evaluate(item, scope)],
    );
  }

  #dict(e: Extract<Expression, { kind: 'Dict' }>, scope: Scope): PyValue {
    const entries = new Map<string | bigint | number | boolean | null, PyValue>();
    for (const { key, value } of e.entries) {
      const k = this.#evaluate(key, scope);
      if (typeof k === 'object' && k !== null)
        failAt(this.#place(key), 'E_PROGRAM_TYPE', `${capital(describe(k))} cannot be a key.`);
      entries.set(k, this.#evaluate(value, scope));
    }
    return { kind: 'dict', entries };
  }

  #name(name: string, scope: Scope, node: Expression): PyValue {
    const value = scope.get(name);
    if (value !== undefined || scope.has(name)) return value ?? null;
    const module = rootModule(name);
    if (module !== undefined) return module;
    const op = this.#context.resolve(name);
    if (op !== undefined && op.family !== 'control') return opFunction(op, name);
    const transform = transforms.get(name);
    if (transform !== undefined) return transform;
    if (pythonOnly.has(name)) {
      failAt(
        this.#place(node),
        'E_PROGRAM_UNSUPPORTED',
        `${name} is outside the language: a program is a pure function of its inputs.`,
        name === 'print' ? 'Name the value in "outputs" to see it.' : undefined,
      );
    }
    const known = [...scope.names(), ...this.#context.opNames];
    failAt(
      this.#place(node),
      'E_PROGRAM_NAME',
      `The name ${JSON.stringify(name)} is not defined.`,
      nearest(name, known) ?? 'It is no input of the request, and nothing before this line assigns it.',
    );
  }

  /** A left-deep chain may be very long: its spine is folded, not descended. */
  #binary(e: Extract<Expression, { kind: 'Binary' }>, scope: Scope): PyValue {
    const spine: Extract<Expression, { kind: 'Binary' }>[] = [];
    let at: Expression = e;
    while (at.kind === 'Binary') {
      spine.push(at);
      at = at.left;
    }
    let value = this.#evaluate(at, scope);
    for (let i = spine.length - 1; i >= 0; i--) {
      const node = spine[i];
      const right = this.#evaluate(node.right, scope);
      value = binary(node.operator, value, right, this.#site(node), this.#context.resolve);
    }
    return value;
  }

  #boolean(e: Extract<Expression, { kind: 'BoolOp' }>, scope: Scope): PyValue {
    let value: PyValue = null;
    for (const operand of e.operands) {
      value = this.#evaluate(operand, scope);
      if (operand === e.operands[e.operands.length - 1]) break;
      if (truth(value, this.#place(operand)) === (e.operator === 'or')) return value;
    }
    return value;
  }

  #compare(e: Extract<Expression, { kind: 'Compare' }>, scope: Scope): PyValue {
    let left = this.#evaluate(e.left, scope);
    let result: PyValue = true;
    for (const [i, { operator, right }] of e.rest.entries()) {
      const value = this.#evaluate(right, scope);
      result = compare(operator, left, value, this.#site(e), this.#context.resolve);
      // a < b < c is a < b and b < c, which an array cannot decide.
      if (i < e.rest.length - 1 && !truth(result, this.#place(e))) return result;
      left = value;
    }
    return result;
  }

  #comprehension<T extends PyValue>(
    clauses: readonly Comprehension[],
    scope: Scope,
    element: (inner: Scope) => T,
  ): T[] {
    const out: T[] = [];
    const inner = new Scope(scope);
    const run = (k: number): void => {
      if (k === clauses.length) {
        out.push(element(inner));
        return;
      }
      const { target, iterable, conditions } = clauses[k];
      for (const item of iterate(this.#evaluate(iterable, k === 0 ? scope : inner), this.#site(iterable))) {
        this.#step(iterable);
        this.#assign(target, item, inner);
        if (conditions.every((c) => this.#test(c, inner))) run(k + 1);
      }
    };
    run(0);
    return out;
  }

  /** x.a(b)[c]…: the chain is folded from its base, however long it is. */
  #postfix(e: Expression, scope: Scope): PyValue {
    const chain: Expression[] = [];
    let at: Expression = e;
    while (at.kind === 'Attribute' || at.kind === 'Subscript' || at.kind === 'Call') {
      chain.push(at);
      at = at.kind === 'Call' ? at.callee : at.value;
    }
    let value = this.#evaluate(at, scope);
    for (let i = chain.length - 1; i >= 0; i--) value = this.#apply(chain[i], value, scope);
    return value;
  }

  #apply(e: Expression, value: PyValue, scope: Scope): PyValue {
    if (e.kind === 'Attribute') {
      const site = this.#site(e);
      return isKind(value, 'module')
        ? moduleAttribute(value, e.name, this.#context, site)
        : attribute(value, e.name, site, this.#context.resolve);
    }
    if (e.kind === 'Subscript') return this.#subscript(value, this.#index(e.index, scope), e);
    if (e.kind !== 'Call') throw new Error('invariant: a postfix expression');
    const keywords = new Map<string, PyValue>();
    for (const { name, value: given } of e.keywords) {
      const v = this.#evaluate(given, scope);
      if (name !== undefined) keywords.set(name, v);
      else if (isKind(v, 'dict')) for (const [key, item] of v.entries) keywords.set(String(key), item);
      else failAt(this.#place(given), 'E_PROGRAM_TYPE', `** takes a dict, and is given ${describe(v)}.`);
    }
    return callFunction(value, this.#items(e.args, scope), this.#site(e), keywords);
  }

  #index(index: Expression, scope: Scope): PyValue {
    return this.#evaluate(index, scope);
  }

  #subscript(value: PyValue, index: PyValue, node: Expression): PyValue {
    const site = this.#site(node);
    if (isTensor(value)) return getItem(value, index, site, this.#context.resolve);
    if (isKind(value, 'at')) {
      if (value.index !== undefined) failAt(site.place, 'E_PROGRAM_TYPE', 'x.at takes one index.');
      return { ...value, index };
    }
    if (isKind(value, 'dict')) {
      const found = value.entries.get(index as string);
      if (found === undefined && !value.entries.has(index as string)) {
        failAt(site.place, 'E_PROGRAM_VALUE', `The dict has no key ${describe(index)}.`);
      }
      return found ?? null;
    }
    if (isKind(value, 'tuple') || isKind(value, 'list') || isKind(value, 'range') || typeof value === 'string') {
      return element(value, index, site);
    }
    failAt(site.place, 'E_PROGRAM_TYPE', `${capital(describe(value))} cannot be indexed.`);
  }
}

/** The names an assignment target binds. */
function namesOf(target: Expression): string[] {
  switch (target.kind) {
    case 'Name':
      return [target.name];
    case 'Tuple':
    case 'List':
      return target.items.flatMap(namesOf);
    case 'Starred':
      return namesOf(target.value);
    default:
      return [];
  }
}
