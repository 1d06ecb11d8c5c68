// Operators: Python's arithmetic on static numbers, ops on arrays.

import type { Place } from '../errors.ts';
import type { Op, Operand } from '../op.ts';
import type { PyValue, Site } from './values.ts';
import { capital, describe, failAt, isKind, isTensor, tuple } from './values.ts';

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '@' | '<<' | '>>' | '&' | '|' | '^';
export type CompareOperator = '<' | '<=' | '>' | '>=' | '==' | '!=' | 'in' | 'not in' | 'is' | 'is not';

type Scalar = boolean | bigint | number;

const opOf: Record<BinaryOperator | '<' | '<=' | '>' | '>=' | '==' | '!=', string> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '//': 'floor_divide',
  '%': 'remainder',
  '**': 'pow',
  '@': 'matmul',
  '<<': 'bitwise_left_shift',
  '>>': 'bitwise_right_shift',
  '&': 'bitwise_and',
  '|': 'bitwise_or',
  '^': 'bitwise_xor',
  '<': 'less',
  '<=': 'less_equal',
  '>': 'greater',
  '>=': 'greater_equal',
  '==': 'equal',
  '!=': 'not_equal',
};

export type Resolve = (name: string) => Op | undefined;

const isScalar = (v: PyValue): v is Scalar => typeof v === 'bigint' || typeof v === 'number' || typeof v === 'boolean';

/** Applies a two-operand op of the catalogue to a tensor and a tensor or number. */
function applyOp(name: string, x: PyValue, y: PyValue, symbol: string, site: Site, resolve: Resolve): PyValue {
  for (const v of [x, y]) {
    if (isTensor(v) || isScalar(v)) continue;
    const hint = isKind(v, 'list') || isKind(v, 'tuple') ? 'jnp.array([...]) makes an array of it.' : undefined;
    failAt(site.place, 'E_PROGRAM_TYPE', `${symbol} has an array on one side and ${describe(v)} on the other.`, hint);
  }
  const op = resolve(name);
  if (op === undefined) failAt(site.place, 'E_OP_UNKNOWN', `There is no op for ${symbol}.`);
  const [first, second] = op.params;
  return site.builder.call(op, { [first.name]: x as Operand, [second.name]: y as Operand }, site.place)[0];
}

export function binary(symbol: BinaryOperator, x: PyValue, y: PyValue, site: Site, resolve: Resolve): PyValue {
  if (isTensor(x) || isTensor(y)) return applyOp(opOf[symbol], x, y, symbol, site, resolve);
  if (isScalar(x) && isScalar(y)) return arithmetic(symbol, x, y, site.place);
  if (symbol === '+') {
    if (isKind(x, 'tuple') && isKind(y, 'tuple')) return tuple(joined(x.items, y.items, site));
    if (isKind(x, 'list') && isKind(y, 'list')) return { kind: 'list', items: joined(x.items, y.items, site) };
    if (typeof x === 'string' && typeof y === 'string') {
      site.step(stepsToCopy(x.length + y.length));
      return x + y;
    }
  }
  if (symbol === '*') {
    const [list, count] = typeof x === 'bigint' ? [y, x] : [x, y];
    if (typeof count === 'bigint' && (isKind(list, 'tuple') || isKind(list, 'list'))) return repeat(list, count, site);
  }
  failAt(site.place, 'E_PROGRAM_TYPE', `${capital(describe(x))} ${symbol} ${describe(y)} is not defined.`);
}

/** A sequence that doubles itself would outgrow any memory within few steps, so what is copied counts too. */
const stepsToCopy = (items: number): number => Math.ceil(items / 16);

function joined(x: readonly PyValue[], y: readonly PyValue[], site: Site): PyValue[] {
  site.step(stepsToCopy(x.length + y.length));
  return [...x, ...y];
}

