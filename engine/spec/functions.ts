// Sub-graphs under "functions": a node's attribute names one, and an op that takes a function traces it.

import { quote, show } from '../bind.ts';
import { escapePointer } from '../codec/decode.ts';
import { EngineError, fail } from '../errors.ts';
import { sameShape, showAval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Subprogram } from '../op.ts';
import type { GraphSpec } from '../request.ts';
import { didYouMean } from '../suggest.ts';
import { count, isObject } from './read.ts';

/** The functions that a graph's nodes can name: its own, then those of the graphs around it. */
export interface Functions {
  readonly get: (name: string) => Subprogram | undefined;
  readonly names: readonly string[];
}

/** Calls of functions inside one another, as many as a program may have. */
const maxDepth = 100;

export const noFunctions: Functions = { get: () => undefined, names: [] };

/** Traces a function's graph with its inputs bound: the values of its outputs. */
export type TraceFunction = (
  graph: GraphSpec,
  pointer: string,
  inputs: ReadonlyMap<string, Value>,
  functions: Functions,
  builder: Builder,
) => readonly Value[];

/** The functions of a graph at `pointer`. `calling` are those that are being traced: one that reaches itself never ends. */
export function functionsOf(spec: GraphSpec, pointer: string, outer: Functions, trace: TraceFunction): Functions {
  const own = new Map(Object.entries(spec.functions ?? {}));
  const calling = new Set<string>();
  const functions: Functions = {
    names: [...new Set([...own.keys(), ...outer.names])],
    get(name) {
      const graph = own.get(name);
      if (graph === undefined) return outer.get(name);
      const at = `${pointer}/functions/${escapePointer(name)}`;
      return (builder, values) => {
        if (calling.has(name)) {
          throw new EngineError('E_GRAPH_CYCLE', {
            pointer: at,
            message: `The function ${quote(name)} calls itself, which would never end.`,
            hint: 'while_loop and scan repeat a computation.',
          });
        }
        if (calling.size >= maxDepth) {
          throw new EngineError('E_LIMIT', {
            pointer: at,
            message: `Functions call one another more than ${maxDepth} deep.`,
          });
        }
        const inputs = bind(name, graph, at, values);
        calling.add(name);
        try {
          return trace(graph, at, inputs, functions, builder);
        } finally {
          calling.delete(name);
        }
      };
    },
  };
  return functions;
}

function bind(name: string, graph: unknown, pointer: string, values: readonly Value[]): Map<string, Value> {
  const inputs = isObject(graph) ? graph['inputs'] : undefined;
  const list = Array.isArray(inputs) ? (inputs as NonNullable<GraphSpec['inputs']>) : null;
  if (list === null || !list.every((input) => typeof input?.name === 'string')) {
    throw new EngineError('E_REQUEST_SHAPE', {
      pointer: list === null ? pointer : `${pointer}/inputs`,
      message: `The function ${quote(name)} needs its inputs in order, as [{"name": "x"}, …], and has ${show(inputs ?? null)}.`,
    });
  }
  if (list.length !== values.length) {
    throw new EngineError('E_OP_ARITY', {
      pointer: `${pointer}/inputs`,
      message: `The function ${quote(name)} has ${count(list.length, 'input')}, and is given ${values.length}: ${values.map((v) => showAval(v.aval)).join(', ') || 'nothing'}.`,
    });
  }
  const bound = new Map<string, Value>();
  list.forEach(({ name: input, dtype, shape }, i) => {
    const { aval } = values[i];
    if (bound.has(input)) {
      throw new EngineError('E_GRAPH_NAME', {
        pointer: `${pointer}/inputs/${i}`,
        message: `The function ${quote(name)} has two inputs named ${quote(input)}.`,
      });
    }
    if ((dtype !== undefined && dtype !== aval.dtype) || (shape !== undefined && !sameShape(shape, aval.shape))) {
      throw new EngineError('E_TENSOR_SHAPE', {
        pointer: `${pointer}/inputs/${i}`,
        message: `Input ${quote(input)} of the function ${quote(name)} is declared ${dtype ?? aval.dtype}[${(shape ?? aval.shape).join(',')}], and is given ${showAval(aval)}.`,
      });
    }
    bound.set(input, values[i]);
  });
  return bound;
}

/** The function that an attribute names. */
export function functionNamed(op: string, param: string, given: unknown, functions: Functions): Subprogram {
  const found = typeof given === 'string' ? functions.get(given) : undefined;
  if (found !== undefined) return found;
  if (typeof given !== 'string') {
    fail('E_ATTRIBUTE', `${op}: ${param} must be the name of a function, and is ${show(given)}.`, functionsHint);
  }
  fail(
    'E_NAME_UNKNOWN',
    `${op}: ${param} names the function ${quote(given)}, and there is none of that name.${didYouMean(given, functions.names)}`,
    functions.names.length === 0 ? functionsHint : `The functions are ${functions.names.map(quote).join(', ')}.`,
  );
}

const functionsHint = 'Functions are graphs by name, under "functions" of the graph.';
