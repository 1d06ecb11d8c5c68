// How the codec compares with JSON.parse, JSON.stringify and Buffer: node bench/codec.ts [rounds]. Ratios above 1 are ours.

import { ListReader, printBase64, printLists, readBase64 } from '../engine/codec/codec.ts';
import { allocate } from '../engine/ir/tensor.ts';
import type { DType } from '../engine/ir/aval.ts';
import type { TensorData } from '../engine/ir/tensor.ts';

const rounds = Number(process.argv[2] ?? 501);
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

/** Nanoseconds an element of each function, medians of rounds that take turns. */
function compare(count: number, functions: readonly (() => void)[]): number[] {
  const times = functions.map((): number[] => []);
  for (let round = -200; round < rounds; round++) {
    functions.forEach((run, i) => {
      const start = performance.now();
      run();
      if (round >= 0) times[i].push(performance.now() - start);
    });
  }
  return times.map((list) => (1e6 / count) * list.sort((a, b) => a - b)[list.length >> 1]);
}

function report(name: string, count: number, theirs: () => void, ours: () => void): void {
  const [a, b] = compare(count, [theirs, ours]);
  console.log(
    `${name.padEnd(44)} ${a.toFixed(1).padStart(7)} ns ${b.toFixed(1).padStart(7)} ns ${(a / b).toFixed(2).padStart(6)}`,
  );
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

console.log(`${'decimals in: JSON.parse, codec'.padEnd(44)} JSON.parse      codec  ratio`);
for (const [name, draw] of Object.entries(distributions)) {
  const json = JSON.stringify(Array.from({ length: size }, draw));
  const bytes = utf8.encode(json);
  report(
    name,
    size,
    () => JSON.parse(json),
    () => new ListReader(bytes, size).read(0),
  );
}
const spaced = JSON.stringify(Array.from({ length: size }, normal)).replaceAll(',', ', ');
const spacedBytes = utf8.encode(spaced);
report(
  'normal, a space after each comma',
  size,
  () => JSON.parse(spaced),
  () => new ListReader(spacedBytes, size).read(0),
);
const rows = JSON.stringify(Array.from({ length: size / 10 }, () => Array.from({ length: 10 }, normal)));
const rowBytes = utf8.encode(rows);
report(
  'normal, rows of 10',
  size,
  () => JSON.parse(rows),
  () => new ListReader(rowBytes, size).read(0),
);
report(
  'bytes to Float64Array, normal',
  size,
  () => Float64Array.from(JSON.parse(text.decode(spacedBytes)) as number[]),
  () => new ListReader(spacedBytes, size).read(0)!.list.copyTo(allocate('float64', size), 'float64'),
);

console.log(`\n${'decimals out: JSON.stringify, codec'.padEnd(44)}  stringify      codec  ratio`);
for (const [name, draw] of Object.entries(distributions)) {
  const list = Array.from({ length: size }, draw);
  const data = Float64Array.from(list);
  report(
    `${name}, float64`,
    size,
    () => JSON.stringify(list),
    () => printInto('float64', data),
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
  report(
    `${name}, ${dtype}`,
    size,
    () => JSON.stringify(list),
    () => printInto(dtype, data),
  );
}

console.log(`\n${'base64 of float64: Buffer, codec'.padEnd(44)}     Buffer      codec  ratio`);
const data = Float64Array.from({ length: size }, normal);
const buffer = Buffer.from(data.buffer);
const base64 = buffer.toString('base64');
const base64Bytes = utf8.encode(base64);
report(
  'out',
  size,
  () => utf8.encode(buffer.toString('base64')),
  () => {
    length = 0;
    printBase64(data, keep);
  },
);
report(
  'in',
  size,
  () => Buffer.from(text.decode(base64Bytes), 'base64'),
  () => readBase64(base64Bytes),
);
