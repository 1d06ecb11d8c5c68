// The vector functions that approximate, each with what it is held to: one row a function.

import type { Op } from '../../engine/op.ts';
import { ops } from '../../engine/ops/index.ts';
import type { Lower } from '../../engine/wasm/lanes.ts';

export interface VectorRow {
  /** In docs/accuracy.md and in the recorded cases. */
  readonly name: string;
  readonly arity: number;
  readonly lower: Lower;
  /** The interpreter's function, computed in float64. */
  readonly scalar: (...xs: number[]) => number;
  /** Its own error in ulps of float64, at most. */
  readonly scalarUlps: number;
  /** How far from the real value a result may lie, in ulps of its type, whether or not multiply-adds are fused. */
  readonly bounds: { readonly f32: number; readonly f64: number };
}

interface Options {
  readonly attrs?: Readonly<Record<string, number | boolean>>;
  readonly arity?: number;
  readonly scalarUlps?: number;
  readonly name?: string;
}

function row(op: string, f32: number, f64: number, options: Options = {}): VectorRow {
  const { attrs = {}, arity = 1, scalarUlps = 2, name = op } = options;
  const { primitive } = ops.find((each: Op) => each.name === op)!;
  const [lower, scalar] = [primitive!.lower!(attrs, 'float64'), primitive!.pointwise!(attrs)];
  if (lower === undefined || scalar === undefined) throw new Error(`${op} is not lowered`);
  return { name, arity, lower, scalar, scalarUlps, bounds: { f32, f64 } };
}

export const rows: readonly VectorRow[] = [
  row('exp', 1.5, 1),
  row('exp2', 1.5, 1),
  row('expm1', 2, 2),
  row('log', 1, 1),
  row('log2', 2, 2),
  row('log10', 2, 2),
  row('log1p', 2, 2),
  row('sin', 2, 2),
  row('cos', 2, 2),
  row('tan', 2, 2),
  row('asin', 2, 2),
  row('acos', 2, 2),
  row('atan', 2, 2),
  row('atan2', 2, 2, { arity: 2 }),
  row('sinh', 2, 2),
  row('cosh', 2, 2),
  row('tanh', 2, 2),
  row('asinh', 2, 2),
  row('acosh', 2, 2),
  row('atanh', 2, 2),
  row('sigmoid', 2, 2),
  row('log_sigmoid', 3, 3),
  row('softplus', 3, 3),
  row('silu', 2, 2, { scalarUlps: Infinity }),
  row('mish', 5, 4, { scalarUlps: Infinity }),
  row('gelu', 2, 2, { name: 'gelu_tanh', attrs: { approximate: true }, scalarUlps: Infinity }),
  row('pow', 2, 1.5, { arity: 2 }),
  row('cbrt', 5, 4),
  row('rsqrt', 2, 2),
  row('hypot', 2, 2, { arity: 2 }),
  row('logaddexp', 5, 3, { arity: 2, scalarUlps: Infinity }),
  row('logaddexp2', 5, 4, { arity: 2, scalarUlps: Infinity }),
  row('sinc', 3, 3, { scalarUlps: 3 }),
  row('logit', 4, 4),
  row('soft_sign', 2, 2),
  row('xlogy', 3, 2, { arity: 2 }),
  row('xlog1py', 3, 2, { arity: 2 }),
  row('entr', 2, 2),
];
