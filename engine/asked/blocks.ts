// Blocks of Jacobians and Hessians as parts of an answer: their entries picked out of what the runs have given.

import type { Aval, Shape } from '../ir/aval.ts';
import { sizeOf } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { tensorOf } from '../ir/tensor.ts';
import type { Block, SparseFormat } from '../sparse/layout.ts';
import { layoutOf } from '../sparse/layout.ts';
import type { Compilation, Slot } from './compilation.ts';
import { emit } from './compilation.ts';

/** A block of shape [...above, ...beside.shape] whose entries lie among the elements of an image. */
export interface CompressedBlock {
  readonly block: Block;
  /** What the runs have given; null where the block has no entries. */
  readonly image: Value | null;
  /** For each entry of the block, where it lies in the image, row-major. */
  readonly places: Int32Array;
  readonly above: Shape;
  readonly beside: Aval;
  /** Null: the whole block, zeros included. */
  readonly format: SparseFormat | null;
}

export function emitBlock(
  c: Compilation,
  slot: Extract<Slot, { kind: 'jacobians' | 'hessians' }>,
  compressed: CompressedBlock,
): void {
  const { block, above, beside, format } = compressed;
  const values = entriesOf(c, compressed);
  if (format !== null) {
    const layout = layoutOf(block, above, beside.shape, format, c.batch?.size ?? null);
    emit(c, { ...slot, layout }, values);
    return;
  }
  const b = c.builder;
  const width = sizeOf(beside.shape);
  const zeros = b.zeros({ dtype: beside.dtype, shape: [sizeOf(above) * width] });
  const at = block.rows.map((i, e) => i * width + block.columns[e]);
  const whole = at.length === 0 ? zeros : b.scatter_add_along(zeros, indices(c, at), values, { axis: 0 });
  emit(c, slot, b.reshape(whole, { shape: [...above, ...beside.shape] }));
}

function entriesOf(c: Compilation, { image, places, beside }: CompressedBlock): Value {
  const b = c.builder;
  if (image === null || places.length === 0) return b.zeros({ dtype: beside.dtype, shape: [places.length] });
  const flat = b.reshape(image, { shape: [sizeOf(image.aval.shape)] });
  return b.cast(b.gather(flat, indices(c, places), { axis: 0 }), beside.dtype);
}

const indices = (c: Compilation, list: Int32Array): Value => c.builder.constant(tensorOf('int32', [list.length], list));
