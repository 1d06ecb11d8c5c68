// Random programs and their derivatives, compiled, held to the interpreter: on memory that others have used, with the pieces of
// kernels in any order.

import { EngineError } from '../../engine/errors.ts';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Graph } from '../../engine/ir/graph.ts';
import { closeGraph } from '../../engine/ir/graph.ts';
import { printGraph } from '../../engine/ir/print.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { scalarFunction } from '../../engine/compile.ts';
import type { Machine } from '../../engine/run/machine.ts';
import { createMachine } from '../../engine/run/machine.ts';
import type { Team } from '../../engine/run/team.ts';
import type { Fn } from '../calculus/functions.ts';
import { compile, floatsIn, pullback, pushforward, testContext } from '../calculus/functions.ts';
import type { Random } from '../calculus/random.ts';
import { createRandom } from '../calculus/random.ts';
import { drawDirection } from '../calculus/tensors.ts';
import { unexplained } from '../random/noise.ts';
import { randomProgram } from '../random/programs.ts';

let order = createRandom('order');
/** Not a team, but pieces in no order. */
const disorder: Team = {
  size: 1,
  idle: () => true,
  run({ instance, name }, chunks) {
    const pieces = Array.from({ length: chunks }, (_, i) => ({ i, at: order.uniform() })).sort((p, q) => p.at - q.at);
    for (const { i } of pieces) (instance!.exports[name] as (piece: number) => void)(i);
  },
  release: () => undefined,
};

const machines = [
  { wide: true, fma: true },
  { wide: false, fma: true },
  { wide: true, fma: false },
  { wide: false, fma: false },
].map((vectors) => ({ vectors, machine: createMachine(vectors, disorder) }));

const builder = () => createBuilder(testContext);
const nothing: Graph = { inputs: [], nodes: [], outputs: [] };

/** What the graph gives, compiled; its memory is full of NaN before. */
function compute(machine: Machine, graph: Graph, feeds: readonly Tensor[]): Tensor[] {
  const { plan } = machine.prepare(machine.plan(graph, builder, { check: true }), scalarFunction, true);
  const [place] = [...plan.enter(), ...plan.leave()];
  if (place !== undefined) {
    // Another plan takes the memory, so that this one puts its constants back when it comes again.
    machine.prepare(machine.plan(nothing, builder), scalarFunction).plan.enter();
    new Uint8Array(place.buffer).fill(0xff);
  }
  return plan.compute(feeds);
}

/** The names of a random program's graphs, each with what it is fed. */
export function* graphsOf(name: string): Generator<readonly [string, Graph, readonly Tensor[]]> {
  const random = createRandom(name);
  const { fn, at } = randomProgram(random);
  const plain = compile(fn);
  yield ['', plain.graph, at];
  const [wrt, of] = [floatsIn(fn.inputs), floatsIn(plain.outputs)];
  if (of.length === 0) return;
  const tangents = wrt.map((i) => drawDirection(random, fn.inputs[i]));
  const cotangents = of.map((i) => drawDirection(random, plain.outputs[i]));
  const forward = built(pushforward(fn));
  if (forward !== null) yield [', J v', forward, [...at, ...tangents]];
  const back = built(pullback(fn, plain.outputs));
  if (back !== null) yield [', Jᵀ w', back, [...at, ...cotangents]];
}

/** The graph, or null where the engine says that there is none: it is too large, or has no derivative. */
function built(fn: Fn): Graph | null {
  try {
    return compile(fn).graph;
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}

/** What is wrong with a graph compiled, or null. */
function complaint(machine: Machine, graph: Graph, feeds: readonly Tensor[], random: Random): string | null {
  try {
    return unexplained(graph, feeds, compute(machine, graph, feeds), random);
  } catch (error) {
    return error instanceof EngineError ? null : ((error as Error).stack ?? String(error));
  }
}

/** The first value of the graph that is wrong when it is computed alone, with what leads to it. */
function smallest(machine: Machine, graph: Graph, feeds: readonly Tensor[], random: Random): string {
  for (const node of graph.nodes) {
    for (const y of node.outputs) {
      const part = closeGraph(graph.inputs, [y]);
      const found = complaint(machine, part, feeds, random);
      if (found !== null) return `${found}\n${printGraph(part)}`;
    }
  }
  return `in all of:\n${printGraph(graph)}`;
}

/** Complaints about the random program of a name and its derivatives. */
export function programComplaints(name: string): string[] {
  const random = createRandom(`${name}/noise`);
  order = random.fork('order');
  const { machine, vectors } = random.pick(machines);
  const found: string[] = [];
  try {
    for (const [what, graph, feeds] of graphsOf(name)) {
      const wrong = complaint(machine, graph, feeds, random);
      if (wrong !== null) {
        const target = JSON.stringify(vectors);
        found.push(`${name}${what}, ${target}: ${wrong}\nat the least ${smallest(machine, graph, feeds, random)}`);
      }
    }
  } catch (error) {
    found.push(`${name}: ${(error as Error).stack}`);
  }
  return found;
}
