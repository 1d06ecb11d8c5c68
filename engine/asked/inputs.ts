// The tensors of a request as inputs of its graph, held against what the graph declares; one example each where a batch maps them.

import { declaredOnly, escapePointer } from '../codec/decode.ts';
import { EngineError } from '../errors.ts';
import type { Aval, DType } from '../ir/aval.ts';
import { sameShape, showAval } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { convertTensor } from '../ir/tensor.ts';
import { nearest } from '../suggest.ts';
import type { Compilation } from './compilation.ts';
import { decode, defaultFloat, feed, fieldOf, isExplain, oneOf } from './compilation.ts';

export function bindInputs(c: Compilation): void {
  const { graph, inputs = {} } = c.request;
  refuseMany(c, Object.keys(inputs).length, '/inputs');
  refuseMany(c, graph?.inputs?.length ?? 0, '/graph/inputs');
  const declared = new Map(
    (graph?.inputs ?? []).map(({ name, dtype, shape }, i) => [
      name,
      { dtype: c.widen && dtype === 'float32' ? 'float64' : dtype, shape, pointer: `/graph/inputs/${i}` },
    ]),
  );
  c.widened ||= c.widen && (graph?.inputs ?? []).some(({ dtype }) => dtype === 'float32');
  if (graph?.inputs !== undefined) {
    for (const name of Object.keys(inputs)) {
      if (!declared.has(name)) {
        throw new EngineError('E_INPUT_UNUSED', {
          pointer: `/inputs/${escapePointer(name)}`,
          message: `The graph declares no input ${JSON.stringify(name)}.`,
          hint: nearest(name, [...declared.keys()]) ?? `Its inputs are ${[...declared.keys()].join(', ') || 'none'}.`,
        });
      }
    }
  }
  const names = graph?.inputs === undefined ? Object.keys(inputs) : [...declared.keys()];
  if (declared.size < (graph?.inputs?.length ?? 0)) {
    throw new EngineError('E_GRAPH_NAME', {
      pointer: '/graph/inputs',
      message: 'Two inputs of the graph have the same name.',
    });
  }
  const mapped = mappedNames(c, names);
  for (const name of names) {
    const given = bindInput(c, name, fieldOf(inputs, name), declared.get(name), mapped.has(name));
    const position = mapped.get(name);
    const value = position === undefined ? given : example(c, name, given, position);
    c.posted.push({ name, value });
  }
}

/** An input is as much work as a node. */
function refuseMany(c: Compilation, inputs: number, pointer: string): void {
  if (inputs <= c.limits.nodes) return;
  const message = `There are ${inputs} inputs; the limit is ${c.limits.nodes}, as for nodes.`;
  throw new EngineError('E_LIMIT', { pointer, message });
}

/** The inputs that the request's batch maps, each with its place in the list. */
function mappedNames(c: Compilation, names: readonly string[]): ReadonlyMap<string, number> {
  const { batch } = c.request;
  const mapped = new Map<string, number>();
  if (batch === undefined) return mapped;
  if (batch.inputs.length === 0) {
    throw new EngineError('E_BATCH', {
      pointer: '/batch/inputs',
      message: 'The batch maps nothing.',
      hint: 'Name at least one input, or leave "batch" out.',
    });
  }
  const known = new Set(names);
  batch.inputs.forEach((name, i) => {
    const pointer = `/batch/inputs/${i}`;
    if (!known.has(name)) {
      throw new EngineError('E_NAME_UNKNOWN', {
        pointer,
        message: `There is no input named ${JSON.stringify(name)}: a batch maps inputs.`,
        hint: nearest(name, names) ?? `The inputs are ${names.join(', ') || 'none'}.`,
      });
    }
    const first = mapped.get(name);
    if (first !== undefined) {
      throw new EngineError('E_BATCH', {
        pointer,
        message: `${JSON.stringify(name)} stands in the batch twice.`,
        hint: `It stands first at position ${first}.`,
      });
    }
    mapped.set(name, i);
  });
  return mapped;
}

/** What stands for one example of a mapped input. All of them have the same number of examples. */
function example(c: Compilation, name: string, all: Value, position: number): Value {
  const pointer = `/batch/inputs/${position}`;
  const [size] = all.aval.shape;
  if (size === undefined) {
    throw new EngineError('E_BATCH', {
      pointer,
      message: `The input ${JSON.stringify(name)} is ${showAval(all.aval)}: it has no leading axis to be mapped.`,
      hint: 'What is the same for every example is not named in the batch.',
    });
  }
  c.batch ??= { size, examples: new Map() };
  if (c.batch.size !== size) {
    const other = c.posted.find(({ value }) => c.batch!.examples.has(value))!.name;
    throw new EngineError('E_BATCH', {
      pointer,
      message: `The input ${JSON.stringify(name)} has ${size} examples, and ${JSON.stringify(other)} has ${c.batch.size}.`,
      hint: 'The leading axes of all mapped inputs have the same size.',
    });
  }
  return oneOf(c, c.batch, all);
}

function bindInput(
  c: Compilation,
  name: string,
  wire: unknown,
  declared:
    | { readonly dtype: DType | undefined; readonly shape: readonly number[] | undefined; readonly pointer: string }
    | undefined,
  mapped: boolean,
): Value {
  const pointer = `/inputs/${escapePointer(name)}`;
  if (wire === undefined) {
    if (isExplain(c.request) && declared?.shape !== undefined && !mapped) {
      return c.builder.input(name, { dtype: declared.dtype ?? defaultFloat(c), shape: declared.shape });
    }
    throw new EngineError('E_INPUT_MISSING', {
      pointer: declared?.pointer ?? pointer,
      message: `The input ${JSON.stringify(name)} has no tensor.`,
      hint: `Give one under "inputs": {${JSON.stringify(name)}: …}.`,
    });
  }
  const only = isExplain(c.request) ? declaredOnly(wire, pointer) : null;
  if (only !== null) return c.builder.input(name, only);
  const given = decode(c, wire, pointer, declared?.dtype);
  const single = c.widen && given.dtype === 'float32';
  const tensor = single ? convertTensor(given, 'float64') : given;
  c.widened ||= single;
  const shape = mapped ? tensor.shape.slice(1) : tensor.shape;
  const wrongShape = declared?.shape !== undefined && !sameShape(declared.shape, shape);
  if (wrongShape || (declared?.dtype !== undefined && declared.dtype !== tensor.dtype)) {
    const found: Aval = { dtype: tensor.dtype, shape };
    const wanted: Aval = { dtype: declared.dtype ?? tensor.dtype, shape: declared.shape ?? shape };
    const one = mapped ? 'One example of the input' : 'The input';
    throw new EngineError('E_INPUT_MISMATCH', {
      pointer,
      message: `${one} ${JSON.stringify(name)} is ${showAval(found)}, and the graph declares ${showAval(wanted)}.`,
    });
  }
  return feed(c, name, tensor, pointer);
}
