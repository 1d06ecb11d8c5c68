// Wrong calls: every one of them is answered by a coded error, or has a value of the inferred type.

import { EngineError } from '../../../engine/errors.ts';
import type { Aval } from '../../../engine/ir/aval.ts';
import { dtypes, showAval } from '../../../engine/ir/aval.ts';
import { createBuilder, withDefaults } from '../../../engine/ir/builder.ts';
import type { Tensor } from '../../../engine/ir/tensor.ts';
import type { AttrValue, Op, Param } from '../../../engine/op.ts';
import type { Fn } from '../../calculus/functions.ts';
import { compile, floatsIn, pullback, testContext } from '../../calculus/functions.ts';
import { avalOf, filled } from '../../calculus/tensors.ts';
import type { Case } from './cases.ts';
import { callOf, withOperand } from './cases.ts';

/** Runs a call and, where it has a value, its reverse; returns the code of an error, null where there was none. */
function attempt(fn: Fn, at: readonly Tensor[], differentiate: boolean): string | null {
  try {
    const compiled = compile(fn);
    const ys = compiled.run(at);
    ys.forEach((y, i) => {
      const [found, wanted] = [showAval(avalOf(y)), showAval(compiled.outputs[i])];
      if (found !== wanted) throw new Error(`output ${i} is ${found}, and ${wanted} was inferred`);
    });
    if (differentiate && floatsIn(fn.inputs).length > 0) {
      const ones = floatsIn(compiled.outputs).map((i) => filled(compiled.outputs[i], 1));
      compile(pullback(fn, compiled.outputs)).run([...at, ...ones]);
    }
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
}

const shapesLike = (shape: readonly number[]): number[][] => {
  const last = shape.length - 1;
  const set = (i: number, d: number): number[] => shape.map((e, k) => (k === i ? d : e));
  const others = [[], [7], [2, ...shape], [...shape, 2], [3, 2, 4, 1]];
  if (shape.length > 0)
    others.push(set(0, shape[0] + 1), set(last, shape[last] + 1), set(0, 0), set(last, 0), shape.slice(1));
  return others.filter((other) => other.join() !== shape.join());
};

/** Each operand in each other dtype and in other shapes: coded errors only. Complaints name what was tried. */
export function wrongOperands(c: Case): string[] {
  const complaints: string[] = [];
  const differentiate = c.op.differentiable !== 'no' && c.sample === c.op.samples[0];
  const tryOne = (k: number, aval: Aval, allowed: readonly string[] | null): void => {
    const changed = withOperand(c, k, aval);
    try {
      const code = attempt(changed.fn, changed.at, differentiate);
      if (code !== null && allowed !== null && !allowed.includes(code)) {
        complaints.push(
          `with operand ${k} as ${showAval(aval)} the error is ${code}, and should be ${allowed.join(' or ')}`,
        );
      }
    } catch (error) {
      complaints.push(`with operand ${k} as ${showAval(aval)}: ${(error as Error).message}`);
    }
  };
  c.at.forEach((x, k) => {
    for (const dtype of dtypes) if (dtype !== x.dtype) tryOne(k, { dtype, shape: x.shape }, wrongDtype);
    const wrongShape =
      c.op.family === 'elementwise'
        ? ['E_SHAPE_MISMATCH', 'E_INTEGER_DIVISION_BY_ZERO', 'E_NEGATIVE_INTEGER_POWER']
        : null;
    for (const shape of shapesLike(x.shape)) tryOne(k, { dtype: x.dtype, shape }, wrongShape);
  });
  return complaints;
}

/** A dtype that is not taken says so; integers bring their own errors, and a float index or mask may be called one. */
const wrongDtype = [
  'E_DTYPE',
  'E_INDEX',
  'E_INDEX_OUT_OF_BOUNDS',
  'E_INTEGER_DIVISION_BY_ZERO',
  'E_NEGATIVE_INTEGER_POWER',
];

const wildValues = ({ kind }: Param, given: AttrValue | undefined): AttrValue[] => {
  switch (kind) {
    case 'axis':
      return [17, -17, 1];
    case 'axes':
      return [17, -17, [0, 0], [0, 99], []];
    case 'int':
      return [-17, 0, 1, 17];
    case 'ints':
    case 'shape':
      return [[], [0], [-2], [3, 5, 7], ...(Array.isArray(given) ? [[...given, 1], given.slice(1)] : [])];
    case 'float':
      return [NaN, Infinity, -1, 0];
    case 'bool':
      return [true, false];
    case 'dtype':
      return [...dtypes];
    default:
      return [];
  }
};

/** Attributes out of range: coded errors only. */
export function wildAttributes(c: Case): string[] {
  const complaints: string[] = [];
  for (const param of c.op.params) {
    const given = c.sample.attrs?.[param.name];
    for (const value of wildValues(param, given)) {
      const fn = callOf(c.op, { ...c.sample, attrs: { ...c.sample.attrs, [param.name]: value } }, c.fn.inputs);
      try {
        attempt(fn, c.at, c.op.differentiable !== 'no');
      } catch (error) {
        complaints.push(`with ${param.name}=${JSON.stringify(value)}: ${(error as Error).message}`);
      }
    }
  }
  return complaints;
}

/** An op called with nothing: its required parameters are missing. */
export function missingArguments(op: Op): string | null {
  const required = op.params.filter((p) => p.default === undefined);
  if (required.length === 0) return null;
  const b = createBuilder(testContext);
  try {
    b.call(op, withDefaults(op, {}));
  } catch (error) {
    return error instanceof EngineError && error.code === 'E_OP_ARITY' ? null : `without arguments: ${String(error)}`;
  }
  return 'without arguments there is no error';
}

/** An empty list of operands is a coded error or has a value. */
export function emptyList(c: Case): string | null {
  const list = c.op.params.find((p) => p.kind === 'tensors');
  if (list === undefined) return null;
  try {
    const b = createBuilder(testContext);
    const xs = c.fn.inputs.map((aval, i) => b.input(`x${i}`, aval));
    const attrs = { ...c.sample.attrs, [list.name]: [] };
    const operands = c.op.params.filter((p) => p.kind === 'tensor' && p.default === undefined);
    b.call(c.op, withDefaults(c.op, { ...attrs, ...Object.fromEntries(operands.map((p, i) => [p.name, xs[i]])) }));
  } catch (error) {
    if (!(error instanceof EngineError)) return `with an empty list: ${String(error)}`;
  }
  return null;
}
