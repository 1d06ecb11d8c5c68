// Loops and branches made smaller: loops over the same turns become one, and what nothing needs leaves their bodies.

import { invariant } from '../errors.ts';
import type { Builder } from '../ir/builder.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { closeGraph } from '../ir/graph.ts';
import { branchesOf } from '../families/branches.ts';
import type { Loop } from '../families/loops.ts';
import { scanOf, whileOf } from '../families/loops.ts';
import { mapSubgraphs, subgraphsOf } from '../families/bodies.ts';
import { sumProducts } from './products.ts';
import { copyOf, makeNode, mapNodes, sorted } from './rewriting.ts';

const isScan = (node: Node): boolean => node.op.name === 'scan';
const isWhile = (node: Node): boolean => node.op.name === 'while_loop';
const isLoop = (node: Node): boolean => isScan(node) || isWhile(node);

/**
 * The graph with its loops and branches tidied, and those of their bodies. `builder` makes empty builders of its ops; `sums`:
 * what turns only sum up is one contraction behind them, for which all of them are kept.
 */
export function tidyLoops(graph: Graph, builder: () => Builder, sums = true): Graph {
  if (!graph.nodes.some((node) => subgraphsOf(node.attrs).length > 0)) return graph;
  let now = mergeLoops(inlineCalls(graph));
  for (let joined = joinLoops(now, builder); joined !== null; joined = joinLoops(now, builder)) now = joined;
  now = dropUnused(sums ? sumProducts(now) : now);
  return mapNodes(now, (node, inputs) => {
    if (subgraphsOf(node.attrs).length === 0) return null;
    const attrs = mapSubgraphs(node.attrs, (body) => tidyLoops(body, builder, sums));
    return makeNode(node, inputs, attrs).outputs;
  });
}

/** Nodes that are a sub-graph, now that they are differentiated, become its nodes. */
function inlineCalls(graph: Graph): Graph {
  let calls = false;
  const inlined = mapNodes(graph, (node, inputs) => {
    const body = node.op.primitive!.inlined?.(node.attrs);
    if (body === undefined) return null;
    calls = true;
    const values = new Map<Value, Value>();
    inputs.forEach((x, i) => values.set(body.inputs[i].value, x));
    for (const inner of body.nodes) {
      const copy = copyOf(
        inner,
        inner.inputs.map((x) => values.get(x)!),
      );
      inner.outputs.forEach((y, i) => values.set(y, copy.outputs[i]));
    }
    return body.outputs.map((y) => values.get(y)!);
  });
  return calls ? inlineCalls(inlined) : graph;
}

// -- the same loop twice ---------------------------------------------------------------------------------------------

/** Loops that differ only in which of their values they give become one that gives all. */
function mergeLoops(graph: Graph): Graph {
  const groups = new Map<string, Node[]>();
  const numbers = new Map<unknown, number>();
  const numberOf = (x: unknown): number => {
    const known = numbers.get(x) ?? numbers.size;
    numbers.set(x, known);
    return known;
  };
  for (const node of graph.nodes) {
    if (!isLoop(node)) continue;
    const { body, condition, ...rest } = node.attrs;
    const { nodes, inputs } = (body as { graph: Graph }).graph;
    const key = [
      node.op.name,
      node.inputs.map(numberOf).join(),
      JSON.stringify(rest),
      nodes.length === 0 ? `none ${inputs.map((i) => numberOf(i.value)).join()}` : numberOf(nodes[0]),
      nodes.length,
      inputs.map((i) => numberOf(i.value)).join(),
      condition === undefined ? '' : numberOf((condition as { graph: Graph }).graph.outputs[0]),
    ].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const images = new Map<Node, (inputs: readonly Value[]) => readonly Value[]>();
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const bodies = group.map((node) => (node.attrs['body'] as { graph: Graph }).graph);
    const m = carryCount(group[0]);
    if (!bodies.every(({ outputs }) => outputs.slice(0, m).every((y, k) => y === bodies[0].outputs[k]))) continue;
    const ys = [...new Set(bodies.flatMap(({ outputs }) => outputs.slice(m)))];
    const outputs = [...bodies[0].outputs.slice(0, m), ...ys];
    let merged: Node | undefined;
    group.forEach((node, g) => {
      images.set(node, (inputs) => {
        merged ??= makeNode(node, inputs, { ...node.attrs, body: { graph: { ...bodies[0], outputs } } });
        const first = firstY(node);
        return [
          ...merged.outputs.slice(0, first),
          ...bodies[g].outputs.slice(m).map((y) => merged!.outputs[first + ys.indexOf(y)]),
        ];
      });
    });
  }
  return images.size === 0 ? graph : mapNodes(graph, (node, inputs) => images.get(node)?.(inputs) ?? null);
}

