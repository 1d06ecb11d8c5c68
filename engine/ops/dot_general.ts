// The one contraction: sums of products over paired axes, for every pair of batch indices.

import type { Aval } from '../ir/aval.ts';
import { normalizeAxes, normalizeAxis, showAval, sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import { allocate } from '../ir/tensor.ts';
import { repeatFirst } from '../families/batching.ts';
import { evenGroups, grouped } from '../families/reads.ts';
import { stridedOffsets } from '../families/structural.ts';
import { stridesOf } from '../ir/aval.ts';
import { fail } from '../errors.ts';
import type { Attrs, Contraction, Op, Operand, Reads } from '../op.ts';

type Dims = Contraction;

const dimsOf = (attrs: Attrs): Dims => ({
  contract: attrs['contract'] as unknown as Dims['contract'],
  batch: attrs['batch'] as unknown as Dims['batch'],
});

const freeAxes = (x: Aval, side: 0 | 1, { contract, batch }: Dims): number[] =>
  x.shape.map((_d, i) => i).filter((i) => !contract[side].includes(i) && !batch[side].includes(i));

export const dot_general: Op = {
  name: 'dot_general',
  family: 'contraction',
  doc: {
    text:
      'Contracts the axes contract[0] of x with contract[1] of y, for each index of the paired batch axes. The result has the batch ' +
      'axes, then the free axes of x, then those of y.',
    source: 'jax.lax.dot_general',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
    { name: 'contract', kind: 'any' },
    { name: 'batch', kind: 'any', default: [[], []] },
  ],
  differentiable: 'yes',
  samples: [
    { operands: [{ shape: [2, 3] }, { shape: [3, 4] }], attrs: { contract: [[1], [0]] } },
    { operands: [{ shape: [2, 3, 4] }, { shape: [4, 2, 5] }], attrs: { contract: [[2], [0]], batch: [[0], [1]] } },
    { operands: [{ shape: [3] }, { shape: [2] }], attrs: { contract: [[], []] } },
  ],
  call(b, args) {
    const [x, y] = b.promote([args['x'] as Operand, args['y'] as Operand]);
    const contract = readPairs('contract', args['contract'], x.aval, y.aval);
    const batch = readPairs('batch', args['batch'], x.aval, y.aval);
    [x, y].forEach(({ aval }, side) => normalizeAxes([...contract[side], ...batch[side]], aval.shape.length));
    return b.emitOne(dot_general, [x, y], { contract, batch });
  },
  primitive: {
    infer([x, y], attrs) {
      const dims = dimsOf(attrs);
      for (const pairs of [dims.contract, dims.batch]) {
        pairs[0].forEach((a, k) => {
          if (x.shape[a] !== y.shape[pairs[1][k]]) {
            fail('E_SHAPE_MISMATCH', `Axis ${a} of ${showAval(x)} does not fit axis ${pairs[1][k]} of ${showAval(y)}.`);
          }
        });
      }
      const shape = [
        ...dims.batch[0].map((a) => x.shape[a]),
        ...freeAxes(x, 0, dims).map((a) => x.shape[a]),
        ...freeAxes(y, 1, dims).map((a) => y.shape[a]),
      ];
      return { dtype: x.dtype, shape };
    },
    eval: ([x, y], attrs, [aval]) => evalDot(x, y, dimsOf(attrs), aval),
    jvp: (b, { inputs: [x, y], tangents: [tx, ty], attrs }) =>
      b.addAll([
        tx === null ? null : b.emitOne(dot_general, [tx, y], attrs),
        ty === null ? null : b.emitOne(dot_general, [x, ty], attrs),
      ]),
    linear: [0, 1],
    transpose: (b, { node, cotangents, linear }) => {
      const dims = dimsOf(node.attrs);
      return node.inputs.map((_x, i) =>
        linear[i] ? transposeSide(b, node.inputs, cotangents[0]!, dims, i as 0 | 1) : null,
      );
    },
    reads: ({ inputs, attrs, known, most }, operand) =>
      dotReads(inputs, dimsOf(attrs), operand as 0 | 1, known(1 - operand), most),
    batch(b, { inputs, mapped, attrs, size }) {
      const { contract, batch } = dimsOf(attrs);
      const up = (axes: readonly number[], by: number): number[] => axes.map((a) => a + by);
      if (mapped[0] !== mapped[1] && batch[0].length === 0) return batchOneSide(b, inputs, mapped, { contract, batch });
      const [x, y] = inputs.map((v, i) => (mapped[i] ? v : repeatFirst(b, v, size)));
      return b.emitOne(dot_general, [x, y], {
        contract: [up(contract[0], 1), up(contract[1], 1)],
        batch: [
          [0, ...up(batch[0], 1)],
          [0, ...up(batch[1], 1)],
        ],
      });
    },
    contraction: dimsOf,
    expand: (b, [x, y], attrs) => outerProduct(b, x, y, dimsOf(attrs)),
    flops: ([x], [out], attrs) => 2 * sizeOf(out.shape) * sizeOf(dimsOf(attrs).contract[0].map((a) => x.shape[a])),
  },
};

/** Where nothing is summed, every element is one product: a multiplication that fuses with its neighbours. */
function outerProduct(b: Builder, x: Value, y: Value, { contract, batch }: Contraction): Value | null {
  const summed = sizeOf(contract[0].map((a) => x.aval.shape[a]));
  if (summed !== 1) return null;
  const [xFree, yFree] = [freeAxes(x.aval, 0, { contract, batch }), freeAxes(y.aval, 1, { contract, batch })];
  const spread = (v: Value, side: 0 | 1, before: number, free: readonly number[], after: number): Value => {
    const order = [...batch[side], ...free, ...contract[side]];
    const sizes = (axes: readonly number[]): number[] => axes.map((a) => v.aval.shape[a]);
    const ones = (n: number): number[] => new Array<number>(n).fill(1);
    return b.reshape(b.permute_dims(v, { axes: order }), {
      shape: [...sizes(batch[side]), ...ones(before), ...sizes(free), ...ones(after)],
    });
  };
  return b.multiply(spread(x, 0, 0, xFree, yFree.length), spread(y, 1, xFree.length, yFree, 0));
}

/** Axes in pairs as a user gives them: as many of x as of y, each within its array. */
function readPairs(what: string, given: unknown, x: Aval, y: Aval): [number[], number[]] {
  const isAxes = (list: unknown): list is number[] => Array.isArray(list) && list.every((a) => typeof a === 'number');
  if (!Array.isArray(given) || given.length !== 2 || !given.every(isAxes) || given[0].length !== given[1].length) {
    fail('E_ATTRIBUTE', `dot_general: ${what} must be two lists of axes, as many of x as of y: [[1], [0]].`);
  }
  return [
    given[0].map((a) => normalizeAxis(a, x.shape.length, `${what} axis of x`)),
    given[1].map((a) => normalizeAxis(a, y.shape.length, `${what} axis of y`)),
  ];
}

/** With one side mapped and no batch axes, the batch axis is one more free axis: no copy of the other side. */
function batchOneSide(b: Builder, inputs: readonly Value[], mapped: readonly boolean[], { contract }: Dims): Value {
  const up = (axes: readonly number[]): number[] => axes.map((a) => a + 1);
  const side = mapped[0] ? 0 : 1;
  const out = b.emitOne(dot_general, inputs, {
    contract: side === 0 ? [up(contract[0]), contract[1]] : [contract[0], up(contract[1])],
    batch: [[], []],
  });
  if (side === 0) return out;
  const lead = inputs[0].aval.shape.length - contract[0].length;
  const rank = out.aval.shape.length;
  return b.permute_dims(out, { axes: [lead, ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== lead)] });
}

