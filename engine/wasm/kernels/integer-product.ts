// Matrix products of integers and booleans: blocks of the result in registers, one product of a column and a row for each k.

import type { DType } from '../../ir/aval.ts';
import type { Product, ProductAxis } from '../../optimize/contraction.ts';
import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';
import type { ValueType } from '../assembler.ts';
import type { Plain } from '../opcodes.ts';
import type { Expr, Variable, Writer } from './writer.ts';
import { elementOf, kernelOf, pieceOf, piecesOf } from './writer.ts';

type IntegerDType = Exclude<DType, 'float32' | 'float64'>;

/** Rows and columns of a block: in vectors, and one by one. */
const [vectorBlock, scalarBlock] = [
  { rows: 4, columns: 8 },
  { rows: 2, columns: 4 },
];
/** Nanoseconds of a product and its addition, likewise. */
const [vectorCost, scalarCost] = [0.05, 0.25];

const one: ProductAxis = { size: 1, x: 0, y: 0, out: 0 };

/** Sums modulo two to the width, in the order of k; of booleans whether any pair is true. All strides are elements. */
export function integerProduct(context: KernelContext, site: KernelSite, product: Product): Kernel {
  const dtype = site.outputs[0].dtype as IntegerDType;
  const { bytes } = elementOf(dtype);
  const [rows, columns, summed] = [product.rows, product.columns, product.summed].map(([axis = one]) => axis);
  const scalars = scalarForm(dtype);
  const neighbours = columns.y === 1 && columns.out === 1 && columns.size >= vectorBlock.columns;
  const vectors = neighbours ? vectorForm(dtype) : null;
  const block = vectors === null ? scalarBlock : vectorBlock;
  const whole = Math.floor(rows.size / block.rows);
  const groups = whole + (rows.size % block.rows);
  const work = product.batch.reduce((n, axis) => n * axis.size, rows.size * columns.size * summed.size);
  const chunks = piecesOf(groups, work * (vectors === null ? scalarCost : vectorCost));
  return kernelOf(context, site, { chunks }, (w, { inputs: [x, y], outputs: [out], chunk }) => {
    const { from, to } = pieceOf(w, chunk, groups, chunks);
    const rowsAt = (a: Variable, b: Variable, c: Variable, count: number): void => {
      const at = { a, b: w.variable('i32'), c: w.variable('i32') };
      const columnsIn = (first: number, last: number, width: number, form: Form): void => {
        at.b.set(w.plus(b, first * columns.y * bytes));
        at.c.set(w.plus(c, first * columns.out * bytes));
        w.count((last - first) / width, () => {
          writeBlock(w, form, bytes, { rows, columns, summed }, at, { rows: count, columns: width });
          at.b.set(w.plus(at.b, width * columns.y * bytes));
          at.c.set(w.plus(at.c, width * columns.out * bytes));
        });
      };
      const even = columns.size - (columns.size % block.columns);
      columnsIn(0, even, block.columns, vectors ?? scalars);
      columnsIn(even, columns.size, 1, scalars);
    };
    overBatch(w, product.batch, bytes, [x, y, out], (a, b, c) => {
      const at = (p: Variable, stride: number, row: Expr): Variable =>
        w.variable('i32', w.add(p, w.times(row, stride * bytes)));
      const group = w.variable('i32');
      w.range(group, from, to, 1, () =>
        w.if(
          w.op('i32.lt_s', group, w.i32(whole)),
          () => {
            const row = w.variable('i32', w.times(group, block.rows));
            rowsAt(at(a, rows.x, row), b, at(c, rows.out, row), block.rows);
          },
          () => {
            const row = w.variable('i32', w.plus(group, whole * (block.rows - 1)));
            rowsAt(at(a, rows.x, row), b, at(c, rows.out, row), 1);
          },
        ),
      );
    });
  });
}

/** Runs `body` for every product of the batch, with where its operands and its result start. */
function overBatch(
  w: Writer,
  [axis, ...rest]: readonly ProductAxis[],
  bytes: number,
  [x, y, out]: readonly Variable[],
  body: (x: Variable, y: Variable, out: Variable) => void,
): void {
  if (axis === undefined) return body(x, y, out);
  const own = [x, y, out].map((p) => w.variable('i32', p));
  w.count(axis.size, () => {
    overBatch(w, rest, bytes, own, body);
    [axis.x, axis.y, axis.out].forEach((stride, i) => own[i].set(w.plus(own[i], stride * bytes)));
  });
}

interface Axes {
  readonly rows: ProductAxis;
  readonly columns: ProductAxis;
  readonly summed: ProductAxis;
}

