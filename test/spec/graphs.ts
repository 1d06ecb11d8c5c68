// What the tests of posted graphs share: requests from nodes, and what they are refused with.

import type { ComputeRequest, ComputeResponse, ErrorCode, Issue } from '../../engine/index.ts';
import { plain, refused, run } from '../engine/requests.ts';

/** A node as a client may write it, right or wrong. */
export type AnyNode = unknown;

export const inputs = {
  x: [
    [1, 2, 3],
    [4, 5, 6],
  ],
  v: [1, 2],
};

export const graphOf = (
  nodes: readonly AnyNode[],
  outputs?: readonly unknown[],
): NonNullable<ComputeRequest['graph']> =>
  ({ nodes, ...(outputs === undefined ? {} : { outputs }) }) as NonNullable<ComputeRequest['graph']>;

export const runNodes = (
  nodes: readonly AnyNode[],
  outputs?: readonly string[],
  more: ComputeRequest = {},
): ComputeResponse => run({ inputs, ...more, graph: graphOf(nodes, outputs) });

/** The outputs of a graph as nested numbers. */
export const valuesOf = (nodes: readonly AnyNode[], outputs?: readonly string[], more: ComputeRequest = {}): unknown =>
  Object.fromEntries(Object.entries(runNodes(nodes, outputs, more).outputs).map(([name, t]) => [name, plain(t)]));

export interface Refusal {
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];
}

export function refusalOf(nodes: readonly AnyNode[], outputs?: readonly unknown[], more: ComputeRequest = {}): Refusal {
  const { code, issues } = refused({ inputs, ...more, graph: graphOf(nodes, outputs) });
  return { code, issues };
}
