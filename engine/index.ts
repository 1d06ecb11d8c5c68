// The engine's only door: pure, without Node, clock or environment.

import { encodeJson } from './codec/encode.ts';
import type { Encoding } from './codec/encode.ts';
import { certify, check } from './check/check.ts';
import { compute, computeJson } from './compute.ts';
import { catalogue as errorCatalogue, EngineError } from './errors.ts';
import { explain } from './explain.ts';
import { catalogue } from './catalogue.ts';

export { createPlanCache } from './plans.ts';
export type { PlanCounts } from './plans.ts';
export { catalogue, certify, check, compute, computeJson, EngineError, errorCatalogue, explain };
export type { Encoding };
export { putTensors, takeTensors } from './codec/take.ts';
export type { Place } from './codec/take.ts';
export { createMachine } from './run/machine.ts';
export { nearest } from './suggest.ts';
export type { ErrorCode, ErrorKind, Issue } from './errors.ts';
export type * from './request.ts';
export type { Tensor } from './ir/tensor.ts';
export type { SparseTensor } from './sparse/layout.ts';
export { instantiate, scalarFunction } from './compile.ts';
export { bytesOfCode } from './run/execute.ts';
export type { PlanCode } from './run/execute.ts';
export type { Machine } from './run/machine.ts';
export type { CodeShare } from './run/share.ts';
export type { Kernel, Team } from './run/team.ts';
export { checkPairs, hasFusedMultiplyAdd } from './wasm/pair-check.ts';
export type { Optimizer } from './wasm/pair-check.ts';

/** UTF-8 JSON of an answer; tensors stand in it as the contract writes them. */
export const encode = (value: unknown, encoding: Encoding = 'json'): Uint8Array => encodeJson(value, encoding);
