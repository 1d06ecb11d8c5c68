// MXNet's and PyTorch's autograd tutorials as requests, with the numbers PyTorch gives: recorded by record_tutorials.py.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compute } from '../../engine/index.ts';
import type { ComputeRequest, ComputeResponse, Tensor } from '../../engine/index.ts';
import { context } from './context.ts';

type Nested = number | readonly Nested[];
type Named = Readonly<Record<string, Nested>>;

interface Case {
  readonly name: string;
  readonly request: ComputeRequest;
  readonly answer: {
    readonly outputs?: Named;
    readonly gradients?: readonly Named[];
    readonly jvps?: readonly Named[];
    readonly jacobians?: readonly Named[];
    readonly hessians?: readonly Readonly<Record<string, Named>>[];
    readonly hvps?: readonly Named[];
  };
}

const cases = JSON.parse(readFileSync(new URL('tutorials.json', import.meta.url), 'utf8')) as Case[];

const flatten = (x: Nested): readonly number[] => (typeof x === 'number' ? [x] : x.flatMap(flatten));
const shapeOf = (x: Nested): number[] => (typeof x === 'number' ? [] : [x.length, ...shapeOf(x[0])]);

function expectAll(found: Readonly<Record<string, Tensor>>, wanted: Named): void {
  for (const [name, numbers] of Object.entries(wanted)) {
    expect(found[name].shape, name).toEqual(shapeOf(numbers));
    flatten(numbers).forEach((x, i) => {
      expect(Math.abs(Number(found[name].data[i]) - x), name).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(x)));
    });
  }
}

test.each(cases.map((c) => [c.name, c] as const))('%s', (_name, { request, answer }) => {
  const response: ComputeResponse = compute(request, context);
  expectAll(response.outputs, answer.outputs ?? {});
  answer.gradients?.forEach((wrt, i) => expectAll(response.gradients[i].wrt, wrt));
  answer.jvps?.forEach((of, i) => expectAll(response.jvps[i].of, of));
  answer.jacobians?.forEach((wrt, i) => expectAll(response.jacobians[i].wrt, wrt));
  answer.hvps?.forEach((wrt, i) => expectAll(response.hvps[i].wrt, wrt));
  answer.hessians?.forEach((rows, i) => {
    for (const [name, blocks] of Object.entries(rows)) expectAll(response.hessians[i].wrt[name], blocks);
  });
});
