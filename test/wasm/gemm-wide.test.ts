// Matrix products with pairs of v128 operations fused, which only the optimising compiler does.

import { seedOr } from '../effort.ts';
import { products } from './gemm-cases.ts';
import { widen } from './widen.ts';

widen();
products(seedOr(20261126));
