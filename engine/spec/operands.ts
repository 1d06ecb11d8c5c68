// Binds a node's inputs and attributes to the parameters of its op, in two steps: what it refers to, then its values.

import {
  coerceAttribute,
  completeArguments,
  isOperand,
  listed,
  nonFiniteNames,
  parameterNamed,
  quote,
  show,
  unknownKeyword,
} from '../bind.ts';
import { decodeTensor, escapePointer } from '../codec/decode.ts';
import { fail } from '../errors.ts';
import type { FloatDType } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import { signature } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Args, AttrValue, Literal, Op, Param, Subprogram } from '../op.ts';
import { closest } from '../suggest.ts';
import type { Complaints } from './complaints.ts';
import type { Functions } from './functions.ts';
import { functionNamed } from './functions.ts';
import type { SpecNode } from './read.ts';
import { count } from './read.ts';

/** One operand as it was posted: the name of a value, or a number or tensor of the node's own. */
export type Entry =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: Literal }
  | { readonly kind: 'tensor'; readonly wire: unknown; readonly pointer: string; readonly whole: boolean };

type Attribute = AttrValue | Subprogram | readonly Subprogram[];

/** A node with every operand and attribute at its parameter, nothing computed yet. */
export interface BoundNode {
  readonly node: SpecNode;
  readonly op: Op;
  /** One entry for an operand, any number for a list of them. */
  readonly operands: ReadonlyMap<Param, readonly Entry[]>;
  readonly attrs: ReadonlyMap<Param, Attribute>;
  /** The names of the values it uses, in the order of its parameters. */
  readonly uses: readonly string[];
}

/** The names that a graph defines, inputs included. */
export interface Names {
  readonly has: (name: string) => boolean;
  readonly all: () => Iterable<string>;
}

/** Finds the parameter of every input and attribute; undefined when something is wrong, all of which is told. */
export function bindNode(
  node: SpecNode,
  op: Op,
  names: Names,
  functions: Functions,
  defaultFloat: FloatDType,
  complaints: Complaints,
): BoundNode | undefined {
  const places = placeInputs(node, op, complaints);
  if (places === undefined) return undefined;
  const operands = new Map<Param, readonly Entry[]>();
  const attrs = new Map<Param, Attribute>();
  let whole = true;
  const read = (param: Param, posted: readonly Posted[]): void => {
    const entries = posted.map((p) => readEntry(p, param, node, names, complaints));
    if (entries.includes(undefined)) whole = false;
    operands.set(param, entries as Entry[]);
  };
  for (const { param, posted } of places) read(param, posted);
  for (const [name, value] of node.attrs) {
    const pointer = `${node.pointer}/attrs/${escapePointer(name)}`;
    const attr = complaints.attempt(pointer, (): { param: Param; value?: Attribute } => {
      const param = parameterNamed(op, name) ?? unknownKeyword(op, name);
      if (operands.has(param) || attrs.has(param)) {
        fail('E_OP_ARITY', `${op.name} is given ${param.name} twice.`, `Its signature is ${signature(op)}.`);
      }
      return isOperand(param)
        ? { param }
        : { param, value: readAttribute(op, param, value, places, functions, defaultFloat) };
    });
    if (attr === undefined) whole = false;
    else if (attr.value !== undefined) attrs.set(attr.param, attr.value);
    else if (value !== null || attr.param.default === undefined) read(attr.param, postedIn(attr.param, value, pointer));
  }
  if (!whole) return undefined;
  const entries = op.params.flatMap((param) => operands.get(param) ?? []);
  const uses = entries.flatMap((entry) => (entry.kind === 'name' ? [entry.name] : []));
  return { node, op, operands, attrs, uses };
}

/** The complete arguments of a bound node, once the values it uses are known. */
export function argumentsOf(
  { op, operands, attrs }: BoundNode,
  valueOf: (name: string) => Value,
  builder: Builder,
  maxElements: number,
): Args {
  const { defaultFloat } = builder.context;
  const operand = (entry: Entry): Value | Literal => {
    if (entry.kind === 'name') return valueOf(entry.name);
    if (entry.kind === 'literal') return entry.value;
    const dtype = entry.whole ? 'int64' : undefined;
    return builder.constant(decodeTensor(entry.wire, { pointer: entry.pointer, dtype, defaultFloat, maxElements }));
  };
  const given = new Map<Param, unknown>(attrs);
  for (const [param, entries] of operands) {
    given.set(param, param.kind === 'tensors' ? entries.map(operand) : operand(entries[0]));
  }
  return completeArguments(op, given, { defaultFloat, wire: true });
}

// -- inputs --------------------------------------------------------------------------------------------------------

interface Posted {
  readonly item: unknown;
  readonly pointer: string;
  /** Which of the node's inputs it is. */
  readonly input?: number;
}

interface Placed {
  readonly param: Param;
  readonly posted: readonly Posted[];
}

