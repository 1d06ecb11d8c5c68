// The vector functions that lowerings share, by name.

import type { Lower } from '../lanes.ts';

export const math = {} as const satisfies Record<string, Lower>;
export type MathName = keyof typeof math | 'exp';
