// Batching: the same computation over a leading axis of some of its variables, vectorised op by op (vmap).

import type { Builder } from '../ir/builder.ts';
import type { Node, Value } from '../ir/graph.ts';
import { reachable } from '../ir/graph.ts';
import type { Unmapped } from '../op.ts';
import { repeatFirst } from '../families/batching.ts';

/**
 * `of` with each key of `mapped` replaced by its value, which has one more leading axis of `size`. Results have the
 * batch axis first; what does not depend on a mapped value is computed once and repeated.
 */
export function batch(b: Builder, of: readonly Value[], mapped: ReadonlyMap<Value, Value>, size: number): Value[] {
  const images = imagesOf(b, of, mapped, size);
  return of.map((y) => {
    const image = images.get(y);
    if (image === undefined) return repeatFirst(b, y, size);
    return image.mapped ? image.value : repeatFirst(b, image.value, size);
  });
}

/** The same, and null for what does not depend on a mapped value. */
export function batchMapped(
  b: Builder,
  of: readonly Value[],
  mapped: ReadonlyMap<Value, Value>,
  size: number,
): (Value | null)[] {
  const images = imagesOf(b, of, mapped, size);
  return of.map((y) => {
    const image = images.get(y);
    return image?.mapped === true ? image.value : null;
  });
}

/** What stands for a value in the batch: with the batch axis, or one value for all of it. */
interface Image {
  readonly value: Value;
  readonly mapped: boolean;
}

function imagesOf(
  b: Builder,
  of: readonly Value[],
  mapped: ReadonlyMap<Value, Value>,
  size: number,
): ReadonlyMap<Value, Image> {
  const images = new Map<Value, Image>();
  for (const [x, value] of mapped) images.set(x, { value, mapped: true });
  for (const node of reachable(of)) {
    if (node.outputs.every((y) => images.has(y)) || !node.inputs.some((x) => images.has(x))) continue;
    batchNode(b, node, images, size);
  }
  return images;
}

function batchNode(b: Builder, node: Node, images: Map<Value, Image>, size: number): void {
  const inputs = node.inputs.map((x) => images.get(x)?.value ?? x);
  const mapped = node.inputs.map((x) => images.get(x)?.mapped ?? false);
  const result = b.attributed(node.origin, () =>
    mapped.includes(true)
      ? node.op.primitive!.batch(b, { inputs, mapped, attrs: node.attrs, size })
      : b.emit(node.op, inputs, node.attrs).map((unmapped) => ({ unmapped })),
  );
  const outputs = (Array.isArray(result) ? result : [result]) as readonly (Value | Unmapped)[];
  node.outputs.forEach((y, i) => {
    if (images.has(y)) return;
    const output = outputs[i];
    images.set(y, 'unmapped' in output ? { value: output.unmapped, mapped: false } : { value: output, mapped: true });
  });
}
