// Traces a program: evaluates its Python with static values and builds the graph of what it does to arrays.

import { EngineError } from '../errors.ts';
import type { Place } from '../errors.ts';
import type { Traced } from '../frontend.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Literal } from '../op.ts';
import type { ProgramContext } from './context.ts';
import { builtins } from './builtins.ts';
import { Evaluator } from './evaluate.ts';
import { parseProgram } from './parse.ts';
import { Scope } from './scope.ts';
import { ProgramSyntaxError } from './syntax.ts';
import type { Module } from './ast.ts';
import type { PyValue } from './values.ts';
import { describe, isKind, isTensor } from './values.ts';

/** The values of a program by name, and what its last statement gives. */
export function traceProgram(source: string, builder: Builder, context: ProgramContext): Traced {
  const module = parse(source);
  const outer = new Scope(undefined);
  for (const [name, value] of builtins(context.resolve, builder.context.training)) outer.set(name, value);
  const scope = new Scope(outer);
  for (const [name, value] of context.inputs) scope.set(name, value);
  const evaluator = new Evaluator(source, builder, context);
  const last = evaluator.run(module, scope);
  return collect(scope, last, builder);
}

function parse(source: string): Module {
  try {
    return parseProgram(source);
  } catch (error) {
    if (!(error instanceof ProgramSyntaxError)) throw error;
    throw new EngineError(
      'E_PROGRAM_SYNTAX',
      error.problems.map(({ line, column, message, hint }) => ({ line, column, message, hint })),
    );
  }
}

/** Names an expression that ends a program and is assigned to nothing: `result`. */
const unnamed = 'result';

function collect(
  scope: Scope,
  last: { names: readonly string[]; value: PyValue; place: Place } | undefined,
  b: Builder,
): Traced {
  const names = new Map<string, Value>();
  const label = (name: string, value: Value): void => {
    names.set(name, value);
    const origin = value.node?.origin;
    if (origin !== undefined) origin.label ??= name;
  };
  for (const [name, value] of scope.entries()) {
    if (isTensor(value)) label(name, value);
    else if (isNumber(value)) label(name, b.lift(value));
    else if (isKind(value, 'tuple') || isKind(value, 'list')) {
      // `u[0]` addresses an element of a tuple that was kept whole.
      value.items.forEach((item, i) => {
        if (isTensor(item)) label(`${name}[${i}]`, item);
      });
    }
  }
  if (last === undefined) return { names, defaultOutputs: [] };
  if (last.names.length === 0) {
    const items = isKind(last.value, 'tuple') || isKind(last.value, 'list') ? last.value.items : [last.value];
    const outputs: string[] = [];
    items.forEach((item, i) => {
      const name = items.length === 1 ? unnamed : `${unnamed}[${i}]`;
      if (isTensor(item)) label(name, item);
      else if (isNumber(item)) label(name, b.lift(item));
      else return;
      outputs.push(name);
    });
    return { names, defaultOutputs: outputs };
  }
  const outputs = last.names.flatMap((name) => {
    if (names.has(name)) return [name];
    const value = scope.get(name) ?? null;
    if (isKind(value, 'tuple') || isKind(value, 'list'))
      return value.items.flatMap((_v, i) => (names.has(`${name}[${i}]`) ? [`${name}[${i}]`] : []));
    return [];
  });
  if (outputs.length === 0 && last.names.length > 0 && !isKind(last.value, 'function')) {
    throw new EngineError('E_PROGRAM_TYPE', {
      ...last.place,
      message: `The last statement assigns ${describe(last.value)}, which is no array: there is nothing to return.`,
      hint: 'End the program with the assignment of an array, or name "outputs" in the request.',
    });
  }
  return { names, defaultOutputs: outputs };
}

/** A number that an array can hold; ints are exact while a program is traced, and 2 ** 64 may be a step on the way. */
const isNumber = (v: PyValue): v is Literal =>
  typeof v === 'number' || typeof v === 'boolean' || (typeof v === 'bigint' && BigInt.asIntN(64, v) === v);
