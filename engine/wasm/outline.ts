// Functions of very long bodies: what is long in itself stands once in the module and is called, not written out each time.

import type { FunctionRef, Module } from './assembler.ts';
import type { Surroundings } from './body.ts';
import { Body, emitBody, widthOf } from './body.ts';
import type { Kind, Lower, Vec } from './lanes.ts';
import { shared } from './shared.ts';
import { lanesOf } from './vocabulary.ts';

/** Instructions that are written out all the same: a call and its operands are about as many. */
const shortest = 8;

/** A lowering's value on operands of its own kind, as a call where it is long. `name` says which lowering it is. */
export function called(
  module: Module,
  body: Body,
  name: string,
  lower: Lower,
  xs: readonly Vec[],
  fused: boolean,
): Vec {
  const { kind } = xs[0];
  const of = shared(module, { body: name, kind }, () => {
    const own = new Body();
    const params = xs.map((_, source) => own.add({ op: 'load', kind, args: [], source }));
    own.store(0, lower(lanesOf(own, kind, fused), ...params));
    return own;
  });
  if (of.instrs.length < shortest || of.instrs.at(-1)!.kind !== kind) return lower(lanesOf(body, kind, fused), ...xs);
  return body.add({ op: 'call', kind, args: xs.map((x) => x.id), name, of });
}

/** The function of a call: of one vector for each operand, to one. */
export const functionOf = (
  module: Module,
  name: string,
  of: Body,
  kind: Kind,
  arity: number,
  around: Pick<Surroundings, 'constant' | 'scalar' | 'power' | 'call'>,
): FunctionRef =>
  shared(module, { call: name, kind }, () =>
    module.function(
      Array.from({ length: arity }, () => 'v128' as const),
      ['v128'],
      (code) =>
        emitBody(code, of, 128 / widthOf(kind), {
          ...around,
          load: (to, source) => to.get(to.param(source)),
          store: (to, _target, _kind, _part, _count, value) => to.get(value),
        }),
    ),
  );
