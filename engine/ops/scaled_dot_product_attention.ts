// Attention.

import { fail } from '../errors.ts';
import { broadcastShapes, isFloat, showAval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import { triangle } from '../families/creation.ts';
import type { Operand } from '../op.ts';

export const scaled_dot_product_attention = composite({
  name: 'scaled_dot_product_attention',
  family: 'nn',
  doc: {
    text:
      'Means of the rows of value, weighted by the softmax of the products of query with the rows of key. A mask of bool says which ' +
      'keys a query attends to, a mask of numbers is added to the products. A query that attends to nothing gets 0, with derivative 0.',
    math: 'softmax(query keyᵀ · scale + mask) value',
    source: 'torch.nn.functional.scaled_dot_product_attention without dropout',
  },
  params: [
    { name: 'query', kind: 'tensor', doc: '(…, queries, width)' },
    { name: 'key', kind: 'tensor', doc: '(…, keys, width)' },
    { name: 'value', kind: 'tensor', doc: '(…, keys, any)' },
    { name: 'attn_mask', kind: 'tensor', default: null, doc: 'Broadcasts to (…, queries, keys).' },
    { name: 'is_causal', kind: 'bool', default: false, keyword: true, doc: 'Query i attends to keys 0 to i.' },
    { name: 'scale', kind: 'float', default: null, keyword: true, doc: '1/√width by default.' },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }, { shape: [3, 3] }, { shape: [3, 2] }] },
    {
      operands: [{ shape: [2, 2, 2] }, { shape: [2, 3, 2] }, { shape: [2, 3, 1] }],
      attrs: { is_causal: true, scale: 0.5 },
    },
    { operands: [{ shape: [2, 2] }, { shape: [3, 2] }, { shape: [3, 2] }, { shape: [2, 3] }] },
    {
      operands: [
        { shape: [2, 2] },
        { shape: [3, 2] },
        { shape: [3, 2] },
        { shape: [2, 3], dtype: 'bool', values: [1, 0, 1, 0, 0, 0] },
      ],
    },
  ],
  body(b, args) {
    const [query, key, value] = b.promote([args['query'], args['key'], args['value']] as Operand[], 'float');
    requireFit(query, key, value);
    const width = query.aval.shape[query.aval.shape.length - 1];
    const scale = (args['scale'] as number | null) ?? 1 / Math.sqrt(width);
    const given = args['attn_mask'] as Operand | null;
    let scores = b.multiply(b.matmul(query, b.matrix_transpose(key)), scale);
    let kept: Value | null = null;
    if (given !== null) {
      const mask = b.lift(given);
      const lead = scores.aval.shape;
      if (broadcastShapes([lead, mask.aval.shape], ['the scores', 'attn_mask']).join() !== lead.join()) {
        fail(
          'E_SHAPE_MISMATCH',
          `attn_mask, ${showAval(mask.aval)}, does not broadcast to the scores, ${showAval(scores.aval)}.`,
        );
      }
      if (mask.aval.dtype === 'bool') kept = mask;
      else if (isFloat(mask.aval.dtype)) scores = b.add(scores, mask);
      else fail('E_DTYPE', `attn_mask must be of bool or floats, and is ${showAval(mask.aval)}.`);
    }
    if (args['is_causal'] === true) {
      const [n, m] = scores.aval.shape.slice(-2);
      const below = triangle(b, n, m, 0, 'lower');
      kept = kept === null ? below : b.logical_and(kept, below);
    }
    return b.matmul(weightsOf(b, scores, kept), value);
  },
});

/** Softmax over the last axis of what is kept; a row of which nothing is kept, or that is all -inf, is zero. */
function weightsOf(b: Builder, scores: Value, kept: Value | null): Value {
  const over = { axis: -1, keepdims: true, initial: scores.aval.shape.at(-1) === 0 ? -Infinity : null };
  const drop = (x: Value, by: number): Value => (kept === null ? x : b.where(kept, x, by));
  // Softmax does not change when a number is taken off its row, so that number has no derivative.
  const top = b.stop_gradient(b.max(drop(scores, -Infinity), over));
  const shifted = b.subtract(scores, b.where(b.equal(top, -Infinity), 0, top));
  const powers = drop(b.exp(drop(shifted, 0)), 0);
  const sum = b.sum(powers, { axis: -1, keepdims: true });
  return b.divide(powers, b.where(b.equal(sum, 0), 1, sum));
}

function requireFit(query: Value, key: Value, value: Value): void {
  const [q, k, v] = [query, key, value].map((x) => x.aval.shape);
  const short = Math.min(q.length, k.length, v.length) < 2;
  if (!short && q[q.length - 1] === k[k.length - 1] && k[k.length - 2] === v[v.length - 2]) return;
  fail(
    'E_SHAPE_MISMATCH',
    `Attention needs query (…, queries, width), key (…, keys, width) and value (…, keys, any): given ${showAval(query.aval)}, ` +
      `${showAval(key.aval)} and ${showAval(value.aval)}.`,
  );
}
