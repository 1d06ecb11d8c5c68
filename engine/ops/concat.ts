// Arrays one after another along an axis.

import { normalizeAxis, sameShape, showAval, sizeOf, stridesOf } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { allocate } from '../ir/tensor.ts';
import { alignMapped } from '../families/batching.ts';
import { wholeView } from '../ir/view.ts';
import { fail, invariant } from '../errors.ts';
import type { Op, Operand } from '../op.ts';

/** Arrays that one kernel joins: V8 takes no function of more than 1,000 parameters. */
const mostAtOnce = 256;

export const concat: Op = {
  name: 'concat',
  family: 'structural',
  doc: { text: 'Joins arrays along an existing axis; with axis=None they are flattened first.' },
  aliases: ['concatenate', 'cat'],
  params: [
    { name: 'arrays', kind: 'tensors' },
    { name: 'axis', kind: 'axis', default: 0 },
  ],
  differentiable: 'yes',
  samples: [
    { operands: [{ shape: [2] }, { shape: [3] }] },
    { operands: [{ shape: [2, 1] }, { shape: [2, 3] }, { shape: [2, 2] }], attrs: { axis: 1 } },
  ],
  call(b, args) {
    const given = args['arrays'] as readonly Operand[];
    if (given.length === 0) fail('E_OP_ARITY', 'concat needs at least one array.');
    let xs = b.promote(given);
    if (args['axis'] === null) xs = xs.map((x) => b.reshape(x, { shape: [sizeOf(x.aval.shape)] }));
    const first = xs[0].aval;
    if (first.shape.length === 0) {
      fail('E_SHAPE_MISMATCH', 'Scalars have no axis to be joined along.', 'stack joins scalars along a new axis.');
    }
    const axis = normalizeAxis((args['axis'] as number | null) ?? 0, first.shape.length);
    xs.forEach((x, i) => {
      const same =
        x.aval.shape.length === first.shape.length && x.aval.shape.every((d, k) => k === axis || d === first.shape[k]);
      if (!same) {
        fail(
          'E_SHAPE_MISMATCH',
          `Array ${i} is ${showAval(x.aval)} and array 0 is ${showAval(first)}: all sizes but that of axis ${axis} must be equal.`,
        );
      }
    });
    return xs.length === 1 ? xs[0] : b.emitOne(concat, xs, { axis });
  },
  primitive: {
    infer(inputs, attrs) {
      const axis = attrs['axis'] as number;
      const size = inputs.reduce((n, x) => n + x.shape[axis], 0);
      return { dtype: inputs[0].dtype, shape: inputs[0].shape.map((d, i) => (i === axis ? size : d)) };
    },
    eval(inputs, attrs, [aval]) {
      const axis = attrs['axis'] as number;
      const data = allocate(aval.dtype, sizeOf(aval.shape));
      const rows = sizeOf(aval.shape.slice(0, axis));
      const width = sizeOf(aval.shape.slice(axis));
      let at = 0;
      for (const x of inputs) {
        const own = sizeOf(x.shape.slice(axis));
        for (let r = 0; r < rows; r++) data.set(x.data.subarray(r * own, (r + 1) * own) as never, r * width + at);
        at += own;
      }
      return { dtype: aval.dtype, shape: aval.shape, data };
    },
    expand(b, inputs, attrs) {
      if (inputs.length <= mostAtOnce) return null;
      const groups = Array.from({ length: Math.ceil(inputs.length / mostAtOnce) }, (_, g) =>
        b.emitOne(concat, inputs.slice(g * mostAtOnce, (g + 1) * mostAtOnce), attrs),
      );
      return b.emitOne(concat, groups, attrs);
    },
    jvp: (b, { inputs, tangents, attrs }) =>
      b.emitOne(
        concat,
        inputs.map((x, i) => tangents[i] ?? b.zeros(x.aval)),
        attrs,
      ),
    linear: [0, 1],
    transpose(b, { node, cotangents, linear }) {
      const axis = node.attrs['axis'] as number;
      const ct = cotangents[0]!;
      let at = 0;
      return node.inputs.map((x, i): Value | null => {
        const from = at;
        at += x.aval.shape[axis];
        if (!linear[i]) return null;
        const part = b.slice(ct, {
          start: ct.aval.shape.map((_d, k) => (k === axis ? from : 0)),
          stop: ct.aval.shape.map((d, k) => (k === axis ? from + x.aval.shape[axis] : d)),
        });
        invariant(sameShape(part.aval.shape, x.aval.shape), 'concat transpose');
        return part;
      });
    },
    reads({ inputs, outputs: [y], attrs }, operand) {
      const axis = attrs['axis'] as number;
      const width = sizeOf(y.shape.slice(axis));
      const own = sizeOf(inputs[operand].shape.slice(axis));
      const from = inputs.slice(0, operand).reduce((n, x) => n + sizeOf(x.shape.slice(axis)), 0);
      const at = new Int32Array(sizeOf(y.shape)).fill(-1);
      for (let row = 0, i = 0; i < sizeOf(inputs[operand].shape); row++) {
        for (let k = 0; k < own; k++) at[row * width + from + k] = i++;
      }
      return { at };
    },
    batch: (b, site) => b.emitOne(concat, alignMapped(b, site), { axis: (site.attrs['axis'] as number) + 1 }),
    kernel(inputs, [y], attrs) {
      const axis = attrs['axis'] as number;
      const strides = stridesOf(y.shape);
      let at = 0;
      const places = inputs.map((x) => {
        const offset = at * strides[axis];
        at += x.shape[axis];
        return { offset, strides };
      });
      return { kind: 'copy', places };
    },
    joined: (attrs) => attrs['axis'] as number,
    laws: {
      rewrite(b, inputs, attrs) {
        const axis = attrs['axis'] as number;
        const flat = inputs.flatMap((x) =>
          x.node?.op.primitive!.joined?.(x.node.attrs) === axis ? x.node.inputs : [x],
        );
        const parts = (flat.length > mostAtOnce ? inputs : flat).filter((x) => x.aval.shape[axis] > 0);
        if (parts.length === 1) return parts[0];
        const whole = parts.length === 0 ? null : cutUp(parts, axis);
        if (whole !== null) return whole;
        const same = parts.length === 0 || (parts.length === inputs.length && parts.every((x, i) => x === inputs[i]));
        return same ? null : b.emitOne(concat, parts, attrs);
      },
    },
    flops: () => 0,
  },
};

/** The array that these are all parts of, in order, along an axis; null where they are not. */
function cutUp(parts: readonly Value[], axis: number): Value | null {
  const base = parts[0].node?.inputs[0];
  if (base === undefined || parts.reduce((n, x) => n + x.aval.shape[axis], 0) !== base.aval.shape[axis]) return null;
  const { strides } = wholeView(base.aval.shape);
  let from = 0;
  for (const { node, aval } of parts) {
    if (node?.inputs[0] !== base) return null;
    const view = node.op.primitive!.view?.(wholeView(base.aval.shape), node.attrs, aval) ?? null;
    const fits =
      view !== null &&
      view.offset === from * strides[axis] &&
      sameShape(view.strides, strides) &&
      view.shape.every((d, i) => i === axis || d === base.aval.shape[i]);
    if (!fits) return null;
    from += aval.shape[axis];
  }
  return base;
}
