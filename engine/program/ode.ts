// Differential equations inside programs: odeint of jax.experimental.ode.

import { located } from '../errors.ts';
import { integrate } from '../families/ode.ts';
import { argument, callWith, functionOf } from './calls.ts';
import type { Call, PyFunction, PyValue } from './values.ts';
import { describe, failAt, isTensor } from './values.ts';
import { flatten, flattenAll } from './trees.ts';

const controls = ['rtol', 'atol', 'mxstep', 'hmax'] as const;

/** odeint(func, y0, t, *args, rtol=1.4e-8, atol=1.4e-8, mxstep=inf, hmax=inf). */
function odeint(call: Call): PyValue {
  const { keywords, site } = call;
  for (const key of keywords.keys()) {
    if (['func', 'y0', 't', ...controls].includes(key)) continue;
    failAt(
      site.place,
      'E_OP_ARITY',
      `odeint has no parameter ${JSON.stringify(key)}.`,
      'What func takes after y and t is given by position.',
    );
  }
  const func = functionOf(argument(call, 0, 'func'), 'odeint', site);
  const y0 = flatten(argument(call, 1, 'y0') ?? null, 'y0 of odeint', site);
  const t = argument(call, 2, 't') ?? null;
  if (!isTensor(t)) {
    failAt(site.place, 'E_PROGRAM_TYPE', `t of odeint is ${describe(t)}: an array of floats was expected.`);
  }
  const args = flattenAll(call.args.slice(3), 'an argument of odeint', site);
  const number = (name: (typeof controls)[number], otherwise: number): number => {
    const v = keywords.get(name) ?? otherwise;
    if (typeof v === 'number' || typeof v === 'bigint') return Number(v);
    failAt(site.place, 'E_PROGRAM_TYPE', `${name} of odeint is ${describe(v)}: a number was expected.`);
  };
  const b = site.builder;
  const ys = located(site.place, () =>
    b.attributed({ op: 'odeint', place: site.place }, () =>
      integrate(b, {
        field: (y, now, given) =>
          flatten(
            callWith(func, [y0.rebuild(y), now, ...args.rebuild(given)], site),
            `the result of ${func.name}`,
            site,
          ).leaves,
        y0: y0.leaves,
        t,
        args: args.leaves,
        control: {
          rtol: number('rtol', 1.4e-8),
          atol: number('atol', 1.4e-8),
          mxstep: number('mxstep', Infinity),
          hmax: number('hmax', Infinity),
        },
      }),
    ),
  );
  return y0.rebuild(ys);
}

/** The functions of jax.experimental.ode by name. */
export const differentialEquations: ReadonlyMap<string, PyFunction> = new Map([
  ['odeint', { kind: 'function', name: 'odeint', call: odeint }],
]);
