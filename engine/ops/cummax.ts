// Running maximum.

import { runningExtremum } from '../families/cumulative.ts';

export const cummax = runningExtremum('cummax', 'max', 'The largest element so far along an axis;');
