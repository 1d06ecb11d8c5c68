// The derivatives a request asks for, added to its graph: names become values, vectors become inputs.

import { escapePointer } from '../codec/decode.ts';
import { EngineError } from '../errors.ts';
import type { Aval } from '../ir/aval.ts';
import { isFloat, sameShape, showAval, showShape } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import type { ComputeRequest } from '../request.ts';
import { nearest } from '../suggest.ts';
import { batch } from '../transform/batch.ts';
import { jvp, vjp } from '../transform/derivatives.ts';
import type { Compilation } from './compilation.ts';
import { decode, emit, exactly, feed, fieldOf, lookup, oneOf } from './compilation.ts';

const notDifferentiable = (pointer: string, role: string, name: string, aval: Aval): EngineError =>
  new EngineError('E_NOT_DIFFERENTIABLE', {
    pointer,
    message: `${role} ${JSON.stringify(name)} is ${showAval(aval)}: only float32 and float64 values have derivatives.`,
    hint: aval.dtype === 'bool' ? undefined : 'Give it a float dtype, or leave it out.',
  });

/** What is differentiated. */
export function lookupOf(c: Compilation, name: string, pointer: string): Value {
  const value = lookup(c, name, pointer);
  if (!isFloat(value.aval.dtype)) throw notDifferentiable(pointer, 'of', name, value.aval);
  return value;
}

/** What is differentiated with respect to, each once. */
export function lookupWrt(c: Compilation, names: readonly string[], pointer: string): Value[] {
  if (names.length === 0) {
    throw new EngineError('E_WRT_EMPTY', { pointer, message: 'wrt names nothing.', hint: 'Name at least one value.' });
  }
  const seen = new Map<string, number>();
  return names.map((name, i) => {
    const at = `${pointer}/${i}`;
    if (seen.has(name)) {
      throw new EngineError('E_WRT_DUPLICATE', {
        pointer: at,
        message: `${JSON.stringify(name)} stands in wrt twice.`,
        hint: `It stands first at position ${seen.get(name)}.`,
      });
    }
    seen.set(name, i);
    return lookupVariable(c, name, at, 'wrt');
  });
}

/**
 * One value that is differentiated with respect to; `role` is what a message calls it. The name of an input means the input,
 * whatever the program has assigned to it since.
 */
export function lookupVariable(c: Compilation, name: string, pointer: string, role: string): Value {
  const value = c.posted.find((input) => input.name === name)?.value ?? lookup(c, name, pointer);
  if (!isFloat(value.aval.dtype)) throw notDifferentiable(pointer, role, name, value.aval);
  return value;
}

/**
 * A cotangent, tangent or vector of the request: of the shape of what it belongs to, with a leading axis if batched. Where
 * the request is mapped it is the same for every example, or has one more leading axis with one for each.
 */
export function vector(
  c: Compilation,
  wire: unknown,
  pointer: string,
  like: Aval,
  what: string,
  batched: boolean,
): Value {
  const given = decode(c, wire, pointer, like.dtype);
  const rank = like.shape.length + (batched ? 1 : 0);
  const examples = c.batch !== null && given.shape.length === rank + 1 ? c.batch : null;
  const one = examples === null ? given.shape : given.shape.slice(1);
  const fits = one.length === rank && sameShape(batched ? one.slice(1) : one, like.shape);
  if (!fits || (examples !== null && examples.size !== given.shape[0])) {
    const each = c.batch === null ? '' : `, with a leading axis of ${c.batch.size} if each example has its own`;
    throw new EngineError('E_COTANGENT', {
      pointer,
      message: `The ${what} has shape ${showShape(given.shape)}, and ${batched ? 'many of them have' : 'it needs'} shape ${showShape(batched ? [-1, ...like.shape] : like.shape)}${batched ? ', -1 being how many' : ''}${each}.`,
    });
  }
  const value = feed(c, pointer, exactly(given, like.dtype, pointer, what), pointer);
  return examples === null ? value : oneOf(c, examples, value);
}

/** `of` as a scalar: what is not one is summed, and the answer says so. */
export function summed(c: Compilation, of: Value, name: string): Value {
  if (of.aval.shape.length === 0) return of;
  c.builder.warn(
    'implicit_sum',
    name,
    `${JSON.stringify(name)} is ${showAval(of.aval)}, not a scalar: the derivative is that of its sum.`,
  );
  return c.builder.sum(of);
}

/** A derivative; where nothing leads from one to the other, zeros and a word about it. */
export function orZeros(c: Compilation, derivative: Value | null, like: Aval, of: string, wrt: string): Value {
  if (derivative !== null) return derivative;
  disconnected(c, of, wrt);
  return c.builder.zeros(like);
}

/** Says that a derivative is zero because nothing leads from one to the other. */
export function disconnected(c: Compilation, of: string, wrt: string): void {
  c.builder.warn(
    'disconnected',
    wrt,
    `${JSON.stringify(of)} does not depend on ${JSON.stringify(wrt)}: the derivative is zero.`,
  );
}

