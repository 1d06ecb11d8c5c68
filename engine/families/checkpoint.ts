// Functions whose inner values the way back computes again: their tangents and cotangents.

import { strong } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Graph, Value } from '../ir/graph.ts';
import type { Attrs, BatchSite, IndexRows, JvpSite, SpreadSite, Subprogram, TransposeSite, Unmapped } from '../op.ts';
import { traceBody } from './custom.ts';

/** The graph of a node: a function of all of its inputs. */
export const functionOf = (attrs: Attrs): Graph => (attrs['function'] as { graph: Graph }).graph;

/** A function of values as one node: what it uses from outside is among the node's inputs. */
export function emitCheckpoint(b: Builder, fn: Subprogram, operands: readonly Value[]): readonly Value[] {
  const { graph, captures } = traceBody(
    b,
    operands.map((x) => x.aval),
    (xs) => fn(b, xs),
  );
  return b.emit(b.context.ops.get('checkpoint')!, [...captures, ...operands], { function: { graph } });
}

/** A node of the function's tangents, linear in those given: it computes anew whatever of the function it needs. */
export function tangentsOfCheckpoint(b: Builder, { inputs, outputs, attrs, tangents }: JvpSite): (Value | null)[] {
  const live = tangents.flatMap((t, k) => (t === null ? [] : [k]));
  let places: number[] = [];
  const { graph, captures } = traceBody(
    b,
    [...inputs.map((x) => x.aval), ...live.map((k) => strong(inputs[k].aval))],
    (xs) => {
      const [values, given] = [xs.slice(0, inputs.length), xs.slice(inputs.length)];
      const { inline, linearize } = b.context.passes;
      const results = inline(b, functionOf(attrs), values);
      const found = linearize(
        b,
        results,
        live.map((k, i) => ({ value: values[k], tangent: given[i] })),
      ).tangents;
      places = found.flatMap((t, k) => (t === null ? [] : [k]));
      return found.filter((t) => t !== null);
    },
  );
  if (places.length === 0) return outputs.map(() => null);
  const made = b.emit(
    b.context.ops.get('checkpoint_tangent')!,
    [...captures, ...inputs, ...live.map((k) => tangents[k]!)],
    { function: { graph }, constants: captures.length + inputs.length },
  );
  return outputs.map((_y, k) => (places.includes(k) ? made[places.indexOf(k)] : null));
}

/**
 * Cotangents of the tangents. What they need of the function is computed from its arguments behind a barrier: not before the
 * cotangents are there, and never taken for the same as what was computed on the way forward.
 */
export function transposeCheckpoint(b: Builder, { node, cotangents, linear }: TransposeSite): (Value | null)[] {
  const constants = node.attrs['constants'] as number;
  const after = cotangents.filter((ct) => ct !== null);
  const barrier = b.context.ops.get('barrier')!;
  const held = node.inputs.slice(0, constants).map((x) => b.emitOne(barrier, [x, ...after]));
  const given = node.inputs.slice(constants);
  const variables = given.map((t, k) => (linear[constants + k] ? b.placeholder(strong(t.aval)) : t));
  const start = b.nodes.length;
  const { inline, transpose } = b.context.passes;
  const results = inline(b, functionOf(node.attrs), [...held, ...variables]);
  const tape = b.nodes.slice(start);
  const seeds = variables.filter((_t, k) => linear[constants + k]);
  const back = transpose(b, tape, seeds, results, cotangents);
  return [...held.map(() => null), ...variables.map((t, k) => (linear[constants + k] ? back[seeds.indexOf(t)] : null))];
}

/** The same node over a batch of some of its inputs. */
export function batchCheckpoint(
  b: Builder,
  { inputs, mapped, attrs, size }: BatchSite,
  name: 'checkpoint' | 'checkpoint_tangent',
): (Value | Unmapped)[] {
  const own = functionOf(attrs);
  let flags: boolean[] = [];
  const { graph, captures } = traceBody(
    b,
    inputs.map((x) => x.aval),
    (xs) => {
      const variables = own.inputs.map(({ value }, k) => (mapped[k] ? b.placeholder(value.aval) : xs[k]));
      const { inline, batch } = b.context.passes;
      const results = inline(b, own, variables);
      const images = new Map(variables.flatMap((v, k): [Value, Value][] => (mapped[k] ? [[v, xs[k]]] : [])));
      const batched = batch(b, results, images, size);
      flags = batched.map((y) => y !== null);
      return batched.map((y, k) => y ?? results[k]);
    },
  );
  const constants = attrs['constants'] as number | undefined;
  const made = b.emit(b.context.ops.get(name)!, [...captures, ...inputs], {
    function: { graph },
    ...(constants !== undefined && { constants: captures.length + constants }),
  });
  return made.map((y, k) => (flags[k] ? y : { unmapped: y }));
}

/** What the tangents depend on. */
export const spreadCheckpoint = ({ attrs, sets, known, through }: SpreadSite): readonly (IndexRows | null)[] =>
  through(
    functionOf(attrs),
    sets,
    sets.map((_s, k) => known(k)),
  );
