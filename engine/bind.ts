// Binds what a front end collected for a call to an op's parameters, and says what is wrong in the user's words.
//
// Both front ends use it the same way:
//   const args = bindArguments(op, positional, keywords, options);
//   const results = builder.call(op, args, place);
// Positional arguments follow the order of op.params (operands and attributes mixed, as in jax.numpy); keywords go by
// name. null is an argument that was left out where the parameter's default says it may be. The result is complete:
// every absent parameter stands at its default. Errors carry no place; the caller adds it with `located`.

import { fail, invariant } from './errors.ts';
import type { DType, FloatDType } from './ir/aval.ts';
import { dtypes, showAval } from './ir/aval.ts';
import { scalarConstant, signature } from './ir/builder.ts';
import type { Value } from './ir/graph.ts';
import type { Args, AttrValue, Op, Operand, Param, Subprogram } from './op.ts';
import { didYouMean, nearest } from './suggest.ts';

export interface BindOptions {
  /** What the dtype names `float` and `float_` mean. */
  readonly defaultFloat: FloatDType;
  /**
   * Whether the language tells 2 from 2.0 (integers are bigint, floats are number), so that 2.0 is no axis. Without it
   * a number without a fraction is an integer, as in JSON.
   */
  readonly typedNumbers?: boolean;
  /** Whether what is bound came off the wire as it is: an object in it is data, never a tensor or graph of ours. */
  readonly wire?: boolean;
  /** Makes an operand of a front end's own kinds of value (a list of arrays, say); undefined where it is none. */
  readonly operand?: (given: unknown, param: Param) => Operand | undefined;
  /** The function that a front end's own kind of value stands for; it fails where there is none. */
  readonly subprogram?: (given: unknown, param: Param) => Subprogram;
}

/** The complete arguments of a call, ready for `builder.call(op, args, place)`. */
export function bindArguments(
  op: Op,
  positional: readonly unknown[],
  keywords: ReadonlyMap<string, unknown>,
  options: BindOptions,
): Args {
  const given = new Map<Param, unknown>();
  bindPositional(op, positional, given);
  for (const [name, value] of keywords) {
    const param = parameterNamed(op, name);
    if (param === undefined) unknownKeyword(op, name);
    if (given.has(param)) {
      fail('E_OP_ARITY', `${op.name} is given ${param.name} twice.`, `Its signature is ${signature(op)}.`);
    }
    given.set(param, value);
  }
  return completeArguments(op, given, options);
}

/** The same for arguments whose parameters are known already. */
export function completeArguments(op: Op, given: ReadonlyMap<Param, unknown>, options: BindOptions): Args {
  const args = new Map<string, Args[string]>();
  const missing: string[] = [];
  for (const param of op.params) {
    const value = given.get(param);
    if (value === undefined || (value === null && isOperand(param) && param.default !== undefined)) {
      if (param.default !== undefined) args.set(param.name, param.default);
      else missing.push(param.name);
    } else if (param.kind === 'tensor') args.set(param.name, coerceOperand(op, param, value, options));
    else if (param.kind === 'tensors') args.set(param.name, coerceOperands(op, param, value, options));
    else args.set(param.name, coerceAttribute(op, param, value, options));
  }
  if (missing.length > 0) {
    fail('E_OP_ARITY', `${op.name} needs ${listed(missing, 'and')}.`, `Its signature is ${signature(op)}.`);
  }
  return Object.fromEntries(args);
}

/** The parameter of that name, or of a name that jax.numpy has for the same operand (`a`, `arr`, `x1`). */
export function parameterNamed(op: Op, name: string): Param | undefined {
  const exact = op.params.find((p) => p.name === name);
  if (exact !== undefined) return exact;
  const [first, second] = op.params;
  if (firstOperand.has(name) && first?.kind === 'tensor' && firstOperand.has(first.name)) return first;
  if (secondOperand.has(name) && second?.kind === 'tensor' && secondOperand.has(second.name)) return second;
  return undefined;
}

/** What jax.numpy calls the first operand (sum(a), clip(arr), add(x1), flip(m)) and the second. */
const firstOperand: ReadonlySet<string> = new Set(['x', 'a', 'arr', 'array', 'm', 'x1', 'operand']);
const secondOperand: ReadonlySet<string> = new Set(['y', 'b', 'x2']);

