// GradBench's bench without its timing: what it asks for is there, and without a checkout it says so.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cases } from '../../bench/gradbench/cases.ts';
import { withResults } from '../../bench/report.ts';
import type { EvalFunctions } from '../../examples/gradbench/eval.ts';

test.each([...new Set(cases.map(({ module }) => module))])(
  '%s has the derivatives that are measured',
  async (module) => {
    const file = new URL(`../../examples/gradbench/evals/${module}.ts`, import.meta.url).href;
    const { functions } = (await import(file)) as { functions: EvalFunctions<unknown> };
    const measured = cases.filter((c) => c.module === module).flatMap((c) => c.derivatives);
    expect(Object.keys(functions)).toEqual(expect.arrayContaining(measured));
  },
);

test('is left out with a notice where there is no checkout', () => {
  const script = new URL('../../bench/gradbench/main.ts', import.meta.url).pathname;
  const env = { ...process.env, GRADBENCH: '/nowhere' };
  expect(execFileSync(process.execPath, [script], { encoding: 'utf8', env })).toMatch(/^Left out: /);
});

test('the page has a place for its table', () => {
  const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
  const part = { name: 'gradbench', script: 'bench:gradbench' };
  expect(withResults(page, 'a table', part)).toContain('a table');
});
