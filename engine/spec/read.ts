// Reads a posted graph: is it shaped like one, what is every node called, what does every name mean.

import { quote, show } from '../bind.ts';
import { escapePointer } from '../codec/decode.ts';
import type { GraphSpec } from '../request.ts';
import { didYouMean } from '../suggest.ts';
import type { Complaints } from './complaints.ts';

/** A node as it was posted, its fields checked. */
export interface SpecNode {
  readonly at: number;
  readonly pointer: string;
  readonly op: string;
  /** What messages call it. */
  readonly label: string;
  readonly inputs: readonly unknown[];
  readonly attrs: ReadonlyMap<string, unknown>;
  /** The names of its results. */
  readonly results: readonly string[];
}

/** Where the value of a name comes from. */
export interface Source {
  readonly node: SpecNode;
  readonly index: number;
}

export interface SpecGraph {
  /** By position in the request; absent where the node is not shaped like one. */
  readonly nodes: readonly (SpecNode | undefined)[];
  readonly sources: ReadonlyMap<string, Source>;
  readonly outputs: readonly string[] | undefined;
}

const graphFields = ['inputs', 'nodes', 'outputs', 'functions'];
const nodeFields = ['name', 'op', 'inputs', 'attrs', 'outputs'];

/** The nodes and names of a graph at `pointer`; what is wrong goes to `complaints`. */
export function readGraph(
  spec: GraphSpec,
  pointer: string,
  isInput: (name: string) => boolean,
  complaints: Complaints,
): SpecGraph {
  const sources = new Map<string, Source>();
  if (!isObject(spec)) {
    complaints.add('E_REQUEST_SHAPE', { pointer, message: `A graph is an object, and this is ${show(spec)}.` });
    return { nodes: [], sources, outputs: undefined };
  }
  checkFields(spec, graphFields, 'A graph', pointer, complaints);
  checkFunctions(spec['functions'], `${pointer}/functions`, complaints);
  const given: unknown = spec['nodes'];
  if (!Array.isArray(given)) {
    complaints.add('E_REQUEST_SHAPE', {
      pointer: given === undefined ? pointer : `${pointer}/nodes`,
      message: `A graph has a list of nodes, and ${given === undefined ? 'this one has none' : `this is ${show(given)}`}.`,
    });
  }
  const nodes = (Array.isArray(given) ? (given as unknown[]) : []).map((node, at) =>
    readNode(node, at, `${pointer}/nodes/${at}`, complaints),
  );
  for (const node of nodes) if (node !== undefined) defineResults(node, sources, isInput, complaints);
  const outputs = readNames(spec['outputs'], `${pointer}/outputs`, 'The outputs of a graph', complaints);
  return { nodes, sources, outputs };
}

export const isObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' && x !== null && !Array.isArray(x);

/** How many entries of something go by a plural. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** A misspelt field would be left out in silence. */
function checkFields(
  object: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  what: string,
  pointer: string,
  complaints: Complaints,
): void {
  for (const key of Object.keys(object)) {
    if (fields.includes(key)) continue;
    complaints.add('E_REQUEST_SHAPE', {
      pointer: `${pointer}/${escapePointer(key)}`,
      message: `${what} has no field ${quote(key)}.${didYouMean(key, fields)}`,
      hint: `Its fields are ${fields.join(', ')}.`,
    });
  }
}

function checkFunctions(functions: unknown, pointer: string, complaints: Complaints): void {
  if (functions === undefined) return;
  if (!isObject(functions)) {
    const message = `Functions are graphs by name, an object, and this is ${show(functions)}.`;
    complaints.add('E_REQUEST_SHAPE', { pointer, message });
    return;
  }
  for (const [name, graph] of Object.entries(functions)) {
    if (isObject(graph) && Array.isArray(graph['nodes'])) continue;
    complaints.add('E_REQUEST_SHAPE', {
      pointer: `${pointer}/${escapePointer(name)}`,
      message: `The function ${quote(name)} is a graph, an object with a list of nodes, and this is ${show(graph)}.`,
    });
  }
}

function readNode(given: unknown, at: number, pointer: string, complaints: Complaints): SpecNode | undefined {
  const wrong = (field: string, message: string, hint?: string): undefined => {
    const place = field === '' ? pointer : `${pointer}/${field}`;
    complaints.add(
      'E_REQUEST_SHAPE',
      hint === undefined ? { pointer: place, message } : { pointer: place, message, hint },
    );
    return undefined;
  };
  if (!isObject(given)) return wrong('', `A node is an object, and this is ${show(given)}.`);
  checkFields(given, nodeFields, 'A node', pointer, complaints);
  const { name, op, inputs = [], attrs = {} } = given;
  if (name !== undefined && typeof name !== 'string')
    return wrong('name', `A name is a string, and this is ${show(name)}.`);
  if (op === undefined) return wrong('', `Node ${name === undefined ? at : quote(name)} has no op.`);
  if (typeof op !== 'string') return wrong('op', `An op is named by a string, and this is ${show(op)}.`);
  if (!Array.isArray(inputs)) {
    return wrong(
      'inputs',
      `The inputs of a node are a list, and this is ${show(inputs)}.`,
      'One input is a list of one: ["x"].',
    );
  }
  if (!isObject(attrs)) return wrong('attrs', `The attributes of a node are an object, and this is ${show(attrs)}.`);
  const outputs = readNames(given['outputs'], `${pointer}/outputs`, 'The results of a node', complaints);
  if (given['outputs'] !== undefined && outputs === undefined) return undefined;
  const results = outputs ?? (name === undefined ? [] : [name]);
  if (results.length === 0) {
    return wrong(
      '',
      `Node ${at} (${op}) has no name, so nothing can use it.`,
      'Give it a "name", or "outputs" where it has several results.',
    );
  }
  return { at, pointer, op, label: name ?? results[0], inputs, attrs: new Map(Object.entries(attrs)), results };
}

function readNames(given: unknown, pointer: string, what: string, complaints: Complaints): string[] | undefined {
  if (given === undefined) return undefined;
  if (!Array.isArray(given)) {
    complaints.add('E_REQUEST_SHAPE', { pointer, message: `${what} are a list of names, and this is ${show(given)}.` });
    return undefined;
  }
  const names: string[] = [];
  (given as unknown[]).forEach((name, i) => {
    if (typeof name === 'string') names.push(name);
    else
      complaints.add('E_REQUEST_SHAPE', {
        pointer: `${pointer}/${i}`,
        message: `A name is a string, and this is ${show(name)}.`,
      });
  });
  return names.length === given.length ? names : undefined;
}

function defineResults(
  node: SpecNode,
  sources: Map<string, Source>,
  isInput: (name: string) => boolean,
  complaints: Complaints,
): void {
  node.results.forEach((name, index) => {
    const other = sources.get(name);
    if (other === undefined && !isInput(name)) {
      sources.set(name, { node, index });
      return;
    }
    const which =
      other === undefined ? 'an input has that name' : `node ${other.node.at} (${other.node.op}) has that name`;
    complaints.add('E_GRAPH_NAME', {
      pointer:
        node.label === name && node.results.length === 1 ? `${node.pointer}/name` : `${node.pointer}/outputs/${index}`,
      message: `Node ${node.at} (${node.op}) is to define ${quote(name)}, and ${which} already.`,
      hint: 'Every value needs a name of its own.',
    });
  });
}
