// Requests worth copying: openapi.yaml shows them with their answers, and a test sends every one.

import type { Example } from '../endpoint.ts';

export const computeExamples: readonly Example[] = [
  {
    name: 'gradient',
    summary: 'The gradient of a loss, and its value',
    body: {
      program: 'loss = jnp.mean((x @ w - y) ** 2)',
      inputs: {
        x: [
          [1, 2],
          [3, 4],
        ],
        w: [0.5, -0.25],
        y: [1, 0],
      },
      gradients: [{ of: 'loss', wrt: ['w'] }],
    },
  },
  {
    name: 'implicit_sum',
    summary: 'A result that is no scalar: the gradient of its sum',
    body: {
      program: 'y = 2 * x.T @ x',
      inputs: {
        x: [
          [0, 1, 2, 3, 4],
          [5, 6, 7, 8, 9],
        ],
      },
      outputs: [],
      gradients: [{ of: 'y', wrt: ['x'] }],
    },
  },
  {
    name: 'cotangent',
    summary: 'A vector-Jacobian product: the gradient weighted by a cotangent',
    body: {
      program: 'y = x * x',
      inputs: { x: [1, 2, 3] },
      gradients: [{ of: 'y', wrt: ['x'], cotangent: [1, 0.5, 0] }],
    },
  },
  {
    name: 'intermediate',
    summary: 'Intermediate values are outputs and wrt like any other',
    body: {
      program: 'y = x + 2\nz = 3 * y ** 2\nout = jnp.mean(z)',
      inputs: {
        x: [
          [1, 1],
          [1, 1],
        ],
      },
      outputs: ['out', 'z'],
      gradients: [{ of: 'out', wrt: ['x', 'y'] }],
    },
  },
  {
    name: 'accumulate',
    summary: 'Add the gradient to what has been gathered so far',
    body: {
      program: 'loss = jnp.sum(w * x)',
      inputs: { w: [1, 2], x: [3, 4] },
      gradients: [{ of: 'loss', wrt: ['w'], accumulate: { w: [10, 10] } }],
    },
  },
  {
    name: 'batched',
    summary: 'Several cotangents at once, along a leading axis',
    body: {
      program: 'y = x * x',
      inputs: { x: [1, 2] },
      outputs: [],
      gradients: [
        {
          of: 'y',
          wrt: ['x'],
          cotangent: [
            [1, 0],
            [0, 1],
          ],
          batched: true,
        },
      ],
    },
  },
  {
    name: 'per_example',
    summary: 'Per-example gradients: the whole request mapped over the leading axis of x and y',
    body: {
      program: 'loss = (x @ w - y) ** 2',
      inputs: {
        x: [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        y: [1, 0, 2],
        w: [0.5, -0.25],
      },
      batch: { inputs: ['x', 'y'] },
      gradients: [{ of: 'loss', wrt: ['w'] }],
    },
  },
  {
    name: 'jvp',
    summary: 'A Jacobian-vector product, in forward mode',
    body: {
      program: 'y = x * x\nz = jnp.sum(y)',
      inputs: { x: [1, 2, 3] },
      jvps: [{ of: ['y', 'z'], tangents: { x: [1, 0, 0] } }],
    },
  },
  {
    name: 'jacobian',
    summary: 'A full Jacobian',
    body: {
      program: 'y = jnp.stack([x[0] * x[1], x[0] + x[1]])',
      inputs: { x: [3, 4] },
      jacobians: [{ of: 'y', wrt: ['x'] }],
    },
  },
  {
    name: 'hessian',
    summary: 'Rosenbrock: value, gradient and Hessian in one request',
    body: {
      program: 'f = 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2',
      inputs: { x: [1, 1] },
      gradients: [{ of: 'f', wrt: ['x'] }],
      hessians: [{ of: 'f', wrt: ['x'] }],
    },
  },
  {
    name: 'sparse_jacobian',
    summary: 'A sparse Jacobian: three colours, so three products, however many columns there are',
    body: {
      program: 'y = x.at[1:].add(-(x[:-1] ** 2))',
      inputs: { x: [1, 2, 3, 4, 5] },
      jacobians: [{ of: 'y', wrt: ['x'], sparse: true }],
    },
  },
  {
    name: 'sparse_hessian',
    summary: 'A sparse Hessian, as compressed rows',
    body: {
      program: 'f = jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)',
      inputs: { x: [1, 1, 1, 1] },
      hessians: [{ of: 'f', wrt: ['x'], sparse: 'csr' }],
    },
  },
  {
    name: 'hvp',
    summary: 'A Hessian-vector product, without the Hessian',
    body: {
      program: 'f = jnp.sum(x ** 3)',
      inputs: { x: [1, 2, 3] },
      hvps: [{ of: 'f', vectors: { x: [1, 1, 1] } }],
    },
  },
  {
    name: 'graph',
    summary: 'The computation as JSON nodes',
    body: {
      graph: {
        inputs: [{ name: 'x', dtype: 'float64', shape: [2, 5] }],
        nodes: [
          { name: 'xt', op: 'matrix_transpose', inputs: ['x'] },
          { name: 'g', op: 'matmul', inputs: ['xt', 'x'] },
          { name: 'y', op: 'multiply', inputs: ['g', 2] },
        ],
        outputs: ['y'],
      },
      inputs: {
        x: [
          [0, 1, 2, 3, 4],
          [5, 6, 7, 8, 9],
        ],
      },
      outputs: [],
      gradients: [{ of: 'y', wrt: ['x'] }],
    },
  },
  {
    name: 'detach',
    summary: 'A path that is held constant',
    body: {
      program: 'y = x * x\nz = jax.lax.stop_gradient(y) * x',
      inputs: { x: [1, 2, 3] },
      gradients: [{ of: 'z', wrt: ['x'] }],
    },
  },
  {
    name: 'train',
    summary: 'Dropout in train mode; the seed decides what is dropped, on every machine',
    body: {
      program: 'y = dropout(x, rate=0.5)',
      inputs: { x: [1, 2, 3, 4] },
      mode: 'train',
      seed: 7,
      gradients: [{ of: 'y', wrt: ['x'], cotangent: [1, 1, 1, 1] }],
    },
  },
  {
    name: 'base64',
    summary: 'Tensors as bytes, in and out',
    body: {
      program: 'y = jnp.sum(x * x)',
      inputs: { x: { dtype: 'float32', shape: [2], base64: 'AACAPwAAAEA=' } },
      gradients: [{ of: 'y', wrt: ['x'] }],
      encoding: 'base64',
    },
  },
  {
    name: 'certified',
    summary: 'A gradient with a certificate: held against differences, and one mode against the other',
    body: {
      program: 'loss = jnp.sum(x ** 3)',
      inputs: { x: [0.5, 2] },
      gradients: [{ of: 'loss', wrt: ['x'] }],
      certify: true,
    },
  },
  {
    name: 'shape_mismatch',
    summary: 'Shapes that do not fit: the place, and what was found there',
    body: {
      program: 'y = x @ w',
      inputs: {
        x: [[1, 2, 3]],
        w: [
          [1, 2],
          [3, 4],
        ],
      },
    },
  },
  {
    name: 'unknown_op',
    summary: 'A mistyped op in a graph',
    body: { graph: { nodes: [{ name: 'y', op: 'tahn', inputs: ['x'] }] }, inputs: { x: 1 } },
  },
  {
    name: 'unknown_field',
    summary: 'A mistyped field',
    body: { program: 'y = x * x', inputs: { x: 1 }, gradient: [{ of: 'y', wrt: ['x'] }] },
  },
  {
    name: 'unknown_model',
    summary: 'A model that is not registered',
    body: { model: 'mnist', inputs: { x: 1 } },
  },
];

export const checkExamples: readonly Example[] = [
  {
    name: 'gradient',
    summary: 'A gradient, checked',
    body: {
      program: 'loss = jnp.sum(x ** 2) * x[0]',
      inputs: { x: [1, 2, 3] },
      gradients: [{ of: 'loss', wrt: ['x'] }],
    },
  },
  {
    name: 'kink',
    summary: 'A kink: the derivative given is one of many',
    body: { program: 'y = jnp.sum(jnp.abs(x))', inputs: { x: [2, 0, -1] } },
  },
  {
    name: 'unknown_name',
    summary: 'A derivative of something that is not there',
    body: { program: 'loss = x * x', inputs: { x: 3 }, gradients: [{ of: 'los', wrt: ['x'] }] },
  },
];

export const explainExamples: readonly Example[] = [
  {
    name: 'data',
    summary: 'The typed graph and its derivative, as data',
    body: {
      program: 'y = jnp.sum(jnp.tanh(x))',
      inputs: { x: [1, 2, 3] },
      gradients: [{ of: 'y', wrt: ['x'] }],
    },
  },
  {
    name: 'text',
    summary: 'The plan as text',
    body: {
      program: 'y = jnp.sum(jnp.tanh(x))',
      inputs: { x: [1, 2, 3] },
      gradients: [{ of: 'y', wrt: ['x'] }],
      format: 'text',
    },
  },
  {
    name: 'dot',
    summary: 'The plan for Graphviz',
    body: { program: 'y = x * x', inputs: { x: 3 }, gradients: [{ of: 'y', wrt: ['x'] }], format: 'dot' },
  },
  {
    name: 'svg',
    summary: 'The plan as a picture',
    body: { program: 'y = x * x', inputs: { x: 3 }, gradients: [{ of: 'y', wrt: ['x'] }], format: 'svg' },
  },
  {
    name: 'pattern',
    summary: 'The pattern of a sparse Hessian, and how many colours its columns need',
    body: {
      program: 'f = jnp.sum((x[1:] - x[:-1] ** 2) ** 2)',
      inputs: { x: [0, 1, 2, 3, 4, 5, 6, 7] },
      hessians: [{ of: 'f', wrt: ['x'], sparse: true }],
    },
  },
  {
    name: 'unknown_name',
    summary: 'A derivative of something that is not there',
    body: { program: 'loss = x * x', inputs: { x: 3 }, gradients: [{ of: 'los', wrt: ['x'] }] },
  },
  {
    name: 'unknown_format',
    summary: 'A form that is not offered',
    body: { program: 'y = x * x', inputs: { x: 3 }, format: 'png' },
  },
  {
    name: 'unknown_model',
    summary: 'A model that is not registered',
    body: { model: 'mnist', inputs: { x: 1 } },
  },
];
