// Functions of jax.lax that share a name with one of jax.numpy but not its order of arguments, defaults or meaning.

import type { Op } from '../op.ts';
import { callOp } from './calls.ts';
import { isInteger } from '../ir/aval.ts';
import type { PyFunction, PyValue } from './values.ts';
import { failAt, isTensor } from './values.ts';

interface Difference {
  readonly op: string;
  /** The op that is meant where every argument is an integer. */
  readonly ofIntegers?: string;
  /** What arguments given by position are called. */
  readonly order: readonly string[];
  /** What is meant where jax.numpy means something else. */
  readonly defaults?: ReadonlyMap<string, PyValue>;
}

const firstAxis: ReadonlyMap<string, PyValue> = new Map([['axis', 0n]]);
const running = (op: string): [string, Difference] => [
  op,
  { op, order: ['x', 'axis', 'reverse'], defaults: firstAxis },
];

const differences: ReadonlyMap<string, Difference> = new Map([
  ['clamp', { op: 'clip', order: ['min', 'x', 'max'] }],
  ['max', { op: 'maximum', order: ['x', 'y'] }],
  ['min', { op: 'minimum', order: ['x', 'y'] }],
  ['div', { op: 'divide', ofIntegers: 'trunc_divide', order: ['x', 'y'] }],
  ['rem', { op: 'fmod', order: ['x', 'y'] }],
  ['select', { op: 'where', order: ['condition', 'x', 'y'] }],
  ['select_n', { op: 'where', order: ['condition', 'y', 'x'] }],
  ...['cumsum', 'cumprod', 'cummax', 'cummin'].map(running),
]);

/** `jax.lax.clamp` and the like; undefined where jax.lax and jax.numpy agree. */
export function laxFunction(name: string, resolve: (name: string) => Op | undefined): PyFunction | undefined {
  if (name === 'round') return roundAway;
  const difference = differences.get(name);
  if (difference === undefined) return undefined;
  const { order, ofIntegers, defaults = new Map<string, PyValue>() } = difference;
  return {
    kind: 'function',
    name,
    call({ args, keywords, site }) {
      if (args.length > order.length) {
        failAt(
          site.place,
          'E_OP_ARITY',
          `jax.lax.${name} takes ${order.length} arguments and is given ${args.length}.`,
          `They are ${order.join(', ')}.`,
        );
      }
      const named = new Map(keywords);
      args.forEach((v, i) => {
        if (named.has(order[i])) failAt(site.place, 'E_OP_ARITY', `jax.lax.${name} is given ${order[i]} twice.`);
        named.set(order[i], v);
      });
      for (const [key, v] of defaults) if (!named.has(key)) named.set(key, v);
      const integers = ofIntegers !== undefined && [...named.values()].every(isWhole);
      return callOp(resolve(integers ? ofIntegers : difference.op)!, [], named, site);
    },
  };
}

const isWhole = (v: PyValue): boolean => (isTensor(v) ? isInteger(v.aval.dtype) : typeof v === 'bigint');

/** Another function than jnp.round by default: better refused than silently rounded to even. */
const roundAway: PyFunction = {
  kind: 'function',
  name: 'round',
  call: ({ site }) =>
    failAt(
      site.place,
      'E_PROGRAM_UNSUPPORTED',
      'jax.lax.round rounds halves away from zero, which is not available.',
      'jnp.round rounds them to even.',
    ),
};
