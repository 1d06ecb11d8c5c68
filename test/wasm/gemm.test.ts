// Matrix products, as WebAssembly runs from the start.

import { seedOr } from '../effort.ts';
import { products } from './gemm-cases.ts';

products(seedOr(20261125));