const carryCount = (node: Node): number =>
  isScan(node) ? (node.attrs['carry'] as number) : whileOf(node.inputs, node.attrs).loop.init.length;
/** Where a loop's ys begin among its outputs: a while_loop's number of turns comes before. */
const firstY = (node: Node): number => carryCount(node) + (isWhile(node) ? 1 : 0);

// -- one loop that reads what each turn of another gives -------------------------------------------------------------

/**
 * A loop that reads the ys of another over the same turns in the same order, and nothing else of it, becomes part of it:
 * forward-mode derivatives then run beside what they differentiate, and nothing is stacked for them. Null: there is none.
 */
function joinLoops(graph: Graph, builder: () => Builder): Graph | null {
  for (const second of graph.nodes) {
    if (!isScan(second)) continue;
    const loop = scanOf(second.inputs, second.attrs);
    for (const first of new Set(loop.xs.flatMap((x) => (x.node !== undefined && isLoop(x.node) ? [x.node] : [])))) {
      if (!sameTurns(first, loop) || dependsOtherwise(second, loop, first)) continue;
      return join(graph, first, second, loop, builder);
    }
  }
  return null;
}

function sameTurns(first: Node, second: Loop): boolean {
  if (isWhile(first)) return second.turns === first.outputs[carryCount(first)] && !second.reverse;
  const loop = scanOf(first.inputs, first.attrs);
  return loop.length === second.length && loop.turns === second.turns && loop.reverse === second.reverse;
}

/** Whether the second loop needs the first in another way than element by element. */
function dependsOtherwise(second: Node, loop: Loop, first: Node): boolean {
  const from = firstY(first);
  const direct = (x: Value): boolean => x.node === first && x.index >= from && loop.xs.includes(x);
  const turns = (x: Value): boolean => x === loop.turns && x.node === first;
  const stack = second.inputs.filter((x) => !direct(x) && !turns(x)).flatMap((x) => x.node ?? []);
  if (loop.consts.some((x) => x.node === first) || loop.init.some((x) => x.node === first)) return true;
  const seen = new Set<Node>();
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (node === first) return true;
    if (seen.has(node)) continue;
    seen.add(node);
    for (const x of node.inputs) if (x.node !== undefined) stack.push(x.node);
  }
  return false;
}

function join(graph: Graph, first: Node, second: Node, loop: Loop, builder: () => Builder): Graph {
  const whole = isWhile(first) ? whileOf(first.inputs, first.attrs) : null;
  const base = whole?.loop ?? scanOf(first.inputs, first.attrs);
  const from = firstY(first);
  const m = base.init.length;
  const own = loop.xs.filter((x) => x.node !== first);
  const b = builder();
  const variable = (x: Value): Value => b.input(`x${b.inputs.length}`, { dtype: x.aval.dtype, shape: x.aval.shape });
  const formals = (graph: Graph, start: number, n: number): Value[] =>
    graph.inputs.slice(start, start + n).map((input) => variable(input.value));
  const turn = variable(base.body.inputs[0].value);
  const firstConsts = formals(base.body, 1, base.consts.length);
  const secondConsts = formals(loop.body, 1, loop.consts.length);
  const firstCarry = formals(base.body, 1 + base.consts.length, m);
  const secondCarry = formals(loop.body, 1 + loop.consts.length, loop.init.length);
  const firstXs = formals(base.body, 1 + base.consts.length + m, base.xs.length);
  const elements = loop.body.inputs.slice(1 + loop.consts.length + loop.init.length).map((input) => input.value);
  const ownXs = loop.xs.flatMap((x, k) => (x.node === first ? [] : [variable(elements[k])]));
  const { inline } = b.context.passes;
  const made = inline(b, base.body, [turn, ...firstConsts, ...firstCarry, ...firstXs]);
  let next = 0;
  const read = loop.xs.map((x) => (x.node === first ? made[m + x.index - from] : ownXs[next++]));
  const more = inline(b, loop.body, [turn, ...secondConsts, ...secondCarry, ...read]);
  const n = loop.init.length;
  const body = closeGraph(b.inputs, [...made.slice(0, m), ...more.slice(0, n), ...made.slice(m), ...more.slice(n)]);
  const consts = base.consts.length + loop.consts.length;
  const skip = (x: Value | null): Value[] => (x === null ? [] : [x]);
  // The second's inputs do not depend on the first: the joint loop stands where both are known.
  let joint: Node;
  if (whole === null) {
    joint = makeNode(
      first,
      [...skip(base.turns), ...base.consts, ...loop.consts, ...base.init, ...loop.init, ...base.xs, ...own],
      { ...first.attrs, body: { graph: body }, consts, carry: m + n },
    );
  } else {
    const { condition, conditionConsts } = whole;
    const others = loop.init.map((x): Graph['inputs'][number] => ({
      name: 'x',
      value: { id: 0, aval: x.aval, node: undefined, index: 0 },
    }));
    joint = makeNode(first, [...conditionConsts, ...base.consts, ...loop.consts, ...base.init, ...loop.init], {
      ...first.attrs,
      condition: { graph: { ...condition, inputs: [...condition.inputs, ...others] } },
      body: { graph: body },
      consts,
    });
  }
  const shift = from - m;
  const ys = m + n + shift;
  const images = new Map<Value, Value>();
  first.outputs.forEach((y, k) => {
    images.set(y, k < m ? joint.outputs[k] : k < from ? joint.outputs[m + n] : joint.outputs[ys + k - from]);
  });
  const firstYs = made.length - m;
  second.outputs.forEach((y, k) => {
    images.set(y, k < n ? joint.outputs[m + k] : joint.outputs[ys + firstYs + k - n]);
  });
  // Own xs of the joint node may themselves come from nodes that are copied below; the joint node is copied with them.
  return substitute(graph, images, new Set([first, second]));
}

