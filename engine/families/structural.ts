// Structural ops: they move elements without computing, are linear in what they move, and often only permute it.

import type { Aval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Node, Value } from '../ir/graph.ts';
import { accumulated } from './sums.ts';
import { allocate } from '../ir/tensor.ts';
import { sizeOf } from '../ir/aval.ts';
import type { Args, Attrs, BatchSite, Embedding, Laws, Op, Param, Primitive, Sample } from '../op.ts';

export interface StructuralSpec {
  readonly name: string;
  readonly doc: Op['doc'];
  readonly aliases?: readonly string[];
  readonly params: readonly Param[];
  /** Normalises the arguments into what the primitive takes. */
  readonly call: (b: Builder, args: Args, emit: (x: Value, attrs: Attrs) => Value) => Value;
  readonly infer: (x: Aval, attrs: Attrs) => Aval;
  /** For each output element, in row-major order, the input element it takes, or -1 for zero. */
  readonly source: (x: Aval, attrs: Attrs, out: Aval) => Int32Array;
  /** The output as a view of the input, where elements need not move. */
  readonly view?: Primitive['view'];
  readonly kernel?: Primitive['kernel'];
  readonly laws?: Laws;
  readonly padded?: Primitive['padded'];
  readonly vanishes?: Primitive['vanishes'];
  /** Cotangent of the input. */
  readonly transpose: (b: Builder, ct: Value, x: Aval, attrs: Attrs) => Value;
  /** The same op on an input with one more leading axis. */
  readonly batch: (b: Builder, x: Value, attrs: Attrs, size: number) => Value;
  /**
   * `moves`: each input element goes to at most one output element; `zeros`: and other output elements are zero;
   * `repeats`: each output element is an input element.
   */
  readonly embeds: 'moves' | 'zeros' | 'repeats' | 'no';
  /** Whether it gives all elements of its input, each once: transposing it is then undoing it. */
  readonly bijective?: boolean;
  readonly internal?: boolean;
  readonly samples: readonly Sample[];
}

/** A linear op of one operand that rearranges, repeats or drops its elements. */
export function structural(spec: StructuralSpec): Op {
  const op: Op = {
    name: spec.name,
    family: 'structural',
    doc: spec.doc,
    aliases: spec.aliases,
    params: spec.params,
    differentiable: 'yes',
    internal: spec.internal,
    samples: spec.samples,
    call: (b, args) => spec.call(b, args, (x, attrs) => b.emitOne(op, [x], attrs)),
    primitive: {
      infer: ([x], attrs) => ({ ...spec.infer(x, attrs), dtype: x.dtype }),
      eval([x], attrs, [aval]) {
        const data = allocate(aval.dtype, sizeOf(aval.shape));
        const from = x.data;
        const source = spec.source(x, attrs, aval);
        for (let i = 0; i < source.length; i++) if (source[i] >= 0) data[i] = from[source[i]];
        return { dtype: aval.dtype, shape: aval.shape, data };
      },
      jvp: (b, { tangents, attrs }) => b.emitOne(op, [tangents[0]!], attrs),
      linear: [0],
      transpose: (b, { node, cotangents }) => [spec.transpose(b, cotangents[0]!, node.inputs[0].aval, node.attrs)],
      reads: ({ inputs: [x], outputs: [y], attrs }) => ({ at: spec.source(x, attrs, y) }),
      batch: (b, { inputs, attrs, size }: BatchSite) => spec.batch(b, inputs[0], attrs, size),
      embedding: spec.embeds === 'moves' || spec.embeds === 'zeros' ? (node) => embeddingOf(spec, node) : undefined,
      accumulate:
        spec.bijective === true
          ? (b, node, onto) => {
              const [x] = node.inputs;
              const sum = accumulated(b, () => spec.transpose(b, onto, x.aval, node.attrs), x);
              return sum === null ? null : b.emitOne(op, [sum], node.attrs);
            }
          : undefined,
      repeats: spec.embeds === 'repeats' ? 0 : undefined,
      view: spec.view,
      kernel: spec.kernel,
      laws: spec.laws,
      padded: spec.padded,
      vanishes: spec.vanishes,
      flops: () => 0,
    },
  };
  return op;
}

function embeddingOf(spec: StructuralSpec, node: Node): Embedding {
  return {
    operand: 0,
    zeros: spec.embeds === 'zeros',
    gather: (b, d) => factorsOf(b, spec, node, d),
  };
}

/** d at the place each element goes to; 1 for an element that is dropped, which may then be divided by it as well. */
function factorsOf(b: Builder, spec: StructuralSpec, node: Node, d: Value): Value {
  const x = node.inputs[0].aval;
  const kept = spec.transpose(b, d, x, node.attrs);
  if (sizeOf(x.shape) <= sizeOf(d.aval.shape)) return kept;
  const everywhere = b.broadcast(b.cast(true, 'bool'), d.aval.shape);
  const mask = spec.transpose(b, everywhere, x, node.attrs);
  return b.where(mask, kept, 1);
}

/** Offsets of all index tuples of a shape in row-major order, under given strides (in elements, may be negative). */
export function stridedOffsets(shape: readonly number[], strides: readonly number[], start = 0): Int32Array {
  const offsets = new Int32Array(sizeOf(shape));
  const rank = shape.length;
  const index = new Array<number>(rank).fill(0);
  let offset = start;
  for (let n = 0; n < offsets.length; n++) {
    offsets[n] = offset;
    for (let k = rank - 1; k >= 0; k--) {
      index[k]++;
      offset += strides[k];
      if (index[k] < shape[k]) break;
      offset -= strides[k] * shape[k];
      index[k] = 0;
    }
  }
  return offsets;
}
