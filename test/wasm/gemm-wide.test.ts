// Matrix products with pairs of v128 operations fused, which only the optimising compiler does.

import { setFlagsFromString } from 'node:v8';
import { products } from './gemm-cases.ts';

setFlagsFromString('--experimental-wasm-revectorize');
// Without the baseline compiler; it has to go together with inlining, which would wait for its feedback.
setFlagsFromString('--no-wasm-inlining');
setFlagsFromString('--no-liftoff');

products(Number(process.env['SEED'] ?? 20261126));
