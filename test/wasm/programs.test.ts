// Compiled code agrees with the interpreter on random programs of all ops. COTANGENT_SEED draws others, COTANGENT_PROGRAMS says
// how many; `npm run nightly` takes thousands.

import { describe, expect, test } from 'vitest';
import { programComplaints } from './programs.ts';

const seed = process.env['COTANGENT_SEED'] ?? '1';
const programs = Number(process.env['COTANGENT_PROGRAMS'] ?? 200);
const perTest = 50;

describe(`random programs, seed ${seed}`, () => {
  test.each(Array.from({ length: Math.ceil(programs / perTest) }, (_, k) => k * perTest))(
    'from %i',
    { timeout: 300_000 },
    (from) => {
      const found: string[] = [];
      for (let i = from; i < Math.min(programs, from + perTest); i++) {
        found.push(...programComplaints(`${seed}/programs/${i}`));
      }
      expect(found).toEqual([]);
    },
  );
});
