// Measures the vector functions and writes docs/accuracy.md: node scripts/accuracy.ts CASES, where CASES is what
// test/wasm/record.py records with a large --count.

import { readFileSync, writeFileSync } from 'node:fs';
import * as prettier from 'prettier';

import { rows } from '../test/wasm/functions.ts';
import { accuracyPage, measure } from '../test/wasm/measure.ts';
import type { Cases } from '../test/wasm/measure.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node scripts/accuracy.ts CASES');
const cases = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Cases>;
const measured = rows.map((row) => measure(row, cases[row.name], 400_000));
const page = new URL('../docs/accuracy.md', import.meta.url);
const options = await prettier.resolveConfig(page);
writeFileSync(page, await prettier.format(accuracyPage(measured), { ...options, parser: 'markdown' }));