function repeat(list: Extract<PyValue, { kind: 'tuple' | 'list' }>, count: bigint, site: Site): PyValue {
  const items: PyValue[] = [];
  for (let i = 0n; i < count; i++) {
    site.step(1 + stepsToCopy(list.items.length));
    items.push(...list.items);
  }
  return list.kind === 'tuple' ? tuple(items) : { kind: 'list', items };
}

/** Python's own arithmetic: ints are exact, / is true division, // and % floor. */
function arithmetic(symbol: BinaryOperator, x: Scalar, y: Scalar, place: Place): PyValue {
  const bools = typeof x === 'boolean' && typeof y === 'boolean';
  if (typeof x !== 'number' && typeof y !== 'number') {
    const result = integers(symbol, BigInt(x), BigInt(y), place);
    return bools && (symbol === '&' || symbol === '|' || symbol === '^') ? result === 1n : result;
  }
  const [a, b] = [Number(x), Number(y)];
  switch (symbol) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
    case '//':
    case '%': {
      if (b === 0) failAt(place, 'E_PROGRAM_VALUE', `${a} ${symbol} ${b} divides by zero.`);
      if (symbol === '/') return a / b;
      if (symbol === '//') return Math.floor(a / b);
      const rest = a % b;
      return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
    }
    case '**':
      if (a < 0 && !Number.isInteger(b)) {
        failAt(place, 'E_PROGRAM_VALUE', `${a} ** ${b} is complex, and the language has real numbers only.`);
      }
      return a ** b;
    default:
      failAt(place, 'E_PROGRAM_TYPE', `${describe(x)} ${symbol} ${describe(y)} is not defined.`);
  }
}

function integers(symbol: BinaryOperator, x: bigint, y: bigint, place: Place): PyValue {
  switch (symbol) {
    case '+':
      return bounded(x + y, place);
    case '-':
      return bounded(x - y, place);
    case '*':
      return bounded(x * y, place);
    case '/':
      if (y === 0n) failAt(place, 'E_PROGRAM_VALUE', `${x} / 0 divides by zero.`);
      return Number(x) / Number(y);
    case '//':
    case '%': {
      if (y === 0n) failAt(place, 'E_PROGRAM_VALUE', `${x} ${symbol} 0 divides by zero.`);
      const rest = x % y;
      const floor = x / y - (rest !== 0n && rest < 0n !== y < 0n ? 1n : 0n);
      return symbol === '//' ? floor : x - floor * y;
    }
    case '**':
      if (y < 0n) {
        if (x === 0n) failAt(place, 'E_PROGRAM_VALUE', '0 to a negative power divides by zero.');
        return Number(x) ** Number(y);
      }
      if (y > 1024n && x !== 0n && x !== 1n && x !== -1n) tooBig(place);
      return bounded(x ** y, place);
    case '<<':
      if (y < 0n || y > 4096n) failAt(place, 'E_PROGRAM_VALUE', `A shift by ${y} is not allowed.`);
      return bounded(x << y, place);
    case '>>':
      if (y < 0n) failAt(place, 'E_PROGRAM_VALUE', `A shift by ${y} is not allowed.`);
      return x >> y;
    case '&':
      return x & y;
    case '|':
      return x | y;
    case '^':
      return x ^ y;
    case '@':
      failAt(place, 'E_PROGRAM_TYPE', 'Numbers have no @: it multiplies matrices.');
  }
}

const largest = 1n << 4096n;

function bounded(x: bigint, place: Place): bigint {
  if (x > largest || x < -largest) tooBig(place);
  return x;
}

function tooBig(place: Place): never {
  failAt(place, 'E_PROGRAM_VALUE', 'The int is too large: a program may use ints of up to 4096 bits.');
}

