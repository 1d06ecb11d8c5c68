// The vector functions of one argument keep their bounds over float32: each so-manieth number, from another start for another
// seed. COTANGENT_FLOATS=1 takes all of them, which is three minutes a function; `npm run nightly` each 2039th.

import { describe, expect, test } from 'vitest';
import { seedOr } from '../effort.ts';
import { oneArgument, worstOver } from './every-float.ts';

const stride = Number(process.env['COTANGENT_FLOATS'] ?? 2 ** 17 - 1);
const first = seedOr(0) % stride;

describe.each(oneArgument)(`$name, each ${stride}th from ${first} on`, (f) => {
  test.each([true, false])('fused %s', (fused) => {
    const { ulps, call } = worstOver(f, fused, stride, first);
    expect(ulps, call).toBeLessThanOrEqual(f.bound);
  });
});
