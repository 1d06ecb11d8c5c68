// TensorFlow.js with its WebAssembly backend as a participant: XNNPACK, float32, one thread, run as it is called.

import { dirname } from 'node:path';
import { createRequire } from 'node:module';
import type { PreparedCase, Runner } from '../protocol.ts';
import { read, serve } from '../protocol.ts';

interface T {
  readonly dataSync: () => Float32Array;
  readonly dispose: () => void;
}
/** As much of the package as is used here; it is installed by the benchmark alone, so its own types are not at hand. */
interface Tf {
  readonly setBackend: (name: string) => Promise<boolean>;
  readonly ready: () => Promise<void>;
  readonly tidy: <R>(f: () => R) => R;
  readonly keep: (t: T) => T;
  readonly tensor: (data: Float32Array | Int32Array, shape: readonly number[], dtype: string) => T;
  readonly valueAndGrads: (f: (...xs: T[]) => T) => (xs: T[]) => { value: T; grads: T[] };
  readonly grads: (f: (...xs: T[]) => T) => (xs: T[], dy: T) => T[];
  readonly fused: { readonly matMul: (options: { a: T; b: T; bias: T; activation?: 'relu' }) => T };
  readonly matMul: (a: T, b: T) => T;
  readonly tanh: (x: T) => T;
  readonly sigmoid: (x: T) => T;
  readonly add: (a: T, b: T) => T;
  readonly mul: (a: T, b: T) => T;
  readonly neg: (x: T) => T;
  readonly sub: (a: T, b: T) => T;
  readonly square: (x: T) => T;
  readonly div: (a: T, b: number) => T;
  readonly logSoftmax: (x: T) => T;
  readonly oneHot: (labels: T, depth: number) => T;
  readonly softmax: (x: T) => T;
  readonly sum: (x: T, axis?: number) => T;
  readonly mean: (x: T, axis?: number) => T;
  readonly max: (x: T, axis?: number) => T;
  readonly transpose: (x: T, axes: readonly number[]) => T;
  readonly conv2d: (x: T, w: T, strides: number, pad: 'same') => T;
}
interface WasmBackend {
  readonly setWasmPaths: (folder: string) => void;
  readonly setThreadsCount: (n: number) => void;
}

const require = createRequire(import.meta.url);
// The core alone registers no gradients.
const [whole, backend]: string[] = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'];
const tf = require(whole) as Tf;
const { setWasmPaths, setThreadsCount } = require(backend) as WasmBackend;
setWasmPaths(`${dirname(require.resolve(backend))}/`);
setThreadsCount(1);
await tf.setBackend('wasm');
await tf.ready();

await serve(({ inputs, work, dtype }: PreparedCase): Runner | string => {
  if (dtype === 'float64') return 'TensorFlow.js has no float64';
  if (work.kind === 'conv-gradient') return 'the WebAssembly backend has no gradient of a convolution by its weights';
  const t = new Map(
    inputs.map((input) => {
      const data = read(input);
      const whole = data instanceof BigInt64Array;
      return [
        input.name,
        tf.tensor(
          whole ? Int32Array.from(data, Number) : (data as Float32Array),
          input.shape,
          whole ? 'int32' : 'float32',
        ),
      ];
    }),
  );
  const x = (name: string): T => t.get(name)!;
  let compute: () => T[];
  let shown = (y: T): T => y;
  switch (work.kind) {
    case 'mlp':
    case 'classifier': {
      const depth = work.layers.length - 1;
      const parameters = Array.from({ length: depth }, (_, i) => [x(`w${i + 1}`), x(`b${i + 1}`)]).flat();
      const network = (p: T[]): T => {
        let h = x('x');
        for (let i = 0; i < depth; i++) {
          const hidden = i < depth - 1;
          const relu = hidden && work.kind === 'classifier' ? ({ activation: 'relu' } as const) : {};
          h = tf.fused.matMul({ a: h, b: p[2 * i], bias: p[2 * i + 1], ...relu });
          if (hidden && work.kind === 'mlp') h = tf.tanh(h);
        }
        return h;
      };
      const oneHot = work.kind === 'classifier' ? tf.oneHot(x('labels'), work.layers[depth]) : undefined;
      if (oneHot !== undefined) t.set('one hot', oneHot);
      const loss = (...p: T[]): T =>
        oneHot === undefined
          ? tf.div(tf.sum(tf.square(tf.sub(network(p), x('y')))), work.batch * work.layers[depth])
          : tf.neg(tf.div(tf.sum(tf.mul(tf.logSoftmax(network(p)), oneHot)), work.batch));
      const f = tf.valueAndGrads(loss);
      compute = () => {
        const { value, grads } = f(parameters);
        return [value, ...grads];
      };
      break;
    }
    case 'gated': {
      const f = tf.valueAndGrads((x, w, b) => tf.sum(tf.mul(tf.tanh(tf.add(tf.mul(x, w), b)), tf.sigmoid(x))));
      const args = ['x', 'w', 'b'].map(x);
      compute = () => {
        const { value, grads } = f(args);
        return [value, ...grads];
      };
      break;
    }
    case 'gemm':
      compute = () => [tf.matMul(x('a'), x('b'))];
      break;
    case 'rows': {
      const { reduce } = work;
      compute = () => [reduce === 'softmax' ? tf.softmax(x('x')) : tf[reduce](x('x'), 1)];
      break;
    }
    case 'conv': {
      // The layouts that it has: batch, rows, columns, channels, and rows, columns, in, out.
      t.set('image', tf.transpose(x('x'), [0, 2, 3, 1]));
      t.set('filter', tf.transpose(x('w'), [2, 3, 1, 0]));
      compute = () => [tf.conv2d(x('image'), x('filter'), 1, 'same')];
      shown = (y) => tf.transpose(y, [0, 3, 1, 2]);
      break;
    }
  }
  let results: T[] = [];
  return {
    run: () => {
      for (const y of results) y.dispose();
      results = tf.tidy(() => compute().map(tf.keep));
    },
    results: () => results.map((y) => shown(y).dataSync()),
    release: () => {
      for (const y of [...results, ...t.values()]) y.dispose();
    },
  };
});
