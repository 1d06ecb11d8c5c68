// The catalogue is consistent: names, files, signatures and documentation of every op.

import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dtypes } from '../../engine/ir/aval.ts';
import type { Op, Param } from '../../engine/op.ts';
import { ops } from '../../engine/ops/index.ts';

const visible = ops.filter((op) => op.internal !== true);
const isOperand = (p: Param): boolean => p.kind === 'tensor' || p.kind === 'tensors';

test('names and aliases are unique', () => {
  const names = ops.flatMap((op) => [op.name, ...(op.aliases ?? [])]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test('every op has a file and every file an op', () => {
  const folder = new URL('../../engine/ops/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file !== 'index.ts' && file !== 'calls.ts');
  expect(ops.map((op) => `${op.name}.ts`).sort()).toEqual(files.sort());
});

const words = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** Names that are not ours to spell. */
const borrowed: ReadonlySet<string> = new Set(['PRNGKey']);

const wellNamed = (name: string): boolean => name.split('.').every((part) => words.test(part) || borrowed.has(part));

describe.each(ops.map((op) => [op.name, op] as const))('%s', (name, op) => {
  test('is named and documented', () => {
    expect([name, ...(op.aliases ?? [])].filter((n) => !wellNamed(n))).toEqual([]);
    expect(op.doc.text).toMatch(/^\S[^]{8,}[.:)]$/);
    expect(op.family).toMatch(words);
    // What takes functions is tested by programs.
    const takesFunctions = op.params.some((p) => p.kind === 'function' || p.kind === 'functions');
    if (op.internal !== true && !takesFunctions && op.params.some((p) => isOperand(p) && p.default === undefined)) {
      expect(op.samples.length, 'an op with operands has samples').toBeGreaterThan(0);
    }
  });

  test('has a signature that can be called', () => expect(complaintsAbout(op)).toEqual([]));
});

function complaintsAbout(op: Op): string[] {
  const complaints: string[] = [];
  const names = op.params.map((p) => p.name);
  if (new Set(names).size < names.length) complaints.push('a parameter stands twice');
  op.params.forEach((p, i) => {
    if (!words.test(p.name)) complaints.push(`${p.name} is not snake_case`);
    if (p.default !== undefined && !fits(p))
      complaints.push(`${p.name}: ${p.kind} has default ${JSON.stringify(p.default)}`);
    if (p.kind === 'enum' && (p.values ?? []).length === 0) complaints.push(`${p.name} is an enum of nothing`);
    if (p.kind !== 'enum' && p.values !== undefined) complaints.push(`${p.name} is no enum and has values`);
    const before = op.params.slice(0, i);
    if (p.keyword !== true && before.some((q) => q.keyword === true))
      complaints.push(`${p.name} stands after keyword-only parameters`);
    const optional = before.find((q) => q.default !== undefined && q.keyword !== true && q.kind !== 'tensors');
    if (p.keyword !== true && p.default === undefined && optional !== undefined)
      complaints.push(`${p.name} must be given, and ${optional.name} before it not`);
  });
  for (const sample of op.samples) {
    const unknown = Object.keys(sample.attrs ?? {}).filter((name) => !names.includes(name));
    if (unknown.length > 0) complaints.push(`a sample gives ${unknown.join(', ')}, which it does not take`);
    for (const { shape, values } of sample.operands) {
      const size = shape.reduce((n, d) => n * d, 1);
      if (values !== undefined && values.length !== size)
        complaints.push(`a sample has ${values.length} values for shape [${shape.join()}]`);
    }
  }
  const results = Array.isArray(op.results) ? (op.results as readonly string[]) : [];
  if (new Set(results).size < results.length) complaints.push('two results have the same name');
  if (Array.isArray(op.results) && results.length < 2) complaints.push('one result needs no name');
  return complaints;
}

/** Whether a default is of the parameter's kind; null stands for "not given" everywhere. */
function fits({ kind, default: value, values }: Param): boolean {
  if (value === null) return true;
  const integers = Array.isArray(value) && value.every(Number.isInteger);
  switch (kind) {
    case 'tensor':
      return typeof value === 'number' || typeof value === 'boolean';
    case 'tensors':
      return Array.isArray(value);
    case 'int':
    case 'axis':
      return Number.isInteger(value);
    case 'axes':
      return Number.isInteger(value) || integers;
    case 'ints':
    case 'shape':
      return integers;
    case 'float':
      return typeof value === 'number';
    case 'bool':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string';
    case 'enum':
      return typeof value === 'string' && (values ?? []).includes(value);
    case 'dtype':
      return (dtypes as readonly unknown[]).includes(value);
    case 'function':
    case 'functions':
      return false;
    case 'index':
    case 'any':
      return true;
  }
}

test('the catalogue is not empty', () => expect(visible.length).toBeGreaterThan(20));
