import { defineConfig } from 'vitest/config';

const ci = process.env['CI'] !== undefined;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    passWithNoTests: false,
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // What is waited for comes at once, but on a machine that is busy with other work.
    expect: { poll: { timeout: 20_000 } },
    // .ci/run counts from the second.
    reporters: ci ? ['default', ['json', { outputFile: '.reports/vitest.json' }]] : ['default'],
  },
});
