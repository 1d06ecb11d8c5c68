// Sums of products over the turns of a loop: one contraction behind it, in place of an update of the sum in each turn.

import { bytesOfAval, isFloat, sizeOf } from '../ir/aval.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import type { Loop } from '../families/loops.ts';
import { scanOf } from '../families/loops.ts';
import { makeNode, mapNodes } from './rewriting.ts';

/** Turns, and elements of a sum, from which on it is worth keeping what each turn multiplies. */
const [fewestTurns, fewestElements] = [8, 1024];
/** Terms that one turn sums for an element: with more of them it goes through the sum for good reason. */
const mostTerms = 16;
/** Bytes that the factors of all turns may take, besides twice those of the sum. */
const freeBytes = 32 * 2 ** 20;

/**
 * The graph with carries that only sum up products, such as gradients of weights, made by one contraction each: over the turns
 * besides what each of them sums over. A turn then writes down its factors, which are smaller than the sum.
 */
export function sumProducts(graph: Graph): Graph {
  return mapNodes(graph, (node, inputs) => {
    if (node.op.name !== 'scan') return null;
    const loop = scanOf(inputs, node.attrs);
    if (loop.length === null || loop.length < fewestTurns) return null;
    const uses = usesOf(loop.body);
    const sums = loop.init.flatMap((_x, k) => sumOf(loop, k, uses) ?? []);
    return sums.length === 0 ? null : withoutSums(node, inputs, loop, sums);
  });
}

/** A product of two factors, and the nodes that put it into the order of the sum. */
interface Term {
  readonly product: Node;
  readonly moves: readonly Node[];
  readonly add: Node;
}
interface Sum {
  readonly carry: number;
  readonly terms: readonly Term[];
}

function usesOf({ nodes, outputs }: Graph): ReadonlyMap<Value, number> {
  const uses = new Map<Value, number>();
  for (const x of [...nodes.flatMap((node) => node.inputs), ...outputs]) uses.set(x, (uses.get(x) ?? 0) + 1);
  return uses;
}

/** What a carry is the sum of, where that is products alone; else null. */
function sumOf(loop: Loop, carry: number, uses: ReadonlyMap<Value, number>): Sum | null {
  const { body, consts, init } = loop;
  const start = body.inputs[1 + consts.length + carry].value;
  const { dtype, shape } = start.aval;
  if (!isFloat(dtype) || sizeOf(shape) < fewestElements || uses.get(start) !== 1) return null;
  const terms: Term[] = [];
  // From the result back to what the turn began with.
  for (let at = body.outputs[carry]; at !== start;) {
    const { node } = at;
    if (node?.op.name !== 'add' || uses.get(at) !== 1) return null;
    const next = node.inputs.find((x) => leadsTo(x, start));
    const other = node.inputs.find((x) => x !== next);
    const term = next === undefined || other === undefined ? null : termOf(other, node, uses);
    if (term === null || term.product.inputs.some((x) => !isOfTurn(loop, x))) return null;
    terms.push(term);
    at = next!;
  }
  const factors = new Set(terms.flatMap(({ product }) => product.inputs));
  const own = [...factors].filter((x) => elementOf(loop, x) === null);
  const bytes = loop.length! * own.reduce((n, x) => n + bytesOfAval(x.aval), 0);
  const fits = bytes <= Math.max(freeBytes, 2 * bytesOfAval(init[carry].aval));
  return terms.length > 0 && fits ? { carry, terms } : null;
}

/** Whether sums alone lead from one value to another. */
function leadsTo(from: Value, to: Value): boolean {
  const stack = [from];
  for (let x = stack.pop(); x !== undefined; x = stack.pop()) {
    if (x === to) return true;
    if (x.node?.op.name === 'add') stack.push(...x.node.inputs);
  }
  return false;
}

function termOf(value: Value, add: Node, uses: ReadonlyMap<Value, number>): Term | null {
  const moves: Node[] = [];
  for (let at = value; ;) {
    const { node } = at;
    if (node === undefined || uses.get(at) !== 1) return null;
    const contraction = node.op.primitive!.contraction?.(node.attrs);
    if (contraction !== undefined) {
      const [x] = node.inputs;
      const summed = sizeOf(contraction.contract[0].map((a) => x.aval.shape[a]));
      return summed > mostTerms ? null : { product: node, moves: moves.reverse(), add };
    }
    if (node.op.name !== 'reshape' && node.op.name !== 'permute_dims') return null;
    moves.push(node);
    at = node.inputs[0];
  }
}

/** Whether a value is an element that the turn reads, or computed in it. */
const isOfTurn = (loop: Loop, x: Value): boolean =>
  elementOf(loop, x) !== null || (x.node !== undefined && x.node.op.primitive!.constant === undefined);

/** The array that a value is the turn's element of. */
function elementOf({ body, consts, init, xs }: Loop, x: Value): Value | null {
  const at = body.inputs.findIndex((input) => input.value === x) - 1 - consts.length - init.length;
  return at < 0 ? null : xs[at];
}

function withoutSums(node: Node, inputs: readonly Value[], loop: Loop, sums: readonly Sum[]): Value[] {
  const { body, consts, init } = loop;
  const factors = [...new Set(sums.flatMap(({ terms }) => terms.flatMap(({ product }) => product.inputs)))];
  const own = factors.filter((x) => elementOf(loop, x) === null);
  // What is left of a sum is a carry that never changes.
  const outputs = body.outputs.map((y, k) =>
    sums.some(({ carry }) => carry === k) ? body.inputs[1 + consts.length + k].value : y,
  );
  const made = makeNode(node, inputs, { ...node.attrs, body: { graph: { ...body, outputs: [...outputs, ...own] } } });
  const all = (x: Value): Value => elementOf(loop, x) ?? made.outputs[outputs.length + own.indexOf(x)];
  const results: Value[] = made.outputs.slice(0, outputs.length);
  for (const { carry, terms } of sums) {
    let total = init[carry];
    for (const { product, moves, add } of terms.toReversed()) {
      const { contract, batch } = product.op.primitive!.contraction!(product.attrs);
      const up = (axes: readonly number[]): number[] => axes.map((a) => a + 1);
      let [term] = makeNode(product, product.inputs.map(all), {
        ...product.attrs,
        contract: [
          [0, ...up(contract[0])],
          [0, ...up(contract[1])],
        ],
        batch: batch.map(up),
      }).outputs;
      for (const move of moves) [term] = makeNode(move, [term], move.attrs).outputs;
      [total] = makeNode(add, [total, term], add.attrs).outputs;
    }
    results[carry] = total;
  }
  return results;
}
