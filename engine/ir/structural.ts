// Structural zeros stay zero: multiplying by a derivative goes inside the mask, pad or scatter that made them.

import type { Embedding } from '../op.ts';
import type { Builder } from './builder.ts';
import type { Value } from './graph.ts';

/**
 * t combined elementwise with d (multiplied or divided by it), t being a tangent or cotangent. Where t is P g with P
 * an embedding, the result is P (g ∘ Pᵀd): the elements that P leaves zero stay zero even where d is infinite or NaN,
 * which is the true derivative since the output does not depend on them. Where t repeats elements of such a P g, the
 * zeros are where it repeats them. Where t has no structural zeros it is t ∘ d.
 */
export function scaleInside(b: Builder, t: Value, d: Value, combine: (t: Value, d: Value) => Value): Value {
  if (!hasZeros(t)) return combine(t, d);
  const { node } = t;
  if (node === undefined) return combine(t, d);
  // Copies of zeros are masked again: where(B m, B g ∘ d, 0) for B where(m, g, 0).
  if (node.op.primitive?.repeats !== undefined) return b.where(b.cast(support(b, t), 'bool'), combine(t, d), 0);
  const embedding = embeddingOf(t);
  if (embedding === null) return combine(t, d);
  if (embedding === 'sum') {
    return b.add(scaleInside(b, node.inputs[0], d, combine), scaleInside(b, node.inputs[1], d, combine));
  }
  const inner = scaleInside(b, node.inputs[embedding.operand], embedding.gather(b, d), combine);
  const inputs = node.inputs.map((v, i) => (i === embedding.operand ? inner : v));
  return b.emitOne(node.op, inputs, node.attrs);
}

function embeddingOf(value: Value): Embedding | 'sum' | null {
  const { node } = value;
  if (node === undefined) return null;
  // A sum of embeddings is scaled term by term: an element that both leave zero stays zero.
  if (node.op.name === 'add') return 'sum';
  return node.op.primitive?.embedding?.(node) ?? null;
}

const known = new WeakMap<Value, boolean>();

/** Of the value's type: not 0 where the value's structure lets it be anything but 0. */
function support(b: Builder, value: Value): Value {
  const { node } = value;
  if (node === undefined || !hasZeros(value)) return b.fill(value.aval, 1);
  const embedding = embeddingOf(value);
  if (embedding === 'sum') {
    return b.where(b.cast(support(b, node.inputs[0]), 'bool'), 1, support(b, node.inputs[1]));
  }
  const operand = node.op.primitive?.repeats ?? embedding!.operand;
  const inner = support(b, node.inputs[operand]);
  return b.emitOne(
    node.op,
    node.inputs.map((x, i) => (i === operand ? inner : x)),
    node.attrs,
  );
}

/** Whether a value has zeros by its structure: it comes, by moves and copies alone, out of a mask, pad or scatter. */
function hasZeros(value: Value): boolean {
  const seen = known.get(value);
  if (seen !== undefined) return seen;
  const embedding = embeddingOf(value);
  let answer = false;
  const repeats = value.node?.op.primitive?.repeats;
  if (repeats !== undefined) answer = hasZeros(value.node!.inputs[repeats]);
  else if (embedding === 'sum') answer = hasZeros(value.node!.inputs[0]) && hasZeros(value.node!.inputs[1]);
  else if (embedding !== null) answer = embedding.zeros || hasZeros(value.node!.inputs[embedding.operand]);
  known.set(value, answer);
  return answer;
}
