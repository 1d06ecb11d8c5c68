// ht: hand tracking, the distances of points from a hand model, and their Jacobian.

import type { EvalFunctions } from '../eval.ts';
import { program } from '../eval.ts';
import type { ComputeRequest } from '../service.ts';
import { elements, float64, int32 } from '../service.ts';

type Matrix = readonly (readonly number[])[];

interface Input {
  readonly theta: readonly number[];
  readonly data: {
    readonly model: {
      readonly parents: readonly number[];
      readonly base_relatives: readonly Matrix[];
      readonly inverse_base_absolutes: readonly Matrix[];
      readonly base_positions: Matrix;
      readonly weights: Matrix;
      readonly triangles: Matrix;
      readonly is_mirrored: boolean;
    };
    readonly correspondences: readonly number[];
    readonly points: Matrix;
  };
  /** Barycentric coordinates; none where points are held against vertices. */
  readonly us: Matrix;
}

const matrix = (rows: Matrix) => float64([rows.length, rows[0].length], rows);
const matrices = (list: readonly Matrix[]) => float64([list.length, list[0].length, list[0][0].length], list);

function hand({ theta, data: { model, correspondences, points }, us }: Input): ComputeRequest {
  const { parents, triangles, is_mirrored } = model;
  const triangular = us.length > 0;
  return {
    program: program('ht', { parents, triangular: Number(triangular) }),
    inputs: {
      theta: float64([theta.length], theta),
      points: matrix(points),
      correspondences: int32([correspondences.length], correspondences),
      base_relatives: matrices(model.base_relatives),
      inverse_base_absolutes: matrices(model.inverse_base_absolutes),
      base_positions: matrix(model.base_positions),
      weights: matrix(model.weights),
      mirror: float64([3], [is_mirrored ? -1 : 1, 1, 1]),
      ...(triangular && { triangles: int32([triangles.length, 3], triangles.flat()), us: matrix(us) }),
    },
  };
}

/** Each point's two coordinates move that point alone: one tangent for all first ones, one for all second ones. */
const directions = (points: number) =>
  float64(
    [2, points, 2],
    [0, 1].map((k) => Array.from({ length: points }, () => [1 - k, k])),
  );

export const functions: EvalFunctions<Input> = {
  objective: {
    request: (input) => ({ ...hand(input), outputs: ['errors'] }),
    output: ({ outputs }) => [...elements(outputs['errors'])],
  },
  jacobian: {
    request: (input) => ({
      ...hand(input),
      outputs: [],
      jacobians: [{ of: 'errors', wrt: ['theta'], mode: 'forward' }],
      ...(input.us.length > 0 && {
        jvps: [{ of: ['errors'], tangents: { us: directions(input.us.length) }, batched: true }],
      }),
    }),
    /** A row for each coordinate of each point: the derivatives by its us, then by theta. */
    output({ jacobians: [{ wrt }], jvps: [jvp] }, { theta }) {
      const byTheta = elements(wrt['theta']);
      const byUs = jvp === undefined ? new Float64Array(0) : elements(jvp.of['errors']);
      const [rows, n] = [byTheta.length / theta.length, theta.length];
      return Array.from({ length: rows }, (_, row) => [
        ...(jvp === undefined ? [] : [byUs[row], byUs[rows + row]]),
        ...byTheta.subarray(row * n, (row + 1) * n),
      ]);
    },
  },
};
