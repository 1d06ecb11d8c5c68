// Explains a request without running it: the typed graph as text, as data and as a picture, and what it would cost.

import { compile, wayOf } from './compile.ts';
import type { Slot, Structure } from './asked/compilation.ts';
import type { Plan } from './compile.ts';
import { dotOf } from './dot.ts';
import { sizeOf } from './ir/aval.ts';
import type { Graph, Node, Origin, Value } from './ir/graph.ts';
import { reachable } from './ir/graph.ts';
import { canonicalOrder, nameValues, printAttr, printBody, printGraph } from './ir/print.ts';
import type { AttrValue } from './op.ts';
import { tellPasses } from './passes.ts';
import type { ComputeRequest, EngineContext, ExplainRequest, Explanation, MatrixExplanation } from './request.ts';
import { pictureOf } from './sparse/picture.ts';

/** What a request would do. Inputs may be types without data. */
export function explain(
  request: ExplainRequest,
  { limits, machine, now = () => 0, report }: Pick<EngineContext, 'limits'> & Partial<EngineContext>,
): Explanation {
  const started = now();
  const described: ExplainRequest = { format: 'json', ...request };
  const { plan } = compile(described, limits);
  const { graph, forward } = plan;
  const way = wayOf(plan, machine, described, limits);
  const order = canonicalOrder(graph.outputs);
  const ids = nameValues(graph, order);
  const posted = postedNodes(plan);
  const names = userNames(plan);
  const outputs = plan.slots.flatMap((slot, i) =>
    slot.kind === 'outputs' ? [{ name: slot.name, ...typeOf(graph.outputs[i]) }] : [],
  );
  const results = new Map<Value, string[]>();
  plan.slots.forEach((slot, i) => {
    const value = graph.outputs[i];
    const known = results.get(value);
    if (known === undefined) results.set(value, [resultName(slot, request)]);
    else known.push(resultName(slot, request));
  });
  report?.({
    plan: 'compiled',
    graph_id: plan.graph_id,
    compile_ms: now() - started,
    run_ms: 0,
    flops: way.recomputed?.flops ?? plan.cost.flops,
    peak_bytes: way.peak_bytes,
    bytes_in: 0,
    bytes_out: 0,
    runner: 'none',
    feed_ms: 0,
  });
  return {
    graph_id: plan.graph_id,
    inputs: graph.inputs.slice(0, forward.inputs.length).map(({ name, value }) => ({ name, ...typeOf(value) })),
    outputs,
    text: printGraph(forward),
    plan_text: printGraph(graph),
    nodes: order.flatMap((node) =>
      node.outputs.map((value) => ({
        id: ids.get(value)!,
        op: node.op.name,
        inputs: node.inputs.map((x) => ids.get(x)!),
        attrs: plainAttrs(node),
        ...typeOf(value),
        ...(names.has(value) ? { name: names.get(value)! } : {}),
        part: posted.has(node) ? ('forward' as const) : ('derivative' as const),
      })),
    ),
    backward: backwardOps(plan, request),
    matrices: plan.structures.map((s) => explainMatrix(s, request)),
    dot: dotOf({ graph, order, names, results, posted }),
    flops: way.recomputed?.flops ?? plan.cost.flops,
    peak_bytes: way.peak_bytes,
    ...(way.recomputed === null ? {} : { recompute: way.recomputed }),
    passes: way.planned === null ? [] : tellPasses(way.planned),
    warnings: plan.warnings,
  };
}

const typeOf = ({ aval: { dtype, shape } }: Value) => ({ dtype, shape });

/** The nodes of the posted computation, whatever of it is returned: everything a name of the user's stands for needs. */
const postedNodes = (plan: Plan): ReadonlySet<Node> => new Set(reachable([...plan.names.values()]));

