// Convolutions, as WebAssembly runs from the start.

import { rounds, seedOr } from '../effort.ts';
import { convolutions } from './conv-cases.ts';

convolutions(seedOr(20251), rounds(100));
