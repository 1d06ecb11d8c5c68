// Compiled code agrees with the interpreter on random programs of all ops. test/effort.ts says which and how many.

import { describe, expect, test } from 'vitest';
import { programComplaints } from './programs.ts';
import { rounds, seed } from '../effort.ts';

const programs = rounds(120);
const perTest = 20;

describe(`random programs, seed ${seed}`, () => {
  test.each(Array.from({ length: Math.ceil(programs / perTest) }, (_, k) => k * perTest))('from %i', (from) => {
    const found: string[] = [];
    for (let i = from; i < Math.min(programs, from + perTest); i++) {
      found.push(...programComplaints(`${seed}/programs/${i}`));
    }
    expect(found).toEqual([]);
  });
});
