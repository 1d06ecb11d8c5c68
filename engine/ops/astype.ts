// Conversion to another dtype.

import type { DType } from '../ir/aval.ts';
import { isFloat, isInteger } from '../ir/aval.ts';
import { convertTensor } from '../ir/tensor.ts';
import type { Op, Operand } from '../op.ts';

export const astype: Op = {
  name: 'astype',
  family: 'dtype',
  doc: {
    text:
      'Converts to another dtype: floats round to nearest, float to integer truncates and saturates (NaN gives 0), integers wrap, bool is "not zero". ' +
      'Between floats the derivative is the conversion itself; through integers and bool it is zero.',
    source: 'Array API 2024.12, astype; saturation as in WebAssembly trunc_sat.',
  },
  aliases: ['convert_element_type', 'cast'],
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'dtype', kind: 'dtype' },
  ],
  differentiable: 'yes',
  samples: [
    { operands: [{ shape: [5] }], attrs: { dtype: 'float32' } },
    { operands: [{ shape: [2, 3], dtype: 'int64', range: [-9, 9] }], attrs: { dtype: 'float64' } },
    { operands: [{ shape: [4], range: [-3, 3] }], attrs: { dtype: 'int32' } },
  ],
  call(b, args) {
    const x = b.lift(args['x'] as Operand);
    const dtype = args['dtype'] as DType;
    return x.aval.dtype === dtype && x.aval.weak !== true ? x : b.emitOne(astype, [x], { dtype });
  },
  primitive: {
    infer: ([x], attrs) => ({ dtype: attrs['dtype'] as DType, shape: x.shape, weak: false }),
    eval: ([x], attrs) => convertTensor(x, attrs['dtype'] as DType),
    jvp: (b, { inputs, tangents, attrs }) =>
      isFloat(attrs['dtype'] as DType) && isFloat(inputs[0].aval.dtype)
        ? b.emitOne(astype, [tangents[0]!], attrs)
        : null,
    converts: true,
    laws: {
      rewrite(b, [x], attrs) {
        const to = attrs['dtype'] as DType;
        if (x.aval.dtype === to) return x;
        const { node } = x;
        if (node?.op.primitive!.converts !== true) return null;
        const [from] = node.inputs;
        if (!convertsThrough(from.aval.dtype, x.aval.dtype, to)) return null;
        return from.aval.dtype === to ? from : b.emitOne(astype, [from], { dtype: to });
      },
    },
    linear: [0],
    transpose: (b, { node, cotangents }) => [b.emitOne(astype, [cotangents[0]!], { dtype: node.inputs[0].aval.dtype })],
    reads: () => ({}),
    batch: (b, { inputs, attrs }) => b.emitOne(astype, inputs, attrs),
    embedding: (node) => ({
      operand: 0,
      zeros: false,
      gather: (b, d) => b.cast(d, node.inputs[0].aval.dtype),
    }),
  },
};

/** Whether a conversion by way of another dtype is the conversion at once: the way holds every number, and means the same. */
function convertsThrough(from: DType, by: DType, to: DType): boolean {
  const held: Readonly<Record<DType, readonly DType[]>> = {
    bool: ['uint8', 'int32', 'int64', 'float32', 'float64'],
    uint8: ['int32', 'int64', 'float32', 'float64'],
    int32: ['int64', 'float64'],
    int64: [],
    float32: ['float64'],
    float64: [],
  };
  if (!held[from].includes(by)) return false;
  // Integers wrap, and floats saturate: that is the same where all of them fit.
  const saturates = isFloat(by) && !isFloat(from) && isInteger(to);
  return !saturates || from === to || held[from].includes(to);
}
