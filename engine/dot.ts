// Draws a plan for Graphviz: the posted computation and its derivatives side by side, one box a node.

import { showAval } from './ir/aval.ts';
import type { Graph, Node, Value } from './ir/graph.ts';
import { printAttr } from './ir/print.ts';

export interface Drawing {
  readonly graph: Graph;
  /** The nodes in the order they are drawn. */
  readonly order: readonly Node[];
  /** The user's names of values. */
  readonly names: ReadonlyMap<Value, string>;
  /** What the results of the plan are called. */
  readonly results: ReadonlyMap<Value, readonly string[]>;
  /** The nodes of the posted computation; the others are derivatives. */
  readonly posted: ReadonlySet<Node>;
}

/** The DOT text of a plan. */
export function dotOf(drawing: Drawing): string {
  const { graph, order, posted } = drawing;
  const ids = new Map<Value, string>();
  graph.inputs.forEach(({ value }, i) => ids.set(value, `x${i}`));
  order.forEach((node, i) => {
    for (const y of node.outputs) ids.set(y, `n${i}`);
  });
  const used = new Set<Value>([...order.flatMap((node) => node.inputs), ...graph.outputs]);
  const inputs = graph.inputs
    .filter(({ value }) => used.has(value))
    .map(({ name, value }) => {
      const lines = [name, ...resultLines(drawing, value, name), showAval(value.aval)];
      return box(ids.get(value)!, lines, { shape: 'ellipse', fillcolor: '#ffffff', ...outline(drawing, [value]) });
    });
  const part = (node: Node): string =>
    box(ids.get(node.outputs[0])!, labelOf(drawing, node), {
      fillcolor: posted.has(node) ? '#dbe9f6' : '#fde3cf',
      tooltip: attrsOf(node),
      ...outline(drawing, node.outputs),
    });
  const edges = order.flatMap((node) => node.inputs.map((x) => `  ${ids.get(x)} -> ${ids.get(node.outputs[0])};`));
  return [
    'digraph plan {',
    '  rankdir=TB;',
    '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11, color="#44546a"];',
    '  edge [color="#44546a", arrowsize=0.7];',
    ...inputs.map((line) => `  ${line}`),
    ...cluster('forward', order.filter((node) => posted.has(node)).map(part)),
    ...cluster('derivative', order.filter((node) => !posted.has(node)).map(part)),
    ...edges,
    '}',
    '',
  ].join('\n');
}

function cluster(name: string, boxes: readonly string[]): string[] {
  if (boxes.length === 0) return [];
  const head = `label=${quoted(name)}; fontname="Helvetica"; fontsize=12; style="rounded"; color="#c0c8d2";`;
  return [`  subgraph cluster_${name} {`, `    ${head}`, ...boxes.map((line) => `    ${line}`), '  }'];
}

function box(id: string, lines: readonly string[], attrs: Readonly<Record<string, string>>): string {
  const fields = Object.entries(attrs).flatMap(([key, value]) => (value === '' ? [] : [`, ${key}=${quoted(value)}`]));
  return `${id} [label="${lines.map(escaped).join('\\n')}"${fields.join('')}];`;
}

/** The name a user gave, the op (with the name it was written under, if another), and the type of each result. */
function labelOf(drawing: Drawing, node: Node): string[] {
  const { op, origin, outputs } = node;
  const name = outputs.map((y) => drawing.names.get(y)).find((n) => n !== undefined);
  const written = drawing.posted.has(node) && origin !== undefined && origin.op !== op.name ? ` (${origin.op})` : '';
  const value = op.name === 'constant' && outputs[0].aval.shape.length === 0 ? ` ${attrsOf(node)}` : '';
  return [
    ...(name === undefined ? [] : [name]),
    ...outputs.flatMap((y) => resultLines(drawing, y, name)),
    `${op.name}${value}${written}`,
    ...outputs.map((y) => showAval(y.aval)),
  ];
}

/** What a result is called, where that is not its own name. */
const resultLines = ({ results }: Drawing, value: Value, name: string | undefined): string[] =>
  (results.get(value) ?? []).filter((result) => result !== name);

/** Results of the plan have a double line. */
const outline = ({ results }: Drawing, values: readonly Value[]): { peripheries?: string } =>
  values.some((value) => results.has(value)) ? { peripheries: '2' } : {};

function attrsOf(node: Node): string {
  const keys = Object.keys(node.attrs).sort();
  if (node.op.name === 'constant') return short(printAttr(node.attrs['value']));
  return short(keys.map((key) => `${key}=${printAttr(node.attrs[key])}`).join(', '));
}

const short = (text: string): string => (text.length > 200 ? `${text.slice(0, 197)}...` : text);

const quoted = (text: string): string => `"${escaped(text)}"`;

/**
 * Text as it stands between quotes in DOT: a backslash starts an escape there, `&` a character entity, and control
 * characters end the string for some readers.
 */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('&', '&amp;')
    .replaceAll(/\p{Cc}/gu, (c) => `\\\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}
