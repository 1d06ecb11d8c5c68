// The convolution kernels against the interpreter, for any flags of the engine: every method, both dtypes, strided operands,
// pieces in any order.

import { describe, expect, test } from 'vitest';
import type { Attrs } from '../../engine/op.ts';
import type { FloatDType } from '../../engine/ir/aval.ts';
import { itemBytes, sizeOf, stridesOf } from '../../engine/ir/aval.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { tensorOf } from '../../engine/ir/tensor.ts';
import { conv_general } from '../../engine/ops/conv_general.ts';
import type { FunctionRef } from '../../engine/wasm/assembler.ts';
import { Module } from '../../engine/wasm/assembler.ts';
import type { KernelContext, KernelSite, StridedPlace } from '../../engine/wasm/kernel.ts';
import type { Method, Tuning } from '../../engine/wasm/kernels/conv.ts';
import { convolve } from '../../engine/wasm/kernels/conv.ts';

function random(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Case {
  readonly dtype: FloatDType;
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly strides: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly lhs: readonly number[];
  readonly rhs: readonly number[];
  readonly groups: number;
}

const attrsOf = (c: Case): Attrs => ({
  window_strides: c.strides,
  padding: c.padding,
  lhs_dilation: c.lhs,
  rhs_dilation: c.rhs,
  feature_group_count: c.groups,
});

/** An operand in memory: elements at any strides, the address being that of element 0. */
interface Stored {
  readonly place: StridedPlace;
  readonly address: number;
}

type Variant = Pick<KernelContext, 'fused' | 'wide'>;

/** Runs the kernel on tensors and gives the output's bytes, having filled everything it may not read with NaN. */
async function runKernel(
  c: Case,
  [x, w]: readonly Tensor[],
  variant: Variant,
  tuning: Tuning,
  rand: () => number,
  strided: boolean,
): Promise<{ data: Float64Array | Float32Array; chunks: number; again: () => Float64Array | Float32Array }> {
  const primitive = conv_general.primitive!;
  const out = primitive.infer([x, w], attrsOf(c)) as { dtype: FloatDType; shape: readonly number[] };
  const item = itemBytes(c.dtype);
  let end = 64;
  const stored = (tensor: Tensor): Stored => {
    const axes = tensor.shape.map((_, i) => i);
    if (strided) axes.sort(() => rand() - 0.5);
    const strides = new Array<number>(axes.length);
    let step = 1;
    let first = 0;
    for (const axis of axes.toReversed()) {
      const turned = strided && rand() < 0.3;
      strides[axis] = turned ? -step : step;
      if (turned) first += (tensor.shape[axis] - 1) * step;
      step *= tensor.shape[axis] + (strided && rand() < 0.2 ? 1 : 0);
    }
    const address = end + first * item;
    end += Math.ceil((step * item) / 64) * 64 + 64;
    return { place: { dtype: tensor.dtype, shape: tensor.shape, strides }, address };
  };
  const [sx, sw] = [stored(x), stored(w)];
  const outAt = end;
  end += Math.ceil((sizeOf(out.shape) * item) / 64) * 64 + 64;
  const module = new Module();
  const pages = 4096;
  module.importMemory('env', 'memory', 1, pages, true);
  const site: KernelSite = { inputs: [sx.place, sw.place], outputs: [{ dtype: c.dtype, shape: out.shape }] };
  const context = { module, ...variant } as KernelContext;
  const request = { kind: 'conv', strided: true, ...c } as const;
  const kernel = convolve(context, request, site, tuning)!;
  const scratch = end;
  end += kernel.scratchBytes;
  const offer = (name: string, f: FunctionRef): void =>
    void module.function(
      ['i32'],
      [],
      (code) => {
        for (const n of [sx.address, sw.address, outAt, scratch]) code.i32(n);
        code.get(code.param(0));
        code.call(f);
      },
      name,
    );
  offer('run', kernel.run);
  if (kernel.whole !== undefined) offer('whole', kernel.whole);
  const initial = Math.ceil((end + 64) / 65_536);
  const memory = new WebAssembly.Memory({ initial, maximum: pages, shared: true });
  const view = c.dtype === 'float32' ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer);
  const write = (tensor: Tensor, { place, address }: Stored): void => {
    const logical = stridesOf(tensor.shape);
    for (let i = 0; i < tensor.data.length; i++) {
      let at = address / item;
      tensor.shape.forEach((d, axis) => (at += (Math.floor(i / logical[axis]) % d) * place.strides[axis]));
      view[at] = Number(tensor.data[i]);
    }
  };
  const { instance } = await WebAssembly.instantiate(module.finish(), { env: { memory } });
  const go = (name: 'run' | 'whole' = 'run'): Float64Array | Float32Array => {
    view.fill(NaN);
    write(x, sx);
    write(w, sw);
    const chunks = name === 'whole' ? 1 : kernel.chunks;
    const order = Array.from({ length: chunks }, (_, i) => i).sort(() => rand() - 0.5);
    for (const chunk of order) (instance.exports[name] as (n: number) => void)(chunk);
    expect(view[(outAt - 64) / item]).toBeNaN();
    expect(view[outAt / item - 1]).toBeNaN();
    expect(view[outAt / item + sizeOf(out.shape)]).toBeNaN();
    expect(view[(scratch + kernel.scratchBytes) / item]).toBeNaN();
    return view.slice(outAt / item, outAt / item + sizeOf(out.shape));
  };
  const data = go();
  if (kernel.whole !== undefined) expect(go('whole')).toEqual(data);
  return { data, chunks: kernel.chunks, again: () => go() };
}

