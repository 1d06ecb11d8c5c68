// The same elements in another shape.

import { sameShape, showShape, sizeOf } from '../ir/aval.ts';
import { reshapeView } from '../ir/view.ts';
import { structural } from '../families/structural.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const reshape = structural({
  name: 'reshape',
  doc: { text: 'The same elements, row-major, in another shape; one size may be -1 and is worked out.' },
  aliases: ['view'],
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'shape', kind: 'shape' },
  ],
  samples: [
    { operands: [{ shape: [2, 6] }], attrs: { shape: [3, 4] } },
    { operands: [{ shape: [4] }], attrs: { shape: [2, -1] } },
    { operands: [{ shape: [1] }], attrs: { shape: [] } },
  ],
  call(b, args, emit) {
    const x = b.lift(args['x'] as Operand);
    const shape = resolve(x.aval.shape, args['shape'] as number[]);
    if (sameShape(x.aval.shape, shape)) return x;
    // A reshape of a reshape is one reshape: the same maths prints the same.
    const source = x.node?.op === reshape ? x.node.inputs[0] : x;
    return sameShape(source.aval.shape, shape) ? source : emit(source, { shape });
  },
  infer: (x, attrs) => ({ dtype: x.dtype, shape: attrs['shape'] as number[] }),
  source: (_x, _attrs, out) => Int32Array.from({ length: sizeOf(out.shape) }, (_, i) => i),
  view: (x, _attrs, { shape }) => reshapeView(x, shape),
  transpose: (b, ct, x) => b.reshape(ct, { shape: x.shape }),
  batch: (b, x, attrs, size) => b.reshape(x, { shape: [size, ...(attrs['shape'] as number[])] }),
  embeds: 'moves',
  bijective: true,
});

function resolve(from: readonly number[], to: readonly number[]): number[] {
  const size = sizeOf(from);
  const holes = to.filter((d) => d === -1).length;
  const known = to.reduce((n, d) => (d === -1 ? n : n * d), 1);
  const fits = holes === 0 ? known === size : holes === 1 && known > 0 && size % known === 0;
  if (!fits || to.some((d) => d < -1)) {
    const why =
      holes > 1
        ? 'only one size may be -1'
        : to.some((d) => d < -1)
          ? 'a size is negative'
          : `${size} elements do not fill it`;
    fail('E_SHAPE_MISMATCH', `x of shape ${showShape(from)} cannot be reshaped to ${showShape(to)}: ${why}.`);
  }
  return to.map((d) => (d === -1 ? size / known : d));
}
