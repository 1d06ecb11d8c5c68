// ba: bundle adjustment, with the sparse Jacobian of all errors by cameras, points and weights.

import type { EvalFunctions } from '../eval.ts';
import { program } from '../eval.ts';
import type { ComputeRequest } from '../service.ts';
import { elements, float64, int32 } from '../service.ts';

interface Input {
  /** Cameras, points, observations: all alike, and not to be taken advantage of. */
  readonly n: number;
  readonly m: number;
  readonly p: number;
  readonly cam: readonly number[];
  readonly x: readonly number[];
  readonly w: number;
  readonly feat: readonly number[];
}

const cameraParameters = 11;

function adjustment({ n, m, p, cam, x, w, feat }: Input): ComputeRequest {
  const observations = Array.from({ length: p }, (_, i) => [i % n, i % m]);
  return {
    program: program('ba', { n, m, p }),
    inputs: {
      cams: float64([n, cameraParameters], repeated(cam, n)),
      X: float64([m, 3], repeated(x, m)),
      w: float64([p], repeated([w], p)),
      obs: int32([p, 2], observations.flat()),
      feats: float64([p, 2], repeated(feat, p)),
    },
  };
}

const repeated = (row: readonly number[], times: number): number[] => Array.from({ length: times }, () => row).flat();

/** What GradBench compares of a long list: the first 30 elements and the last. */
const ends = (list: Float64Array | Int32Array): number[] => [...list.subarray(0, 30), list[list.length - 1]];

export const functions: EvalFunctions<Input> = {
  objective: {
    request: (input) => ({ ...adjustment(input), outputs: ['reproj_err', 'w_err'] }),
    output: ({ outputs }, { p }) => ({
      reproj_error: { elements: [...elements(outputs['reproj_err']).subarray(0, 2)], repeated: p },
      w_err: { element: elements(outputs['w_err'])[0], repeated: p },
    }),
  },
  jacobian: {
    request: (input) => ({ ...adjustment(input), outputs: ['rows', 'cols', 'vals'] }),
    output: ({ outputs }) =>
      Object.fromEntries(['rows', 'cols', 'vals'].map((name) => [name, ends(elements(outputs[name]))])),
  },
};
