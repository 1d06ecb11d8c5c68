// The tensors of a request as inputs of its graph, held against what the graph declares.

import { declaredOnly, escapePointer } from '../codec/decode.ts';
import { EngineError } from '../errors.ts';
import type { DType } from '../ir/aval.ts';
import { sameShape, showAval } from '../ir/aval.ts';
import type { ComputeRequest } from '../request.ts';
import { nearest } from '../suggest.ts';
import type { Compilation } from './compilation.ts';
import { decode, defaultFloat, feed, fieldOf } from './compilation.ts';

export function bindInputs(c: Compilation): void {
  const { graph, inputs = {} } = c.request;
  const declared = new Map(
    (graph?.inputs ?? []).map((input, i) => [input.name, { ...input, pointer: `/graph/inputs/${i}` }]),
  );
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
  for (const name of names) bindInput(c, name, fieldOf(inputs, name), declared.get(name));
  c.declared = c.builder.inputs.length;
}

function bindInput(
  c: Compilation,
  name: string,
  wire: unknown,
  declared: { readonly dtype?: DType; readonly shape?: readonly number[]; readonly pointer: string } | undefined,
): void {
  const pointer = `/inputs/${escapePointer(name)}`;
  if (wire === undefined) {
    if (isExplain(c.request) && declared?.shape !== undefined) {
      c.builder.input(name, { dtype: declared.dtype ?? defaultFloat(c), shape: declared.shape });
      return;
    }
    throw new EngineError('E_INPUT_MISSING', {
      pointer: declared?.pointer ?? pointer,
      message: `The input ${JSON.stringify(name)} has no tensor.`,
      hint: `Give one under "inputs": {${JSON.stringify(name)}: …}.`,
    });
  }
  const only = isExplain(c.request) ? declaredOnly(wire, pointer) : null;
  if (only !== null) {
    c.builder.input(name, only);
    return;
  }
  const tensor = decode(c, wire, pointer, declared?.dtype);
  const wrongShape = declared?.shape !== undefined && !sameShape(declared.shape, tensor.shape);
  if (wrongShape || (declared?.dtype !== undefined && declared.dtype !== tensor.dtype)) {
    const found = { dtype: tensor.dtype, shape: tensor.shape };
    const wanted = { dtype: declared.dtype ?? tensor.dtype, shape: declared.shape ?? tensor.shape };
    throw new EngineError('E_INPUT_MISMATCH', {
      pointer,
      message: `The input ${JSON.stringify(name)} is ${showAval(found)}, and the graph declares ${showAval(wanted)}.`,
    });
  }
  feed(c, name, tensor, pointer);
}

/** An explain request says its format; only there may inputs be types without data. */
const isExplain = (request: ComputeRequest): boolean => 'format' in request || 'explain' in request;
