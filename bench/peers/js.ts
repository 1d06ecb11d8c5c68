// Loops written by hand in JavaScript, as one would without a library: typed arrays, flat indices, nothing clever.

import type { PreparedCase, Runner } from '../protocol.ts';
import { read, serve } from '../protocol.ts';

type Floats = Float32Array | Float64Array;
type Pairs = readonly { readonly w: Floats; readonly b: Floats; readonly dw: Floats; readonly db: Floats }[];

await serve(({ inputs, work, dtype }: PreparedCase): Runner | string => {
  const data = new Map(inputs.map((input) => [input.name, read(input)]));
  const floats = (name: string): Floats => data.get(name) as Floats;
  const make = (n: number): Floats => (dtype === 'float32' ? new Float32Array(n) : new Float64Array(n));
  switch (work.kind) {
    case 'mlp':
    case 'classifier': {
      const { layers, batch, kind } = work;
      const pairs: Pairs = layers.slice(1).map((_, i) => {
        const [w, b] = [floats(`w${i + 1}`), floats(`b${i + 1}`)];
        return { w, b, dw: make(w.length), db: make(b.length) };
      });
      // Activations of every layer and the gradients with respect to them.
      const h = [floats('x'), ...layers.slice(1).map((n) => make(batch * n))];
      const dh = layers.map((n) => make(batch * n));
      const value = make(1);
      const wanted = kind === 'mlp' ? floats('y') : Int32Array.from(data.get('labels') as BigInt64Array, Number);
      const lossOf = kind === 'mlp' ? squaredError : crossEntropy;
      const run = (): void => {
        pairs.forEach(({ w, b }, i) => {
          multiply(h[i], w, h[i + 1], batch, layers[i], layers[i + 1], b);
          if (i < pairs.length - 1) activate(h[i + 1], kind);
        });
        const last = pairs.length;
        value[0] = lossOf(h[last], wanted, dh[last], batch, layers[last]);
        for (let i = last - 1; i >= 0; i--) {
          if (i < last - 1) deactivate(h[i + 1], dh[i + 1], kind);
          const { w, dw, db } = pairs[i];
          gradients(h[i], dh[i + 1], w, dw, db, i === 0 ? undefined : dh[i], batch, layers[i], layers[i + 1]);
        }
      };
      return { run, results: () => [value, ...pairs.flatMap(({ dw, db }) => [dw, db])] };
    }
    case 'gated': {
      const [x, w, b] = ['x', 'w', 'b'].map(floats);
      const [dx, dw, db] = [make(work.n), make(work.n), make(work.n)];
      const value = make(1);
      return {
        run: () => {
          value[0] = gated(x, w, b, dx, dw, db);
        },
        results: () => [value, dx, dw, db],
      };
    }
    case 'gemm': {
      const { n } = work;
      const c = make(n * n);
      const zero = make(n);
      return { run: () => multiply(floats('a'), floats('b'), c, n, n, n, zero), results: () => [c] };
    }
    case 'rows': {
      const [m, n] = work.shape;
      const y = make(work.reduce === 'softmax' ? m * n : m);
      const f = { softmax, sum, mean, max }[work.reduce];
      return { run: () => f(floats('x'), y, m, n), results: () => [y] };
    }
    case 'conv': {
      const { channels, side } = work;
      const y = make(channels * side * side);
      return { run: () => convolve(floats('x'), floats('w'), y, channels, side), results: () => [y] };
    }
    case 'conv-gradient': {
      const { channels, side } = work;
      const [dx, dw] = [make(channels * side * side), make(channels * channels * 9)];
      return {
        run: () => convolutionGradients(floats('x'), floats('w'), floats('g'), dx, dw, channels, side),
        results: () => [dx, dw],
      };
    }
  }
});

/** c = a·b + bias, a m×k, b k×n: the middle loop over k keeps the inner one on rows. */
function multiply(a: Floats, b: Floats, c: Floats, m: number, k: number, n: number, bias: Floats): void {
  for (let i = 0; i < m; i++) {
    const row = i * n;
    for (let j = 0; j < n; j++) c[row + j] = bias[j];
    for (let p = 0; p < k; p++) {
      const x = a[i * k + p];
      const from = p * n;
      for (let j = 0; j < n; j++) c[row + j] += x * b[from + j];
    }
  }
}

function activate(h: Floats, kind: 'mlp' | 'classifier'): void {
  if (kind === 'mlp') for (let i = 0; i < h.length; i++) h[i] = Math.tanh(h[i]);
  else for (let i = 0; i < h.length; i++) if (h[i] < 0) h[i] = 0;
}

function deactivate(h: Floats, dh: Floats, kind: 'mlp' | 'classifier'): void {
  if (kind === 'mlp') for (let i = 0; i < h.length; i++) dh[i] *= 1 - h[i] * h[i];
  else for (let i = 0; i < h.length; i++) if (h[i] <= 0) dh[i] = 0;
}

