// The vector functions that lowerings share, by name.

import type { Lower } from '../lanes.ts';
import { special } from './special.ts';

export const math = { ...special } as const satisfies Record<string, Lower>;
export type MathName = keyof typeof math | 'exp';
