// How the codec compares with JSON.parse, JSON.stringify and Buffer: node bench/codec.ts [words …] [--rounds 501] [--json]. Ratios
// above 1 are ours.

import { parseArgs } from 'node:util';
import { ListReader, printBase64, printLists, readBase64 } from '../engine/codec/codec.ts';
import { allocate } from '../engine/ir/tensor.ts';
import type { DType } from '../engine/ir/aval.ts';
import type { TensorData } from '../engine/ir/tensor.ts';
import type { Row } from './report.ts';
import { met } from './report.ts';
import { median, quantile } from './statistics.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '501' }, json: { type: 'boolean' } },
});
const rounds = Number(values.rounds);
if (!(rounds >= 1)) throw new Error('--rounds is a number from 1 on.');
/** Short runs: a median of them is one that nothing interrupted. */
const size = 4000;
const utf8 = new TextEncoder();
const text = new TextDecoder();

// Park and Miller: the same numbers each time.
let state = 1;
const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
const fine = (): number => uniform() + uniform() * 2 ** -31;
const normal = (): number => Math.sqrt(-2 * Math.log(1 - fine())) * Math.cos(2 * Math.PI * fine());

const distributions: Readonly<Record<string, () => number>> = {
  'uniform in [0, 1)': fine,
  normal,
  'many magnitudes': () => normal() * 10 ** Math.floor(40 * uniform() - 20),
  'float32 values': () => Math.fround(normal()),
  'two decimals': () => Math.round(10_000 * normal()) / 100,
  'six decimals': () => Math.round(1e6 * normal()) / 1e6,
  'whole, below 256': () => Math.floor(256 * uniform()),
  'whole, below a million': () => Math.floor(1e6 * uniform()),
};

const rows: Row[] = [];

/** One against the other, in rounds in which they take turns; `target` is the ratio that is aimed for. */
function compare(name: string, peer: string, theirs: () => void, ours: () => void, target?: number): void {
  if (!positionals.every((word) => name.toLowerCase().includes(word.toLowerCase()))) return;
  const times: [number[], number[]] = [[], []];
  for (let round = -Math.min(200, rounds); round < rounds; round++) {
    [theirs, ours].forEach((run, i) => {
      const start = performance.now();
      run();
      if (round >= 0) times[i].push((performance.now() - start) / 1000);
    });
  }
  const ratios = times[0].map((their, i) => their / times[1][i]);
  const row: Row = {
    case: `decimal codec, ${size} numbers ${name}`,
    peer,
    ours: median(times[1]),
    theirs: median(times[0]),
    ratio: median(ratios),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    target,
  };
  rows.push(row);
  if (values.json === true) return;
  const [a, b] = [row.theirs!, row.ours!].map((seconds) => `${((seconds * 1e9) / size).toFixed(1).padStart(7)} ns`);
  const verdict = target === undefined ? '' : ` (${target}: ${met(row) === true ? 'met' : 'not met'})`;
  console.log(`${name.padEnd(44)} ${peer.padEnd(15)} ${a}, codec ${b}, ratio ${row.ratio!.toFixed(2)}${verdict}`);
}

/** To memory that is there, as an answer's is. */
const out = new Uint8Array(40 * size);
let length = 0;
const keep = (piece: Uint8Array): void => {
  out.set(piece, length);
  length += piece.length;
};
const printInto = (dtype: DType, data: TensorData): void => {
  length = 0;
  printLists(dtype, [data.length], data, keep);
};

/** What every decimal is read and printed by: full fractions, of which a target speaks, and others. */
const full = new Set(['uniform in [0, 1)', 'normal']);
const targets = { read: 1.6, float32: 2.5, float64: 1.4 };

for (const [name, draw] of Object.entries(distributions)) {
  const json = JSON.stringify(Array.from({ length: size }, draw));
  const bytes = utf8.encode(json);
  compare(
    `in: ${name}`,
    'JSON.parse',
    () => JSON.parse(json),
    () => new ListReader(bytes, size).read(0),
    full.has(name) ? targets.read : undefined,
  );
}
const spaced = JSON.stringify(Array.from({ length: size }, normal)).replaceAll(',', ', ');
const spacedBytes = utf8.encode(spaced);
compare(
  'in: normal, a space after each comma',
  'JSON.parse',
  () => JSON.parse(spaced),
  () => new ListReader(spacedBytes, size).read(0),
);
const nested = JSON.stringify(Array.from({ length: size / 10 }, () => Array.from({ length: 10 }, normal)));
const nestedBytes = utf8.encode(nested);
compare(
  'in: normal, rows of 10',
  'JSON.parse',
  () => JSON.parse(nested),
  () => new ListReader(nestedBytes, size).read(0),
);
compare(
  'in: normal, bytes to Float64Array',
  'JSON.parse',
  () => Float64Array.from(JSON.parse(text.decode(spacedBytes)) as number[]),
  () => new ListReader(spacedBytes, size).read(0)!.list.copyTo(allocate('float64', size), 'float64'),
);

for (const [name, draw] of Object.entries(distributions)) {
  const list = Array.from({ length: size }, draw);
  const data = Float64Array.from(list);
  compare(
    `out: ${name}, float64`,
    'JSON.stringify',
    () => JSON.stringify(list),
    () => printInto('float64', data),
    full.has(name) ? targets.float64 : undefined,
  );
}
for (const [name, dtype, draw] of [
  ['normal', 'float32', () => Math.fround(normal())],
  ['uniform in [0, 1)', 'float32', () => Math.fround(uniform())],
  ['below a million', 'int32', () => Math.floor(1e6 * uniform())],
  ['below 256', 'uint8', () => Math.floor(256 * uniform())],
] as const) {
  const list = Array.from({ length: size }, draw);
  const data = allocate(dtype, size);
  list.forEach((x, i) => (data[i] = x));
  compare(
    `out: ${name}, ${dtype}`,
    'JSON.stringify',
    () => JSON.stringify(list),
    () => printInto(dtype, data),
    dtype === 'float32' ? targets.float32 : undefined,
  );
}

const data = Float64Array.from({ length: size }, normal);
const buffer = Buffer.from(data.buffer);
const base64 = buffer.toString('base64');
const base64Bytes = utf8.encode(base64);
compare(
  'out: base64 of float64',
  'Buffer',
  () => utf8.encode(buffer.toString('base64')),
  () => {
    length = 0;
    printBase64(data, keep);
  },
);
compare(
  'in: base64 of float64',
  'Buffer',
  () => Buffer.from(text.decode(base64Bytes), 'base64'),
  () => readBase64(base64Bytes),
);
if (values.json === true) console.log(JSON.stringify(rows));
