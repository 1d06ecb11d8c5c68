// Running minimum.

import { runningExtremum } from '../families/cumulative.ts';

export const cummin = runningExtremum('cummin', 'min', 'The smallest element so far along an axis;');
