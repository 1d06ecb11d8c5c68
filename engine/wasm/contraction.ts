// A contraction as a kernel: the matrix product that its axes amount to.

import type { ContractStep } from '../optimize/fuse.ts';
import type { ProductAxis } from '../optimize/contraction.ts';
import { productOf } from '../optimize/contraction.ts';
import type { Kernel, KernelContext } from './kernel.ts';
import type { GemmSpec } from './kernels/gemm.ts';
import { gemm } from './kernels/gemm.ts';
import type { Module } from './assembler.ts';

const one: ProductAxis = { size: 1, x: 0, y: 0, out: 0 };

/** The kernel of a contraction of floats. */
export function contractionKernel(context: KernelContext, { node, operands }: ContractStep): Kernel {
  const { batch, rows, columns, summed } = productOf(node, operands[0].view, operands[1].view);
  const [row, column, sum] = [rows[0] ?? one, columns[0] ?? one, summed[0] ?? one];
  return shared(context.module, {
    dtype: node.outputs[0].aval.dtype as 'float32' | 'float64',
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
  });
}

/** One function for all products of a module that are alike: their addresses are arguments. */
function shared(module: Module, spec: GemmSpec): Kernel {
  const known = products.get(module) ?? new Map<string, Kernel>();
  products.set(module, known);
  const key = JSON.stringify(spec);
  const kernel = known.get(key) ?? gemm(module, spec);
  known.set(key, kernel);
  return kernel;
}

const products = new WeakMap<Module, Map<string, Kernel>>();
