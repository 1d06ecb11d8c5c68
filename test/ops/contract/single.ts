// Single precision: the same call in float32 keeps its dtype and stays within rounding of the float64 run.

import { isFloat } from '../../../engine/ir/aval.ts';
import type { Tensor } from '../../../engine/ir/tensor.ts';
import { toNumbers } from '../../../engine/ir/tensor.ts';
import type { Fn } from '../../calculus/functions.ts';
import { compile, floatsIn, pullback } from '../../calculus/functions.ts';
import type { Complaint } from '../../calculus/laws.ts';
import { asFloat, avalOf, difference, drawDirection } from '../../calculus/tensors.ts';
import type { Case } from './cases.ts';
import { callOf } from './cases.ts';

const ulp = 2 ** -23;

const callAt = (c: Case, at: readonly Tensor[]): Fn => callOf(c.op, c.sample, at.map(avalOf));

/** The scale of a tensor's rounding errors: sums and contractions cancel against their largest terms. */
const scaleOf = (t: Tensor): number =>
  toNumbers(t).reduce((m, x) => (Number.isFinite(x) ? Math.max(m, Math.abs(x)) : m), 1e-3);

export function singlePrecisionHolds(c: Case): Complaint {
  if (!c.at.some((x) => isFloat(x.dtype))) return null;
  const narrow = c.at.map((x) => asFloat(x, 'float32'));
  const wide = narrow.map((x) => asFloat(x, 'float64'));
  const [fn32, fn64] = [callAt(c, narrow), callAt(c, wide)];
  const [run32, run64] = [compile(fn32), compile(fn64)];
  const [ys, zs] = [run32.run(narrow), run64.run(wide)];
  const asked = c.op.params.some((p) => p.kind === 'dtype' && c.sample.attrs?.[p.name] != null);
  for (const [k, z] of zs.entries()) {
    if (isFloat(z.dtype) && !asked && ys[k].dtype !== 'float32')
      return `output ${k} of float32 operands is ${ys[k].dtype}`;
    // A primitive rounds its exact result; what is composed rounds at every step, and may cancel.
    const few = c.op.primitive !== undefined ? 4 : 64;
    const complaint = difference(asFloat(ys[k], 'float64'), asFloat(z, 'float64'), few * ulp, scaleOf(z));
    if (complaint !== null) return `in float32 output ${k} ${complaint}`;
  }
  if (c.op.differentiable !== 'yes' || floatsIn(run64.outputs).length === 0) return null;
  const w = floatsIn(run32.outputs).map((i) => drawDirection(c.random, run32.outputs[i]));
  const g32 = compile(pullback(fn32, run32.outputs)).run([...narrow, ...w]);
  const g64 = compile(pullback(fn64, run64.outputs)).run([
    ...wide,
    ...w.map((x, i) => asFloat(x, run64.outputs[floatsIn(run64.outputs)[i]].dtype)),
  ]);
  for (const [k, g] of g32.entries()) {
    if (g.dtype !== 'float32') return `the cotangent of float32 input ${k} is ${g.dtype}`;
    const complaint = difference(asFloat(g, 'float64'), g64[k], 64 * ulp, Math.max(1, scaleOf(g64[k])));
    if (complaint !== null) return `in float32 the cotangent of input ${k} ${complaint}`;
  }
  return null;
}