const evaluate = (c: Case, operands: readonly Tensor[]): Tensor => {
  const primitive = conv_general.primitive!;
  const aval = primitive.infer(operands, attrsOf(c)) as { dtype: FloatDType; shape: readonly number[] };
  return primitive.eval(operands, attrsOf(c), [aval]) as Tensor;
};

const drawn = (dtype: FloatDType, shape: readonly number[], rand: () => number): Tensor =>
  tensorOf(
    dtype,
    shape,
    Array.from({ length: sizeOf(shape) }, () => 2 * rand() - 1),
  );

/** Compares within n · u · Σ |x| |w|, the bound of any order of summation (u is half an ulp of 1). */
function expectClose(c: Case, operands: readonly Tensor[], got: ArrayLike<number>, label: string): void {
  const wanted = evaluate(c, operands).data;
  const wide = operands.map((t) => tensorOf('float64', t.shape, Array.from(t.data as Float64Array, Math.abs)));
  const sums = evaluate({ ...c, dtype: 'float64' }, wide).data;
  const n = sizeOf(c.w.slice(1)) + 2;
  const u = c.dtype === 'float32' ? 2 ** -24 : 2 ** -53;
  expect(got.length, label).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs(got[i] - Number(wanted[i]));
    if (!(difference <= n * u * Number(sums[i]))) expect.fail(`${label} [${i}]: ${got[i]} for ${wanted[i]}`);
  }
}