export const isOperand = (param: Param): boolean => param.kind === 'tensor' || param.kind === 'tensors';

/** Fails: the op has no such parameter. */
export function unknownKeyword(op: Op, name: string): never {
  const names = op.params.map((p) => p.name);
  const other = elsewhere.get(name);
  const hint =
    other !== undefined && names.includes(other) ? ` Did you mean ${quote(other)}?` : didYouMean(name, names);
  fail('E_ATTRIBUTE', `${op.name} has no parameter ${quote(name)}.${hint}`, `Its signature is ${signature(op)}.`);
}

/** Other libraries' words for the same parameter. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['dim', 'axis'],
  ['dims', 'axes'],
  ['axes', 'axis'],
  ['axis', 'axes'],
  ['keepdim', 'keepdims'],
  ['keep_dims', 'keepdims'],
  ['newshape', 'shape'],
  ['size', 'shape'],
  ['ddof', 'correction'],
  ['mask', 'where'],
  ['perm', 'axes'],
]);

function bindPositional(op: Op, positional: readonly unknown[], given: Map<Param, unknown>): void {
  const params = op.params.filter((p) => p.keyword !== true);
  const last = params.at(-1);
  let at = 0;
  for (const param of params) {
    if (at >= positional.length) break;
    // f(*arrays): a list parameter that comes last takes what is left, unless that is one list already.
    const variadic = param === last && param.kind === 'tensors';
    if (variadic && !(positional.length === at + 1 && Array.isArray(positional[at]))) {
      given.set(param, positional.slice(at));
      return;
    }
    given.set(param, positional[at++]);
  }
  if (at < positional.length) {
    const most = params.length === 1 ? '1 argument' : `${params.length} arguments`;
    const where = params.length < op.params.length ? `${most} by position` : most;
    fail(
      'E_OP_ARITY',
      `${op.name} takes ${where} and is given ${positional.length}.`,
      `Its signature is ${signature(op)}.`,
    );
  }
}

// -- operands ------------------------------------------------------------------------------------------------------

const isValue = (x: unknown): x is Value => typeof x === 'object' && x !== null && 'aval' in x && 'id' in x;

function coerceOperand(op: Op, param: Param, given: unknown, options: BindOptions): Operand {
  if (isValue(given)) return given;
  const own = options.operand?.(given, param);
  if (own !== undefined) return own;
  if (typeof given === 'number' || typeof given === 'bigint' || typeof given === 'boolean') return given;
  fail(
    'E_ATTRIBUTE',
    `${op.name}: ${param.name} must be an array or a number, and is ${show(given)}.`,
    `The signature is ${signature(op)}.`,
  );
}

function coerceOperands(op: Op, param: Param, given: unknown, options: BindOptions): Operand[] {
  if (Array.isArray(given)) return given.map((x: unknown) => coerceOperand(op, param, x, options));
  fail(
    'E_ATTRIBUTE',
    `${op.name}: ${param.name} must be a list of arrays, and is ${show(given)}.`,
    `The signature is ${signature(op)}.`,
  );
}

// -- attributes ----------------------------------------------------------------------------------------------------

/**
 * An attribute's value as the op wants it. `axis`: number or null; `axes`: number, list or null; `ints` and `shape`: a
 * list, of one where a number is given; `dtype`: our own name of it; `index` and `any`: plain data.
 */
