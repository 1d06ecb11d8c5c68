// General matrix product, as ONNX and BLAS have it.

import { showAval } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { failContraction } from '../families/contraction.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const gemm = composite({
  name: 'gemm',
  family: 'contraction',
  doc: {
    text: 'Scaled product of two matrices, each transposed or not, plus a scaled third.',
    math: 'α op(x) op(y) + β z',
    source: 'ONNX Gemm-13',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
    { name: 'z', kind: 'tensor', default: null },
    { name: 'alpha', kind: 'float', default: 1 },
    { name: 'beta', kind: 'float', default: 1 },
    { name: 'trans_x', kind: 'bool', default: false },
    { name: 'trans_y', kind: 'bool', default: false },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }, { shape: [3, 4] }, { shape: [4] }], attrs: { alpha: 0.5, beta: 2 } },
    { operands: [{ shape: [3, 2] }, { shape: [4, 3] }], attrs: { trans_x: true, trans_y: true } },
  ],
  body(b, args) {
    const [x, y] = b.promote([args['x'] as Operand, args['y'] as Operand]);
    if (x.aval.shape.length !== 2 || y.aval.shape.length !== 2) {
      fail('E_SHAPE_MISMATCH', `gemm needs two matrices, and is given ${showAval(x.aval)} and ${showAval(y.aval)}.`);
    }
    const [i, j] = [args['trans_x'] === true ? 0 : 1, args['trans_y'] === true ? 1 : 0];
    if (x.aval.shape[i] !== y.aval.shape[j]) failContraction(b, x, i, y, j, (m, n) => `gemm(${m}, ${n})`);
    const product = b.dot_general(x, y, { contract: [[i], [j]] });
    const [alpha, beta] = [args['alpha'] as number, args['beta'] as number];
    const scaled = alpha === 1 ? product : b.multiply(product, alpha);
    if (args['z'] === null) return scaled;
    const z = args['z'] as Operand;
    return b.add(scaled, beta === 1 ? z : b.multiply(z, beta));
  },
});
