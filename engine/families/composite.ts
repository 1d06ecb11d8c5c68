// Composite ops: defined by a body of other ops, which takes their place in the graph.

import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { Args, Op, Param, Sample } from '../op.ts';

export interface CompositeSpec {
  readonly name: string;
  readonly family: string;
  readonly doc: Op['doc'];
  readonly aliases?: readonly string[];
  readonly params: readonly Param[];
  readonly results?: Op['results'];
  readonly differentiable?: Op['differentiable'];
  /** Builds the result from the bound arguments (every absent one at its default). */
  readonly body: (b: Builder, args: Args) => Value | readonly Value[];
  readonly samples: readonly Sample[];
}

/** An op whose meaning and derivatives are those of its body. */
export const composite = ({ body, ...spec }: CompositeSpec): Op => ({
  ...spec,
  differentiable: spec.differentiable ?? 'yes',
  call: body,
});
