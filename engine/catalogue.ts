// The catalogue of ops as data: what GET /v1/ops and the documentation show.

import { signature } from './ir/builder.ts';
import { ops } from './ops/index.ts';
import type { AttrValue, Op, ParamKind } from './op.ts';

export interface OpDescription {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly family: string;
  /** `sum(x, axis=None, *, keepdims=False)` */
  readonly signature: string;
  readonly text: string;
  readonly math?: string;
  readonly source?: string;
  readonly operands: readonly { readonly name: string; readonly optional: boolean; readonly list: boolean }[];
  readonly attributes: readonly {
    readonly name: string;
    readonly kind: ParamKind;
    readonly default?: AttrValue;
    readonly values?: readonly string[];
    readonly text?: string;
  }[];
  readonly results: number | readonly string[] | 'list';
  readonly differentiable: Op['differentiable'];
}

/** Every op a user may name, in alphabetical order. */
export function catalogue(): OpDescription[] {
  return ops
    .filter((op) => op.internal !== true)
    .map(describe)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function describe(op: Op): OpDescription {
  const operands = op.params.filter((p) => p.kind === 'tensor' || p.kind === 'tensors');
  const attributes = op.params.filter((p) => !operands.includes(p));
  return {
    name: op.name,
    aliases: op.aliases ?? [],
    family: op.family,
    signature: signature(op),
    text: op.doc.text,
    math: op.doc.math,
    source: op.doc.source,
    operands: operands.map((p) => ({ name: p.name, optional: p.default !== undefined, list: p.kind === 'tensors' })),
    attributes: attributes.map((p) => ({
      name: p.name,
      kind: p.kind,
      default: p.default,
      values: p.values,
      text: p.doc,
    })),
    results: op.results ?? 1,
    differentiable: op.differentiable,
  };
}
