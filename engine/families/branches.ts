// Branches as nodes: how switch is built, and its rules.

import type { Builder } from '../ir/builder.ts';
import type { Graph, Origin, Value } from '../ir/graph.ts';
import type { Attrs, BatchSite, JvpSite, Total, TransposeSite, Unmapped } from '../op.ts';
import { repeatFirst } from './batching.ts';
import { closeBody, indicesOf, liveInputs, liveOutputs } from './bodies.ts';

export const branchesOf = (attrs: Attrs): Graph[] =>
  (attrs['branches'] as { graph: Graph }[]).map(({ graph }) => graph);

/** A switch over what each branch makes, all of the same types: `index` chooses, and nothing else is computed. */
export function switchOver(
  b: Builder,
  index: Value,
  branches: readonly (() => readonly Value[])[],
  bound?: ReadonlyMap<Value, Value>,
  origin?: Origin,
): readonly Value[] {
  const bodies = branches.map((trace) => {
    const { result, nodes } = b.isolated(trace);
    return closeBody(b, nodes, result, { head: [], tail: [], bound, hoist: false });
  });
  const operands = [...new Set(bodies.flatMap((body) => body.captures))];
  const graphs = bodies.map(({ graph, captures }) => ({
    graph: {
      ...graph,
      inputs: operands.map((x, i) => {
        const at = captures.indexOf(x);
        return { name: `x${i}`, value: at < 0 ? b.placeholder(x.aval) : graph.inputs[at].value };
      }),
    },
  }));
  return b.attributed(origin, () => b.emit(b.context.ops.get('switch')!, [index, ...operands], { branches: graphs }));
}

const either = (lists: readonly (readonly boolean[])[]): boolean[] =>
  lists[0].map((_flag, i) => lists.some((list) => list[i]));

/** Variables that stand for values from outside. */
function standIns(b: Builder, xs: readonly Value[], bound: Map<Value, Value>): Value[] {
  return xs.map((x) => {
    const variable = b.placeholder(x.aval);
    bound.set(variable, x);
    return variable;
  });
}

/** Tangents of a switch: a switch of the branches' tangents, which compute anew what they need. */
export function tangentsOfSwitch(b: Builder, { inputs, attrs, tangents }: JvpSite): (Value | null)[] {
  const [index, ...operands] = inputs;
  const given = tangents.slice(1);
  const branches = branchesOf(attrs);
  const live = either(
    branches.map((graph) =>
      liveOutputs(
        graph,
        given.map((t) => t !== null),
      ),
    ),
  );
  const wanted = indicesOf(live);
  const result = new Array<Value | null>(live.length).fill(null);
  if (wanted.length === 0) return result;
  const bound = new Map<Value, Value>();
  const variables = standIns(b, operands, bound);
  const seeds = variables.flatMap((value, k) => {
    const t = given[k];
    return t === null ? [] : [{ value, tangent: standIns(b, [t], bound)[0] }];
  });
  const outputs = switchOver(
    b,
    index,
    branches.map((graph) => () => {
      const { inline, linearize } = b.context.passes;
      const values = inline(b, graph, variables);
      const found = linearize(b, values, seeds).tangents;
      return wanted.map((k) => found[k] ?? b.zeros(strong(values[k])));
    }),
    bound,
  );
  wanted.forEach((k, i) => (result[k] = outputs[i]));
  return result;
}

const strong = ({ aval: { dtype, shape } }: Value) => ({ dtype, shape });

/** Cotangents of the operands that a switch is linear in. */
export function transposeSwitch(
  b: Builder,
  { node, cotangents, linear, known }: TransposeSite,
): (Value | Total | null)[] {
  const [index, ...operands] = node.inputs;
  const branches = branchesOf(node.attrs);
  const reached = either(
    branches.map((graph) =>
      liveInputs(
        graph,
        cotangents.map((ct) => ct !== null),
      ),
    ),
  );
  const wanted = indicesOf(operands.map((_x, k) => linear[k + 1] && reached[k]));
  const result = new Array<Value | Total | null>(node.inputs.length).fill(null);
  if (wanted.length === 0) return result;
  const bound = new Map<Value, Value>();
  const constants = standIns(b, operands, bound);
  const before = wanted.map((k) => {
    const ct = known(k + 1);
    return ct === null ? null : standIns(b, [ct], bound)[0];
  });
  const cts = cotangents.map((ct) => (ct === null ? null : standIns(b, [ct], bound)[0]));
  const outputs = switchOver(
    b,
    index,
    branches.map((graph) => () => {
      const { inline, transpose } = b.context.passes;
      const variables = new Map(wanted.map((k) => [k, b.placeholder(strong(operands[k]))]));
      const start = b.nodes.length;
      const values = inline(
        b,
        graph,
        constants.map((x, k) => variables.get(k) ?? x),
      );
      const tape = b.nodes.slice(start);
      const back = transpose(b, tape, [...variables.values()], values, cts, before);
      return back.map((ct, i) => ct ?? b.zeros(strong(operands[wanted[i]])));
    }),
    bound,
  );
  wanted.forEach((k, i) => (result[k + 1] = { total: outputs[i] }));
  return result;
}

/** One branch for the whole batch where the index is one; else all of them, and a choice element by element. */
export function batchSwitch(b: Builder, { inputs, mapped, attrs, size }: BatchSite): readonly (Value | Unmapped)[] {
  const [index, ...operands] = inputs;
  const branches = branchesOf(attrs);
  const run = (graph: Graph, values: readonly Value[]): Value[] => {
    const { inline, batch } = b.context.passes;
    const images = new Map<Value, Value>();
    const variables = values.map((x, k) => {
      if (!mapped[k + 1]) return x;
      const variable = b.placeholder({ dtype: x.aval.dtype, shape: x.aval.shape.slice(1) });
      images.set(variable, x);
      return variable;
    });
    const results = inline(b, graph, variables);
    return batch(b, results, images, size).map((y, i) => y ?? repeatFirst(b, results[i], size));
  };
  if (!mapped[0]) {
    const bound = new Map<Value, Value>();
    const constants = standIns(b, operands, bound);
    return switchOver(
      b,
      index,
      branches.map((graph) => () => run(graph, constants)),
      bound,
    );
  }
  return branches
    .map((graph) => run(graph, operands))
    .reduce((chosen, values, k) => {
      const here = b.greater_equal(index, b.fill(index.aval, BigInt(k)));
      return values.map((y, i) => {
        const column = b.reshape(here, { shape: [size, ...y.aval.shape.slice(1).map(() => 1)] });
        return b.where(b.broadcast(column, y.aval.shape), y, chosen[i]);
      });
    });
}
