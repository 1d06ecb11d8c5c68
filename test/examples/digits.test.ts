// The digits example, in short form: a few epochs on fewer digits, against a running service.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningService } from '../service/running.ts';
import { startService } from '../service/running.ts';

const run = promisify(execFile);
const script = new URL('../../examples/digits.py', import.meta.url).pathname;

let service: RunningService;
let folder: string;
beforeAll(async () => {
  service = await startService();
  folder = await mkdtemp(join(tmpdir(), 'digits-'));
});
afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true });
});

// The example is Python: where there is none, there is nothing to run it with.
const python = await run('python3', ['--version']).then(
  () => true,
  () => false,
);

test.skipIf(!python)(
  'learns to read digits from gradients over HTTP, and draws its loss',
  { timeout: 120_000 },
  async () => {
    const curve = join(folder, 'loss.svg');
    const { stdout } = await run('python3', [
      script,
      '--url',
      service.url,
      '--train',
      '2000',
      '--test',
      '500',
      '--epochs',
      '3',
      '--target',
      '0.85',
      '--curve',
      curve,
    ]);
    const accuracies = [...stdout.matchAll(/held-out accuracy (\d+\.\d+) %/g)].map((m) => Number(m[1]));
    expect(Math.max(...accuracies)).toBeGreaterThan(85);
    const losses = [...stdout.matchAll(/mean loss (\d+\.\d+)/g)].map((m) => Number(m[1]));
    expect(losses[0]).toBeLessThan(2.3);
    const svg = await readFile(curve, 'utf8');
    expect(svg.match(/<polyline/g)).toHaveLength(2);
  },
);
