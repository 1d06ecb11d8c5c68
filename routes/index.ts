// Every endpoint there is.

import type { Endpoint } from './endpoint.ts';
import { check } from './native/check.ts';
import { compute } from './native/compute.ts';
import { getProblem, openapiJson, openapiYaml, root } from './native/contract.ts';
import { explain } from './native/explain.ts';
import { liveness, readiness } from './native/health.ts';
import { getLimits } from './native/limits.ts';
import { metrics } from './native/metrics.ts';
import { getOp, listOps } from './native/ops.ts';

export const endpoints: readonly Endpoint[] = [
  compute,
  explain,
  check,
  listOps,
  getOp,
  getLimits,
  liveness,
  readiness,
  metrics,
  openapiYaml,
  openapiJson,
  getProblem,
  root,
];
