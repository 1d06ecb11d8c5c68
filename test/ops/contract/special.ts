// Elementwise behaviour: which calls are elementwise, and what they do at zeros, infinities, NaN and the ends of the range.

import { EngineError } from '../../../engine/errors.ts';
import { isFloat, isInteger, sameShape, sizeOf } from '../../../engine/ir/aval.ts';
import type { Aval, DType } from '../../../engine/ir/aval.ts';
import type { Tensor } from '../../../engine/ir/tensor.ts';
import { tensorOf } from '../../../engine/ir/tensor.ts';
import { compile, floatsIn, pullback, pushforward } from '../../calculus/functions.ts';
import type { Complaint } from '../../calculus/laws.ts';
import { avalOf, filled, sameNumber } from '../../calculus/tensors.ts';
import type { Case } from './cases.ts';
import { callOf } from './cases.ts';

/** Whether each output element depends on the operand elements at its own place alone, tried on the case. */
export function isElementwise({ fn, at }: Case): boolean {
  const { outputs, run } = compile(fn);
  const [shape] = at.map((x) => x.shape);
  if (at.length === 0 || at[0].data.length < 3 || outputs.length !== 1) return false;
  if (!at.every((x) => sameShape(x.shape, shape)) || !sameShape(outputs[0].shape, shape)) return false;
  const [base] = run(at);
  for (const [k, x] of at.entries()) {
    for (let i = 0; i < x.data.length; i++) {
      for (const j of [0, 1, 2].filter((other) => other !== i)) {
        const data = x.data.slice();
        data[i] = x.data[j];
        const [y] = run(at.map((z, m) => (m === k ? { ...x, data } : z)));
        if (y.data.some((e: number | bigint, n: number) => n !== i && !sameNumber(Number(e), Number(base.data[n]))))
          return false;
      }
    }
  }
  return true;
}

const tiny = 5e-324;
const floats = [0, -0, 1, -1, 0.5, 2, -3, 3, 1e-300, tiny, -tiny, 1e300, -1e300, Infinity, -Infinity, NaN];
const fewFloats = [0, -0, 1, -1.5, 2, Infinity, -Infinity, NaN];

const specials = (dtype: DType, many: boolean): number[] => {
  switch (dtype) {
    case 'bool':
      return [0, 1];
    case 'uint8':
      return [0, 1, 2, 127, 128, 255];
    case 'int32':
      return [0, 1, -1, 2, -7, 31, 32, 2 ** 31 - 1, -(2 ** 31)];
    case 'int64':
      return [0, 1, -1, 2, -7, 63, 64, 2 ** 53, -(2 ** 53)];
    case 'float32':
    case 'float64':
      return many ? floats : fewFloats;
  }
};

/** Every combination of special values of the operands, one an element. */
function combinations(at: readonly Tensor[]): Tensor[] {
  const lists = at.map((x) => specials(x.dtype, at.length < 3));
  const n = lists.reduce((product, list) => product * list.length, 1);
  let stride = n;
  return at.map((x, k) => {
    stride /= lists[k].length;
    const step = stride;
    return tensorOf(
      x.dtype,
      [n],
      Array.from({ length: n }, (_, i) => lists[k][Math.floor(i / step) % lists[k].length]),
    );
  });
}

/** No throw; and at every combination forward and reverse mode agree: the Jacobian is diagonal, so element by element. */
export function specialPointsHold(c: Case): Complaint {
  const at = combinations(c.at);
  const fn = callOf(c.op, c.sample, at.map(avalOf));
  let forward;
  try {
    forward = compile(fn);
    forward.run(at);
  } catch (error) {
    // Integers have points without a value, and some calls do not take a vector of another size.
    if (error instanceof EngineError && (at.every((x) => !isFloat(x.dtype)) || error.code !== 'E_DTYPE')) return null;
    throw error;
  }
  const [y] = forward.outputs;
  if (!isFloat(y.dtype) || c.op.differentiable === 'no') return null;
  for (const [k, x] of at.entries()) {
    if (!isFloat(x.dtype)) continue;
    const [tangent] = compile(pushforward(fn, [k])).run([...at, filled(x, 1)]);
    const [cotangent] = compile(pullback(fn, forward.outputs, [k])).run([...at, filled(y, 1)]);
    for (let i = 0; i < tangent.data.length; i++) {
      const [t, w] = [Number(tangent.data[i]), Number(cotangent.data[i])];
      if (sameNumber(t, w) || Math.abs(t - w) <= 1e-12 * Math.max(Math.abs(t), Math.abs(w))) continue;
      const point = at.map((z) => String(z.data[i])).join(', ');
      return `at (${point}) the derivative in operand ${k} is ${t} forward and ${w} in reverse`;
    }
  }
  return null;
}

/** Integer operands at the ends of their range: a value or a coded error. */
export function integerEnds(c: Case): Complaint {
  if (!c.at.some((x) => isInteger(x.dtype))) return null;
  try {
    const at = combinations(c.at);
    compile(callOf(c.op, c.sample, at.map(avalOf))).run(at);
  } catch (error) {
    if (!(error instanceof EngineError)) return String(error);
  }
  return null;
}

/** Nothing in, nothing out: elementwise calls and reductions of empty tensors have values and derivatives. */
export function emptiesHold(c: Case): Complaint {
  const elementwise = isElementwise(c);
  if (!elementwise && c.op.family !== 'reduction') return null;
  const given = c.at[0].shape;
  const shapes = given.map((_d, axis) => given.map((d, i) => (i === axis ? 0 : d)));
  for (const shape of shapes) {
    const at = c.at.map((x, i) =>
      elementwise || i === 0 ? tensorOf(x.dtype, shape, new Array<number>(sizeOf(shape)).fill(0)) : x,
    );
    const fn = callOf(c.op, c.sample, at.map(avalOf));
    try {
      const { outputs, run } = compile(fn);
      run(at);
      if (c.op.differentiable !== 'yes' || !isFloat(at[0].dtype)) continue;
      const ones = (avals: readonly Aval[]): Tensor[] => floatsIn(avals).map((i) => filled(avals[i], 1));
      compile(pushforward(fn)).run([...at, ...ones(fn.inputs)]);
      compile(pullback(fn, outputs)).run([...at, ...ones(outputs)]);
    } catch (error) {
      const allowed = elementwise ? [] : ['E_EMPTY_REDUCTION', 'E_AXIS', 'E_SHAPE_MISMATCH'];
      if (!(error instanceof EngineError) || !allowed.includes(error.code)) {
        return `of shape [${shape.join()}]: ${error instanceof EngineError ? error.code : ''} ${(error as Error).message}`;
      }
    }
  }
  return null;
}