export function addGradients(c: Compilation): void {
  c.request.gradients?.forEach((asked, at) => {
    const pointer = `/gradients/${at}`;
    const of = lookupOf(c, asked.of, `${pointer}/of`);
    const wrt = lookupWrt(c, asked.wrt, `${pointer}/wrt`);
    const results =
      asked.batched === true ? batchedGradients(c, asked, of, wrt, pointer) : gradients(c, asked, of, wrt, pointer);
    const { accumulate } = asked;
    for (const name of Object.keys(accumulate ?? {})) {
      if (!asked.wrt.includes(name)) {
        throw new EngineError('E_NAME_UNKNOWN', {
          pointer: `${pointer}/accumulate/${escapePointer(name)}`,
          message: `accumulate names ${JSON.stringify(name)}, which is not in wrt.`,
          hint: nearest(name, asked.wrt) ?? undefined,
        });
      }
    }
    asked.wrt.forEach((name, i) => {
      const wire = fieldOf(accumulate, name);
      let result = results[i];
      if (wire !== undefined) {
        const known = vector(
          c,
          wire,
          `${pointer}/accumulate/${escapePointer(name)}`,
          result.aval,
          'gradient to accumulate into',
          false,
        );
        result = c.builder.add(known, result);
      }
      emit(c, { kind: 'gradients', at, name }, result);
    });
  });
}

type GradientAsked = NonNullable<ComputeRequest['gradients']>[number];

function gradients(c: Compilation, asked: GradientAsked, of: Value, wrt: readonly Value[], pointer: string): Value[] {
  let ct: Value;
  if (asked.cotangent !== undefined)
    ct = vector(c, asked.cotangent, `${pointer}/cotangent`, of.aval, 'cotangent', false);
  else {
    if (of.aval.shape.length > 0) {
      c.builder.warn(
        'implicit_sum',
        asked.of,
        `${JSON.stringify(asked.of)} is ${showAval(of.aval)}, not a scalar: the gradient is that of its sum (a cotangent of ones).`,
      );
    }
    ct = c.builder.fill(of.aval, 1);
  }
  return vjp(c.builder, [of], wrt, [ct]).map((g, i) => orZeros(c, g, wrt[i].aval, asked.of, asked.wrt[i]));
}

function batchedGradients(
  c: Compilation,
  asked: GradientAsked,
  of: Value,
  wrt: readonly Value[],
  pointer: string,
): Value[] {
  if (asked.cotangent === undefined) {
    throw new EngineError('E_COTANGENT', {
      pointer,
      message: 'A batched gradient needs a cotangent with a leading axis.',
    });
  }
  const cts = vector(c, asked.cotangent, `${pointer}/cotangent`, of.aval, 'cotangents', true);
  const ct = c.builder.placeholder(of.aval);
  const results = vjp(c.builder, [of], wrt, [ct]).map((g, i) => orZeros(c, g, wrt[i].aval, asked.of, asked.wrt[i]));
  return batch(c.builder, results, new Map([[ct, cts]]), cts.aval.shape[0]);
}

export function addJvps(c: Compilation): void {
  c.request.jvps?.forEach((asked, at) => {
    const pointer = `/jvps/${at}`;
    const of = asked.of.map((name, i) => lookupOf(c, name, `${pointer}/of/${i}`));
    const names = Object.keys(asked.tangents);
    if (names.length === 0) {
      throw new EngineError('E_WRT_EMPTY', { pointer: `${pointer}/tangents`, message: 'tangents names nothing.' });
    }
    const wrt = names.map((name) =>
      lookupVariable(c, name, `${pointer}/tangents/${escapePointer(name)}`, 'tangent of'),
    );
    const batched = asked.batched === true;
    const tangents = names.map((name, i) =>
      vector(
        c,
        fieldOf(asked.tangents, name),
        `${pointer}/tangents/${escapePointer(name)}`,
        wrt[i].aval,
        'tangent',
        batched,
      ),
    );
    const results = batched ? batchedJvp(c, of, wrt, tangents, pointer) : jvp(c.builder, of, wrt, tangents);
    asked.of.forEach((name, i) => {
      const value = results[i] ?? orZeros(c, null, of[i].aval, name, names.join(', '));
      emit(c, { kind: 'jvps', at, name }, value);
    });
  });
}

function batchedJvp(
  c: Compilation,
  of: readonly Value[],
  wrt: readonly Value[],
  tangents: readonly Value[],
  pointer: string,
): Value[] {
  const size = tangents[0].aval.shape[0];
  if (tangents.some((t) => t.aval.shape[0] !== size)) {
    throw new EngineError('E_COTANGENT', {
      pointer: `${pointer}/tangents`,
      message: 'Batched tangents need the same size of the leading axis.',
    });
  }
  const variables = wrt.map((x) => c.builder.placeholder(x.aval));
  const results = jvp(c.builder, of, wrt, variables).map((t, i) => t ?? c.builder.zeros(of[i].aval));
  return batch(c.builder, results, new Map(variables.map((v, i) => [v, tangents[i]])), size);
}
