// The parameters of a program's functions, bound by Python's rules.

import type { Parameters } from './ast.ts';
import type { Scope } from './scope.ts';
import type { Call, PyValue } from './values.ts';
import { failAt, tuple } from './values.ts';

export const parameterNames = (params: Parameters): string[] => [
  ...params.positional.map((p) => p.name),
  ...params.keywordOnly.map((p) => p.name),
  ...(params.rest === undefined ? [] : [params.rest]),
  ...(params.keywords === undefined ? [] : [params.keywords]),
];

/** Binds a call's arguments to a function's parameters, by Python's rules. */
export function bindParameters(
  name: string,
  params: Parameters,
  defaults: ReadonlyMap<string, PyValue>,
  { args, keywords, site }: Call,
  scope: Scope,
): void {
  const wrong = (message: string): never => failAt(site.place, 'E_OP_ARITY', message);
  const { positional } = params;
  if (args.length > positional.length && params.rest === undefined) {
    wrong(
      `${name} takes ${positional.length} argument${positional.length === 1 ? '' : 's'} and is given ${args.length}.`,
    );
  }
  const bound = new Set<string>();
  positional.slice(0, args.length).forEach((p, i) => {
    scope.set(p.name, args[i]);
    bound.add(p.name);
  });
  if (params.rest !== undefined) scope.set(params.rest, tuple(args.slice(positional.length)));
  const extra = new Map<string, PyValue>();
  const byName = new Set([...positional, ...params.keywordOnly].map((p) => p.name));
  for (const [key, value] of keywords) {
    if (bound.has(key)) wrong(`${name} is given ${key} twice.`);
    if (byName.has(key)) {
      scope.set(key, value);
      bound.add(key);
    } else if (params.keywords !== undefined) extra.set(key, value);
    else wrong(`${name} has no parameter ${JSON.stringify(key)}.`);
  }
  if (params.keywords !== undefined) scope.set(params.keywords, { kind: 'dict', entries: extra });
  for (const p of [...positional, ...params.keywordOnly]) {
    if (bound.has(p.name)) continue;
    const value = defaults.get(p.name);
    if (value === undefined && !defaults.has(p.name)) wrong(`${name} needs ${p.name}.`);
    scope.set(p.name, value ?? null);
  }
}
