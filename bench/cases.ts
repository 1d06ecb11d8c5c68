// What is measured: each case once as data, as a program for the service, and with the ratio that is to be reached.

import type { Digest } from './protocol.ts';

export type PeerName = 'plain' | 'two' | 'torch' | 'jax' | 'numpy' | 'ort' | 'tfjs' | 'jaxjs' | 'js';
export type Precision = 'float32' | 'float64';

/** An input as it is made: uniform over [−scale, scale], or whole numbers in [0, below). */
export interface InputSpec {
  readonly name: string;
  readonly dtype: Precision | 'int64';
  readonly shape: readonly number[];
  readonly scale?: number;
  readonly below?: number;
}

/** What every participant computes, in words that the peers' code knows. */
export type Work =
  | { readonly kind: 'mlp'; readonly layers: readonly number[]; readonly batch: number }
  | { readonly kind: 'classifier'; readonly layers: readonly number[]; readonly batch: number }
  | { readonly kind: 'gated'; readonly n: number }
  | { readonly kind: 'gemm'; readonly n: number }
  | { readonly kind: 'rows'; readonly reduce: 'softmax' | 'sum' | 'mean' | 'max'; readonly shape: readonly number[] }
  | { readonly kind: 'conv' | 'conv-gradient'; readonly channels: number; readonly side: number };

/** The same in the service's own language; results are the outputs, then the gradients in the order of wrt. */
export interface Program {
  readonly text: string;
  readonly outputs: readonly string[];
  readonly gradient?: { readonly of: string; readonly wrt: readonly string[]; readonly cotangent?: string };
}

export interface Case {
  readonly id: string;
  readonly dtype: Precision;
  readonly work: Work;
  readonly inputs: readonly InputSpec[];
  readonly program: Program;
  /** Peer → the least ratio (theirs over ours; for `plain` and `two` the speed against ours) that meets the target. */
  readonly targets: Readonly<Partial<Record<PeerName, number>>>;
  /** How far results may be apart, as a fraction of their size. */
  readonly tolerance: number;
}

const precisions: readonly Precision[] = ['float32', 'float64'];
/** Without the flag at least half the speed: every case. */
const always = { plain: 0.5 };

const define = (
  id: string,
  dtype: Precision,
  work: Work,
  inputs: readonly InputSpec[],
  program: Program,
  targets: Case['targets'],
): Case => ({
  id: `${id} ${dtype}`,
  dtype,
  work,
  inputs,
  program,
  targets: { ...always, ...targets },
  tolerance: dtype === 'float64' ? 1e-10 : 1e-4,
});

/** Weights w1, b1, w2, b2, … of layers, of the usual size: one over the square root of what a unit reads. */
function weights(layers: readonly number[], dtype: Precision): InputSpec[] {
  return layers.slice(1).flatMap((out, i) => {
    const scale = 1 / Math.sqrt(layers[i]);
    return [
      { name: `w${i + 1}`, dtype, shape: [layers[i], out], scale },
      { name: `b${i + 1}`, dtype, shape: [out], scale },
    ];
  });
}

export function mlp(layers: readonly number[], batch: number, dtype: Precision, targets: Case['targets'] = {}): Case {
  const parameters = weights(layers, dtype);
  const last = layers.length - 1;
  const hidden = layers.slice(1, -1).map((_, i) => `h = jnp.tanh(${i === 0 ? 'x' : 'h'} @ w${i + 1} + b${i + 1})`);
  return define(
    `MLP ${layers.join('-')} batch ${batch}, value and gradients`,
    dtype,
    { kind: 'mlp', layers, batch },
    [
      { name: 'x', dtype, shape: [batch, layers[0]] },
      { name: 'y', dtype, shape: [batch, layers[last]] },
      ...parameters,
    ],
    {
      text: [...hidden, `loss = jnp.mean((h @ w${last} + b${last} - y) ** 2)`].join('\n'),
      outputs: ['loss'],
      gradient: { of: 'loss', wrt: parameters.map((p) => p.name) },
    },
    targets,
  );
}

function classifier(batch: number, dtype: Precision, targets: Case['targets']): Case {
  const layers = [784, 256, 10];
  const parameters = weights(layers, dtype);
  return define(
    `MLP 784-256-10 batch ${batch}, cross entropy and gradients`,
    dtype,
    { kind: 'classifier', layers, batch },
    [
      { name: 'x', dtype, shape: [batch, 784] },
      { name: 'labels', dtype: 'int64', shape: [batch], below: 10 },
      ...parameters,
    ],
    {
      text: `h = jax.nn.relu(x @ w1 + b1)
scores = jax.nn.log_softmax(h @ w2 + b2)
loss = -jnp.take_along_axis(scores, labels[:, None], axis=1).mean()`,
      outputs: ['loss'],
      gradient: { of: 'loss', wrt: parameters.map((p) => p.name) },
    },
    targets,
  );
}

const gated = (n: number, dtype: Precision, targets: Case['targets']): Case =>
  define(
    `tanh(x·w+b)·sigmoid(x), ${n.toExponential().replace('+', '')}, value and gradients`,
    dtype,
    { kind: 'gated', n },
    ['x', 'w', 'b'].map((name) => ({ name, dtype, shape: [n], scale: 2 })),
    {
      text: 'out = jnp.sum(jnp.tanh(x * w + b) * jax.nn.sigmoid(x))',
      outputs: ['out'],
      gradient: { of: 'out', wrt: ['x', 'w', 'b'] },
    },
    targets,
  );

