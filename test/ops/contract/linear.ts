// Claims of linearity: superposition and the transpose rule, for each primitive as it stands in a graph.

import { isFloat } from '../../../engine/ir/aval.ts';
import { createBuilder } from '../../../engine/ir/builder.ts';
import type { Node } from '../../../engine/ir/graph.ts';
import type { Tensor } from '../../../engine/ir/tensor.ts';
import { interpret } from '../../../engine/run/interpret.ts';
import type { Complaint } from '../../calculus/laws.ts';
import { testContext } from '../../calculus/functions.ts';
import type { Compiled } from '../../calculus/functions.ts';
import type { Random } from '../../calculus/random.ts';
import { combined, difference, drawDirection, filled, innerProduct } from '../../calculus/tensors.ts';

/** A node with the tensors it ran on. */
export interface Site {
  readonly node: Node;
  readonly at: readonly Tensor[];
}

/** The nodes of a graph that claim linearity in a float operand, with what they ran on. */
export function linearSites({ graph }: Compiled, inputs: readonly Tensor[]): Site[] {
  const sites: Site[] = [];
  interpret(graph, inputs, (node, at) => {
    if (claimed(node).length > 0 && node.outputs.every((y) => isFloat(y.aval.dtype))) sites.push({ node, at });
  });
  return sites;
}

/** The operands claimed; a list parameter is claimed as a whole. */
function claimed({ op, inputs }: Node): number[] {
  const claim = op.primitive?.linear ?? [];
  const variadic = claim.length > 0 && op.params.some((p) => p.kind === 'tensors');
  return inputs.flatMap((x, i) => (isFloat(x.aval.dtype) && (variadic || claim.includes(i)) ? [i] : []));
}

/**
 * Each claimed operand is one the op is linear in with the others fixed, or else all of them are linear together
 * (a sum). The inner product alone does not catch a false claim, hence superposition.
 */
export function linearityHolds({ node, at }: Site, random: Random): Complaint {
  const claim = claimed(node);
  const alone = claim.map((i) => superposition({ node, at }, [i], random));
  if (alone.every((complaint) => complaint === null)) {
    return first(claim.map((i) => () => transposeHolds({ node, at }, [i], random)));
  }
  const jointly = claim.length > 1 ? superposition({ node, at }, claim, random) : alone[0];
  if (jointly !== null) return `${alone.find((complaint) => complaint !== null)}; nor jointly: ${jointly}`;
  const zeros = at.map((x, i) => (claim.includes(i) ? filled(x, 0) : x));
  return first([
    () => transposeHolds({ node, at }, claim, random),
    ...claim.map((i) => () => transposeHolds({ node, at: zeros }, [i], random)),
  ]);
}

const first = (checks: readonly (() => Complaint)[]): Complaint => {
  for (const check of checks) {
    const complaint = check();
    if (complaint !== null) return complaint;
  }
  return null;
};

const evaluate = (node: Node, inputs: readonly Tensor[]): readonly Tensor[] => {
  const result = node.op.primitive!.eval(
    inputs,
    node.attrs,
    node.outputs.map((y) => y.aval),
  );
  return Array.isArray(result) ? (result as readonly Tensor[]) : [result as Tensor];
};

/** f(α x + β v) = α f(x) + β f(v) in the operands `of`, the others fixed. */
function superposition({ node, at }: Site, of: readonly number[], random: Random): Complaint {
  const [alpha, beta] = [0.75, -1.25];
  const pick = (make: (i: number) => Tensor): Tensor[] => at.map((x, i) => (of.includes(i) ? make(i) : x));
  const x = pick((i) => drawDirection(random, at[i]));
  const v = pick((i) => drawDirection(random, at[i]));
  const [fx, fv] = [evaluate(node, x), evaluate(node, v)];
  const mixed = evaluate(
    node,
    pick((i) => combined(alpha, x[i], beta, v[i])),
  );
  const single = [...node.inputs, ...node.outputs].some((x) => x.aval.dtype === 'float32');
  for (const [k, found] of mixed.entries()) {
    const complaint = difference(found, combined(alpha, fx[k], beta, fv[k]), single ? 1e-5 : 1e-12);
    if (complaint !== null)
      return `${node.op.name} is not linear in operand ${of.join(' and ')}: f(αx+βv) ${complaint}`;
  }
  return null;
}

/** ⟨f(v), w⟩ = ⟨v, fᵀ(w)⟩ by the op's own transpose rule. */
function transposeHolds({ node, at }: Site, of: readonly number[], random: Random): Complaint {
  const rule = node.op.primitive!.transpose;
  if (rule === undefined) return `${node.op.name} claims linearity and has no transpose`;
  const v = at.map((x, i) => (of.includes(i) ? drawDirection(random, x) : x));
  const w = node.outputs.map((y) => drawDirection(random, y.aval));
  const b = createBuilder(testContext);
  const xs = at.map((x, i) => b.input(`x${i}`, { dtype: x.dtype, shape: x.shape }));
  const ws = w.map((y, i) => b.input(`w${i}`, { dtype: y.dtype, shape: y.shape }));
  const made = b.emit(node.op, xs, node.attrs)[0].node!;
  const linear = at.map((_x, i) => of.includes(i));
  const back = rule(b, { node: made, cotangents: ws, linear, known: () => null });
  const pulled = of.map((i) => {
    const ct = back[i] ?? b.zeros(at[i]);
    return 'total' in ct ? ct.total : ct;
  });
  for (const [k, i] of of.entries()) {
    const wrong = pulled[k].aval.dtype !== at[i].dtype || pulled[k].aval.shape.join() !== at[i].shape.join();
    if (wrong) return `the transpose of ${node.op.name} gives operand ${i} another type than it has`;
  }
  const cotangents = interpret(b.finish(pulled), [...v, ...w]);
  const left = innerProduct(evaluate(node, v), w);
  const right = innerProduct(
    of.map((i) => v[i]),
    cotangents,
  );
  const single = [...at, ...w].some((x) => x.dtype === 'float32');
  const scale = Math.max(1, left.scale, right.scale);
  if (Math.abs(left.value - right.value) <= (single ? 1e-5 : 1e-12) * scale) return null;
  return `${node.op.name}, transposed in operand ${of.join(' and ')}: ⟨f(v), w⟩ is ${left.value}, and ⟨v, fᵀ(w)⟩ is ${right.value}`;
}

/** Claims are checked once for each op and kind of operand: more sites say nothing new. */
function siteKey({ node }: Site): string {
  const types = node.inputs.map((x) => `${x.aval.dtype}[${x.aval.shape.join()}]`).join(' ');
  return `${node.op.name} ${types} ${JSON.stringify(node.attrs)}`;
}

/** Sites of a function and of its derivative, each kind once. */
export function uniqueSites(sites: readonly Site[], seen: Set<string>): Site[] {
  return sites.filter((site) => {
    const key = siteKey(site);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
