// jax.lax's slices along one axis, as functions of a program: dynamic_index_in_dim and its relatives.

import { located } from '../errors.ts';
import type { Aval } from '../ir/aval.ts';
import { normalizeAxis } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { argument, arity } from './calls.ts';
import type { Call, PyFunction, PyValue, Site } from './values.ts';
import { describe, failAt, isTensor, staticInt, truth } from './values.ts';

function arrayOf(v: PyValue | undefined, name: string, site: Site): Value {
  if (v !== undefined && isTensor(v)) return v;
  if (typeof v === 'number' || typeof v === 'bigint' || typeof v === 'boolean') return site.builder.lift(v);
  failAt(site.place, 'E_PROGRAM_TYPE', `${name} takes an array, and is given ${describe(v ?? null)}.`);
}

/** A start along one axis, zeros along the others. */
function startsAt(x: Value, index: Value, axis: number, site: Site): Value[] {
  const b = site.builder;
  const scalar: Aval = { dtype: index.aval.dtype, shape: [] };
  const zero = b.zeros(scalar);
  return x.aval.shape.map((_d, a) => (a === axis ? index : zero));
}

const axisOf = (x: Value, v: PyValue | undefined, name: string, site: Site): number =>
  located(site.place, () => normalizeAxis(staticInt(v ?? 0n, `axis of ${name}`, site), x.aval.shape.length));

const without = (x: Value, axis: number): number[] => x.aval.shape.filter((_d, a) => a !== axis);

/** x[index] along an axis; an index from the end counts from there, one past an end is moved inside. */
function dynamicIndex(call: Call): PyValue {
  const { site } = call;
  arity(call, 'dynamic_index_in_dim', 0, 4, ['operand', 'index', 'axis', 'keepdims']);
  const part = dynamicPart(call, 'dynamic_index_in_dim', 1, 2, 'index');
  const keep = truth(argument(call, 3, 'keepdims') ?? true, site.place);
  return keep ? part.slice : site.builder.reshape(part.slice, { shape: without(part.x, part.axis) });
}

function dynamicPart(
  call: Call,
  name: string,
  size: number | null,
  axisAt: number,
  start: string,
): { readonly x: Value; readonly axis: number; readonly slice: Value } {
  const { site } = call;
  const b = site.builder;
  const x = arrayOf(argument(call, 0, 'operand'), name, site);
  const index = arrayOf(argument(call, 1, start), name, site);
  const axis = axisOf(x, argument(call, axisAt, 'axis'), name, site);
  const n = size ?? staticInt(argument(call, 2, 'slice_size') ?? null, `slice_size of ${name}`, site);
  const at = wrapped(index, x.aval.shape[axis], site);
  const slice = located(site.place, () =>
    b.dynamic_slice(x, startsAt(x, at, axis, site), {
      slice_sizes: x.aval.shape.map((d, a) => (a === axis ? n : d)),
    }),
  );
  return { x, axis, slice };
}

/** An index below 0 counts from the end. */
function wrapped(index: Value, size: number, { builder: b }: Site): Value {
  const at = b.cast(index, index.aval.dtype);
  return b.where(b.less(at, 0n), b.add(at, BigInt(size)), at);
}

function dynamicSlice(call: Call): PyValue {
  arity(call, 'dynamic_slice_in_dim', 0, 4, ['operand', 'start_index', 'slice_size', 'axis']);
  return dynamicPart(call, 'dynamic_slice_in_dim', null, 3, 'start_index').slice;
}

/** `update` put in along an axis from a start on; dynamic_update_index_in_dim takes one that may lack the axis. */
function dynamicUpdate(name: string, start: string, call: Call): PyValue {
  const { site } = call;
  const b = site.builder;
  arity(call, name, 0, 4, ['operand', 'update', start, 'axis']);
  const x = arrayOf(argument(call, 0, 'operand'), name, site);
  let update = arrayOf(argument(call, 1, 'update'), name, site);
  const index = arrayOf(argument(call, 2, start), name, site);
  const axis = axisOf(x, argument(call, 3, 'axis'), name, site);
  if (start === 'index' && update.aval.shape.length === x.aval.shape.length - 1) {
    update = b.reshape(update, { shape: [...update.aval.shape.slice(0, axis), 1, ...update.aval.shape.slice(axis)] });
  }
  const at = wrapped(index, x.aval.shape[axis], site);
  return located(site.place, () =>
    b.dynamic_update_slice(x, b.cast(update, x.aval.dtype), startsAt(x, at, axis, site)),
  );
}

/** slice_in_dim(operand, start_index, limit_index, stride=1, axis=0) and index_in_dim, whose bounds are static. */
function staticSlice(call: Call): PyValue {
  const { site } = call;
  const name = 'slice_in_dim';
  arity(call, name, 0, 5, ['operand', 'start_index', 'limit_index', 'stride', 'axis']);
  const x = arrayOf(argument(call, 0, 'operand'), name, site);
  const axis = axisOf(x, argument(call, 4, 'axis'), name, site);
  const size = x.aval.shape[axis];
  const bound = (v: PyValue | undefined, otherwise: number, what: string): number => {
    if (v === undefined || v === null) return otherwise;
    const n = staticInt(v, `${what} of ${name}`, site);
    return n < 0 ? n + size : n;
  };
  const start = bound(argument(call, 1, 'start_index'), 0, 'start_index');
  const stop = bound(argument(call, 2, 'limit_index'), size, 'limit_index');
  const step = staticInt(argument(call, 3, 'stride') ?? 1n, `stride of ${name}`, site);
  const along = (here: number, others: readonly number[]): number[] => others.map((d, a) => (a === axis ? here : d));
  const { shape } = x.aval;
  return located(site.place, () =>
    site.builder.slice(x, {
      start: along(
        start,
        shape.map(() => 0),
      ),
      stop: along(stop, shape),
      step: along(
        step,
        shape.map(() => 1),
      ),
    }),
  );
}

function staticIndex(call: Call): PyValue {
  const { site } = call;
  arity(call, 'index_in_dim', 0, 4, ['operand', 'index', 'axis', 'keepdims']);
  staticInt(argument(call, 1, 'index') ?? null, 'index of index_in_dim', site);
  return dynamicIndex(call);
}

/** The functions by name. */
export const slices: ReadonlyMap<string, PyFunction> = new Map(
  Object.entries({
    dynamic_index_in_dim: dynamicIndex,
    dynamic_slice_in_dim: dynamicSlice,
    dynamic_update_index_in_dim: (call: Call) => dynamicUpdate('dynamic_update_index_in_dim', 'index', call),
    dynamic_update_slice_in_dim: (call: Call) => dynamicUpdate('dynamic_update_slice_in_dim', 'start_index', call),
    slice_in_dim: staticSlice,
    index_in_dim: staticIndex,
  }).map(([name, call]) => [name, { kind: 'function', name, call }]),
);
