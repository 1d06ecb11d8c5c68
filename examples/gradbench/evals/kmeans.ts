// kmeans: the cost of a clustering, and the direction of Newton's method.

import type { EvalFunctions } from '../eval.ts';
import { program } from '../eval.ts';
import type { ComputeRequest, Nested } from '../service.ts';
import { float64, nested, scalar } from '../service.ts';

interface Input {
  readonly points: readonly (readonly number[])[];
  readonly centroids: readonly (readonly number[])[];
}

const clustering = ({ points, centroids }: Input): ComputeRequest => ({
  program: program('kmeans'),
  inputs: { points: matrix(points), centroids: matrix(centroids) },
});

const matrix = (rows: readonly (readonly number[])[]) => float64([rows.length, rows[0].length], rows);

export const functions: EvalFunctions<Input> = {
  cost: {
    request: (input) => ({ ...clustering(input), outputs: ['cost'] }),
    output: ({ outputs }) => scalar(outputs['cost']),
  },
  dir: {
    request: (input) => ({ ...clustering(input), outputs: ['direction'] }),
    output: ({ outputs }): Nested => nested(outputs['direction']),
  },
};
