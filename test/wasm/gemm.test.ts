// Matrix products, as WebAssembly runs from the start.

import { products } from './gemm-cases.ts';

products(Number(process.env['SEED'] ?? 20261125));
