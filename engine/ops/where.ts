// Selection by a mask.

import { broadcastShapes, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import { scalarConstant } from '../ir/builder.ts';
import type { Node, Value } from '../ir/graph.ts';
import { allocate } from '../ir/tensor.ts';
import { alignMapped } from '../families/batching.ts';
import { denied, knownNumber } from '../families/laws.ts';
import { keeping } from '../families/reads.ts';
import type { Embedding, Op, Operand } from '../op.ts';

const isZero = (x: Value): boolean => {
  const scalar = scalarConstant(x);
  return scalar !== null && Number(scalar.data[0]) === 0;
};

/** A select with zeros on one side is a mask: it embeds the other side and zeroes the rest by structure. */
function maskOf(node: Node): Embedding | null {
  const [, x, y] = node.inputs;
  const operand = isZero(y) ? 1 : isZero(x) ? 2 : 0;
  return operand === 0 ? null : { operand, zeros: true, gather: (_b, d) => d };
}

const orZero = (b: Builder, t: Value | null, like: Value): Value => t ?? b.zeros(like.aval);

export const where: Op = {
  name: 'where',
  family: 'selection',
  doc: {
    text:
      'Elements of x where the condition holds, of y elsewhere. The derivative of the branch that is not taken is zero ' +
      'even where that branch is infinite or NaN.',
    source: 'Array API 2024.12, where; zeros by structure as in CasADi if_else.',
  },
  params: [
    { name: 'condition', kind: 'tensor' },
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
  ],
  differentiable: 'yes',
  samples: [
    { operands: [{ shape: [6], dtype: 'bool', range: [0, 1.99] }, { shape: [6] }, { shape: [6] }] },
    { operands: [{ shape: [3], dtype: 'bool', range: [0, 1.99] }, { shape: [2, 3] }, { shape: [] }] },
  ],
  call(b, args) {
    const condition = b.cast(args['condition'] as Operand, 'bool');
    const [x, y] = b.promote([args['x'] as Operand, args['y'] as Operand]);
    const shape = broadcastShapes(
      [condition, x, y].map((v) => v.aval.shape),
      ['condition', 'x', 'y'],
    );
    return b.emitOne(
      where,
      [condition, x, y].map((v) => b.broadcast(v, shape)),
    );
  },
  primitive: {
    // The condition has no say in whether a choice between written numbers is one itself.
    infer: ([, x, y]) => ({
      dtype: x.dtype,
      shape: x.shape,
      ...(x.weak === true && y.weak === true ? { weak: true } : {}),
    }),
    eval([condition, x, y], _attrs, [aval]) {
      const n = sizeOf(aval.shape);
      const data = allocate(aval.dtype, n);
      for (let i = 0; i < n; i++) data[i] = condition.data[i] ? x.data[i] : y.data[i];
      return { dtype: aval.dtype, shape: aval.shape, data };
    },
    jvp: (b, { inputs: [condition, x, y], tangents: [, tx, ty] }) =>
      tx === null && ty === null ? null : b.emitOne(where, [condition, orZero(b, tx, x), orZero(b, ty, y)]),
    linear: [1, 2],
    transpose(b, { node, cotangents: [ct], linear }) {
      const [condition, x] = node.inputs;
      const zero = b.zeros(x.aval);
      return [
        null,
        linear[1] ? b.emitOne(where, [condition, ct!, zero]) : null,
        linear[2] ? b.emitOne(where, [condition, zero, ct!]) : null,
      ];
    },
    reads({ known }, operand) {
      const condition = known(0);
      return condition === null ? {} : keeping(condition, (x) => (x !== 0) === (operand === 1));
    },
    batch: (b, site) => b.emitOne(where, alignMapped(b, site)),
    lower: () => (v, condition, x, y) => v.select(condition, x, y),
    embedding: maskOf,
    laws: {
      rewrite(b, [condition, x, y]) {
        if (x === y) return x;
        const known = knownNumber(condition);
        if (known !== null) return known ? x : y;
        const not = denied(condition);
        return not === null ? null : b.emitOne(where, [not, y, x]);
      },
    },
  },
};