function randomCase(rand: () => number): Case {
  const int = (from: number, to: number): number => from + Math.floor(rand() * (to - from + 1));
  for (;;) {
    const rank = [0, 1, 1, 2, 2, 2, 2, 3][int(0, 7)];
    const groups = rand() < 0.3 ? int(2, 4) : 1;
    const channels = int(1, 4) + (rand() < 0.2 ? 15 : 0);
    const features = groups * (rand() < 0.5 ? int(1, 7) : int(8, 37));
    const most = [0, 40, 13, 6][rank];
    const axis = () => ({
      size: int(1, most),
      kernel: rand() < 0.1 ? int(1, most) : int(1, 4),
      stride: rand() < 0.6 ? 1 : int(2, 4),
      lhs: rand() < 0.7 ? 1 : int(2, 4),
      rhs: rand() < 0.7 ? 1 : int(2, 3),
      pad: rand() < 0.4 ? ([0, 0] as const) : ([int(-2, 4), int(-2, 4)] as const),
    });
    const axes = Array.from({ length: rank }, axis);
    const lengths = axes.map((a) => (a.size - 1) * a.lhs + 1 + a.pad[0] + a.pad[1]);
    if (lengths.some((n, i) => n < 0 || (n < (axes[i].kernel - 1) * axes[i].rhs + 1 && rand() < 0.95))) continue;
    return {
      dtype: rand() < 0.5 ? 'float32' : 'float64',
      x: [rand() < 0.5 ? int(1, 3) : int(4, 14), groups * channels, ...axes.map((a) => a.size)],
      w: [features, channels, ...axes.map((a) => a.kernel)],
      strides: axes.map((a) => a.stride),
      padding: axes.map((a) => a.pad),
      lhs: axes.map((a) => a.lhs),
      rhs: axes.map((a) => a.rhs),
      groups,
    };
  }
}

const variants: readonly Variant[] = [
  { fused: true, wide: true },
  { fused: true, wide: false },
  { fused: false, wide: true },
  { fused: false, wide: false },
];
const methods: readonly (Method | undefined)[] = [undefined, 'features', 'positions', 'dots', 'plain'];

const conv = (x: readonly number[], w: readonly number[], more: Partial<Case> = {}): Case => {
  const each = <T>(value: T): T[] => x.slice(2).map(() => value);
  return {
    dtype: 'float32',
    x,
    w,
    strides: each(1),
    padding: each([0, 0] as const),
    lhs: each(1),
    rhs: each(1),
    groups: 1,
    ...more,
  };
};

