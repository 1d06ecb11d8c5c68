// Indices made non-negative and checked against the axis they index.

import { fail } from '../errors.ts';
import { elementwise } from '../families/elementwise.ts';
import { allocate } from '../ir/tensor.ts';
import type { Op, Operand } from '../op.ts';

const base = elementwise({
  name: 'normalize_index',
  doc: {
    text:
      'Integer indices into an axis of the given size: negative ones count from the end. Out of bounds is an error (mode "error"), the ' +
      'nearest end ("clip"), or the rest after division ("wrap").',
  },
  operands: ['index'],
  accepts: 'integer',
  evalInteger: (x) => x,
  internal: true,
});

export const normalize_index: Op = {
  ...base,
  params: [
    { name: 'index', kind: 'tensor' },
    { name: 'size', kind: 'int' },
    { name: 'axis', kind: 'int', default: 0 },
    { name: 'mode', kind: 'enum', values: ['error', 'clip', 'wrap'], default: 'error' },
  ],
  samples: [{ operands: [{ shape: [4], dtype: 'int64', values: [0, -1, 2, -3] }], attrs: { size: 3 } }],
  call: (b, args) => {
    const index = b.lift(args['index'] as Operand);
    return b.emitOne(normalize_index, [index], {
      size: args['size'] as number,
      axis: args['axis'] as number,
      mode: args['mode'] as string,
    });
  },
  primitive: {
    ...base.primitive!,
    eval([index], attrs, [aval]) {
      const size = attrs['size'] as number;
      const mode = attrs['mode'] as string;
      const data = allocate(aval.dtype, index.data.length);
      for (let i = 0; i < data.length; i++) {
        const given = Number(index.data[i]);
        let at = given < 0 ? given + size : given;
        if (at < 0 || at >= size) {
          if (mode === 'error' || size === 0) {
            fail(
              'E_INDEX_OUT_OF_BOUNDS',
              `Index ${given} is out of bounds for axis ${attrs['axis'] as number} of size ${size}.`,
              size === 0 ? 'An axis of size 0 has no elements.' : `Allowed are ${-size} to ${size - 1}.`,
            );
          }
          at = mode === 'clip' ? Math.max(0, Math.min(size - 1, at)) : ((given % size) + size) % size;
        }
        data[i] = aval.dtype === 'int64' ? BigInt(at) : at;
      }
      return { dtype: aval.dtype, shape: aval.shape, data };
    },
    jvp: () => null,
    // Out of bounds it traps: the eval says how.
    kernel: (_inputs, _outputs, attrs) => ({
      kind: 'normalize_index',
      size: attrs['size'] as number,
      mode: attrs['mode'] as 'error' | 'clip' | 'wrap',
    }),
    batch: (b, { inputs, attrs }) => b.emitOne(normalize_index, inputs, attrs),
  },
};
