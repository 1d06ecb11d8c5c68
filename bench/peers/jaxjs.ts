// jax-js with its WebAssembly backend as a participant: functions under jit, waited for as its documentation says.

import type { PreparedCase, Runner } from '../protocol.ts';
import { read, serve } from '../protocol.ts';

/** An array is used up by what reads it, but for `ref`, which counts one use more. */
interface A {
  readonly ref: A;
  readonly shape: number[];
  readonly add: (y: A) => A;
  readonly sub: (y: A) => A;
  readonly mul: (y: A | number) => A;
  readonly sum: (axis?: number) => A;
  readonly reshape: (shape: readonly number[]) => A;
  readonly data: () => Promise<Float32Array | Float64Array>;
  readonly dispose: () => void;
}
type F = (...xs: A[]) => A | A[];
/** As much of the package as is used here; it is installed by the benchmark alone, so its own types are not at hand. */
interface Jax {
  readonly init: (device: string) => Promise<string[]>;
  readonly defaultDevice: (device: string) => string;
  readonly blockUntilReady: (xs: A[]) => Promise<A[]>;
  readonly jit: (f: (...xs: A[]) => unknown) => ((...xs: A[]) => unknown) & { dispose: () => void };
  readonly valueAndGrad: (f: F, options: { argnums: number[] }) => (...xs: A[]) => [A, A[]];
  readonly vjp: (f: F, xs: A[]) => [A, ((ct: A) => A[]) & { dispose: () => void }];
  readonly numpy: {
    readonly array: (data: unknown, options?: { dtype: string }) => A;
    readonly matmul: (a: A, b: A) => A;
    readonly tanh: (x: A) => A;
    readonly mean: (x: A, axis?: number) => A;
    readonly sum: (x: A, axis?: number) => A;
    readonly max: (x: A, axis?: number) => A;
    readonly square: (x: A) => A;
  };
  readonly nn: {
    readonly sigmoid: (x: A) => A;
    readonly relu: (x: A) => A;
    readonly softmax: (x: A, axis?: number) => A;
    readonly logSoftmax: (x: A, axis?: number) => A;
    readonly oneHot: (labels: A, depth: number) => A;
  };
  readonly lax: { readonly convGeneralDilated: (x: A, w: A, strides: number[], padding: string) => A };
}

const name: string = '@jax-js/jax';
const jax = (await import(name)) as Jax;
const { numpy: np, nn, lax } = jax;
await jax.init('wasm');
jax.defaultDevice('wasm');

await serve(({ inputs, work, dtype }: PreparedCase): Runner | string => {
  const t = new Map(
    inputs.map((input) => {
      const data = read(input);
      const array =
        data instanceof BigInt64Array
          ? np.array(Int32Array.from(data, Number), { dtype: 'int32' })
          : np.array(data, { dtype });
      return [input.name, array.reshape(input.shape)];
    }),
  );
  let f: (...xs: A[]) => unknown;
  let names = inputs.map((i) => i.name);
  switch (work.kind) {
    case 'mlp':
    case 'classifier': {
      const { kind, layers, batch } = work;
      const depth = layers.length - 1;
      const parameters = Array.from({ length: depth }, (_, i) => [`w${i + 1}`, `b${i + 1}`]).flat();
      names = [...parameters, 'x', kind === 'mlp' ? 'y' : 'labels'];
      const loss = (...xs: A[]): A => {
        let h = xs[2 * depth];
        for (let i = 0; i < depth; i++) {
          h = np.matmul(h, xs[2 * i]).add(xs[2 * i + 1]);
          if (i < depth - 1) h = kind === 'mlp' ? np.tanh(h) : nn.relu(h);
        }
        const wanted = xs[2 * depth + 1];
        if (kind === 'mlp') return np.mean(np.square(h.sub(wanted)));
        return nn
          .logSoftmax(h)
          .mul(wanted)
          .sum()
          .mul(-1 / batch);
      };
      if (kind === 'classifier') t.set('labels', nn.oneHot(t.get('labels')!, layers[depth]));
      f = jax.valueAndGrad(loss, { argnums: parameters.map((_, i) => i) });
      break;
    }
    case 'gated':
      f = jax.valueAndGrad((x, w, b) => np.tanh(x.ref.mul(w).add(b)).mul(nn.sigmoid(x)).sum(), { argnums: [0, 1, 2] });
      break;
    case 'gemm':
      f = np.matmul;
      break;
    case 'rows': {
      const { reduce } = work;
      f = (x) => (reduce === 'softmax' ? nn.softmax(x, 1) : np[reduce](x, 1));
      break;
    }
    case 'conv':
      f = (x, w) => lax.convGeneralDilated(x, w, [1, 1], 'SAME');
      break;
    case 'conv-gradient':
      f = (x, w, g) => {
        const [y, back] = jax.vjp((x, w) => lax.convGeneralDilated(x, w, [1, 1], 'SAME'), [x, w]);
        y.dispose();
        return back(g);
      };
      break;
  }
  const compiled = jax.jit(f);
  const args = names.map((n) => t.get(n)!);
  let results: A[] = [];
  return {
    run: async () => {
      for (const y of results) y.dispose();
      results = [compiled(...args.map((x) => x.ref))].flat(2) as A[];
      await jax.blockUntilReady(results);
    },
    results: async () => Promise.all(results.map((y) => y.ref.data())),
    release: () => {
      for (const y of [...results, ...t.values()]) y.dispose();
      compiled.dispose();
    },
  };
});