export function coerceAttribute(
  op: Pick<Op, 'name'>,
  param: Param,
  given: unknown,
  options: BindOptions,
): AttrValue | Subprogram | readonly Subprogram[] {
  // A function that was bound before, when what the node uses was found.
  if (typeof given === 'function') return given as Subprogram;
  if (Array.isArray(given) && given.length > 0 && given.every((f) => typeof f === 'function'))
    return given as Subprogram[];
  const value = known(op, param, given);
  const worded = typeof value === 'string' ? param.words?.get(value) : undefined;
  if (worded !== undefined) return worded;
  if (value === null && (param.default === null || param.kind === 'axis' || param.kind === 'axes')) return null;
  const wrong = (wanted: string, suggestion = '', hint?: string): never =>
    fail(
      'E_ATTRIBUTE',
      `${op.name}: ${param.name} must be ${wanted}${orNull(param)}, and is ${show(value)}.${suggestion}`,
      hint,
    );
  switch (param.kind) {
    case 'int':
      return asInteger(value, options) ?? wrong('an integer');
    case 'axis':
      return asInteger(value, options) ?? wrong('an integer');
    case 'axes':
      return asInteger(value, options) ?? asIntegers(value, options) ?? wrong('an integer, a tuple of integers');
    case 'ints': {
      const one = asInteger(value, options);
      return one === null ? (asIntegers(value, options) ?? wrong('a list of integers')) : [one];
    }
    case 'shape': {
      const one = asInteger(value, options);
      return one === null ? (asIntegers(value, options) ?? wrong('a shape, a list of integers')) : [one];
    }
    case 'float':
      return asFloat(value) ?? wrong('a number');
    case 'bool':
      return typeof value === 'boolean' ? value : wrong('true or false');
    case 'string':
      return typeof value === 'string' ? value : wrong('a string');
    case 'enum': {
      const values = param.values ?? [];
      if (typeof value === 'string' && values.includes(value)) return value;
      const names = values.map((v) => JSON.stringify(v));
      return wrong(
        names.length === 1 ? names[0] : `one of ${names.join(', ')}`,
        typeof value === 'string' ? didYouMean(value, values) : '',
      );
    }
    case 'dtype': {
      const dtype = typeof value === 'string' ? dtypeNamed(value, options.defaultFloat) : undefined;
      if (dtype !== undefined) return dtype;
      const near = typeof value === 'string' ? nearest(value, dtypes) : undefined;
      return wrong('a dtype', '', near ?? `The dtypes are ${dtypes.join(', ')}.`);
    }
    case 'index':
      return coerceIndex(value, options) ?? wrong('an index', '', indexHint);
    case 'any':
      return (
        plain(value, 0, options) ?? (value === null ? null : wrong('plain data: numbers, strings and lists of them'))
      );
    case 'function':
    case 'functions':
      if (options.subprogram === undefined)
        return wrong(param.kind === 'function' ? 'a function' : 'a list of functions');
      if (param.kind === 'function') return options.subprogram(value, param);
      return Array.isArray(value)
        ? value.map((f: unknown) => options.subprogram!(f, param))
        : wrong('a list of functions');
    case 'tensor':
    case 'tensors':
      invariant(false, `${param.name} of ${op.name} is an operand, not an attribute`);
  }
}

/** An attribute is part of the graph: of an array, only the value of a constant is known there. */
function known(op: Pick<Op, 'name'>, param: Param, given: unknown): unknown {
  if (!isValue(given)) return given;
  const constant = scalarConstant(given);
  if (constant !== null && given.aval.shape.length === 0) {
    if (constant.dtype === 'bool') return constant.data[0] !== 0;
    return constant.data[0];
  }
  fail(
    'E_ATTRIBUTE',
    `${op.name}: ${param.name} must be known before the computation runs, and is an array, ${showAval(given.aval)}.`,
    'Attributes are part of the graph: write a number. The shape of an array (x.shape) is known too.',
  );
}

/** `or null`, where nothing may be given. */
const orNull = (param: Param): string =>
  param.default === null || param.kind === 'axis' || param.kind === 'axes' ? ' or null' : '';

function asInteger(value: unknown, options: BindOptions): number | null {
  if (typeof value === 'number')
    return options.typedNumbers === true || !Number.isSafeInteger(value) ? null : value + 0;
  if (typeof value !== 'bigint') return null;
  const n = Number(value);
  return Number.isSafeInteger(n) ? n : null;
}

function asIntegers(value: unknown, options: BindOptions): number[] | null {
  if (!Array.isArray(value)) return null;
  const list: number[] = [];
  for (const item of value as unknown[]) {
    const n = asInteger(isValue(item) ? scalarOf(item) : item, options);
    if (n === null) return null;
    list.push(n);
  }
  return list;
}

const scalarOf = (value: Value): unknown =>
  value.aval.shape.length === 0 && value.aval.dtype !== 'bool' ? scalarConstant(value)?.data[0] : undefined;

/** The three numbers that JSON has no way to write. */
export const nonFiniteNames: ReadonlyMap<string, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

function asFloat(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' ? (nonFiniteNames.get(value) ?? null) : null;
}

