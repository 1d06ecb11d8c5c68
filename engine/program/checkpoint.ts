// jax.checkpoint (remat) of a function of a program.

import { emitCheckpoint } from '../families/checkpoint.ts';
import { arity, functionOf } from './calls.ts';
import type { Call, PyFunction, PyValue, Site } from './values.ts';
import { describe, failAt, isKind, staticInt } from './values.ts';
import type { Tree } from './trees.ts';
import { flatten, flattenAll } from './trees.ts';

/** checkpoint(fun, prevent_cse=True, policy=None, static_argnums=()): the same function, of which the arguments alone are kept. */
export function checkpoint(name: 'checkpoint' | 'remat', outer: Call): PyFunction {
  arity(outer, name, 1, 1, ['prevent_cse', 'policy', 'static_argnums', 'concrete']);
  const f = functionOf(outer.args[0], name, outer.site);
  const policy = outer.keywords.get('policy') ?? null;
  if (policy !== null) {
    failAt(
      outer.site.place,
      'E_PROGRAM_TYPE',
      `${name} has the policy ${describe(policy)}: there are none here, and all that the function computes is computed again.`,
      'The memory_limit of a request chooses what to compute again.',
    );
  }
  const fixed = staticArguments(outer.keywords.get('static_argnums') ?? null, name, outer.site);
  return {
    ...f,
    call(call) {
      const { args, keywords, site } = call;
      const at = fixed.map((k) => (k < 0 ? k + args.length : k));
      const chosen = args.filter((_v, i) => !at.includes(i));
      const given = flattenAll([...chosen, ...keywords.values()], `an argument of ${f.name}`, site);
      let results: Tree | undefined;
      const outputs = emitCheckpoint(
        site.builder,
        (_b, xs) => {
          const values = given.rebuild(xs);
          let next = 0;
          const positional = args.map((v, i): PyValue => (at.includes(i) ? v : values[next++]));
          const named = new Map([...keywords.keys()].map((key): [string, PyValue] => [key, values[next++]]));
          results = flatten(f.call({ args: positional, keywords: named, site }), `the result of ${f.name}`, site);
          return results.leaves;
        },
        given.leaves,
      );
      return results!.rebuild(outputs);
    },
  };
}

function staticArguments(given: PyValue, name: string, site: Site): number[] {
  if (given === null) return [];
  if (isKind(given, 'tuple') || isKind(given, 'list')) {
    return given.items.map((v) => staticInt(v, `static_argnums of ${name}`, site));
  }
  return [staticInt(given, `static_argnums of ${name}`, site)];
}
