// The fuzzer itself, on a target that only coverage leads into; and a short run of it on each real target.

import { describe, expect, test } from 'vitest';
import type { Coverage } from './coverage.ts';
import { explore } from './explore.ts';
import { seeded } from './mutate.ts';
import type { Target } from './targets.ts';
import { targets } from './targets.ts';

/** Blocks by hand: how much of the word stands at the start of the input. */
function guarded(word: string): { target: Target; coverage: Coverage } {
  let ran = new Set<string>();
  return {
    target: {
      seeds: [''],
      words: [...new Set(word)],
      run(input) {
        const text = Buffer.from(input).toString('latin1');
        for (let n = 0; n < word.length && text[n] === word[n]; n++) ran.add(String(n));
        if (text.startsWith(word)) throw new TypeError('found');
      },
    },
    coverage: () => {
      const blocks = ran;
      ran = new Set();
      return blocks;
    },
  };
}

test('coverage leads to what chance would not find, and the finding is made short', () => {
  const { target, coverage } = guarded('tangent');
  const { findings, kept } = explore(target, { coverage, random: seeded(7), goesOn: (runs) => runs < 20_000 });
  expect(kept.length).toBeGreaterThanOrEqual(6);
  expect(findings.map(({ input }) => Buffer.from(input).toString())).toEqual(['tangent']);
});

test('the same seed makes the same exploration', () => {
  const [first, second] = [0, 1].map(() => {
    const { target, coverage } = guarded('tangent');
    return explore(target, { coverage, random: seeded(3), goesOn: (runs) => runs < 2000 });
  });
  expect(first).toEqual(second);
});

describe('a short run', () => {
  // Coverage is for long runs: here every input counts as news, and is as good as another.
  let asked = 0;
  const news: Coverage = () => new Set([String(asked++)]);
  test.each(Object.entries(targets))('%s refuses or answers', (_name, target) => {
    const { findings } = explore(target, { coverage: news, random: seeded(11), goesOn: (runs) => runs < 250 });
    expect(findings.map(({ input, error }) => [Buffer.from(input).toString(), error])).toEqual([]);
  });
});
