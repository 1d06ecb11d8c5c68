// Indexing: negatives wrap once, out of bounds is an error with the index, reads add up, the last write wins.

import { describe, expect, test } from 'vitest';
import type { WireTensor } from '../../engine/index.ts';
import { plain, refused, run } from '../engine/requests.ts';
import type { Point } from './points.ts';
import { expectPoint, titled } from './points.ts';

const { NaN: nan } = Number;

const points: readonly Point[] = [
  {
    of: 'x[jnp.array([-1])]',
    at: { x: [1, 2] },
    value: [2],
    slopes: { x: [0, 1] },
    push: [1],
    recorded: 'take neg',
    as: 'both',
  },
  {
    of: 'jnp.take(x, jnp.array([0, 0, 1]))',
    at: { x: [1, 2] },
    value: [1, 1, 2],
    slopes: { x: [2, 1] },
    push: [1, 1, 1],
    recorded: 'take dup',
    as: 'both',
  },
  {
    of: 'x.at[jnp.array([0, 0])].set(v)',
    at: { x: [1, 2], v: [10, 20] },
    value: [20, 2],
    slopes: { x: [0, 1], v: [0, 1] },
    push: [1, 1],
    recorded: 'scatter set dup',
    as: 'jax',
    note: 'torch gives a gradient to what was overwritten, and fails its own gradcheck',
  },
  {
    of: 'x.at[jnp.array([0, 0])].add(v)',
    at: { x: [1, 2], v: [10, 20] },
    value: [31, 2],
    slopes: { x: [1, 1], v: [1, 1] },
    push: [3, 1],
    recorded: 'scatter add dup',
    as: 'both',
  },
  {
    of: 'x.at[jnp.array([0, -2])].set(v)',
    at: { x: [1, 2], v: [10, 20] },
    value: [20, 2],
    slopes: { x: [0, 1], v: [0, 1] },
    push: [1, 1],
    note: '0 and -2 are the same place',
  },
  { of: 'x.at[0].set(v)', at: { x: [1, 2], v: 9 }, value: [9, 2], slopes: { x: [0, 1], v: 1 }, push: [1, 1] },
  {
    of: 'x.at[jnp.array([0, 0])].multiply(v)',
    at: { x: [2, 3], v: [5, 7] },
    value: [70, 3],
    slopes: { x: [35, 1], v: [14, 10] },
    push: [59, 1],
  },
  {
    of: 'x[jnp.array([True, False])]',
    at: { x: [1, 2] },
    value: [1],
    slopes: { x: [1, 0] },
    push: [1],
    note: 'a mask that is known',
  },
  {
    of: 'x[::-1]',
    at: { x: [1, 2, 3] },
    value: [3, 2, 1],
    slopes: { x: [3, 2, 1] },
    push: [1, 1, 1],
    cotangent: [1, 2, 3],
  },
  {
    of: 'x[5:]',
    at: { x: [1, 2] },
    value: [],
    slopes: { x: [0, 0] },
    push: [],
    note: 'a slice is cut at the ends, as in Python',
  },
  { of: 'x[-5:1]', at: { x: [1, 2] }, value: [1], slopes: { x: [1, 0] }, push: [1] },
  {
    of: 'jnp.take(x, jnp.array([5, -7]), mode="clip")',
    at: { x: [1, 2] },
    value: [2, 1],
    slopes: { x: [1, 1] },
    push: [1, 1],
  },
  {
    of: 'jnp.take(x, jnp.array([5, -7]), mode="wrap")',
    at: { x: [1, 2] },
    value: [2, 2],
    slopes: { x: [0, 2] },
    push: [1, 1],
  },
  {
    of: 'jnp.take(x, jnp.array([5, 0]), mode="fill")',
    at: { x: [1, 2] },
    value: [nan, 1],
    slopes: { x: [1, 0] },
    push: [0, 1],
    note: 'forward and reverse agree: JAX differs',
  },
  {
    of: 'jnp.take_along_axis(x, jnp.argsort(x), 0)',
    at: { x: [2, 1, 1] },
    value: [1, 1, 2],
    slopes: { x: [3, 1, 2] },
    push: [1, 1, 1],
    cotangent: [1, 2, 3],
  },
  {
    of: 'x[jnp.argmax(x)]',
    at: { x: [1, 3, 3] },
    value: 3,
    slopes: { x: [0, 1, 0] },
    push: 1,
    note: 'the first of a tie',
  },
  { of: 'x[jnp.argmax(x)]', at: { x: [1, nan, 3] }, value: nan, slopes: { x: [0, 1, 0] }, push: 1, note: 'NaN wins' },
];

