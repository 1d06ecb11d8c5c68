// A function has no slope where it has no value: NaN, in both modes, for every op of one array in the catalogue.

import { expect, test } from 'vitest';
import { catalogue } from '../../engine/index.ts';
import { plain, run } from '../engine/requests.ts';
import { same } from './points.ts';

const unary = catalogue().filter(
  (op) =>
    ['elementwise', 'activation', 'special'].includes(op.family) &&
    op.operands.length === 1 &&
    op.name !== 'glu' &&
    op.differentiable === 'yes' &&
    op.attributes.every((a) => a.default !== undefined),
);

const places = [
  -Infinity,
  -1e300,
  -1000,
  -2.5,
  -2,
  -1,
  -0.5,
  -1e-300,
  -0,
  0,
  1e-300,
  0.5,
  1,
  2,
  2.5,
  1000,
  1e300,
  Infinity,
];

/** What has a value, if an infinite one, and no slope: two-sided poles, and the outside of a concave function. */
const exceptions: ReadonlyMap<string, readonly number[]> = new Map([
  ['lgamma', [-1e300, -1000, -2, -1, 0]],
  ['gamma_fn', [0]],
  ['trigamma', [-1e300, -1000, -2, -1, 0]],
  ['entr', [-1e300, -1000, -2.5, -2, -1, -0.5, -1e-300]],
]);

test.each(unary.map((op) => op.name))('%s', (op) => {
  const { outputs, gradients, jvps } = run({
    graph: { nodes: [{ name: 'y', op, inputs: ['x'] }] },
    inputs: { x: places.map((u) => (u - u === 0 ? u : String(u))) },
    outputs: ['y'],
    gradients: [{ of: 'y', wrt: ['x'], cotangent: places.map(() => 0.75) }],
    jvps: [{ of: ['y'], tangents: { x: places.map(() => 0.75) } }],
  });
  const [value, slope, push] = [outputs['y'], gradients[0].wrt['x'], jvps[0].of['y']].map((t) => plain(t) as number[]);
  if (!same(push, slope)) expect(push).toEqual(slope);
  const invented = places.filter((_u, i) => Number.isNaN(value[i]) && !Number.isNaN(slope[i]));
  expect(invented, 'a slope where there is no value').toEqual([]);
  const lost = places.filter((u, i) => u - u === 0 && !Number.isNaN(value[i]) && Number.isNaN(slope[i]));
  expect(new Set(lost.map((u) => u + 0)), 'a value, and no slope').toEqual(new Set(exceptions.get(op) ?? []));
});