/** The graph with values in place of others, whose nodes are gone. */
function substitute(graph: Graph, images: ReadonlyMap<Value, Value>, gone: ReadonlySet<Node>): Graph {
  const fresh = new Set<Node>([...images.values()].flatMap((y) => y.node ?? []));
  const values = new Map<Value, Value>(images);
  const now = (x: Value): Value => values.get(x) ?? x;
  const done = new Map<Node, Node>();
  // A node that needs the joint one may be needed by another input of it only through a cycle, which was ruled out.
  for (const node of sorted(graph.inputs, [...graph.outputs.map(now), ...images.values()]).nodes) {
    if (gone.has(node)) continue;
    const inputs = node.inputs.map(now);
    if (inputs.every((x, i) => x === node.inputs[i])) continue;
    const copy = copyOf(node, inputs);
    done.set(node, copy);
    node.outputs.forEach((y, i) => values.set(y, copy.outputs[i]));
    if (fresh.has(node))
      for (const [from, to] of images) if (to.node === node) values.set(from, copy.outputs[to.index]);
  }
  return sorted(graph.inputs, graph.outputs.map(now));
}

// -- what nothing needs ----------------------------------------------------------------------------------------------

/** Results that nothing reads leave their loop or branch, with all that only they needed; carries that never change are constants. */
function dropUnused(graph: Graph): Graph {
  const used = new Set<Value>([...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs]);
  return mapNodes(graph, (node, inputs) => {
    const wanted = node.outputs.map((y) => used.has(y));
    if (isLoop(node)) return dropFromLoop(node, inputs, wanted);
    if (node.op.name === 'switch') return dropFromSwitch(node, inputs, wanted);
    return null;
  });
}

/** Which inputs of a graph some of its outputs need. */
function neededInputs({ inputs, nodes, outputs }: Graph, wanted: readonly boolean[]): boolean[] {
  const live = new Set<Value>(outputs.filter((_y, i) => wanted[i]));
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (!nodes[i].outputs.some((y) => live.has(y))) continue;
    for (const x of nodes[i].inputs) live.add(x);
  }
  return inputs.map(({ value }) => live.has(value));
}

const kept = <T>(list: readonly T[], flags: readonly boolean[]): T[] => list.filter((_x, i) => flags[i]);