const dtypeNames: ReadonlyMap<string, DType | 'default'> = new Map([
  ...dtypes.map((d) => [d, d] as const),
  ['float', 'default'],
  ['float_', 'default'],
  ['double', 'float64'],
  ['single', 'float32'],
  ['int', 'int64'],
  ['int_', 'int64'],
  ['bool_', 'bool'],
  ['f8', 'float64'],
  ['f4', 'float32'],
  ['i8', 'int64'],
  ['i4', 'int32'],
  ['u1', 'uint8'],
  ['?', 'bool'],
  ['b1', 'bool'],
]);

/** The dtype that a name means in Python, NumPy or here: `float64`, `float`, `int_`, `f4`, `<f8`. */
export function dtypeNamed(name: string, defaultFloat: FloatDType): DType | undefined {
  const dtype = dtypeNames.get(name.replace(/^[<=|]/, ''));
  return dtype === 'default' ? defaultFloat : dtype;
}

const indexHint =
  'An index is a list with one entry for an axis: an integer, null (a new axis), "...", {"slice": [start, stop, step]} or {"array": k}.';

/** An index as a list of entries; one entry stands for a list of one. */
function coerceIndex(value: unknown, options: BindOptions): AttrValue[] | null {
  const entries: AttrValue[] = [];
  for (const given of Array.isArray(value) ? (value as unknown[]) : [value]) {
    const entry = indexEntry(given, options);
    if (entry === undefined) return null;
    entries.push(entry);
  }
  return entries;
}

function indexEntry(given: unknown, options: BindOptions): AttrValue | undefined {
  if (given === null || given === '...' || typeof given === 'boolean') return given;
  if (typeof given !== 'object') return asInteger(given, options) ?? undefined;
  if (isValue(given)) return asInteger(scalarOf(given), options) ?? undefined;
  const keys = Object.keys(given);
  if (keys.length !== 1) return undefined;
  if (keys[0] === 'array') {
    const k = asInteger((given as { array: unknown }).array, { ...options, typedNumbers: false });
    return k === null || k < 0 ? undefined : { array: k };
  }
  if (keys[0] !== 'slice') return undefined;
  const { slice } = given as { slice: unknown };
  if (!Array.isArray(slice) || slice.length > 3) return undefined;
  const parts: (number | null)[] = [];
  for (let i = 0; i < 3; i++) {
    const part: unknown = slice[i] ?? null;
    const n = part === null ? null : asInteger(isValue(part) ? scalarOf(part) : part, options);
    if (part !== null && n === null) return undefined;
    parts.push(n);
  }
  return { slice: parts };
}

/** Plain data as an attribute: integers are numbers, lists are lists, no deeper than a tensor may be. */
function plain(value: unknown, depth: number, options: BindOptions): AttrValue | undefined {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) {
    if (depth > 64) return undefined;
    const items: AttrValue[] = [];
    for (const x of value as unknown[]) {
      const item = plain(isValue(x) ? scalarOf(x) : x, depth + 1, options);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return value;
  // A front end that has traced a function or a constant array hands it over as it stands in the graph.
  const ours = options.wire !== true && typeof value === 'object' && ('tensor' in value || 'graph' in value);
  return ours ? (value as AttrValue) : undefined;
}

// -- words ---------------------------------------------------------------------------------------------------------

/** A value as a message quotes it: short, whatever it is. */
export function show(value: unknown): string {
  const text = shown(value, 0);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function shown(value: unknown, depth: number): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) {
    if (depth === 3) return '[...]';
    const items = value.slice(0, 9).map((x: unknown) => shown(x, depth + 1));
    return `[${items.join(', ')}${value.length > 9 ? ', ...' : ''}]`;
  }
  if (typeof value === 'function') return 'a function';
  if (isValue(value)) return `an array, ${showAval(value.aval)}`;
  if (typeof value === 'object' && value !== null) return depth === 0 ? objectText(value) : '{...}';
  return Object.is(value, -0) ? '-0' : String(value);
}

function objectText(value: object): string {
  const keys = Object.keys(value).slice(0, 5);
  return keys.length === 0
    ? '{}'
    : `an object with ${listed(
        keys.map((k) => JSON.stringify(k)),
        'and',
      )}`;
}

/** A name or a string as a message quotes it, cut where it is long. */
export const quote = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);

/** `a, b and c` */
export function listed(words: readonly string[], last: 'and' | 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words[words.length - 1]}`;
}
