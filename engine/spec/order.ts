// Puts nodes after what they use, whatever order they were posted in, and finds circles.

import { quote } from '../bind.ts';
import type { Complaints } from './complaints.ts';
import type { SpecNode } from './read.ts';

/** Names of a circle that a message tells before it leaves some out. */
const told = 12;

/**
 * The nodes depth first from `roots`, operands left to right: the order, and with it every bit of the results, depends
 * on what the graph computes and not on how its nodes were listed. Iterative, so that a chain may be very long.
 */
export function orderNodes(
  roots: readonly SpecNode[],
  uses: (node: SpecNode) => readonly SpecNode[],
  complaints: Complaints,
): SpecNode[] {
  const order: SpecNode[] = [];
  const state = new Map<SpecNode, 'open' | 'done'>();
  const circled = new Set<SpecNode>();
  const path: { readonly node: SpecNode; readonly uses: readonly SpecNode[]; next: number }[] = [];
  for (const root of roots) {
    if (state.has(root)) continue;
    state.set(root, 'open');
    path.push({ node: root, uses: uses(root), next: 0 });
    while (path.length > 0) {
      const top = path[path.length - 1];
      if (top.next === top.uses.length) {
        path.pop();
        state.set(top.node, 'done');
        order.push(top.node);
        continue;
      }
      const used = top.uses[top.next++];
      const seen = state.get(used);
      if (seen === undefined) {
        state.set(used, 'open');
        path.push({ node: used, uses: uses(used), next: 0 });
      } else if (seen === 'open' && !circled.has(used)) {
        const circle = path.slice(path.findLastIndex((step) => step.node === used)).map((step) => step.node);
        for (const node of circle) circled.add(node);
        complainOfCircle(circle, complaints);
        if (complaints.full()) complaints.raise();
      }
    }
  }
  return order.filter((node) => !circled.has(node));
}

/** a → b where a uses b, from the node that was posted first. */
function complainOfCircle(circle: readonly SpecNode[], complaints: Complaints): void {
  const first = circle.reduce((m, node, i) => (node.at < circle[m].at ? i : m), 0);
  const turned = [...circle.slice(first), ...circle.slice(0, first), circle[first]];
  const names = turned.map((node) => (/^[\w.]{1,40}$/.test(node.label) ? node.label : quote(node.label)));
  const path =
    names.length <= told ? names : [...names.slice(0, told - 2), `… (${names.length - told} more)`, ...names.slice(-2)];
  complaints.add('E_GRAPH_CYCLE', {
    pointer: circle[first].pointer,
    message:
      circle.length === 1
        ? `Node ${quote(circle[first].label)} uses its own result: ${path.join(' → ')}.`
        : `Nodes depend on each other in a circle: ${path.join(' → ')}.`,
    hint: 'An arrow reads "uses". Every node can only use what is computed before it.',
  });
}