export function unary(symbol: '-' | '+' | '~', x: PyValue, site: Site, resolve: Resolve): PyValue {
  if (isTensor(x)) {
    const name = symbol === '-' ? 'negative' : symbol === '+' ? 'positive' : 'bitwise_invert';
    const op = resolve(name);
    if (op === undefined) failAt(site.place, 'E_OP_UNKNOWN', `There is no op for ${symbol}.`);
    return site.builder.call(op, { [op.params[0].name]: x }, site.place)[0];
  }
  if (symbol === '~') {
    if (typeof x === 'bigint') return ~x;
    if (typeof x === 'boolean') return ~BigInt(x);
  } else if (isScalar(x)) {
    const value = typeof x === 'boolean' ? BigInt(x) : x;
    return symbol === '-' ? -value : value;
  }
  failAt(site.place, 'E_PROGRAM_TYPE', `${symbol} of ${describe(x)} is not defined.`);
}

export function compare(symbol: CompareOperator, x: PyValue, y: PyValue, site: Site, resolve: Resolve): PyValue {
  if (symbol === 'is' || symbol === 'is not') return identical(x, y) === (symbol === 'is');
  if (symbol === 'in' || symbol === 'not in') return contains(x, y, site) === (symbol === 'in');
  if (isTensor(x) || isTensor(y)) {
    if (x === null || y === null) return symbol === '!=';
    return applyOp(opOf[symbol], x, y, symbol, site, resolve);
  }
  if (symbol === '==' || symbol === '!=') return sameStatic(x, y, site) === (symbol === '==');
  if (isScalar(x) && isScalar(y)) return order(symbol, x, y);
  if (typeof x === 'string' && typeof y === 'string') return order(symbol, x, y);
  failAt(site.place, 'E_PROGRAM_TYPE', `${capital(describe(x))} ${symbol} ${describe(y)} is not defined.`);
}

function order(symbol: '<' | '<=' | '>' | '>=', x: Scalar | string, y: Scalar | string): boolean {
  switch (symbol) {
    case '<':
      return x < y;
    case '<=':
      return x <= y;
    case '>':
      return x > y;
    case '>=':
      return x >= y;
  }
}

function identical(x: PyValue, y: PyValue): boolean {
  if (isKind(x, 'dtype') && isKind(y, 'dtype')) return x.dtype === y.dtype;
  return x === y;
}

/** Equality of static values, element by element in tuples and lists. */
export function sameStatic(x: PyValue, y: PyValue, site: Site): boolean {
  if (isScalar(x) && isScalar(y)) return typeof x === typeof y ? x === y : Number(x) === Number(y);
  if ((isKind(x, 'tuple') && isKind(y, 'tuple')) || (isKind(x, 'list') && isKind(y, 'list'))) {
    return x.items.length === y.items.length && x.items.every((item, i) => sameStatic(item, y.items[i], site));
  }
  if (isKind(x, 'dtype')) return dtypeName(y) === x.dtype;
  if (isKind(y, 'dtype')) return dtypeName(x) === y.dtype;
  if (isTensor(x) || isTensor(y)) {
    failAt(
      site.place,
      'E_PROGRAM_TYPE',
      'Whether arrays are equal depends on data, and the program is traced before it sees any.',
    );
  }
  return x === y;
}

const dtypeName = (v: PyValue): string | undefined =>
  isKind(v, 'dtype') ? v.dtype : typeof v === 'string' ? v : undefined;

function contains(x: PyValue, y: PyValue, site: Site): boolean {
  if (isKind(y, 'tuple') || isKind(y, 'list')) return y.items.some((item) => sameStatic(item, x, site));
  if (typeof y === 'string' && typeof x === 'string') return y.includes(x);
  if (isKind(y, 'dict')) return y.entries.has(x as string);
  if (isKind(y, 'range')) {
    if (typeof x !== 'bigint') return false;
    const inside = y.step > 0n ? x >= y.start && x < y.stop : x <= y.start && x > y.stop;
    return inside && (x - y.start) % y.step === 0n;
  }
  failAt(site.place, 'E_PROGRAM_TYPE', `"in ${describe(y)}" is not defined.`);
}