test.each(titled(points))('%s', (_title, point) => expectPoint(point));

describe('out of bounds', () => {
  const inputs: Record<string, WireTensor> = {
    x: [1, 2],
    i: { dtype: 'int32', data: [0, 5] },
    low: { dtype: 'int32', data: [-3] },
  };
  test.each([
    ['x[5]', 'Index 5 is out of bounds for axis 0 of size 2'],
    ['x[-3]', 'Index -3 is out of bounds'],
    ['x[i]', 'Index 5 is out of bounds for axis 0 of size 2'],
    ['x[low]', 'Index -3 is out of bounds'],
    ['jnp.take(x, i)', 'Index 5 is out of bounds'],
    ['jnp.take_along_axis(x, i, 0)', '5'],
    ['x.at[5].set(1)', 'Index 5 is out of bounds'],
    ['x.at[i].set(1)', 'Index 5 is out of bounds'],
    ['x.at[i].add(1)', 'Index 5 is out of bounds'],
  ])('%s is an error that names the index', (y, message) => {
    const error = refused({ program: `y = ${y}`, inputs, outputs: ['y'] });
    expect(error.code).toBe('E_INDEX_OUT_OF_BOUNDS');
    expect(error.message).toContain(message);
    expect(error.issues[0]).toMatchObject({ line: 1 });
  });

  test.each([
    ['x[0, 0]', 'more entries than axes'],
    ['x[1.0]', 'a float'],
    ['x[x]', 'a float array'],
    ['x[x > 1]', 'a mask that depends on data: the shape would too'],
    ['x.at[x > 1].set(0)', 'likewise'],
  ])('%s is no index: %s', (y) => {
    expect(refused({ program: `y = ${y}`, inputs, outputs: ['y'] }).code).toMatch(/^E_(INDEX|DTYPE)$/);
  });

  test('an index that is data is checked at every run', () => {
    const request = (i: number[]) => ({
      program: 'y = x[i]',
      inputs: { x: [1, 2], i: { dtype: 'int32' as const, data: i } },
    });
    expect(plain(run(request([1, -2])).outputs['y'])).toEqual([2, 1]);
    expect(refused(request([1, 2])).code).toBe('E_INDEX_OUT_OF_BOUNDS');
  });
});

test.each<[string, WireTensor, unknown]>([
  ['jnp.argmax(x)', [1, 3, 3], 1n],
  ['jnp.argmin(x)', [1, 0, 0], 1n],
  ['jnp.argmax(x)', [1, 'NaN', 3, 'NaN'], 1n],
  ['jnp.argmin(x)', [1, 'NaN', 3], 1n],
  ['jnp.argsort(x)', [2, 1, 1, 'NaN', 0], [4n, 1n, 2n, 0n, 3n]],
  ['jax.lax.top_k(x, 2)[1]', [1, 1, 1], [0n, 1n]],
  ['jnp.searchsorted(x, 2.0)', [1, 2, 2, 3], 1n],
  ['jnp.searchsorted(x, 2.0, side="right")', [1, 2, 2, 3], 3n],
])('%s of %j is %s', (y, x, wanted) => {
  expect(plain(run({ program: `y = ${y}`, inputs: { x } }).outputs['y'])).toEqual(wanted);
});