function squaredError(out: Floats, wanted: ArrayLike<number>, d: Floats): number {
  let total = 0;
  for (let i = 0; i < out.length; i++) {
    const e = out[i] - wanted[i];
    total += e * e;
    d[i] = (2 * e) / out.length;
  }
  return total / out.length;
}

function crossEntropy(out: Floats, labels: ArrayLike<number>, d: Floats, m: number, n: number): number {
  softmax(out, d, m, n);
  let total = 0;
  for (let i = 0; i < m; i++) {
    total -= Math.log(d[i * n + labels[i]]);
    d[i * n + labels[i]] -= 1;
  }
  for (let i = 0; i < d.length; i++) d[i] /= m;
  return total / m;
}

/** Of y = x·w + b: dw = xᵀ·dy, db the sum of dy over rows, dx = dy·wᵀ. */
function gradients(
  x: Floats,
  dy: Floats,
  w: Floats,
  dw: Floats,
  db: Floats,
  dx: Floats | undefined,
  m: number,
  k: number,
  n: number,
): void {
  dw.fill(0);
  db.fill(0);
  for (let i = 0; i < m; i++) {
    const row = i * n;
    for (let j = 0; j < n; j++) db[j] += dy[row + j];
    for (let p = 0; p < k; p++) {
      const value = x[i * k + p];
      const at = p * n;
      for (let j = 0; j < n; j++) dw[at + j] += value * dy[row + j];
    }
    if (dx === undefined) continue;
    for (let p = 0; p < k; p++) {
      let total = 0;
      for (let j = 0; j < n; j++) total += dy[row + j] * w[p * n + j];
      dx[i * k + p] = total;
    }
  }
}

function gated(x: Floats, w: Floats, b: Floats, dx: Floats, dw: Floats, db: Floats): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) {
    const t = Math.tanh(x[i] * w[i] + b[i]);
    const s = 1 / (1 + Math.exp(-x[i]));
    total += t * s;
    const d = s * (1 - t * t);
    dx[i] = t * s * (1 - s) + d * w[i];
    dw[i] = d * x[i];
    db[i] = d;
  }
  return total;
}

function sum(x: Floats, y: Floats, m: number, n: number): void {
  for (let i = 0; i < m; i++) {
    let total = 0;
    for (let j = 0; j < n; j++) total += x[i * n + j];
    y[i] = total;
  }
}

function mean(x: Floats, y: Floats, m: number, n: number): void {
  sum(x, y, m, n);
  for (let i = 0; i < m; i++) y[i] /= n;
}

function max(x: Floats, y: Floats, m: number, n: number): void {
  for (let i = 0; i < m; i++) {
    let most = -Infinity;
    for (let j = 0; j < n; j++) if (x[i * n + j] > most) most = x[i * n + j];
    y[i] = most;
  }
}

function softmax(x: Floats, y: Floats, m: number, n: number): void {
  for (let i = 0; i < m; i++) {
    let most = -Infinity;
    for (let j = 0; j < n; j++) if (x[i * n + j] > most) most = x[i * n + j];
    let total = 0;
    for (let j = 0; j < n; j++) total += y[i * n + j] = Math.exp(x[i * n + j] - most);
    for (let j = 0; j < n; j++) y[i * n + j] /= total;
  }
}

/** Calls f with every output row, the input row of one tap above or below it, and the columns where both are inside. */
function eachTap(channels: number, side: number, f: (tap: number, y: number, x: number, length: number) => void): void {
  for (let out = 0; out < channels; out++) {
    for (let inside = 0; inside < channels; inside++) {
      for (let k = 0; k < 9; k++) {
        const [down, right] = [Math.floor(k / 3) - 1, (k % 3) - 1];
        const [from, to] = [Math.max(0, -right), Math.min(side, side - right)];
        for (let row = Math.max(0, -down); row < Math.min(side, side - down); row++) {
          const y = (out * side + row) * side + from;
          const x = (inside * side + row + down) * side + from + right;
          f((out * channels + inside) * 9 + k, y, x, to - from);
        }
      }
    }
  }
}

function convolve(x: Floats, w: Floats, y: Floats, channels: number, side: number): void {
  y.fill(0);
  eachTap(channels, side, (tap, at, from, length) => {
    const weight = w[tap];
    for (let j = 0; j < length; j++) y[at + j] += weight * x[from + j];
  });
}

function convolutionGradients(
  x: Floats,
  w: Floats,
  g: Floats,
  dx: Floats,
  dw: Floats,
  channels: number,
  side: number,
): void {
  dx.fill(0);
  dw.fill(0);
  eachTap(channels, side, (tap, at, from, length) => {
    const weight = w[tap];
    let total = 0;
    for (let j = 0; j < length; j++) {
      total += g[at + j] * x[from + j];
      dx[from + j] += weight * g[at + j];
    }
    dw[tap] += total;
  });
}