/** The tests, with so many random cases of each method. */
export function convolutions(seed: number, cases: number): void {
  describe(`random convolutions, seed ${seed}`, () => {
    test.each(methods)('method %s', async (method) => {
      const rand = random(seed + methods.indexOf(method));
      for (let i = 0; i < cases; i++) {
        const c = randomCase(rand);
        const operands = [drawn(c.dtype, c.x, rand), drawn(c.dtype, c.w, rand)];
        const variant = variants[i % 4];
        const label = `case ${i}: ${JSON.stringify({ ...c, ...variant })}`;
        const { data, again } = await runKernel(
          c,
          operands,
          variant,
          { method, pieces: 1 + (i % 5) },
          rand,
          rand() < 0.5,
        ).catch((error) => {
          throw new Error(label, { cause: error });
        });
        expectClose(c, operands, data, label);
        expect(again(), label).toEqual(data);
      }
    });
  });

  describe('in pieces', () => {
    test.each<[string, number, Case]>([
      [
        'rows',
        3,
        conv([1, 9, 26, 25], [18, 9, 4, 3], {
          padding: [
            [1, 2],
            [1, 1],
          ],
        }),
      ],
      ['blocks', 2, conv([1, 2, 6, 65], [64, 2, 3, 3])],
      ['images', 5, conv([21, 8, 9, 10], [33, 8, 3, 3])],
      ['groups and more', 8, conv([2, 60, 11, 10], [66, 20, 3, 3], { groups: 3, strides: [1, 2] })],
      ['images of a weight gradient', 4, conv([66, 1, 11, 10], [16, 1, 9, 8])],
      ['rows of places', 4, conv([1, 16, 30, 31], [5, 16, 3, 3])],
      ['groups of inner products', 5, conv([1, 12, 16, 17], [12, 1, 16, 15], { groups: 12 })],
    ])('%s', async (label, pieces, c) => {
      const rand = random(seed);
      const operands = [drawn(c.dtype, c.x, rand), drawn(c.dtype, c.w, rand)];
      for (const variant of variants) {
        const { data, chunks, again } = await runKernel(c, operands, variant, { pieces }, rand, false);
        expect(chunks, label).toBeGreaterThan(1);
        expectClose(c, operands, data, label);
        expect(again()).toEqual(data);
      }
    });
  });

  describe('edges', () => {
    test.each(methods)('numbers that are not finite, method %s', async (method) => {
      const rand = random(seed + 17);
      const padding = [
        [1, 2],
        [2, 1],
      ] as const;
      for (const [shape, weight, more] of [
        [[2, 3, 9, 8], [11, 3, 3, 3], { padding }],
        [[2, 4, 9, 8], [4, 2, 3, 4], { padding, groups: 2, lhs: [2, 1] }],
        [[6, 1, 7, 9], [3, 1, 6, 9], { padding }],
        [[6, 1, 7, 9], [3, 1, 6, 6], {}],
        [[1, 2, 9, 8], [2, 2, 9, 6], { rhs: [1, 2], padding }],
      ] as const) {
        for (const dtype of ['float32', 'float64'] as const) {
          const c = conv(shape, weight, { ...more, dtype });
          const operands = [drawn(dtype, c.x, rand), drawn(dtype, c.w, rand)];
          for (const { data } of operands) {
            for (const special of [Infinity, -Infinity, NaN, -0, 5e-324]) {
              if (rand() < 0.5) data[Math.floor(rand() * data.length)] = special;
            }
          }
          const wanted = evaluate(c, operands).data as Float64Array;
          for (const variant of variants) {
            const { data } = await runKernel(c, operands, variant, { method, pieces: 3 }, rand, rand() < 0.5);
            for (let i = 0; i < wanted.length; i++) {
              const same = Number.isFinite(wanted[i])
                ? Math.abs(data[i] - wanted[i]) < 1e-4
                : Object.is(data[i], wanted[i]);
              if (!same) expect.fail(`${JSON.stringify({ ...c, ...variant })} [${i}]: ${data[i]} for ${wanted[i]}`);
            }
          }
        }
      }
    });

    test.each<[string, Case]>([
      ['no images', conv([0, 2, 4], [3, 2, 2])],
      ['no features', conv([1, 2, 4], [0, 2, 2])],
      ['no channels', conv([2, 0, 4], [3, 0, 2])],
      ['no places', conv([2, 2, 2], [3, 2, 3])],
      [
        'an empty axis',
        conv([2, 2, 0, 3], [3, 2, 1, 1], {
          padding: [
            [2, 1],
            [0, 0],
          ],
        }),
      ],
      ['an empty kernel', conv([2, 2, 3], [3, 2, 0])],
      ['padding alone', conv([2, 2, 3], [9, 2, 2], { padding: [[-3, 5]] })],
      ['more dilation than places', conv([2, 2, 2], [3, 2, 1], { lhs: [7], strides: [3] })],
      [
        'no taps',
        conv([2, 4, 2, 4], [4, 4, 1, 2], {
          lhs: [2, 2],
          strides: [2, 3],
          rhs: [1, 3],
          padding: [
            [3, 3],
            [0, 0],
          ],
        }),
      ],
      [
        'many phases',
        conv([1, 2, 3, 3], [3, 2, 7, 9], {
          lhs: [7, 9],
          padding: [
            [6, 6],
            [8, 8],
          ],
        }),
      ],
      ['no axes', conv([20, 33], [17, 33])],
      [
        'four axes',
        conv([2, 3, 3, 4, 3, 5], [9, 3, 2, 2, 1, 3], {
          padding: [
            [1, 0],
            [0, 1],
            [0, 0],
            [1, 1],
          ],
        }),
      ],
    ])('%s', async (label, c) => {
      const rand = random(seed + 3);
      const operands = [drawn(c.dtype, c.x, rand), drawn(c.dtype, c.w, rand)];
      for (const method of methods) {
        for (const variant of variants) {
          const { data } = await runKernel(c, operands, variant, { method, pieces: 2 }, rand, false);
          expectClose(c, operands, data, `${label} ${method ?? ''}`);
        }
      }
    });
  });
}
