// A contraction as a kernel: the matrix product that its axes amount to.

import { isFloat } from '../ir/aval.ts';
import type { ContractStep } from '../optimize/fuse.ts';
import type { ProductAxis } from '../optimize/contraction.ts';
import { productOf } from '../optimize/contraction.ts';
import type { Kernel, KernelContext } from './kernel.ts';
import type { GemmSpec } from './kernels/gemm.ts';
import { gemm } from './kernels/gemm.ts';
import { integerProduct } from './kernels/integer-product.ts';
import { shared } from './shared.ts';

const one: ProductAxis = { size: 1, x: 0, y: 0, out: 0 };

/** The kernel of a contraction. */
export function contractionKernel(context: KernelContext, { node, operands }: ContractStep): Kernel {
  const product = productOf(node, operands[0].view, operands[1].view);
  const { dtype } = node.outputs[0].aval;
  if (!isFloat(dtype)) {
    const inputs = operands.map(({ root, view }) => ({ dtype: root.aval.dtype, ...view }));
    return integerProduct(context, { inputs, outputs: [node.outputs[0].aval] }, product);
  }
  const { batch, rows, columns, summed } = product;
  const [row, column, sum] = [rows[0] ?? one, columns[0] ?? one, summed[0] ?? one];
  const spec: GemmSpec = {
    dtype,
    m: row.size,
    n: column.size,
    k: sum.size,
    a: { row: row.x, col: sum.x },
    b: { row: sum.y, col: column.y },
    c: { row: row.out, col: column.out },
    batch: batch.map((axis) => ({ size: axis.size, a: axis.x, b: axis.y, c: axis.out })),
    accumulate: false,
    fma: context.fused,
    wide: context.wide,
  };
  return shared(context.module, { product: spec }, () => gemm(context.module, spec));
}
