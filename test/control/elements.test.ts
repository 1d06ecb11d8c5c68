// What straight code makes of each kind of node, in every dtype: as the interpreter, at the far ends of the dtype as well.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest, WireTensor } from '../../engine/index.ts';
import { compute } from '../../engine/index.ts';
import type { DType } from '../../engine/ir/aval.ts';
import { createMachine } from '../../engine/run/machine.ts';
import { context } from '../oracle/context.ts';

const whole = [
  [1, -5, 7, 7],
  [0, -9, -9, 3],
  [2147483647, -2147483648, 5, 1],
  [3, 3, 3, 3],
];
const floats = [
  [1, 'NaN', 2, 'NaN'],
  [-0, 0, -0, 0],
  ['Infinity', '-Infinity', 3, 'Infinity'],
  [0, -0, 5e-324, -1],
];
const rows: Readonly<Record<DType, unknown>> = {
  float64: floats,
  float32: floats,
  int64: whole,
  int32: whole,
  uint8: whole.map((row) => row.map((x) => x & 255)),
  bool: whole.map((row) => row.map((x) => (x & 2) > 0)),
};

const all = [
  'jnp.argmax(v)',
  'jnp.argmin(v)',
  'jnp.max(v)',
  'jnp.min(v)',
  'jnp.sum(v)',
  'jnp.prod(v)',
  'jnp.any(v)',
  'jnp.all(v)',
  'v[::-1]',
  'v == v[2]',
  'v[i]',
  'v[-i - 1]',
  'v.at[i].set(v[1])',
  'v.astype(jnp.int32)',
  'v.astype(jnp.uint8)',
  'v.astype(bool)',
  'v.astype(jnp.float32)',
  'v.astype(float) * 0.5',
  'jnp.where(v > v[0], v, v[1])',
  'jnp.concatenate([v[2:], v[:1]])',
  'jnp.take(v, i - 2, mode="clip")',
  'jnp.outer(v, v)[1]',
  'jnp.pad(v, 1)',
  'jnp.maximum(v, v[::-1])',
  'jnp.broadcast_to(v[:, None], (4, 3))',
  'jnp.broadcast_to(v[:3, None], (3, 2)).T',
  'jnp.broadcast_to(v, (2, 4))',
  'jnp.argmax(jnp.stack([v, v[::-1]]), axis=0)',
];
const numbers = [
  'jnp.cumsum(v)',
  'jnp.cumprod(v)',
  'v * v - v',
  'v // 3',
  'v % 3',
  'abs(v)',
  '-v',
  'v @ v',
  'v.at[i].add(v[0])',
  'v.at[jnp.array([1, 1, 0])].add(v[:3])',
  'v.at[jnp.array([1, 1, 0])].max(v[:3])',
  'v.at[jnp.array([1, 1, 0])].min(v[:3])',
  'v.at[jnp.array([1, 1, 0])].multiply(v[:3])',
];
const fractions = ['jnp.exp(v)', 'jnp.log(v)', 'jnp.power(v, 2.5)', 'jnp.floor(v)', 'v / v[0]', 'jnp.outer(v, v) @ v'];

const machine = createMachine({ wide: false, fma: true });

describe.each(Object.entries(rows))('%s', (dtype, data) => {
  const float = dtype.startsWith('float');
  test.each([...all, ...(dtype === 'bool' ? [] : numbers), ...(float ? fractions : [])])('%s', (expression) => {
    const lines = ['def step(c, s):', '  i, v = s', `  r = ${expression}`, '  return c + 1, r'];
    const request: ComputeRequest = {
      program: [...lines, 'c, y = jax.lax.scan(step, 0, (jnp.arange(4), x))'].join('\n'),
      inputs: { x: { dtype, shape: [4, 4], data } as WireTensor },
      outputs: ['y'],
    };
    const want = compute(request, context).outputs['y'];
    const got = compute(request, { ...context, machine }).outputs['y'];
    expect(got.dtype).toBe(want.dtype);
    const [a, b] = [want, got].map((t) => Array.from(t.data as ArrayLike<number>, Number));
    const eps = want.dtype === 'float32' ? 3e-6 : 1e-13;
    // Which zero the largest or smallest of several is, is not said.
    const same = (x: number, y: number): boolean =>
      x === y || (x !== x && y !== y) || Math.abs(x - y) <= eps * Math.abs(x);
    expect(a.flatMap((x, k) => (same(x, b[k]) ? [] : [`${k}: ${x}, compiled ${b[k]}`]))).toEqual([]);
  });
});
