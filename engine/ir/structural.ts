// Structural zeros stay zero: multiplying by a derivative goes inside the mask, pad or scatter that made them.

import type { Embedding } from '../op.ts';
import type { Builder } from './builder.ts';
import type { Value } from './graph.ts';

/** How many nodes a product may be moved through: each of them is made anew. */
const reach = 4;

/**
 * t combined elementwise with d (multiplied or divided by it), t being a tangent or cotangent: the elements that the
 * structure of t leaves zero stay zero even where d is infinite or NaN, which is the true derivative since the output
 * does not depend on them. Where t is P g with P an embedding, the result is P (g ∘ Pᵀd), at no cost; where t is a sum or
 * copies of such, or comes a long way, it is t ∘ d under a mask. Where t has no structural zeros it is t ∘ d.
 */
export function scaleInside(b: Builder, t: Value, d: Value, combine: (t: Value, d: Value) => Value): Value {
  const depth = depthOf(t);
  if (depth === 0) return combine(t, d);
  if (depth > reach) return b.where(b.cast(support(b, t), 'bool'), combine(t, d), 0);
  const node = t.node!;
  const axis = joinedAxis(t);
  if (axis !== null) {
    let from = 0;
    const parts = node.inputs.map((part) => {
      const start = d.aval.shape.map((_n, i) => (i === axis ? from : 0));
      from += part.aval.shape[axis];
      const stop = d.aval.shape.map((n, i) => (i === axis ? from : n));
      return scaleInside(b, part, b.slice(d, { start, stop }), combine);
    });
    return b.emitOne(node.op, parts, node.attrs);
  }
  const embedding = embeddingOf(t)!;
  const inner = scaleInside(b, node.inputs[embedding.operand], embedding.gather(b, d), combine);
  return b.emitOne(
    node.op,
    node.inputs.map((x, i) => (i === embedding.operand ? inner : x)),
    node.attrs,
  );
}

const embeddingOf = ({ node }: Value): Embedding | null => node?.op.primitive?.embedding?.(node) ?? null;

/** The axis along which a value is several, one after another; null where it is not. */
const joinedAxis = ({ node }: Value): number | null => node?.op.primitive!.joined?.(node.attrs) ?? null;

/** The inputs whose zeros a value passes on: both terms of a sum, what is copied, what is moved, all that is joined. */
function sources(value: Value): readonly Value[] {
  const { node } = value;
  if (node === undefined) return [];
  if (node.op.name === 'add' || joinedAxis(value) !== null) return node.inputs;
  const at = node.op.primitive!.repeats ?? embeddingOf(value)?.operand;
  return at === undefined ? [] : [node.inputs[at]];
}

/** What `make` gives for a value once it is known for those it `needs`. Iterative, for long chains. */
function memoized<T>(
  known: WeakMap<Value, T>,
  value: Value,
  needs: (v: Value) => readonly Value[],
  make: (v: Value) => T,
): T {
  const stack = [value];
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    const missing = known.has(top) ? [] : needs(top).filter((x) => !known.has(x));
    if (missing.length > 0) stack.push(...missing);
    else {
      stack.pop();
      if (!known.has(top)) known.set(top, make(top));
    }
  }
  return known.get(value)!;
}

const depths = new WeakMap<Value, number>();

/**
 * 0 where a value has no zeros by its structure; else how many embeddings back it comes, by moves and copies alone, out of a
 * mask, pad or scatter: infinitely many where there is a sum or a copy on the way, which no product moves through.
 */
function depthOf(value: Value): number {
  return memoized(depths, value, sources, (v) => {
    const below = sources(v).map((x) => depths.get(x)!);
    if (below.length === 0) return 0;
    // The product is made of each of them.
    if (joinedAxis(v) !== null) return below.some((n) => n > 0) ? Math.max(...below) + 1 : 0;
    const through = embeddingOf(v);
    // A sum is zero where both terms are.
    if (through === null) return below.every((n) => n > 0) ? Infinity : 0;
    return below[0] > 0 || through.zeros ? below[0] + 1 : 0;
  });
}

const supports = new WeakMap<Value, Value>();

/** Of the value's type: not 0 where the value's structure lets it be anything but 0; of one sign, so sums do not cancel. */
function support(b: Builder, value: Value): Value {
  const needs = (v: Value): readonly Value[] => (depthOf(v) === 0 ? [] : sources(v));
  return memoized(supports, value, needs, (v) => {
    const below = needs(v).map((x) => supports.get(x)!);
    if (below.length === 0) return b.fill(v.aval, 1);
    const node = v.node!;
    if (joinedAxis(v) !== null) return b.emitOne(node.op, below, node.attrs);
    if (below.length === 2) return b.cast(b.add(b.cast(below[0], 'bool'), b.cast(below[1], 'bool')), v.aval.dtype);
    const operand = node.inputs.indexOf(sources(v)[0]);
    return b.emitOne(
      node.op,
      node.inputs.map((x, i) => (i === operand ? below[0] : x)),
      node.attrs,
    );
  });
}
