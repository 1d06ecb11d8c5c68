// The benchmark without its timing: its programs compile, a wrong result is seen, the page keeps what is around the table.

import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { PeerName } from '../../bench/cases.ts';
import { cases, difference, fill } from '../../bench/cases.ts';
import type { Cold } from '../../bench/cold.ts';
import { measureCase, measureCold } from '../../bench/measure.ts';
import { machineOf, prepareOurs, requestOf } from '../../bench/prepare.ts';
import { digest } from '../../bench/protocol.ts';
import type { Row } from '../../bench/report.ts';
import { duration, met, withResults } from '../../bench/report.ts';
import { labels, startAll } from '../../bench/roster.ts';
import { secondThread } from '../../bench/second-thread.ts';
import { median, quantile } from '../../bench/statistics.ts';
import { overloadMarkdown, overloadMet } from '../../bench/load/report.ts';

const vectors = { wide: false, fma: true };
const machine = machineOf(vectors);
const tensorsOf = (c: (typeof cases)[number]) =>
  Object.fromEntries(c.inputs.map((i) => [i.name, { dtype: i.dtype, shape: i.shape, data: fill(i) }]));

test('names of cases are unique', () => {
  expect(new Set(cases.map((c) => c.id)).size).toBe(cases.length);
});

describe.each(cases)('$id', (c) => {
  test('compiles', () => {
    expect(prepareOurs(requestOf(c.program, c.dtype, tensorsOf(c)), { machine }).nodes).toBeGreaterThan(0);
  });
});

test('runs to outputs, then gradients, in their order', () => {
  const c = cases.find((c) => c.id.startsWith('MLP 10-32-32-1 batch 1,'))!;
  const ours = prepareOurs(requestOf(c.program, c.dtype, tensorsOf(c)), { machine });
  ours.run();
  expect(ours.results().map((r) => r.length)).toEqual([1, 320, 32, 1024, 32, 32, 1]);
});

test('two threads compute what one computes', async () => {
  const team = await secondThread();
  // A machine of one core has none.
  if (typeof team === 'string') return;
  const c = cases.find((c) => c.id === 'GEMM 512 float32')!;
  const request = requestOf(c.program, c.dtype, tensorsOf(c));
  const [alone, both] = [machine, machineOf(vectors, team)].map((m) => {
    const ours = prepareOurs(request, { machine: m });
    ours.run();
    return Array.from(ours.results()[0]);
  });
  expect(both).toEqual(alone);
});

test('inputs are in range, and the same each time', () => {
  const spec = { name: 'x', dtype: 'float64', shape: [1000], scale: 3 } as const;
  const x = fill(spec) as Float64Array;
  expect(x).toEqual(fill(spec));
  expect(x.every((v) => Math.abs(v) <= 3)).toBe(true);
  expect(Math.abs(x.reduce((a, v) => a + v, 0) / 1000)).toBeLessThan(0.3);
});

test('a result that is off in one sample, in its norm, or not there is seen', () => {
  const x = Float64Array.from({ length: 100 }, (_, i) => Math.sin(i));
  const with5 = (change: number) => digest(x.map((v, i) => (i === 6 ? v + change : v)));
  expect(difference([digest(x)], [with5(0)], 1e-10)).toBeUndefined();
  expect(difference([digest(x)], [with5(1e-6)], 1e-10)).toBeDefined();
  expect(difference([digest(x)], [digest(x.map((v, i) => (i === 7 ? v + 1e-3 : v)))], 1e-10)).toMatch(/norm/);
  expect(difference([digest(x)], [digest(x.map((v) => (v > 0.99 ? NaN : v)))], 1e-10)).toBeDefined();
  expect(difference([digest(x)], [], 1e-10)).toMatch(/0 results/);
  expect(difference([digest(x)], [digest(x.slice(1))], 1e-10)).toMatch(/99 elements/);
});