/** The node's inputs at the op's operands, in order; a list operand takes what those after it leave. */
function placeInputs(node: SpecNode, op: Op, complaints: Complaints): Placed[] | undefined {
  const operands = op.params.filter(isOperand);
  const posted = node.inputs.map((item, input) => ({ item, input, pointer: `${node.pointer}/inputs/${input}` }));
  const places: Placed[] = [];
  let at = 0;
  operands.forEach((param, k) => {
    if (at >= posted.length) return;
    const { item, pointer } = posted[at];
    if (param.kind === 'tensors' && !isListOfNames(item)) {
      const later = operands.slice(k + 1).filter((p) => p.default === undefined).length;
      const end = Math.max(at, posted.length - later);
      places.push({ param, posted: posted.slice(at, end) });
      at = end;
      return;
    }
    at++;
    // null: the operand is left out, which needs a default.
    if (param.kind === 'tensors') places.push({ param, posted: postedIn(param, item, pointer) });
    else if (item !== null || param.default === undefined) places.push({ param, posted: [posted[at - 1]] });
  });
  const arity = (pointer: string, what: string): undefined => {
    const message = `Node ${quote(node.label)}: ${op.name} ${what}, and is given ${count(posted.length, 'input')}.`;
    complaints.add('E_OP_ARITY', { pointer, message, hint: `Its signature is ${signature(op)}.` });
    return undefined;
  };
  if (at < posted.length) {
    const names = operands.map((p) => p.name).join(', ');
    return arity(
      `${node.pointer}/inputs`,
      operands.length === 0 ? 'takes no inputs' : `takes ${count(operands.length, 'input')} (${names})`,
    );
  }
  const placed = new Set<Param | undefined>(places.map((place) => place.param));
  for (const name of node.attrs.keys()) placed.add(parameterNamed(op, name));
  const missing = operands.filter((p) => p.default === undefined && !placed.has(p)).map((p) => p.name);
  if (missing.length === 0) return places;
  return arity(node.inputs.length > 0 ? `${node.pointer}/inputs` : node.pointer, `needs ${listed(missing, 'and')}`);
}

/** `[["a", "b"], …]`: a list of names where an op takes a list; a list of numbers is a tensor. */
const isListOfNames = (item: unknown): item is unknown[] =>
  Array.isArray(item) && item.some((x) => typeof x === 'string' && !nonFiniteNames.has(x));

/** What stands for an operand in one place: for a list of operands, a list. */
const postedIn = (param: Param, item: unknown, pointer: string): Posted[] =>
  param.kind === 'tensors' && Array.isArray(item)
    ? item.map((x: unknown, i) => ({ item: x, pointer: `${pointer}/${i}` }))
    : [{ item, pointer }];

function readEntry(
  { item, pointer }: Posted,
  param: Param,
  node: SpecNode,
  names: Names,
  complaints: Complaints,
): Entry | undefined {
  if (typeof item === 'string') {
    if (names.has(item)) return { kind: 'name', name: item };
    const number = nonFiniteNames.get(item);
    if (number !== undefined) return { kind: 'literal', value: number };
    complainOfName(item, pointer, node, names, complaints);
    return undefined;
  }
  if (typeof item === 'number') return { kind: 'literal', value: literalOf(item) };
  if (typeof item === 'boolean') return { kind: 'literal', value: item };
  if (item !== null && typeof item === 'object') {
    return { kind: 'tensor', wire: item, pointer, whole: indexNames.has(param.name) && wholeNumbers(item, 0) };
  }
  const message = `Node ${quote(node.label)}: ${param.name} must be given, and is ${show(item)}.`;
  complaints.add('E_OP_ARITY', { pointer, message });
  return undefined;
}

function complainOfName(name: string, pointer: string, node: SpecNode, names: Names, complaints: Complaints): void {
  if (complaints.full()) return;
  const near = closest(name, names.all()).map((n) => JSON.stringify(n));
  const some: string[] = [];
  for (const known of names.all()) {
    if (some.length === 10) break;
    some.push(quote(known));
  }
  const message = `Node ${quote(node.label)} uses ${quote(name)}, and there is no value of that name.`;
  complaints.add(
    'E_NAME_UNKNOWN',
    near.length > 0
      ? { pointer, message: `${message} Did you mean ${near.join(' or ')}?` }
      : { pointer, message, hint: some.length === 10 ? undefined : `The values are ${some.join(', ')}.` },
  );
}

/** A number without a fraction is an integer, which takes the dtype of what it meets, as `2` does in a program. */
const literalOf = (x: number): Literal => (Number.isSafeInteger(x) && !Object.is(x, -0) ? BigInt(x) : x);

/** Operands that are integers by what they mean; a bare list of whole numbers there is one of int64. */
const indexNames: ReadonlySet<string> = new Set(['index', 'indices']);

function wholeNumbers(item: unknown, depth: number): boolean {
  if (typeof item === 'number') return Number.isSafeInteger(item);
  return Array.isArray(item) && depth < 64 && item.every((x) => wholeNumbers(x, depth + 1));
}

// -- attributes ----------------------------------------------------------------------------------------------------

/** An attribute as the op wants it. The `{"array": k}` of an index counts the node's inputs, the op its index arrays. */
function readAttribute(
  op: Op,
  param: Param,
  value: unknown,
  places: readonly Placed[],
  functions: Functions,
  defaultFloat: FloatDType,
): Attribute {
  const subprogram = (given: unknown, { name }: Param): Subprogram => functionNamed(op.name, name, given, functions);
  const attr = coerceAttribute(op, param, value, { defaultFloat, wire: true, subprogram });
  if (param.kind !== 'index' || !Array.isArray(attr)) return attr;
  const arrays = places.find((place) => place.param.kind === 'tensors')?.posted ?? [];
  return (attr as AttrValue[]).map((entry) => {
    if (typeof entry !== 'object' || entry === null || !('array' in entry)) return entry;
    const array = arrays.findIndex(({ input }) => input === entry.array);
    if (array >= 0) return { array };
    const which = arrays.map(({ input }) => input);
    fail(
      'E_INDEX',
      `${op.name}: the index names input ${entry.array} of the node as an index array, and that is none.`,
      which.length === 0
        ? 'Index arrays stand among the inputs of the node, after what is indexed.'
        : `Inputs count from 0; the index arrays are inputs ${which.join(', ')}.`,
    );
  });
}
