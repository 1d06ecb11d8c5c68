// Multiplication and addition in one.

import { broadcastShapes, sizeOf } from '../ir/aval.ts';
import { allocate } from '../ir/tensor.ts';
import { alignMapped } from '../families/batching.ts';
import { elementwise } from '../families/elementwise.ts';
import { fma as fma64, fma32 } from '../numeric/fma.ts';
import type { Op, Operand } from '../op.ts';

const operands = ['x', 'y', 'z'];

const base = elementwise({
  name: 'fma',
  doc: { text: 'x y + z, element by element, rounded once.', math: 'x y + z', source: 'IEEE 754, fusedMultiplyAdd' },
  operands,
  accepts: 'float',
  eval: fma64,
  lower: (v, x, y, z) => v.use('fma', x, y, z),
  partials: [(_b, [, y]) => y, (_b, [x]) => x, () => 1],
  cost: 2,
});

export const fma: Op = {
  ...base,
  call(b, args) {
    const values = b.promote(
      operands.map((name) => args[name] as Operand),
      'float',
    );
    const shapes = values.map((v) => v.aval.shape);
    const shape = broadcastShapes(shapes, operands);
    return b.emitOne(
      fma,
      values.map((v) => b.broadcast(v, shape)),
    );
  },
  primitive: {
    ...base.primitive!,
    eval(inputs, attrs, outputs) {
      const [aval] = outputs;
      if (aval.dtype !== 'float32') return base.primitive!.eval(inputs, attrs, outputs);
      const [x, y, z] = inputs.map((t) => t.data as Float32Array);
      const data = allocate('float32', sizeOf(aval.shape)) as Float32Array;
      for (let i = 0; i < data.length; i++) data[i] = fma32(x[i], y[i], z[i]);
      return { dtype: 'float32', shape: aval.shape, data };
    },
    batch: (b, site) => b.emitOne(fma, alignMapped(b, site)),
  },
};