function dropFromLoop(node: Node, inputs: readonly Value[], wanted: readonly boolean[]): (Value | undefined)[] | null {
  const whole = isWhile(node) ? whileOf(inputs, node.attrs) : null;
  const loop = whole?.loop ?? scanOf(inputs, node.attrs);
  const { body, consts, init, xs } = loop;
  const [c, m] = [consts.length, init.length];
  const from = firstY(node);
  const fixed = init.map((_x, k) => body.outputs[k] === body.inputs[1 + c + k].value);
  const wantedYs = wanted.slice(from);
  const test = whole === null ? [] : neededInputs(whole.condition, [true]);
  const tested = test.slice(whole?.conditionConsts.length ?? 0);
  let carried = init.map((_x, k) => (wanted[k] && !fixed[k]) || (tested[k] ?? false));
  let reads: boolean[] = [];
  for (let grows = true; grows;) {
    reads = neededInputs(body, [...carried, ...wantedYs]);
    const next = carried.map((l, k) => l || reads[1 + c + k]);
    grows = next.some((l, k) => l !== carried[k]);
    carried = next;
  }
  // A carry that never changes is read as a constant by body and condition alike.
  const asConst = fixed.map((f, k) => f && carried[k]);
  const staying = carried.map((l, k) => l && !fixed[k]);
  const wantedConsts = reads.slice(1, 1 + c);
  const wantedXs = reads.slice(1 + c + m);
  const nothing =
    staying.every(Boolean) && wantedYs.every(Boolean) && wantedConsts.every(Boolean) && wantedXs.every(Boolean);
  if (nothing) return null;
  const [turn, ...rest] = body.inputs;
  const formals = {
    consts: [
      ...kept(rest.slice(0, c), wantedConsts),
      ...kept(
        rest.slice(c, c + m),
        asConst.map((f, k) => f && reads[1 + c + k]),
      ),
    ],
    carry: kept(rest.slice(c, c + m), staying),
    xs: kept(rest.slice(c + m), wantedXs),
  };
  const constants = [
    ...kept(consts, wantedConsts),
    ...kept(
      init,
      asConst.map((f, k) => f && reads[1 + c + k]),
    ),
  ];
  const trimmed = trim({
    inputs: [turn, ...formals.consts, ...formals.carry, ...formals.xs],
    nodes: body.nodes,
    outputs: [...kept(body.outputs.slice(0, m), staying), ...kept(body.outputs.slice(m), wantedYs)],
  });
  const starts = kept(init, staying);
  let made: Node;
  if (whole === null) {
    const { turns } = loop;
    made = makeNode(node, [...(turns === null ? [] : [turns]), ...constants, ...starts, ...kept(xs, wantedXs)], {
      ...node.attrs,
      body: { graph: trimmed },
      consts: constants.length,
      carry: starts.length,
    });
  } else {
    const { condition, conditionConsts } = whole;
    const p = conditionConsts.length;
    const own = condition.inputs.slice(p);
    const fixedHere = asConst.map((f, k) => f && tested[k]);
    made = makeNode(node, [...conditionConsts, ...kept(init, fixedHere), ...constants, ...starts], {
      ...node.attrs,
      condition: {
        graph: {
          ...condition,
          inputs: [...condition.inputs.slice(0, p), ...kept(own, fixedHere), ...kept(own, staying)],
        },
      },
      body: { graph: trimmed },
      condition_consts: p + kept(init, fixedHere).length,
      consts: constants.length,
    });
  }
  let at = 0;
  const result: (Value | undefined)[] = init.map((x, k) =>
    staying[k] ? made.outputs[at++] : fixed[k] ? x : undefined,
  );
  if (whole !== null) result.push(made.outputs[at++]);
  for (const flag of wantedYs) result.push(flag ? made.outputs[at++] : undefined);
  return result;
}

/** The nodes that the outputs need. */
function trim({ inputs, nodes, outputs }: Graph): Graph {
  const live = new Set<Value>(outputs);
  const needed: Node[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (!nodes[i].outputs.some((y) => live.has(y))) continue;
    needed.push(nodes[i]);
    for (const x of nodes[i].inputs) live.add(x);
  }
  return { inputs, nodes: needed.reverse(), outputs };
}

function dropFromSwitch(
  node: Node,
  inputs: readonly Value[],
  wanted: readonly boolean[],
): (Value | undefined)[] | null {
  const branches = branchesOf(node.attrs);
  const [index, ...operands] = inputs;
  const needs = branches.map((graph) => neededInputs(graph, wanted));
  const read = operands.map((_x, k) => needs.some((list) => list[k]));
  if (wanted.every(Boolean) && read.every(Boolean)) return null;
  invariant(wanted.some(Boolean), 'a switch that nothing reads is no node of the graph');
  const made = makeNode(node, [index, ...kept(operands, read)], {
    ...node.attrs,
    branches: branches.map((graph) => ({
      graph: trim({ inputs: kept(graph.inputs, read), nodes: graph.nodes, outputs: kept(graph.outputs, wanted) }),
    })),
  });
  let at = 0;
  return wanted.map((flag) => (flag ? made.outputs[at++] : undefined));
}
