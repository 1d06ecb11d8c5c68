// Structural zeros stay zero: multiplying by a derivative goes inside the mask, pad or scatter that made them.

import type { Embedding } from '../op.ts';
import type { Builder } from './builder.ts';
import type { Value } from './graph.ts';

/**
 * t combined elementwise with d (multiplied or divided by it), t being a tangent or cotangent. Where t is P g with P
 * an embedding, the result is P (g ∘ Pᵀd): the elements that P leaves zero stay zero even where d is infinite or NaN,
 * which is the true derivative since the output does not depend on them. Where t has no structural zeros it is t ∘ d.
 */
export function scaleInside(b: Builder, t: Value, d: Value, combine: (t: Value, d: Value) => Value): Value {
  if (!hasZeros(t)) return combine(t, d);
  const { node } = t;
  const embedding = embeddingOf(t);
  if (node === undefined || embedding === null) return combine(t, d);
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

/** Whether a value has zeros by its structure: it comes, through embeddings alone, out of a mask, pad or scatter. */
function hasZeros(value: Value): boolean {
  const seen = known.get(value);
  if (seen !== undefined) return seen;
  const embedding = embeddingOf(value);
  let answer = false;
  if (embedding === 'sum') answer = hasZeros(value.node!.inputs[0]) && hasZeros(value.node!.inputs[1]);
  else if (embedding !== null) answer = embedding.zeros || hasZeros(value.node!.inputs[embedding.operand]);
  known.set(value, answer);
  return answer;
}
