// The canonical text of a graph, and its digest: the same maths prints the same, whatever its values were called.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { AttrValue } from '../op.ts';
import { showAval, sizeOf } from './aval.ts';
import type { Graph, GraphInput, Node, Value } from './graph.ts';
import type { Tensor } from './tensor.ts';

/**
 * The nodes in canonical order: depth first from the outputs, operands left to right, so the order in which they were
 * written does not matter. Iterative, for long chains.
 */
export function canonicalOrder(outputs: readonly Value[]): Node[] {
  const order: Node[] = [];
  const state = new Map<Node, 'open' | 'done'>();
  const stack: Node[] = [];
  for (const output of outputs) {
    if (output.node !== undefined) stack.push(output.node);
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (state.get(node) === 'done') {
        stack.pop();
        continue;
      }
      if (state.get(node) === 'open') {
        stack.pop();
        state.set(node, 'done');
        order.push(node);
        continue;
      }
      state.set(node, 'open');
      for (let i = node.inputs.length - 1; i >= 0; i--) {
        const from = node.inputs[i].node;
        if (from !== undefined && !state.has(from)) stack.push(from);
      }
    }
  }
  return order;
}

export function nameValues(graph: Graph, order: readonly Node[]): Map<Value, string> {
  const names = new Map<Value, string>();
  for (const input of graph.inputs) names.set(input.value, printName(input.name));
  let count = 0;
  for (const node of order) for (const y of node.outputs) names.set(y, `%${count++}`);
  return names;
}

/** A name that could be taken for something else (`%0`, or one with a colon) stands in quotes. */
const printName = (name: string): string => (/^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name) ? name : JSON.stringify(name));

/** The canonical text: used inputs by name in alphabetical order, one line a node, the outputs. */
export function printGraph(graph: Graph): string {
  const order = canonicalOrder(graph.outputs);
  const used = new Set<Value>([...order.flatMap((n) => n.inputs), ...graph.outputs]);
  const inputs = graph.inputs.filter((input) => used.has(input.value)).map(printInput);
  return printText(graph, order, inputs.sort());
}

/** The text of a body: all of its inputs, which it is given by position. */
export function printBody({ inputs, nodes, outputs }: Graph): string {
  const body = { inputs: inputs.map(({ value }, i) => ({ name: `a${i}`, value })), nodes, outputs };
  return printText(body, canonicalOrder(outputs), body.inputs.map(printInput)).trimEnd().replaceAll('\n', '\n  ');
}

const printInput = ({ name, value }: GraphInput): string => `${printName(name)}: ${showAval(value.aval)}`;

function printText(graph: Graph, order: readonly Node[], inputs: readonly string[]): string {
  const names = nameValues(graph, order);
  const lines = order.map((node) => {
    const results = node.outputs.map((y) => `${names.get(y)}: ${showAval(y.aval)}`).join(', ');
    const operands = node.inputs.map((x) => names.get(x) ?? '?').join(', ');
    const attrs = printAttrs(node.attrs);
    return `  ${results} = ${node.op.name}(${operands})${attrs === '' ? '' : ` {${attrs}}`}`;
  });
  const outputs = graph.outputs.map((y) => names.get(y)).join(', ');
  return `graph(${inputs.join(', ')}) {\n${lines.join('\n')}${lines.length > 0 ? '\n' : ''}  return ${outputs}\n}\n`;
}

/**
 * Everything that compiled code depends on, and nothing else: inputs by position, whatever they are called, and the nodes in
 * the order in which they will be compiled, since that order decides which loops are made, and so the last bits of sums.
 */
export function printStructure(graph: Graph): string {
  const names = new Map<Value, string>();
  const define = (value: Value): string => {
    const name = `%${names.size}`;
    names.set(value, name);
    return `${name}: ${showAval(value.aval)}${value.aval.weak === true ? '~' : ''}`;
  };
  const show = (values: readonly Value[]): string => values.map((value) => names.get(value)).join();
  const lines = [graph.inputs.map(({ value }) => define(value)).join()];
  for (const { op, inputs, attrs, outputs } of graph.nodes) {
    lines.push(`${outputs.map(define).join()} = ${op.name}(${show(inputs)}) {${printAttrs(attrs, printStructure)}}`);
  }
  lines.push(show(graph.outputs));
  return lines.join('\n');
}

/** `sha256:…` of a text. */
export const digest = (text: string): string => `sha256:${bytesToHex(sha256(utf8ToBytes(text)))}`;

function printAttrs(attrs: Node['attrs'], nested?: (graph: Graph) => string): string {
  return Object.keys(attrs)
    .sort()
    .filter((key) => attrs[key] !== undefined)
    .map((key) => `${key}=${printAttr(attrs[key], nested)}`)
    .join(', ');
}

/** `nested` prints a sub-graph. */
export function printAttr(value: AttrValue, nested = printBody): string {
  if (Array.isArray(value)) return `[${value.map((item: AttrValue) => printAttr(item, nested)).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    if ('tensor' in value) return printTensor(value.tensor);
    if ('graph' in value) return nested(value.graph);
    if ('rule' in value) return 'rule';
    return JSON.stringify(value);
  }
  return typeof value === 'string' ? JSON.stringify(value) : printNumber(value);
}

const printNumber = (x: number | bigint | boolean | null): string => (Object.is(x, -0) ? '-0' : String(x));

/** Small tensors in full; large ones by the digest of their bytes. */
function printTensor(tensor: Tensor): string {
  if (sizeOf(tensor.shape) <= 16) {
    const list = Array.from(tensor.data as ArrayLike<number | bigint>, printNumber).join(', ');
    return tensor.shape.length === 0 ? list : `[${list}]`;
  }
  const { buffer, byteOffset, byteLength } = tensor.data;
  return `sha256:${bytesToHex(sha256(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)))}`;
}