test('order statistics', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(quantile([0, 10], 0.25)).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('rows', () => {
  const row = { case: 'c', peer: 'p', ratio: 2, target: 1.5 };
  expect(met(row)).toBe(true);
  expect(met({ ...row, bound: 'most' })).toBe(false);
  expect(met({ case: 'c', peer: 'p', target: 1 })).toBeUndefined();
  expect([3.8e-7, 1.25e-4, 0.0125, 2].map(duration)).toEqual(['0.38 µs', '125 µs', '12.5 ms', '2.00 s']);
});

/** The pieces of a run, once each, whatever they take. */
describe('a run', () => {
  const script = (name: string): string => fileURLToPath(new URL(`../../bench/${name}`, import.meta.url));

  const patience = 120_000;

  test.each(['--warmed', '--unwarmed'])('a cold start %s', { timeout: patience }, (how) => {
    const args = how === '--warmed' ? [] : [how];
    const printed = execFileSync(process.execPath, [script('cold.ts'), ...args], { encoding: 'utf8' });
    const { nodes, load, plan, first, steady } = JSON.parse(printed) as Cold;
    expect(nodes).toBe(31);
    expect(Math.min(load, plan, first, steady - first)).toBeGreaterThanOrEqual(0);
  });

  test.each([
    ['MLP 10-32-32-1 batch 1, value and gradients float32', 'plain'],
    ['GEMM 512 float32', 'two'],
  ] as const)('%s beside %s', { timeout: patience }, async (id, peer: PeerName) => {
    const participants = startAll(new Set([peer]), () => undefined);
    try {
      const c = cases.find((c) => c.id === id)!;
      const rows = await measureCase(c, participants, 'cpu');
      expect(rows.map((row) => row.peer)).toEqual([labels[peer]]);
      // A machine of one core has no second thread.
      if (peer !== 'two' || typeof (await secondThread()) !== 'string') expect(rows[0].ratio).toBeGreaterThan(0);
    } finally {
      await Promise.all(participants.flatMap((p) => p.variants).map(async (child) => child.stop()));
    }
  });

  test('the first results of a process', { timeout: patience }, async () => {
    const [ours] = startAll(new Set(), () => undefined);
    try {
      await measureCold(cases[0], ours.variants[0]);
    } finally {
      await ours.variants[0].stop();
    }
  });
});

test('the codecs have rows of their own, with the targets that they are to reach', () => {
  const script = fileURLToPath(new URL('../../bench/codec.ts', import.meta.url));
  const printed = execFileSync(process.execPath, [script, 'normal', '--rounds', '1', '--json'], { encoding: 'utf8' });
  const rows = JSON.parse(printed) as Row[];
  const targets = Object.fromEntries(rows.map((row) => [row.case.split(' numbers ')[1], row.target]));
  expect(targets).toMatchObject({
    'in: normal': 1.6,
    'out: normal, float32': 2.5,
    'out: normal, float64': 1.4,
  });
  expect(rows.every((row) => row.ratio! > 0 && row.peer.startsWith('JSON.'))).toBe(true);
});

test('the page keeps what is around its results', () => {
  const page = 'before\n<!-- results: written by npm run bench -- --write -->\nold\n<!-- end of results -->\nafter\n';
  const written = withResults(withResults(page, 'new'), 'newer');
  expect(written).toMatch(/^before\n[^]*\n\nnewer\n\n[^]*\nafter\n$/);
  expect(written).not.toMatch(/old|new\n/);
  expect(() => withResults('nothing', 'new')).toThrow(/marks/);
});

test('beyond capacity a line holds its goodput and its health, or does not', () => {
  const row = {
    work: 'w',
    offer: 'o',
    over: true,
    perSecond: 90,
    part: 0.95,
    refused: 10,
    p50: 1,
    p99: 2,
    health: 1,
    healthMost: 20,
    memory: 100,
    failed: 0,
    unsent: 0,
  };
  expect(overloadMet(row)).toBe(true);
  expect(overloadMet({ ...row, part: 0.89 })).toBe(false);
  expect(overloadMet({ ...row, healthMost: 51 })).toBe(false);
  expect(overloadMet({ ...row, over: false })).toBeUndefined();
  expect(overloadMarkdown([row])).toMatch(/\| w \| o \| 90\.0 \| 0\.950 \| 10\.0 \|/);
});

test('the costs of a request are taken step by step', () => {
  const script = fileURLToPath(new URL('../../bench/costs.ts', import.meta.url));
  const table = execFileSync(process.execPath, [script, '--rounds', '1'], { encoding: 'utf8' });
  expect(table).toMatch(/^\| step \| Rosenbrock-10 \| MLP/);
  expect(table.trim().split('\n').length).toBe(10);
}, 60_000);