/** The cotangent of one side: the other side contracted over its free axes with the result's cotangent, in place. */
function transposeSide(b: Builder, [x, y]: readonly Value[], ct: Value, dims: Dims, side: 0 | 1): Value {
  const own = side === 0 ? x : y;
  const other = side === 0 ? y : x;
  const otherSide = side === 0 ? 1 : 0;
  const nBatch = dims.batch[0].length;
  const ownFree = freeAxes(own.aval, side, dims);
  const otherFree = freeAxes(other.aval, otherSide, dims);
  const otherAt = side === 0 ? nBatch + ownFree.length : nBatch;
  const batchAxes = Array.from({ length: nBatch }, (_, i) => i);
  const out = b.emitOne(dot_general, [ct, other], {
    contract: [otherFree.map((_a, k) => otherAt + k), otherFree],
    batch: [batchAxes, dims.batch[otherSide]],
  });
  // The result has: batch, own free (in order), then the other's contracted axes in ascending order.
  const contractedOther = dims.contract[otherSide]
    .map((a, k) => ({ a, own: dims.contract[side][k] }))
    .sort((p, q) => p.a - q.a);
  const place = [...dims.batch[side], ...ownFree, ...contractedOther.map((p) => p.own)];
  return b.permute_dims(out, { axes: place.map((_p, i) => place.indexOf(i)) });
}

