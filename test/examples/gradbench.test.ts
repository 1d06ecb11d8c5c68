// GradBench's evals as programs: the driver in front of a running service, held to what GradBench's own tools gave.

import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningService } from '../service/running.ts';
import { startService } from '../service/running.ts';
import type { Tool } from './gradbench/tool.ts';
import { startTool } from './gradbench/tool.ts';

/** One evaluation as an eval asks for it, and the output of the tool that the eval itself trusts. */
interface Case {
  readonly function: string;
  readonly input: unknown;
  readonly output: unknown;
}

const folder = new URL('gradbench/', import.meta.url);
const modules = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({
    module: file.slice(0, -'.json'.length),
    cases: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Case[],
  }));

let service: RunningService;
let tool: Tool;
beforeAll(async () => {
  service = await startService({ environment: { WORKERS: '1' } });
  tool = startTool(service.url);
});
afterAll(async () => {
  await tool.end();
  await service.close();
});

test('introduces itself, and answers what needs no answer with the id', async () => {
  expect(await tool.ask({ kind: 'start', eval: 'hello' })).toMatchObject({ tool: 'cotangent' });
  expect(Object.keys(await tool.ask({ kind: 'analysis', of: 0, valid: true }))).toEqual(['id']);
});

test('tells what it has not got', async () => {
  const define = await tool.ask({ kind: 'define', module: 'nosuch' });
  expect(define).toMatchObject({ success: false, error: 'There is no module "nosuch" here.' });
  expect(await tool.ask({ kind: 'define', module: '../driver' })).toMatchObject({ success: false });
  const evaluate = await tool.ask({ kind: 'evaluate', module: 'hello', function: 'cube', input: 1 });
  expect(evaluate).toMatchObject({ success: false, error: '"hello" has no function "cube".' });
});

test('passes on what the service says of an input', async () => {
  const { success, error } = await tool.ask({ kind: 'evaluate', module: 'hello', function: 'square', input: 'one' });
  expect(success).toBe(false);
  expect(error).toMatch(/^The service answers 4\d\d: .*one/);
});

test('holds the conversation of the page', async () => {
  const page = readFileSync(new URL('../../docs/gradbench.md', import.meta.url), 'utf8');
  const [sent, answered] = [...page.matchAll(/```jsonl\n(.*?)```/gs)].map(([, lines]) =>
    lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
  );
  expect(sent.length).toBeGreaterThan(3);
  for (const [i, message] of sent.entries()) expect(await tool.ask(message)).toMatchObject(answered[i]);
});

describe.each(modules)('$module', ({ module, cases }) => {
  test('is there', async () => {
    expect(await tool.ask({ kind: 'define', module })).toMatchObject({ success: true });
  });

  test.each(cases)('$function', async ({ function: name, input, output }) => {
    const answer = await tool.ask({ kind: 'evaluate', module, function: name, input });
    expect(answer.error).toBeUndefined();
    const evaluations = answer.timings?.filter((timing) => timing.name === 'evaluate') ?? [];
    expect(evaluations).toHaveLength((input as { min_runs?: number }).min_runs ?? 1);
    for (const { nanoseconds } of evaluations) expect(nanoseconds).toBeGreaterThan(0);
    expectClose(answer.output, output, '');
  });
});

/** Far below GradBench's own tolerance of 1e-4, relative to numbers above 1. */
const tolerance = 1e-9;

function expectClose(actual: unknown, expected: unknown, path: string): void {
  if (typeof expected === 'number') {
    expect(actual, path).toBeTypeOf('number');
    const error = Math.abs((actual as number) - expected) / Math.max(1, Math.abs(expected));
    expect(error, `${path}: ${String(actual)}, and ${expected} is right`).toBeLessThan(tolerance);
  } else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as object).sort(), path).toEqual(Object.keys(expected).sort());
    for (const [key, value] of Object.entries(expected)) {
      expectClose((actual as Readonly<Record<string, unknown>>)[key], value, `${path}/${key}`);
    }
  } else expect(actual, path).toEqual(expected);
}
