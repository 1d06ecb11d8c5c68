// The laws of differentiation as checks on a function at a point: each gives null, or a sentence with the numbers.

import { showAval } from '../../engine/ir/aval.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { toNumbers } from '../../engine/ir/tensor.ts';
import { jacobianForward, jacobianReverse } from '../../engine/transform/derivatives.ts';
import { directional } from './differences.ts';
import type { Compiled, Fn } from './functions.ts';
import { batched, compile, floatsIn, pullback, pushforward } from './functions.ts';
import type { Random } from './random.ts';
import { avalOf, difference, drawDirection, innerProduct, moved, stacked } from './tensors.ts';

export type Complaint = string | null;

const numbersOf = (tensors: readonly Tensor[]): number[] => tensors.flatMap(toNumbers);

/** Whether any step rounds to float32: what is then measured is coarser. */
const inSinglePrecision = ({ graph }: Compiled): boolean =>
  [...graph.inputs.map((input) => input.value), ...graph.nodes.flatMap((node) => node.outputs)].some(
    (x) => x.aval.dtype === 'float32',
  );

/** J v equals central differences of f along v, for a random v over all float inputs. */
export function differencesAgree(fn: Fn, at: readonly Tensor[], random: Random, precise = 1e-7): Complaint {
  const forward = compile(fn);
  const single = inSinglePrecision(forward);
  const tolerance = single ? 1e-2 : precise;
  const wrt = floatsIn(fn.inputs);
  const floats = floatsIn(forward.outputs);
  if (wrt.length === 0 || floats.length === 0) return null;
  const directions = wrt.map((i) => drawDirection(random, fn.inputs[i]));
  const tangents = numbersOf(compile(pushforward(fn)).run([...at, ...directions]));
  const along = (h: number): number[] => {
    const ys = forward.run(at.map((x, i) => (wrt.includes(i) ? moved(x, h, directions[wrt.indexOf(i)]) : x)));
    return numbersOf(floats.map((i) => ys[i]));
  };
  const { value, error } = directional(along, single ? 2 ** -24 : Number.EPSILON);
  for (let k = 0; k < value.length; k++) {
    const scale = Math.max(1, Math.abs(value[k]), Math.abs(tangents[k]));
    if (error[k] > tolerance * scale) {
      return `differences do not converge at component ${k}: ${value[k]} ± ${error[k].toExponential(1)}, and J v is ${tangents[k]}`;
    }
    if (!(Math.abs(value[k] - tangents[k]) <= tolerance * scale)) {
      return `J v is ${tangents[k]} at component ${k}, and differences give ${value[k]} ± ${error[k].toExponential(1)}`;
    }
  }
  return null;
}

/**
 * ⟨J v, w⟩ = ⟨v, Jᵀ w⟩ for random v over all float inputs and random w over all float outputs. At kinks slopes may be
 * infinite or NaN, and then have to be so in both modes.
 */
export function adjointHolds(
  fn: Fn,
  at: readonly Tensor[],
  random: Random,
  precise = 1e-10,
  atKinks = false,
): Complaint {
  const forward = compile(fn);
  const { outputs } = forward;
  const tolerance = inSinglePrecision(forward) ? 1e-5 : precise;
  const wrt = floatsIn(fn.inputs);
  const floats = floatsIn(outputs);
  if (wrt.length === 0 || floats.length === 0) return null;
  const v = wrt.map((i) => drawDirection(random, fn.inputs[i]));
  const w = floats.map((i) => drawDirection(random, outputs[i]));
  const tangents = compile(pushforward(fn)).run([...at, ...v]);
  const cotangents = compile(pullback(fn, outputs)).run([...at, ...w]);
  for (const [k, i] of wrt.entries()) {
    const [found, wanted] = [showAval(avalOf(cotangents[k])), showAval(fn.inputs[i])];
    if (found !== wanted) return `the cotangent of input ${i} is ${found}, and the input is ${wanted}`;
  }
  const left = innerProduct(tangents, w);
  const right = innerProduct(v, cotangents);
  const scale = Math.max(1, left.scale, right.scale);
  if (Math.abs(left.value - right.value) <= tolerance * scale) return null;
  // An infinite slope times a zero of the other side's making is no number; forward and reverse make other zeros.
  if (atKinks && !Number.isFinite(left.scale) && !Number.isFinite(right.scale)) return null;
  return `⟨J v, w⟩ is ${left.value}, and ⟨v, Jᵀ w⟩ is ${right.value}`;
}

/** The same function over a leading axis of some inputs equals single runs, stacked: for every choice of inputs. */
export function batchingAgrees(
  fn: Fn,
  points: readonly (readonly Tensor[])[],
  tolerance = 0,
  masks = allMasks(fn.inputs.length),
): Complaint {
  const single = compile(fn);
  for (const mask of masks) {
    const pointsHere = points.map((point) => point.map((x, i) => (mask[i] ? x : points[0][i])));
    const given = mask.map((mapped, i) => (mapped ? stacked(points.map((point) => point[i])) : points[0][i]));
    const together = compile(batched(fn, mask, points.length)).run(given);
    const apart = pointsHere.map((point) => single.run(point));
    for (const [k, found] of together.entries()) {
      const complaint = difference(found, stacked(apart.map((ys) => ys[k])), tolerance);
      if (complaint !== null) {
        return `with inputs ${showMask(mask)} mapped, the batched output ${k} ${complaint}`;
      }
    }
  }
  return null;
}

/** Every non-empty choice of n inputs; beyond five inputs all, each alone, and each left out. */
export function allMasks(n: number): boolean[][] {
  const positions = Array.from({ length: n }, (_, i) => i);
  if (n <= 5) {
    return Array.from({ length: 2 ** n - 1 }, (_, k) => positions.map((i) => ((k + 1) & (1 << i)) !== 0));
  }
  return [
    positions.map(() => true),
    ...positions.map((i) => positions.map((k) => k === i)),
    ...positions.map((i) => positions.map((k) => k !== i)),
  ];
}

const showMask = (mask: readonly boolean[]): string =>
  `{${mask.flatMap((mapped, i) => (mapped ? [i] : [])).join(', ')}}`;

/** The Jacobian column by column through batched tangents equals the one row by row through batched cotangents. */
export function jacobiansAgree(fn: Fn, at: readonly Tensor[], tolerance = 1e-12): Complaint {
  const { outputs } = compile(fn);
  const wrt = floatsIn(fn.inputs);
  for (const k of floatsIn(outputs)) {
    const jacobian = (by: typeof jacobianForward): Tensor[] =>
      compile({
        inputs: fn.inputs,
        body: (b, xs) =>
          by(
            b,
            fn.body(b, xs)[k],
            wrt.map((i) => xs[i]),
          ),
      }).run(at);
    const [columns, rows] = [jacobian(jacobianForward), jacobian(jacobianReverse)];
    for (const [j, i] of wrt.entries()) {
      const complaint = difference(rows[j], columns[j], tolerance);
      if (complaint !== null) return `∂output ${k}/∂input ${i} by rows ${complaint} as by columns`;
    }
  }
  return null;
}
