// Convolutions with pairs of v128 operations fused, which only the optimising compiler does.

import { rounds, seedOr } from '../effort.ts';
import { convolutions } from './conv-cases.ts';
import { widen } from './widen.ts';

widen();
convolutions(seedOr(20252), rounds(25));
