// What losses share: how the losses of elements become one, and which axis the classes are on.

import { broadcastShapes, isFloat, sameShape, showAval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { fail } from '../errors.ts';
import type { Args, Operand, Param } from '../op.ts';

export const reductionParam: Param = {
  name: 'reduction',
  kind: 'enum',
  values: ['mean', 'sum', 'none'],
  default: 'mean',
  keyword: true,
  doc: 'What becomes of the losses of single elements.',
};

/** The losses of elements as one, or as they are. */
export function reduced(b: Builder, losses: Value, reduction: unknown): Value {
  if (reduction === 'none') return losses;
  return reduction === 'sum' ? b.sum(losses) : b.mean(losses);
}

/** input and target as floats of one shape; that one of them is broadcast is mostly a mistake, so the answer says so. */
export function inputAndTarget(b: Builder, args: Args, name: string): readonly [Value, Value] {
  const [input, target] = b.promote([args['input'] as Operand, args['target'] as Operand], 'float');
  const shape = broadcastShapes([input.aval.shape, target.aval.shape], ['input', 'target']);
  const ranks = [input, target].map((v) => v.aval.shape.length);
  if (!sameShape(input.aval.shape, target.aval.shape) && Math.min(...ranks) > 0) {
    b.warn(
      'broadcast_loss',
      null,
      `${name} broadcasts its input ${showAval(input.aval)} and its target ${showAval(target.aval)} to (${shape.join(', ')}).`,
    );
  }
  return [b.broadcast(input, shape), b.broadcast(target, shape)];
}

/** The losses, each times its weight where there are weights. */
export const weighted = (b: Builder, losses: Value, weight: Operand | null | undefined): Value =>
  weight === null || weight === undefined ? losses : b.multiply(losses, b.cast(weight, losses.aval.dtype));

/** What the losses over classes need: class axis 1 (0 where there is no batch), class weights in the shape of it. */
export function classAxis(input: Value, name: string): number {
  const rank = input.aval.shape.length;
  if (rank === 0) fail('E_SHAPE_MISMATCH', `${name} needs an axis of classes, and input is ${showAval(input.aval)}.`);
  return rank === 1 ? 0 : 1;
}

/** Weights of classes along the class axis, or null. */
export function classWeights(
  b: Builder,
  input: Value,
  axis: number,
  given: Operand | null,
  name: string,
): { vector: Value; wide: Value } | null {
  if (given === null) return null;
  const vector = b.cast(given, input.aval.dtype);
  const classes = input.aval.shape[axis];
  if (!sameShape(vector.aval.shape, [classes])) {
    fail(
      'E_SHAPE_MISMATCH',
      `weight of ${name} has one number for each of ${classes} classes, and is ${showAval(vector.aval)}.`,
    );
  }
  return { vector, wide: b.reshape(vector, { shape: input.aval.shape.map((d, i) => (i === axis ? d : 1)) }) };
}

/** Classes as indices: integers in the shape of input without its class axis. */
export function requireClasses(input: Value, target: Value, axis: number, name: string): void {
  const shape = input.aval.shape.filter((_d, i) => i !== axis);
  const said = `target of ${name} is ${showAval(target.aval)}; classes of input ${showAval(input.aval)} are integers of shape (${shape.join(', ')})`;
  if (isFloat(target.aval.dtype)) fail('E_DTYPE', `${said}.`, "astype(target, 'int64') makes integers.");
  if (!sameShape(target.aval.shape, shape))
    fail('E_SHAPE_MISMATCH', `${said}: one for each place, axis ${axis} left out.`);
}