const gemm = (n: number, dtype: Precision, targets: Case['targets']): Case =>
  define(
    `GEMM ${n}`,
    dtype,
    { kind: 'gemm', n },
    ['a', 'b'].map((name) => ({ name, dtype, shape: [n, n] })),
    { text: 'c = a @ b', outputs: ['c'] },
    targets,
  );

function rows(reduce: 'softmax' | 'sum' | 'mean' | 'max', dtype: Precision): Case {
  const shape = [1000, 1000];
  return define(
    `${reduce} of the rows of 1000×1000`,
    dtype,
    { kind: 'rows', reduce, shape },
    [{ name: 'x', dtype, shape, scale: 3 }],
    { text: `y = ${reduce === 'softmax' ? 'jax.nn' : 'jnp'}.${reduce}(x, axis=1)`, outputs: ['y'] },
    { torch: 1 },
  );
}

function conv(kind: 'conv' | 'conv-gradient', dtype: Precision, targets: Case['targets']): Case {
  const [channels, side] = [64, 56];
  const image = [1, channels, side, side];
  const inputs: InputSpec[] = [
    { name: 'x', dtype, shape: image },
    { name: 'w', dtype, shape: [channels, channels, 3, 3], scale: 1 / Math.sqrt(9 * channels) },
  ];
  const text = "y = jax.lax.conv_general_dilated(x, w, (1, 1), 'SAME')";
  if (kind === 'conv') {
    return define(
      '3×3 convolution 64→64 56×56',
      dtype,
      { kind, channels, side },
      inputs,
      { text, outputs: ['y'] },
      targets,
    );
  }
  return define(
    '3×3 convolution 64→64 56×56, gradients',
    dtype,
    { kind, channels, side },
    [...inputs, { name: 'g', dtype, shape: image }],
    { text, outputs: [], gradient: { of: 'y', wrt: ['x', 'w'], cotangent: 'g' } },
    targets,
  );
}

export const cases: readonly Case[] = [
  ...precisions.map((dtype) =>
    mlp([10, 32, 32, 1], 1, dtype, dtype === 'float32' ? { torch: 150, jax: 40 } : { torch: 50, jax: 15 }),
  ),
  ...precisions.map((dtype) => mlp([10, 32, 32, 1], 32, dtype, { torch: dtype === 'float32' ? 20 : 7 })),
  ...[1e4, 1e6].flatMap((n) =>
    precisions.map((dtype) =>
      gated(n, dtype, { jax: dtype === 'float32' ? 2.5 : 1.5, ...(n === 1e6 ? { two: 1.7 } : {}) }),
    ),
  ),
  classifier(128, 'float32', { torch: 1, jax: 1 }),
  ...[64, 128, 256, 512, 1024].flatMap((n) =>
    precisions.map((dtype) => {
      const least = n >= 128 ? 1 : 0.95;
      return gemm(n, dtype, { numpy: least, torch: least, jax: least, ...(n >= 512 ? { two: 1.7 } : {}) });
    }),
  ),
  ...(['softmax', 'sum', 'mean', 'max'] as const).flatMap((reduce) => precisions.map((dtype) => rows(reduce, dtype))),
  conv('conv', 'float32', { torch: 0.8 }),
  conv('conv-gradient', 'float32', { torch: 0.8 }),
];

/** The same numbers on every machine: xorshift32, seeded by the input's name and shape. */
export function fill(spec: InputSpec): Float32Array | Float64Array | BigInt64Array {
  const n = spec.shape.reduce((product, d) => product * d, 1);
  let state = 2463534242;
  for (const letter of `${spec.name} ${spec.shape.join()}`) state = (Math.imul(state, 31) + letter.charCodeAt(0)) | 0;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  if (spec.dtype === 'int64')
    return BigInt64Array.from({ length: n }, () => BigInt(Math.floor(next() * (spec.below ?? 2))));
  const data = spec.dtype === 'float32' ? new Float32Array(n) : new Float64Array(n);
  const scale = spec.scale ?? 1;
  for (let i = 0; i < n; i++) data[i] = (2 * next() - 1) * scale;
  return data;
}

/** The first way in which two lists of results differ by more than the tolerance, or undefined. */
export function difference(mine: readonly Digest[], theirs: readonly Digest[], tolerance: number): string | undefined {
  if (mine.length !== theirs.length) return `${theirs.length} results where there are ${mine.length}`;
  for (const [i, a] of mine.entries()) {
    const b = theirs[i];
    if (a.size !== b.size) return `result ${i} has ${b.size} elements, not ${a.size}`;
    // The root mean square: what "small" means for an element of this result.
    const rms = a.norm / Math.sqrt(a.size);
    if (!(Math.abs(a.norm - b.norm) <= tolerance * a.norm)) return `result ${i} has norm ${b.norm}, not ${a.norm}`;
    const at = a.samples.findIndex((x, k) => !(Math.abs(x - b.samples[k]) <= tolerance * (Math.abs(x) + rms)));
    if (at >= 0) return `result ${i}, sample ${at} is ${b.samples[at]}, not ${a.samples[at]}`;
  }
  return undefined;
}
