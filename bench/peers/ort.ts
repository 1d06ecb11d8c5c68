// onnxruntime-node as a participant: models of one op, one thread, results into memory given beforehand. It runs forward only.

import type { Precision, Work } from '../cases.ts';
import type { PreparedCase, Runner } from '../protocol.ts';
import { read, serve } from '../protocol.ts';

interface OrtTensor {
  readonly data: ArrayLike<number>;
}
interface Session {
  readonly run: (
    feeds: Readonly<Record<string, OrtTensor>>,
    fetches: Readonly<Record<string, OrtTensor>>,
  ) => Promise<Readonly<Record<string, OrtTensor>>>;
  readonly release: () => Promise<void>;
}
/** As much of the package as is used here; it is installed by the benchmark alone, so its own types are not at hand. */
interface Ort {
  readonly InferenceSession: {
    readonly create: (model: Uint8Array, options: Readonly<Record<string, unknown>>) => Promise<Session>;
  };
  readonly Tensor: new (type: string, data: unknown, shape: readonly number[]) => OrtTensor;
}

const name: string = 'onnxruntime-node';
const { default: ort } = (await import(name)) as { default: Ort };

// ONNX is protocol buffers: a field is its number and wire type, then a varint or a length and bytes.
const varint = (n: number): number[] => (n < 128 ? [n] : [(n % 128) | 128, ...varint(Math.floor(n / 128))]);
const integer = (field: number, n: number): number[] => [...varint(field * 8), ...varint(n)];
const bytes = (field: number, body: readonly number[]): number[] => [
  ...varint(field * 8 + 2),
  ...varint(body.length),
  ...body,
];
const text = (field: number, s: string): number[] => bytes(field, [...new TextEncoder().encode(s)]);

interface Typed {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A ModelProto (onnx.proto3) of one node; undefined for work that is no single op. */
function modelOf(
  work: Work,
  dtype: Precision,
  inputs: readonly Typed[],
): { readonly model: Uint8Array; readonly shape: readonly number[] } | undefined {
  const element = dtype === 'float32' ? 1 : 11;
  // AttributeProto: name 1, i 3, ints 8, type 20 (2 an integer, 7 integers).
  const whole = (name: string, n: number): number[] =>
    bytes(5, [...text(1, name), ...integer(3, n), ...integer(20, 2)]);
  const wholes = (name: string, list: readonly number[]): number[] =>
    bytes(5, [...text(1, name), ...list.flatMap((n) => integer(8, n)), ...integer(20, 7)]);
  let op: string;
  let attributes: number[] = [];
  let shape: readonly number[];
  let axes: number[] = [];
  if (work.kind === 'gemm') {
    [op, shape] = ['MatMul', [work.n, work.n]];
  } else if (work.kind === 'conv') {
    [op, shape] = ['Conv', [1, work.channels, work.side, work.side]];
    attributes = wholes('pads', [1, 1, 1, 1]);
  } else if (work.kind === 'rows' && work.reduce === 'softmax') {
    [op, shape, attributes] = ['Softmax', work.shape, whole('axis', 1)];
  } else if (work.kind === 'rows') {
    op = { sum: 'ReduceSum', mean: 'ReduceMean', max: 'ReduceMax', softmax: '' }[work.reduce];
    shape = work.shape.slice(0, 1);
    attributes = whole('keepdims', 0);
    // Of the three, opset 13 gives only the sum its axes as a tensor: TensorProto dims 1, data_type 2, int64_data 7, name 8.
    if (work.reduce === 'sum')
      axes = bytes(5, [...integer(1, 1), ...integer(2, 7), ...integer(7, 1), ...text(8, 'axes')]);
    else attributes = [...attributes, ...wholes('axes', [1])];
  } else return undefined;
  const typed = (field: number, { name, shape }: Typed): number[] => {
    const dims = bytes(
      2,
      shape.flatMap((d) => bytes(1, integer(1, d))),
    );
    return bytes(field, [...text(1, name), ...bytes(2, bytes(1, [...integer(1, element), ...dims]))]);
  };
  const operands = [...inputs.map((i) => i.name), ...(axes.length > 0 ? ['axes'] : [])];
  const node = [...operands.flatMap((o) => text(1, o)), ...text(2, 'result'), ...text(4, op), ...attributes];
  const graph = [
    ...bytes(1, node),
    ...text(2, 'bench'),
    ...axes,
    ...inputs.flatMap((i) => typed(11, i)),
    ...typed(12, { name: 'result', shape }),
  ];
  // ModelProto: ir_version 1, graph 7, opset_import 8 (version 2).
  const model = [...integer(1, 8), ...bytes(7, graph), ...bytes(8, [...text(1, ''), ...integer(2, 13)])];
  return { model: Uint8Array.from(model), shape };
}

await serve(async ({ inputs, work, dtype }: PreparedCase): Promise<Runner | string> => {
  const made = modelOf(work, dtype, inputs);
  if (made === undefined) return 'onnxruntime-node runs no gradients';
  const session = await ort.InferenceSession.create(made.model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  const feeds = Object.fromEntries(inputs.map((i) => [i.name, new ort.Tensor(i.dtype, read(i), i.shape)]));
  const size = made.shape.reduce((product, d) => product * d, 1);
  const memory = dtype === 'float32' ? new Float32Array(size) : new Float64Array(size);
  const fetches = { result: new ort.Tensor(dtype, memory, made.shape) };
  return {
    run: async () => {
      await session.run(feeds, fetches);
    },
    results: () => [memory],
    release: () => void session.release(),
  };
});
