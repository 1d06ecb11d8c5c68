// One kernel on memory of its own, for tests that hold it to what the interpreter makes of the same operands.

import type { Aval, DType } from '../../engine/ir/aval.ts';
import { bytesOfAval, itemBytes, showAval, sizeOf } from '../../engine/ir/aval.ts';
import type { Tensor, TensorData } from '../../engine/ir/tensor.ts';
import { allocate } from '../../engine/ir/tensor.ts';
import type { View } from '../../engine/ir/view.ts';
import { wholeView } from '../../engine/ir/view.ts';
import type { Attrs, Op } from '../../engine/op.ts';
import { Module } from '../../engine/wasm/assembler.ts';
import { ConstantPool } from '../../engine/wasm/constants.ts';
import type { KernelRequest } from '../../engine/wasm/kernels/index.ts';
import { kernelFor } from '../../engine/wasm/kernels/index.ts';
import { sizes } from '../effort.ts';

interface KernelOptions {
  /** Multiplication and addition in one rounding are there. */
  readonly fused?: boolean;
  /** Where the elements of the first input lie in its data. */
  readonly view?: View;
  /** Runs the pieces in an order that this gives: numbers from 0 up to and without 1. */
  readonly random?: () => number;
  /** The input that the first output is written over. */
  readonly over?: number;
}

const poolBytes = 4096;
const rounded = (bytes: number): number => Math.ceil(bytes / 64) * 64;
/** What stands in memory that nothing has written yet, and after the end of outputs and scratch. */
const garbage = 0xa5;

export interface Prepared {
  readonly run: () => void;
  readonly chunks: number;
  readonly inPlace: readonly number[];
  readonly outputs: () => Tensor[];
}

/** The kernel, compiled, with its operands in place; null where there is none. */
export function prepareKernel(
  request: KernelRequest,
  inputs: readonly Tensor[],
  outputs: readonly Aval[],
  { fused = true, view, random, over }: KernelOptions = {},
): Prepared | null {
  const module = new Module();
  module.importMemory('env', 'memory', 1, 65536, false);
  const pool = new ConstantPool(0);
  const kernel = kernelFor(
    {
      module,
      fused,
      wide: false,
      scalar: () => {
        throw new Error('kernels call no scalar functions');
      },
      constant: (bits, width) => pool.address(bits, width),
    },
    request,
    {
      inputs: inputs.map(({ dtype, shape }, i) => {
        const { shape: seen, strides } = i === 0 && view !== undefined ? view : wholeView(shape);
        return { dtype, shape: seen, strides };
      }),
      outputs,
    },
  );
  if (kernel === null) return null;
  const params = kernel.run.params;
  module.function(
    params,
    [],
    (code) => {
      params.forEach((_, i) => code.get(code.param(i)));
      code.call(kernel.run);
    },
    'run',
  );
  let end = poolBytes;
  const place = (bytes: number): number => {
    const at = end;
    // A line of garbage after each.
    end += rounded(bytes) + 64;
    return at;
  };
  const ins = inputs.map((x) => place(x.data.byteLength));
  const outs = outputs.map((y, i) => (i === 0 && over !== undefined ? ins[over] : place(bytesOfAval(y))));
  const scratch = place(kernel.scratchBytes);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / 65536), maximum: 65536 });
  const all = new Uint8Array(memory.buffer);
  all.fill(garbage);
  if (pool.length > poolBytes) throw new Error(`${pool.length} bytes of constants`);
  all.set(pool.image());
  inputs.forEach((x, i) => all.set(new Uint8Array(x.data.buffer, x.data.byteOffset, x.data.byteLength), ins[i]));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { env: { memory } });
  const run = instance.exports['run'] as (...at: number[]) => void;
  const first =
    view === undefined ? ins : ins.map((at, i) => (i === 0 ? at + view.offset * itemBytes(inputs[0].dtype) : at));
  return {
    chunks: kernel.chunks,
    inPlace: kernel.inPlace ?? [],
    run() {
      const order = Array.from({ length: kernel.chunks }, (_, i) => i);
      if (random !== undefined) order.sort(() => random() - 0.5);
      for (const chunk of order) run(...first, ...outs, scratch, chunk);
    },
    outputs() {
      for (const [at, bytes] of [
        ...outs.map((at, i) => [at, bytesOfAval(outputs[i])]),
        [scratch, kernel.scratchBytes],
      ]) {
        const from = Math.max(at + bytes, at);
        for (let i = from; i < at + rounded(bytes) + 64; i++) {
          if (all[i] !== garbage) throw new Error(`${i - from + 1} bytes behind an end are written to`);
        }
      }
      return outputs.map(({ dtype, shape }, i) => {
        const data = allocate(dtype, sizeOf(shape));
        new Uint8Array(data.buffer).set(all.subarray(outs[i], outs[i] + data.byteLength));
        return { dtype, shape, data };
      });
    },
  };
}

