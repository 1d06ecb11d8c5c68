// What a program's expressions evaluate to while it is traced: Python's static values, and traced tensors.

import { EngineError } from '../errors.ts';
import type { ErrorCode, Place } from '../errors.ts';
import type { DType } from '../ir/aval.ts';
import { showAval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';

/** JS types carry Python's scalars: bigint is int, number is float, null is None; a traced tensor is an IR value. */
export type PyValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Value
  | PyTuple
  | PyList
  | PyDict
  | PySlice
  | PyRange
  | PyFunction
  | PyModule
  | PyDType
  | PyAt
  | PyEllipsis;

export interface PyTuple {
  readonly kind: 'tuple';
  readonly items: readonly PyValue[];
}
/** Lists can be appended to, as in Python. */
export interface PyList {
  readonly kind: 'list';
  readonly items: PyValue[];
}
export interface PyDict {
  readonly kind: 'dict';
  readonly entries: Map<string | bigint | number | boolean | null, PyValue>;
}
export interface PySlice {
  readonly kind: 'slice';
  readonly start: PyValue;
  readonly stop: PyValue;
  readonly step: PyValue;
}
export interface PyRange {
  readonly kind: 'range';
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;
}
export interface PyFunction {
  readonly kind: 'function';
  readonly name: string;
  /** The dtype that a Python type stands for where a dtype is wanted: float, int, bool. */
  readonly dtype?: string;
  /** The names of its parameters, where it was written with some. */
  readonly parameters?: readonly string[] | undefined;
  /** Attributes that are functions: `f.defvjp`. */
  readonly methods?: ReadonlyMap<string, PyFunction>;
  readonly call: (call: Call) => PyValue;
}
export interface PyModule {
  readonly kind: 'module';
  /** `jax.numpy`, `jax.nn`, … */
  readonly path: string;
}
export interface PyDType {
  readonly kind: 'dtype';
  readonly dtype: DType;
}
/** `x.at` and `x.at[i]`, before the method that ends it. */
export interface PyAt {
  readonly kind: 'at';
  readonly array: Value;
  readonly index: PyValue | undefined;
}
export interface PyEllipsis {
  readonly kind: 'ellipsis';
}

/** A call as a callee sees it. */
export interface Call {
  readonly args: readonly PyValue[];
  readonly keywords: ReadonlyMap<string, PyValue>;
  readonly site: Site;
}

/** Where evaluation is, and what it may use. */
export interface Site {
  readonly builder: Builder;
  readonly place: Place;
  /** Counts a step of evaluation, or several; throws when the program has taken too many. */
  readonly step: (count?: number) => void;
}

export const tuple = (items: readonly PyValue[]): PyTuple => ({ kind: 'tuple', items });
export const ellipsis: PyEllipsis = { kind: 'ellipsis' };

export const isTensor = (v: PyValue): v is Value => typeof v === 'object' && v !== null && 'aval' in v;

type Kind = Exclude<PyValue, null | boolean | bigint | number | string | Value>['kind'];
export const isKind = <K extends Kind>(v: PyValue, kind: K): v is Extract<PyValue, { readonly kind: K }> =>
  typeof v === 'object' && v !== null && 'kind' in v && v.kind === kind;

/** Fails at a place in the program. */
export function failAt(place: Place, code: ErrorCode, message: string, hint?: string): never {
  throw new EngineError(code, hint === undefined ? { ...place, message } : { ...place, message, hint });
}

/** How a message calls a value: `an int`, `float64[3]`, `a tuple`. */
export function describe(v: PyValue): string {
  if (v === null) return 'None';
  if (typeof v === 'boolean') return v ? 'True' : 'False';
  if (typeof v === 'bigint') return `the int ${v}`;
  if (typeof v === 'number') return `the float ${v}`;
  if (typeof v === 'string') return `the string ${JSON.stringify(v)}`;
  if (isTensor(v)) return `an array ${showAval(v.aval)}`;
  switch (v.kind) {
    case 'tuple':
    case 'list':
      return `a ${v.kind} of ${v.items.length}`;
    case 'function':
      return `the function ${v.name}`;
    case 'module':
      return `the module ${v.path}`;
    case 'dtype':
      return `the dtype ${v.dtype}`;
    case 'at':
      return 'x.at without an index and a method';
    default:
      return `a ${v.kind}`;
  }
}

/** The items of anything a program can iterate over; an array gives its rows. */
export function iterate(v: PyValue, site: Site): readonly PyValue[] {
  if (isKind(v, 'tuple') || isKind(v, 'list')) return v.items;
  if (isKind(v, 'range')) return rangeItems(v, site);
  if (isKind(v, 'dict')) return [...v.entries.keys()];
  if (typeof v === 'string') return Array.from(v);
  if (isTensor(v)) {
    const [n] = v.aval.shape;
    if (n === undefined) failAt(site.place, 'E_PROGRAM_TYPE', 'A scalar array has no elements to iterate over.');
    return Array.from({ length: n }, (_, i) => {
      site.step();
      return row(site.builder, v, i);
    });
  }
  failAt(site.place, 'E_PROGRAM_TYPE', `${capital(describe(v))} cannot be iterated over.`);
}

/** Element i along the first axis. */
function row(b: Builder, x: Value, i: number): Value {
  const rest = x.aval.shape.slice(1);
  const part = b.slice(x, { start: [i, ...rest.map(() => 0)], stop: [i + 1, ...rest] });
  return b.reshape(part, { shape: rest });
}

export function rangeLength({ start, stop, step }: PyRange): bigint {
  if (step > 0n) return stop > start ? (stop - start + step - 1n) / step : 0n;
  return start > stop ? (start - stop - step - 1n) / -step : 0n;
}

function rangeItems(range: PyRange, site: Site): bigint[] {
  const items: bigint[] = [];
  const n = rangeLength(range);
  for (let i = 0n; i < n; i++) {
    site.step();
    items.push(range.start + i * range.step);
  }
  return items;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Python's truth of a static value; an array has none while the program is traced. */
export function truth(v: PyValue, place: Place): boolean {
  if (v === null) return false;
  if (typeof v === 'boolean') return v;
  if (typeof v === 'bigint') return v !== 0n;
  if (typeof v === 'number') return v !== 0;
  if (typeof v === 'string') return v.length > 0;
  if (isTensor(v)) {
    failAt(
      place,
      'E_PROGRAM_TYPE',
      `The condition is an array (${showAval(v.aval)}): which way it goes depends on data, and a program is traced before it sees any.`,
      'jnp.where(condition, a, b) chooses element by element; & | ~ combine conditions in place of and, or, not.',
    );
  }
  if (isKind(v, 'tuple') || isKind(v, 'list')) return v.items.length > 0;
  if (isKind(v, 'dict')) return v.entries.size > 0;
  if (isKind(v, 'range')) return rangeLength(v) > 0n;
  return true;
}

/** A static integer (an int, a bool, or a size), for axes, shapes, counts. */
export function staticInt(v: PyValue, what: string, site: Site): number {
  if (typeof v === 'bigint') return Number(v);
  if (typeof v === 'boolean') return Number(v);
  const why = isTensor(v) ? 'it depends on data, and must be known while the program is traced' : 'an int was expected';
  failAt(site.place, 'E_PROGRAM_TYPE', `${what} is ${describe(v)}: ${why}.`);
}
