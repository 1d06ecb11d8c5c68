// What contractions share: how a message names their operands and axes, and which transpose would have fitted.

import { fail } from '../errors.ts';
import { showAval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';

/** The user's own name of a value where it has one, else the name of the parameter it was given for. */
function nameOf(b: Builder, value: Value, parameter: string): string {
  const input = b.inputs.find((i) => i.value === value);
  return input?.name ?? value.node?.origin?.label ?? parameter;
}

/** Fails: axis `xAxis` of x is contracted with axis `yAxis` of y, and their sizes differ. */
export function failContraction(
  b: Builder,
  x: Value,
  xAxis: number,
  y: Value,
  yAxis: number,
  write: (x: string, y: string) => string,
): never {
  const given = [nameOf(b, x, 'x'), nameOf(b, y, 'y')];
  const names = given[0] === given[1] ? ['x', 'y'] : given;
  const [n, m] = [x.aval.shape[xAxis], y.aval.shape[yAxis]];
  fail(
    'E_SHAPE_MISMATCH',
    `${write(names[0], names[1])}: ${ordinal(xAxis, x.aval.shape.length)} of ${names[0]} (${showAval(x.aval)}) is ${n}, ` +
      `${ordinal(yAxis, y.aval.shape.length, 'the')} of ${names[1]} (${showAval(y.aval)}) is ${m}.`,
    transposeHint(x, xAxis, y, yAxis, names, write),
  );
}

function transposeHint(
  x: Value,
  xAxis: number,
  y: Value,
  yAxis: number,
  [x0, y0]: readonly string[],
  write: (x: string, y: string) => string,
): string | undefined {
  const [n, m] = [x.aval.shape[xAxis], y.aval.shape[yAxis]];
  const [p, q] = [x.aval.shape.length, y.aval.shape.length];
  const turned = (name: string, rank: number): string => (rank === 2 ? `${name}.T` : `${name}.mT`);
  if (q >= 2 && y.aval.shape[yAxis === q - 1 ? q - 2 : q - 1] === n) {
    return `${write(x0, turned(y0, q))} contracts ${n} with ${n}.`;
  }
  if (p >= 2 && x.aval.shape[xAxis === p - 1 ? p - 2 : p - 1] === m) {
    return `${write(turned(x0, p), y0)} contracts ${m} with ${m}.`;
  }
  return undefined;
}

function ordinal(axis: number, rank: number, article?: 'the'): string {
  const noun = article === undefined ? ' axis' : '';
  if (rank === 1) return 'the axis';
  if (axis === rank - 1) return `the last${noun}`;
  if (axis === 0) return `the first${noun}`;
  return axis === rank - 2 ? `the last but one${noun}` : `axis ${axis}`;
}

/** The axes of a rank that a list leaves out, in order. */
export const axesBut = (rank: number, axes: readonly number[]): number[] =>
  Array.from({ length: rank }, (_, i) => i).filter((i) => !axes.includes(i));
