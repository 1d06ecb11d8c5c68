// A computation at displaced values: what the differences of a derivative are taken of.

import type { Builder } from '../ir/builder.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { reachable } from '../ir/graph.ts';
import { subgraphsOf } from '../families/bodies.ts';

/**
 * `of` where a displacement is added to each key, inputs and intermediates alike: an intermediate is displaced beside what its
 * own inputs make of it, as a tangent is. What `stop_gradient` holds constant stays where it was.
 */
export function displaced(b: Builder, of: readonly Value[], displacements: ReadonlyMap<Value, Value>): Value[] {
  const images = new Map<Value, Value>();
  const move = (x: Value): void => {
    const by = displacements.get(x);
    if (by !== undefined) images.set(x, b.add(images.get(x) ?? x, by));
  };
  for (const x of displacements.keys()) if (x.node === undefined) move(x);
  for (const node of reachable(of)) {
    if (!holds(node) && node.inputs.some((x) => images.has(x))) {
      const inputs = node.inputs.map((x) => images.get(x) ?? x);
      const made = b.attributed(node.origin, () => b.emit(node.op, inputs, node.attrs));
      node.outputs.forEach((y, i) => images.set(y, made[i]));
    }
    node.outputs.forEach(move);
  }
  return of.map((y) => images.get(y) ?? y);
}

const holds = ({ op }: Node): boolean => op.name === 'stop_gradient';

/** Whether something is held constant inside a loop or a branch, where it moves with what it is computed from. */
export function holdsInside(nodes: readonly Node[]): boolean {
  return nodes.some(({ attrs }) => subgraphsOf(attrs).some(holdsWithin));
}

const holdsWithin = ({ nodes }: Graph): boolean => nodes.some(holds) || holdsInside(nodes);
