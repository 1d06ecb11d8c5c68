// Measures the vector functions and writes a part of docs/accuracy.md: node scripts/accuracy.ts elementary CASES, where CASES
// is what test/wasm/record.py records with a large --count, or node scripts/accuracy.ts special CASES, by test/numeric/record.py
// with --tails. --stride 1 takes every float32 and not each 16th, --every NAME,NAME does so for some.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as prettier from 'prettier';

import { oneArgument, worstOver } from '../test/wasm/every-float.ts';
import { rows } from '../test/wasm/functions.ts';
import { accuracyPage, measure, worstSingle } from '../test/wasm/measure.ts';
import type { Cases, Singles } from '../test/wasm/measure.ts';
import { specialHeading, specialSection } from '../test/wasm/special-functions.ts';
import type { Recorded } from '../test/wasm/special-functions.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { stride: { type: 'string', default: '16' }, every: { type: 'string', default: '' } },
});
const [part, file] = positionals;
const stride = Number(values.stride);
if (file === undefined || (part !== 'elementary' && part !== 'special') || !(stride >= 1)) {
  throw new Error('usage: node scripts/accuracy.ts elementary|special CASES [--stride 16] [--every NAME,NAME]');
}
const every = values.every.split(',').filter((name) => name !== '');
const pairs = 2_000_000;

const single: Singles = (name, fused) => {
  const f = oneArgument.find((each) => each.name === name);
  if (f !== undefined) return worstOver(f, fused, every.includes(name) ? 1 : stride);
  return worstSingle(
    rows.find((row) => row.name === name)!,
    fused,
    pairs,
    fused ? 1 : 2,
  );
};

const cases: unknown = JSON.parse(readFileSync(file, 'utf8'));
const page = new URL('../docs/accuracy.md', import.meta.url);
const [elementary, special = ''] = readFileSync(page, 'utf8').split(specialHeading);
const written =
  part === 'special'
    ? elementary + specialSection(cases as Recorded, single)
    : `${accuracyPage(
        rows.map((row) => measure(row, (cases as Record<string, Cases>)[row.name], single)),
        looked((cases as Record<string, Cases>)['exp'].arguments.split(' ').length),
      )}\n${specialHeading}${special}`;
const options = await prettier.resolveConfig(page);
writeFileSync(page, await prettier.format(written, { ...options, parser: 'markdown' }));

/** Which arguments were looked at, in words. */
function looked(doubles: number): string {
  const count = (n: number): string => n.toLocaleString('en');
  const some = stride === 1 ? 'every number' : `each ${stride}th number, NaN and subnormal ones included`;
  const all = stride > 1 && every.length > 0 ? `\n(every one for ${every.join(', ')})` : '';
  return `float32 on ${some}${all}, or on\n${count(pairs)} pairs from the whole range, against float64; float64 on ${count(doubles)} arguments against mpmath.`;
}
