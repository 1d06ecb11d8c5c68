// What the compiler makes of plans of every sort, so that a change shows what it changed: snapshots/*.txt. After a change that was
// meant, `npx vitest run test/wasm/snapshots.test.ts -u` writes them anew, and the difference belongs to the change.

import { expect, test } from 'vitest';
import { compile } from '../../engine/compile.ts';
import { createBuilder } from '../../engine/ir/builder.ts';
import { sizeOf } from '../../engine/ir/aval.ts';
import type { DType } from '../../engine/ir/aval.ts';
import { tensorOf } from '../../engine/ir/tensor.ts';
import { lower } from '../../engine/passes.ts';
import type { GradientRequest } from '../../engine/request.ts';
import { testContext } from '../calculus/functions.ts';
import { limits } from '../engine/requests.ts';
import { listing } from './listing.ts';

interface Plan {
  readonly program: string;
  /** The values asked for; by default the last that is assigned. */
  readonly outputs?: readonly string[];
  /** `float32[4,5]` by name. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly gradients?: readonly GradientRequest[];
  readonly target?: { readonly fused: boolean; readonly wide: boolean };
}

const plans: Readonly<Record<string, Plan>> = {
  'elementwise float32': {
    program: 'y = jnp.tanh(x * w + b) * jax.nn.sigmoid(x)',
    inputs: { x: 'float32[100000]', w: 'float32[100000]', b: 'float32[100000]' },
  },
  'elementwise float64, without fused multiply-add': {
    program: 'y = jnp.exp(-x * x) * jnp.sin(x)',
    inputs: { x: 'float64[1003]' },
    target: { fused: false, wide: false },
  },
  'chain with broadcasts': {
    program: 'y = jnp.maximum((x - m[:, None]) * s[None, :] + 1, 0) / (1 + jnp.abs(x.T[::-1].T))',
    inputs: { x: 'float32[30,70]', m: 'float32[30]', s: 'float32[70]' },
  },
  softmax: { program: 'y = jax.nn.softmax(x, axis=-1)', inputs: { x: 'float32[200,1000]' } },
  'layer norm': {
    program:
      'm = x.mean(axis=-1, keepdims=True)\nv = ((x - m)**2).mean(axis=-1, keepdims=True)\ny = (x - m) / jnp.sqrt(v + 1e-5) * g + b',
    inputs: { x: 'float32[64,256]', g: 'float32[256]', b: 'float32[256]' },
  },
  'perceptron, value and gradients': {
    program: 'h = jnp.tanh(x @ w1 + b1)\nloss = jnp.mean((h @ w2 + b2 - y)**2)',
    inputs: {
      x: 'float32[32,10]',
      y: 'float32[32,1]',
      w1: 'float32[10,32]',
      b1: 'float32[32]',
      w2: 'float32[32,1]',
      b2: 'float32[1]',
    },
    gradients: [{ of: 'loss', wrt: ['w1', 'b1', 'w2', 'b2'] }],
  },
  'matrix product': {
    program: 'y = a @ b.T',
    inputs: { a: 'float64[300,200]', b: 'float64[130,200]' },
    target: { fused: true, wide: true },
  },
  'convolution and gradients': {
    program: "y = jax.nn.relu(jax.lax.conv_general_dilated(x, w, (1, 1), 'SAME'))\nt = y.sum()",
    inputs: { x: 'float32[2,3,20,21]', w: 'float32[8,3,3,3]' },
    gradients: [{ of: 't', wrt: ['x', 'w'] }],
  },
  'running sums': {
    program: 'y = jnp.cumsum(x, axis=1) / jnp.arange(1.0, 41.0)',
    inputs: { x: 'float64[50,40]' },
  },
  sorting: {
    program: 'i = jnp.argsort(x, axis=-1)\ny = jnp.take_along_axis(x, i, axis=-1)[:, :3]',
    inputs: { x: 'float32[20,100]' },
  },
  'gather and scatter': {
    program: 'y = jnp.take(x, i, axis=0) * 2\nz = x.at[i].add(y)\nt = (z**2).sum()',
    inputs: { x: 'float32[50,8]', i: 'int64[200]' },
    gradients: [{ of: 't', wrt: ['x'] }],
  },
  'reductions with producers': {
    program:
      'a = (x * y).sum(axis=0)\nb = jnp.abs(x - y).max()\nc = (jnp.exp(x) > y).any(axis=1)\nd = jnp.prod(x[::2], axis=(0, 1))',
    outputs: ['a', 'b', 'c', 'd'],
    inputs: { x: 'float64[120,300]', y: 'float64[120,300]' },
  },
  integers: {
    program: 'a = (x * 3 + y) & 255\nb = (x > y).sum()\nc = x.astype("uint8")\nd = jnp.where(x < 0, x, y << 2)',
    outputs: ['a', 'b', 'c', 'd'],
    inputs: { x: 'int32[500]', y: 'int32[500]' },
  },
  'loop and branch': {
    program:
      'def step(carry, x):\n    y = jnp.tanh(carry @ w + x)\n    return y, jax.lax.cond(y.sum() > 0, lambda v: v * 2, lambda v: -v, y)\nlast, ys = jax.lax.scan(step, h, xs)\nt = ys.sum()',
    inputs: { h: 'float32[16]', w: 'float32[16,16]', xs: 'float32[40,16]' },
    gradients: [{ of: 't', wrt: ['w'] }],
  },
  draws: {
    program: 'y = x + jax.random.normal(jax.random.key(7), (40, 30))',
    inputs: { x: 'float64[40,30]' },
  },
};

test.each(Object.entries(plans))('%s', async (name, { program, outputs, inputs, gradients, target }) => {
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([key, type]) => {
      const [, dtype, shape] = /^(\w+)\[(.*)\]$/.exec(type)!;
      const dims = shape.split(',').map(Number);
      return [key, tensorOf(dtype as DType, dims, new Array<number>(sizeOf(dims)).fill(0))];
    }),
  );
  const { plan } = compile({ program, inputs: tensors, outputs, gradients }, limits);
  const planned = lower(plan.graph, () => createBuilder(testContext), target ?? { fused: true, wide: true }, {
    check: true,
  });
  const text = `${program}\n\n${listing(planned)}`;
  await expect(text).toMatchFileSnapshot(`snapshots/${name.replaceAll(/[^a-z0-9]+/g, '-')}.txt`);
});
