// What normalising layers share: a mean and a variance taken away, a weight and a bias put in place of them.

import { fail } from '../errors.ts';
import type { Shape } from '../ir/aval.ts';
import { normalizeAxes, showAval, showShape } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Args, Operand, Param } from '../op.ts';

export const weightParam: Param = { name: 'weight', kind: 'tensor', default: null, doc: 'Factors after normalising.' };
export const biasParam: Param = { name: 'bias', kind: 'tensor', default: null, doc: 'Terms after normalising.' };

/** The named operands in their common float dtype; those that were left out stay null. */
export function floatOperands(b: Builder, args: Args, names: readonly string[]): (Value | null)[] {
  const given = names.map((name) => (args[name] ?? null) as Operand | null);
  const values = b.promote(
    given.filter((x) => x !== null),
    'float',
  );
  return given.map((x) => (x === null ? null : values.shift()!));
}

/** (x − mean) / √(variance + eps), the statistics being of a shape that broadcasts to that of x. */
export const standardized = (b: Builder, x: Value, mean: Value, variance: Value, eps: number): Value =>
  b.divide(b.subtract(x, mean), b.sqrt(b.add(variance, eps)));

/** Mean and variance (over n) along axes, which keep size 1. */
export function moments(b: Builder, x: Value, axis: readonly number[]): { mean: Value; variance: Value } {
  const mean = b.mean(x, { axis, keepdims: true });
  const distance = b.subtract(x, mean);
  return { mean, variance: b.mean(b.multiply(distance, distance), { axis, keepdims: true }) };
}

/** y ⊙ weight + bias, each with the sizes of the given axes of y. */
export function affine(
  b: Builder,
  y: Value,
  axes: readonly number[],
  weight: Value | null,
  bias: Value | null,
  op: string,
): Value {
  const scaled = weight === null ? y : b.multiply(y, onAxes(b, weight, y, axes, `the weight of ${op}`));
  return bias === null ? scaled : b.add(scaled, onAxes(b, bias, y, axes, `the bias of ${op}`));
}

/** A parameter with the sizes of some axes of `like`, put on those axes; the others get size 1. */
export function onAxes(b: Builder, value: Value, like: Value, axes: readonly number[], what: string): Value {
  const sizes = axes.map((a) => like.aval.shape[a]);
  if (value.aval.shape.join() !== sizes.join()) {
    fail(
      'E_SHAPE_MISMATCH',
      `${what} is ${showAval(value.aval)}, and x, ${showAval(like.aval)}, needs ${showShape(sizes)}.`,
    );
  }
  return b.reshape(value, { shape: like.aval.shape.map((d, i) => (axes.includes(i) ? d : 1)) });
}

/** The axes to normalise over: those given, or the last ones, whose sizes are the normalized shape; the last by default. */
export function normalizedAxes(args: Args, x: Value, op: string): number[] {
  const { shape } = x.aval;
  const axis = args['axis'] as number | number[] | null;
  const wanted = args['normalized_shape'] as Shape | null;
  if (wanted === null) return normalizeAxes(axis ?? -1, shape.length);
  if (axis !== null) fail('E_ATTRIBUTE', `${op} takes normalized_shape or axis, not both.`);
  const from = shape.length - wanted.length;
  if (wanted.length === 0 || from < 0 || wanted.some((d, i) => d !== shape[from + i])) {
    fail(
      'E_SHAPE_MISMATCH',
      `${op}: normalized_shape ${showShape(wanted)} is not what the shape of x, ${showAval(x.aval)}, ends with.`,
    );
  }
  return wanted.map((_d, i) => from + i);
}

/** x (n, channels, …), for ops whose channels are axis 1. */
export function requireChannels(x: Value, op: string, axis = 1): void {
  if (x.aval.shape.length > axis) return;
  fail('E_SHAPE_MISMATCH', `${op} needs x of shape (batch, channels, …), and x is ${showAval(x.aval)}.`);
}