/** The user's own name of each value that has one; the first, where there are several. */
function userNames(plan: Plan): ReadonlyMap<Value, string> {
  const names = new Map<Value, string>();
  for (const [name, value] of plan.names) if (!names.has(value)) names.set(value, name);
  return names;
}

/** What a result of the plan is, in the words of calculus. */
function resultName(slot: Slot, request: ComputeRequest): string {
  switch (slot.kind) {
    case 'outputs':
      return slot.name;
    case 'gradients':
      return `∂${request.gradients![slot.at].of}/∂${slot.name}`;
    case 'jacobians':
      return `∂${request.jacobians![slot.at].of}/∂${slot.name}`;
    case 'hessians':
      return `∂²${request.hessians![slot.at].of}/∂${slot.name}∂${slot.other}`;
    case 'jvps':
      return `tangent of ${slot.name}`;
    case 'hvps':
      return `Hessian of ${request.hvps![slot.at].of} times vector, at ${slot.name}`;
  }
}

/** Attributes as plain data: small tensors as they are, large ones by their digest, sub-graphs as text. */
const plainAttrs = (node: Node): Record<string, unknown> =>
  Object.fromEntries(Object.entries(node.attrs).map(([key, value]) => [key, plainAttr(value)]));

function plainAttr(value: AttrValue): unknown {
  if (Array.isArray(value)) return (value as readonly AttrValue[]).map(plainAttr);
  if (typeof value !== 'object' || value === null) return value;
  if ('graph' in value) return printBody((value as { graph: Graph }).graph);
  if ('rule' in value) return 'a rule of its own';
  if (!('tensor' in value)) return value;
  const { tensor } = value;
  if (sizeOf(tensor.shape) <= 16) return tensor;
  return { dtype: tensor.dtype, shape: tensor.shape, digest: printAttr(value) };
}

/** The ops between `of` and the values of `wrt`, from `of` back: what a cotangent passes on its way. */
function backwardOps(plan: Plan, request: ComputeRequest): Explanation['backward'] {
  return (request.gradients ?? []).map(({ of, wrt }) => {
    const variables = new Set(wrt.map((name) => plan.names.get(name)!));
    const depends = new Set<Value>(variables);
    const passed: Node[] = [];
    for (const node of reachable([plan.names.get(of)!])) {
      if (!node.inputs.some((x) => depends.has(x)) || node.outputs.every((y) => variables.has(y))) continue;
      for (const y of node.outputs) depends.add(y);
      passed.push(node);
    }
    return { of, wrt, ops: writtenOps(passed.reverse()) };
  });
}

/** Entries and colours up to this many are listed. */
const mostListed = 256;

function explainMatrix({ kind, at, shown, ...stats }: Structure, request: ComputeRequest): MatrixExplanation {
  const { of, wrt } = request[kind]![at];
  const head = { kind: kind === 'jacobians' ? 'jacobian' : 'hessian', of, wrt, ...stats } as const;
  if (shown === undefined) return head;
  const { pattern, coloring } = shown;
  const { rows, starts, columns } = pattern;
  const few = columns.length <= mostListed;
  const rowOf = Array.from({ length: few ? rows : 0 }, (_, i) => new Array<number>(starts[i + 1] - starts[i]).fill(i));
  return {
    ...head,
    picture: pictureOf(pattern),
    ...(few ? { entries: { rows: rowOf.flat(), columns: [...columns] } } : {}),
    ...(coloring.colors.length <= mostListed ? { colouring: [...coloring.colors] } : {}),
  };
}

/** The primitives of one op that was written are that op. */
function writtenOps(nodes: readonly Node[]): { readonly op: string; readonly name?: string }[] {
  const seen = new Set<Origin>();
  return nodes.flatMap(({ op, origin }) => {
    if (origin === undefined) return [{ op: op.name }];
    if (seen.has(origin)) return [];
    seen.add(origin);
    return [{ op: origin.op, ...(origin.label === undefined ? {} : { name: origin.label }) }];
  });
}