/** Where the elements at all indices of some axes lie in an array, row-major. */
function offsets({ shape }: Pick<Aval, 'shape'>, axes: readonly number[]): Int32Array {
  const strides = stridesOf(shape);
  return stridedOffsets(
    axes.map((a) => shape[a]),
    axes.map((a) => strides[a]),
  );
}

/** Element (b, i, j) reads x[b, i, k] for all k, or those with y[b, k, j] ≠ 0 where y is known; and likewise with sides turned. */
function dotReads(inputs: readonly Aval[], dims: Dims, side: 0 | 1, other: Tensor | null, most: number): Reads | null {
  const otherSide = side === 0 ? 1 : 0;
  const [batches, free, summed] = (['batch', 'free', 'contract'] as const).map((kind) =>
    offsets(inputs[side], kind === 'free' ? freeAxes(inputs[side], side, dims) : dims[kind][side]),
  );
  const [theirBatches, theirs, theirSummed] = (['batch', 'free', 'contract'] as const).map((kind) =>
    offsets(inputs[otherSide], kind === 'free' ? freeAxes(inputs[otherSide], otherSide, dims) : dims[kind][otherSide]),
  );
  const place = (p: number, own: number, their: number): number =>
    side === 0 ? (p * free.length + own) * theirs.length + their : (p * theirs.length + their) * free.length + own;
  if (batches.length * free.length * Math.max(summed.length, theirs.length) > most) return null;
  let entries = 0;
  if (other !== null) for (const x of other.data) if (Number(x) !== 0) entries++;
  if (other !== null && entries < other.data.length && entries * free.length <= most) {
    const groups = grouped(batches.length * free.length * theirs.length, (give) => {
      for (let p = 0; p < batches.length; p++) {
        for (let j = 0; j < theirs.length; j++) {
          for (let k = 0; k < summed.length; k++) {
            if (Number(other.data[theirBatches[p] + theirs[j] + theirSummed[k]]) === 0) continue;
            for (let i = 0; i < free.length; i++) give(place(p, i, j), batches[p] + free[i] + summed[k]);
          }
        }
      }
    });
    return { groups };
  }
  const items = new Int32Array(batches.length * free.length * summed.length);
  const at = new Int32Array(batches.length * free.length * theirs.length);
  let next = 0;
  for (let p = 0; p < batches.length; p++) {
    for (let i = 0; i < free.length; i++) {
      for (let j = 0; j < theirs.length; j++) at[place(p, i, j)] = p * free.length + i;
      for (let k = 0; k < summed.length; k++) items[next++] = batches[p] + free[i] + summed[k];
    }
  }
  return { at, groups: evenGroups(items, summed.length, batches.length * free.length) };
}

function evalDot(x: Tensor, y: Tensor, dims: Dims, aval: Aval): Tensor {
  const [xb, yb] = [offsets(x, dims.batch[0]), offsets(y, dims.batch[1])];
  const [xf, yf] = [offsets(x, freeAxes(x, 0, dims)), offsets(y, freeAxes(y, 1, dims))];
  const [xc, yc] = [offsets(x, dims.contract[0]), offsets(y, dims.contract[1])];
  const data = allocate(aval.dtype, sizeOf(aval.shape));
  const big = data instanceof BigInt64Array;
  let at = 0;
  for (let p = 0; p < xb.length; p++) {
    for (let i = 0; i < xf.length; i++) {
      const xo = xb[p] + xf[i];
      for (let j = 0; j < yf.length; j++) {
        const yo = yb[p] + yf[j];
        if (big) {
          let s = 0n;
          for (let k = 0; k < xc.length; k++) s += (x.data[xo + xc[k]] as bigint) * (y.data[yo + yc[k]] as bigint);
          data[at++] = BigInt.asIntN(64, s);
        } else {
          data[at++] = dotOf(x.data as Float64Array, y.data as Float64Array, xo, yo, xc, yc, aval.dtype);
        }
      }
    }
  }
  return { dtype: aval.dtype, shape: aval.shape, data };
}

function dotOf(
  x: Float64Array,
  y: Float64Array,
  xo: number,
  yo: number,
  xc: Int32Array,
  yc: Int32Array,
  dtype: string,
): number {
  let s = 0;
  if (dtype === 'int32') {
    for (let k = 0; k < xc.length; k++) s = (s + Math.imul(x[xo + xc[k]], y[yo + yc[k]])) | 0;
    return s;
  }
  for (let k = 0; k < xc.length; k++) s += x[xo + xc[k]] * y[yo + yc[k]];
  return dtype === 'bool' ? (s === 0 ? 0 : 1) : s;
}