/** How the sums of a row of a block are held, and how operands come to them. */
interface Form {
  readonly type: ValueType;
  /** Elements in one of them. */
  readonly lanes: number;
  readonly zero: (w: Writer) => Expr;
  readonly row: (w: Writer, address: Expr, offset: number) => Expr;
  readonly column: (w: Writer, address: Expr, offset: number) => Expr;
  readonly add: Plain;
  readonly multiply: Plain;
  readonly store: (w: Writer, address: Expr, sum: Expr, offset: number) => void;
}

/** One element alone. Booleans are bytes of 0 and 1. */
function scalarForm(dtype: IntegerDType): Form {
  const { type, load, store } = elementOf(dtype);
  const wide = type === 'i64';
  return {
    type,
    lanes: 1,
    zero: (w) => (wide ? w.i64(0n) : w.i32(0)),
    row: (w, address, offset) => w.load(load, address, offset),
    column: (w, address, offset) => w.load(load, address, offset),
    add: dtype === 'bool' ? 'i32.or' : wide ? 'i64.add' : 'i32.add',
    multiply: dtype === 'bool' ? 'i32.and' : wide ? 'i64.mul' : 'i32.mul',
    store: (w, address, sum, offset) => w.store(store, address, sum, offset),
  };
}

/** Neighbours in a vector; there is none of products of 64 bits. */
function vectorForm(dtype: IntegerDType): Form | null {
  if (dtype === 'int64') return null;
  if (dtype === 'int32') {
    return {
      type: 'v128',
      lanes: 4,
      zero: (w) => w.op('i32x4.splat', w.i32(0)),
      row: (w, address, offset) => w.load('v128.load32_splat', address, offset),
      column: (w, address, offset) => w.load('v128.load', address, offset),
      add: 'i32x4.add',
      multiply: 'i32x4.mul',
      store: (w, address, sum, offset) => w.store('v128.store', address, sum, offset),
    };
  }
  // Bytes on 16 bits each, of which the lower eight are right whatever is above them.
  return {
    type: 'v128',
    lanes: 8,
    zero: (w) => w.op('i16x8.splat', w.i32(0)),
    row: (w, address, offset) => w.op('i16x8.splat', w.load('i32.load8_u', address, offset)),
    column: (w, address, offset) => w.load('v128.load8x8_u', address, offset),
    add: dtype === 'bool' ? 'v128.or' : 'i16x8.add',
    multiply: dtype === 'bool' ? 'v128.and' : 'i16x8.mul',
    store(w, address, sum, offset) {
      const low = w.variable('v128', w.op('v128.and', sum, w.op('i16x8.splat', w.i32(0xff))));
      w.store('i64.store', address, w.lane('i64x2.extract_lane', 0, w.op('i8x16.narrow_i16x8_u', low, low)), offset);
    },
  };
}

/** One block: sums in registers, and at the end in their places. */
function writeBlock(
  w: Writer,
  form: Form,
  bytes: number,
  { rows, columns, summed }: Axes,
  at: Readonly<Record<'a' | 'b' | 'c', Variable>>,
  size: { readonly rows: number; readonly columns: number },
): void {
  const units = size.columns / form.lanes;
  const sums = Array.from({ length: size.rows }, () =>
    Array.from({ length: units }, () => w.variable(form.type, form.zero(w))),
  );
  const ys = sums[0].map(() => w.variable(form.type));
  const x = w.variable(form.type);
  const a = spread(rows.x * bytes, size.rows);
  const b = spread(columns.y * form.lanes * bytes, units);
  const p = w.variable('i32', w.plus(at.a, a.low));
  const q = w.variable('i32', w.plus(at.b, b.low));
  w.count(summed.size, () => {
    ys.forEach((to, j) => to.set(form.column(w, q, b.offset(j))));
    sums.forEach((row, i) => {
      x.set(form.row(w, p, a.offset(i)));
      row.forEach((sum, j) => sum.set(w.op(form.add, sum, w.op(form.multiply, x, ys[j]))));
    });
    p.set(w.plus(p, summed.x * bytes));
    q.set(w.plus(q, summed.y * bytes));
  });
  const down = spread(rows.out * bytes, size.rows);
  const across = spread(columns.out * form.lanes * bytes, units);
  const to = w.variable('i32', w.plus(at.c, down.low + across.low));
  sums.forEach((row, i) => row.forEach((sum, j) => form.store(w, to, sum, down.offset(i) + across.offset(j))));
}

/** Offsets of equal distance. They are unsigned: where the distance is negative the pointer starts at the far end. */
function spread(stride: number, count: number): { readonly low: number; readonly offset: (i: number) => number } {
  const low = Math.min(0, (count - 1) * stride);
  return { low, offset: (i) => i * stride - low };
}