/** Index and values of the first elements that differ in their bits; any two NaN are equal. */
export function firstDifference(x: TensorData, y: TensorData): string | null {
  if (x.length !== y.length) return `${x.length} elements, and ${y.length}`;
  for (let i = 0; i < x.length; i++) {
    if (!Object.is(x[i], y[i])) return `element ${i} is ${x[i]}, and not ${y[i]}`;
  }
  return null;
}

/** Holds an op's kernel to its eval, bit for bit; false where the op asks for none. */
export function checkOp(op: Op, inputs: readonly Tensor[], attrs: Attrs, options: KernelOptions = {}): boolean {
  const { infer, eval: evaluate, kernel } = op.primitive!;
  const one = infer(inputs, attrs);
  const avals = Array.isArray(one) ? (one as Aval[]) : [one as Aval];
  const request = kernel?.(inputs, avals, attrs) ?? null;
  const prepared = request === null ? null : prepareKernel(request, inputs, avals, options);
  if (prepared === null) return false;
  const made = evaluate(inputs, attrs, avals);
  const wanted = Array.isArray(made) ? (made as Tensor[]) : [made as Tensor];
  const check = ({ run, outputs }: Prepared, how: string): void => {
    run();
    outputs().forEach((y, i) => {
      const difference = firstDifference(y.data, wanted[i].data);
      if (difference !== null) {
        throw new Error(
          `${op.name} of ${inputs.map(showAval).join(', ')}${how}, ${JSON.stringify(attrs)}: ${difference}`,
        );
      }
    });
  };
  check(prepared, '');
  for (const over of prepared.inPlace) {
    if (inputs[over].data.byteLength !== bytesOfAval(avals[0])) continue;
    check(prepareKernel(request!, inputs, avals, { ...options, over })!, `, written over operand ${over}`);
  }
  return true;
}

// -- operands ------------------------------------------------------------------------------------------------------

/** Uniform numbers from 0 to 1, by a seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const special = [NaN, 0, -0, Infinity, -Infinity, 1, -1, 5e-324, -5e-324, 1e-40, -1e-40, 3.4e38, 2 ** 24, 1e300];
const extremes = [
  0n,
  1n,
  -1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 31n - 1n,
  -(2n ** 31n),
  255n,
  2n ** 32n,
  2n ** 53n + 1n,
];

/** Elements with everything in them that is rare: few values and so many ties, all bits, extremes, NaN. */
export function randomTensor(dtype: DType, shape: readonly number[], random: () => number): Tensor {
  const data = allocate(dtype, sizeOf(shape));
  const style = Math.floor(random() * 4);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  for (let i = 0; i < data.length; i++) {
    if (dtype === 'bool') data[i] = random() < 0.5 ? 1 : 0;
    else if (data instanceof Float64Array || data instanceof Float32Array) {
      if (style === 0) data[i] = Math.floor(random() * 5) - 2;
      else if (style === 1 || random() < 0.1) data[i] = pick(special);
      else data[i] = (random() - 0.5) * 10 ** Math.floor(random() * 10 - 5);
    } else {
      const word = (BigInt(Math.floor(random() * 2 ** 32)) << 32n) | BigInt(Math.floor(random() * 2 ** 32));
      const n = style === 0 ? BigInt(Math.floor(random() * 5) - 2) : style === 1 ? pick(extremes) : word;
      if (data instanceof BigInt64Array) data[i] = n;
      else data[i] = Number(BigInt.asIntN(32, n));
    }
  }
  return { dtype, shape, data };
}

/** A shape of a few axes, small but for one perhaps; now and then with a size of 0 or 1. */
export function randomShape(random: () => number, rank: number, usual = 12): number[] {
  // So many times as many elements in all.
  const most = Math.ceil(usual * sizes(1) ** (1 / Math.max(1, rank)));
  const long = Math.floor(random() * rank * 2);
  return Array.from({ length: rank }, (_, i) => {
    const edge = random();
    if (edge < 0.03) return 0;
    if (edge < 0.15) return 1;
    return 1 + Math.floor(random() * (i === long ? 6 * most : most));
  });
}

export const allTypes: readonly DType[] = ['bool', 'uint8', 'int32', 'int64', 'float32', 'float64'];
