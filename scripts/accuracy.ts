// Measures the vector functions and writes a part of docs/accuracy.md: node scripts/accuracy.ts elementary CASES, where CASES
// is what test/wasm/record.py records with a large --count, or node scripts/accuracy.ts special CASES, by test/numeric/record.py
// with --tails.

import { readFileSync, writeFileSync } from 'node:fs';
import * as prettier from 'prettier';

import { rows } from '../test/wasm/functions.ts';
import { accuracyPage, measure } from '../test/wasm/measure.ts';
import type { Cases } from '../test/wasm/measure.ts';
import { specialHeading, specialSection } from '../test/wasm/special-functions.ts';
import type { Recorded } from '../test/wasm/special-functions.ts';

const [part, file] = process.argv.slice(2);
if (file === undefined || (part !== 'elementary' && part !== 'special')) {
  throw new Error('usage: node scripts/accuracy.ts elementary|special CASES');
}
const cases: unknown = JSON.parse(readFileSync(file, 'utf8'));
const page = new URL('../docs/accuracy.md', import.meta.url);
const [elementary, special = ''] = readFileSync(page, 'utf8').split(specialHeading);
const written =
  part === 'special'
    ? elementary + specialSection(cases as Recorded)
    : accuracyPage(rows.map((row) => measure(row, (cases as Record<string, Cases>)[row.name], 400_000))) +
      `\n${specialHeading}${special}`;
const options = await prettier.resolveConfig(page);
writeFileSync(page, await prettier.format(written, { ...options, parser: 'markdown' }));
