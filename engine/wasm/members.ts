// A node's element as lanes: its op's lowering on the operands' lanes, masks and bytes brought to their form.

import { isFloat } from '../ir/aval.ts';
import type { Member } from '../optimize/fuse.ts';
import type { Module } from './assembler.ts';
import type { Body } from './body.ts';
import { widthOf } from './body.ts';
import { convert, kindOf, maskAs, wrapByte } from './convert.ts';
import type { Kind, Vec } from './lanes.ts';
import { called } from './outline.ts';
import { lanesOf } from './vocabulary.ts';

/** The name of an op's scalar function, its attributes included. */
const scalarName = (op: string, attrs: object): string =>
  Object.keys(attrs).length === 0 ? op : `${op} ${JSON.stringify(attrs)}`;

/** The value of a map or row, from those of its operands; by calls of the module's functions where one is given. */
export function memberValue(
  body: Body,
  member: Pick<Member, 'node' | 'copy'>,
  operands: readonly Vec[],
  fused: boolean,
  module?: Module,
): Vec {
  const { node, copy } = member;
  if (copy) return operands[0];
  const primitive = node.op.primitive!;
  const from = node.inputs[node.inputs.length - 1].aval.dtype;
  const to = node.outputs[0].aval.dtype;
  if (primitive.converts === true) return convert(body, operands[0], from, to);
  const kind = from === 'bool' ? maskKind(operands) : kindOf[from];
  const v = lanesOf(body, kind, fused);
  const xs = operands.map((x) =>
    x.kind === 'm32' || x.kind === 'm64' ? maskAs(lanesOf(body, x.kind, fused), x, widthOf(kind)) : x,
  );
  const lower = primitive.lower!(node.attrs, from);
  if (lower === undefined) {
    const y = v.scalar(scalarName(node.op.name, node.attrs), ...xs);
    return to === 'bool' ? v.ne(y, v.const(0)) : y;
  }
  if (module !== undefined && isFloat(from) && to === from && xs.every((x) => x.kind === kind)) {
    return called(module, body, scalarName(node.op.name, node.attrs), lower, xs, fused);
  }
  const y = lower(v, ...xs);
  return to === 'uint8' && !isFloat(from) ? wrapByte(v, y, to) : y;
}

/** Masks of different widths meet at the narrower. */
const maskKind = (xs: readonly Vec[]): Kind => (xs.every((x) => x.kind === 'm64') ? 'm64' : 'm32');
