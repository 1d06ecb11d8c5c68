// Loops as nodes: what scan and while_loop share, and the rules by which a loop's derivatives and batches are loops again.

import { sameAval, showAval, strong } from '../ir/aval.ts';
import type { Aval } from '../ir/aval.ts';
import { fail, invariant } from '../errors.ts';
import type { Builder } from '../ir/builder.ts';
import type { Graph, Origin, Value } from '../ir/graph.ts';
import type { Attrs, BatchSite, JvpSite, Total, TransposeSite, Unmapped } from '../op.ts';
import { repeatFirst } from './batching.ts';
import { closeBody, indicesOf, liveInputs, liveOutputs, usedInputs } from './bodies.ts';

/**
 * A loop over a body (turn, consts…, carry…, xs…) → (carry…, ys…). `length` turns, or as many as the value `turns` says
 * when it runs; xs and ys are then stacked. Turn i reads element i of each x and gives element i of each y; in reverse
 * the last turn comes first.
 */
export interface Loop<T = Value> {
  readonly body: Graph;
  readonly length: number | null;
  readonly turns: T | null;
  readonly reverse: boolean;
  readonly consts: readonly T[];
  readonly init: readonly T[];
  readonly xs: readonly T[];
}

/** The index of a turn: int64. */
export const turnAval: Aval = { dtype: 'int64', shape: [] };

const graphAttr = (attrs: Attrs, name: string): Graph => (attrs[name] as { graph: Graph }).graph;

/** A scan node's parts: its inputs' values, types or tensors. */
export function scanOf<T>(inputs: readonly T[], attrs: Attrs): Loop<T> {
  const length = attrs['length'] as number | null;
  const at = length === null ? 1 : 0;
  const consts = at + (attrs['consts'] as number);
  const carry = consts + (attrs['carry'] as number);
  return {
    body: graphAttr(attrs, 'body'),
    length,
    turns: length === null ? inputs[0] : null,
    reverse: attrs['reverse'] as boolean,
    consts: inputs.slice(at, consts),
    init: inputs.slice(consts, carry),
    xs: inputs.slice(carry),
  };
}

/** The parts of a while_loop node; its condition reads (consts…, carry…). */
export interface While<T = Value> {
  readonly condition: Graph;
  readonly conditionConsts: readonly T[];
  /** The body's loop: its length is not known. */
  readonly loop: Loop<T>;
}

export function whileOf<T>(inputs: readonly T[], attrs: Attrs): While<T> {
  const first = attrs['condition_consts'] as number;
  const consts = first + (attrs['consts'] as number);
  return {
    condition: graphAttr(attrs, 'condition'),
    conditionConsts: inputs.slice(0, first),
    loop: {
      body: graphAttr(attrs, 'body'),
      length: null,
      turns: null,
      reverse: false,
      consts: inputs.slice(first, consts),
      init: inputs.slice(consts),
      xs: [],
    },
  };
}

/** One turn's element of what a loop reads, and what all turns make of an element. */
const elementOf = ({ dtype, shape, stacked }: Aval): Aval =>
  stacked === true ? { dtype, shape } : { dtype, shape: shape.slice(1) };
export const stackOf = ({ dtype, shape }: Aval, length: number | null): Aval =>
  length === null ? { dtype, shape, stacked: true } : { dtype, shape: [length, ...shape] };

/** What a loop carries out has the type of what it carries in; it is weak where both are. */
export function carriedAvals(init: readonly Aval[], after: readonly Aval[], name: string): Aval[] {
  return init.map((aval, i) => {
    if (!sameAval(aval, after[i])) {
      fail(
        'E_SHAPE_MISMATCH',
        `${name} carries ${showAval(aval)} into a turn and ${showAval(after[i])} out of it: they must be the same.`,
      );
    }
    return { dtype: aval.dtype, shape: aval.shape, weak: aval.weak === true && after[i].weak === true };
  });
}

export interface Traced {
  readonly carry: readonly Value[];
  readonly ys: readonly Value[];
}

/** Compiled loops count in 32 bits. */
const mostTurns = 2 ** 31 - 2;

type Turn = (turn: Value, carry: readonly Value[], xs: readonly Value[]) => readonly Value[];

/** What a loop is made of before its body is traced. */
export type LoopFrame = Pick<Loop, 'length' | 'turns' | 'reverse' | 'init' | 'xs'> & {
  /** Variables of the body that stand for values from outside. */
  readonly bound?: ReadonlyMap<Value, Value>;
  readonly origin?: Origin;
};

/** A scan whose body is what `turn` makes of its variables: carries first, then ys. */
export function scanOver(b: Builder, frame: LoopFrame, turn: Turn): Traced {
  const { length, turns, reverse, init, xs, bound, origin } = frame;
  if (length !== null && !(Number.isInteger(length) && length >= 0)) {
    fail('E_ATTRIBUTE', `A loop cannot make ${length} turns: their number is a whole one from 0 on.`);
  }
  if (length !== null && length > mostTurns) {
    fail('E_LIMIT', `A loop of ${length} turns is longer than ${mostTurns}, the most there can be.`);
  }
  const at = b.placeholder(turnAval);
  const carry = init.map((x) => b.placeholder(x.aval));
  const elements = xs.map((x) => b.placeholder(elementOf(x.aval)));
  const { result, nodes } = b.isolated(() => turn(at, carry, elements));
  const { graph, captures } = closeBody(b, nodes, result, {
    head: [at],
    tail: [...carry, ...elements],
    bound,
    hoist: true,
  });
  const first = 1 + captures.length + carry.length;
  const used = usedInputs(graph);
  const read = (_x: unknown, i: number): boolean => i < first || used[i];
  const outputs = b.attributed(origin, () =>
    b.emit(
      b.context.ops.get('scan')!,
      [...(turns === null ? [] : [turns]), ...captures, ...init, ...xs.filter((_x, k) => used[first + k])],
      {
        body: { graph: { ...graph, inputs: graph.inputs.filter(read) } },
        length,
        reverse,
        consts: captures.length,
        carry: init.length,
      },
    ),
  );
  return { carry: outputs.slice(0, init.length), ys: outputs.slice(init.length) };
}

export interface WhileFrame {
  readonly init: readonly Value[];
  /** Its turns are segments of a loop: what counts are the turns that loops inside of it make. */
  readonly segments?: true;
  readonly bound?: ReadonlyMap<Value, Value>;
  readonly origin?: Origin;
}

/** A while_loop of what its condition and its turns make of the carry: carry, number of turns, and ys of every turn. */
export function whileOver(
  b: Builder,
  { init, bound, origin, segments }: WhileFrame,
  condition: (carry: readonly Value[]) => Value,
  turn: (turn: Value, carry: readonly Value[]) => readonly Value[],
): Traced & { readonly turns: Value } {
  const close = (head: readonly Value[], trace: (carry: readonly Value[]) => readonly Value[]) => {
    const carry = init.map((x) => b.placeholder(x.aval));
    const { result, nodes } = b.isolated(() => trace(carry));
    return closeBody(b, nodes, result, { head, tail: carry, bound, hoist: true });
  };
  const test = close([], (carry) => [condition(carry)]);
  const at = b.placeholder(turnAval);
  const body = close([at], (carry) => turn(at, carry));
  const outputs = b.attributed(origin, () =>
    b.emit(b.context.ops.get('while_loop')!, [...test.captures, ...body.captures, ...init], {
      condition: { graph: test.graph },
      body: { graph: body.graph },
      condition_consts: test.captures.length,
      consts: body.captures.length,
      ...(segments === true && { segments }),
    }),
  );
  const n = init.length;
  return { carry: outputs.slice(0, n), turns: outputs[n], ys: outputs.slice(n + 1) };
}

/** The body with what each turn carries in among its ys: what a derivative needs of it. */
export const saving = (body: Graph, consts: number, carry: number): Graph => ({
  ...body,
  outputs: [...body.outputs, ...body.inputs.slice(1 + consts, 1 + consts + carry).map((input) => input.value)],
});

// -- derivatives ---------------------------------------------------------------------------------------------------

/**
 * Tangents of a loop's carries and ys, given what each turn carried in: a loop over tangents alone, linear in them, that
 * computes anew what it needs of the turn.
 */
export function tangentsOfLoop(
  b: Builder,
  loop: Loop,
  saved: readonly Value[],
  tangents: JvpSite['tangents'],
): (Value | null)[] {
  const { body, consts, init, xs, length, turns, reverse } = loop;
  const [c, m] = [consts.length, init.length];
  const given = {
    consts: tangents.slice(0, c),
    init: tangents.slice(c, c + m),
    xs: tangents.slice(c + m),
  };
  let carried = given.init.map((t) => t !== null);
  let outputs: boolean[] = [];
  for (let grows = true; grows;) {
    const has = (t: Value | null): boolean => t !== null;
    outputs = liveOutputs(body, [false, ...given.consts.map(has), ...carried, ...given.xs.map(has)]);
    const next = carried.map((l, k) => l || outputs[k]);
    grows = next.some((l, k) => l !== carried[k]);
    carried = next;
  }
  const liveCarry = indicesOf(carried);
  const liveYs = indicesOf(outputs.slice(m));
  const liveXs = indicesOf(given.xs.map((t) => t !== null));
  const bound = new Map<Value, Value>();
  const stand = (x: Value): Value => {
    const variable = b.placeholder(x.aval);
    bound.set(variable, x);
    return variable;
  };
  const constants = consts.map(stand);
  const constantTangents = given.consts.map((t) => (t === null ? null : stand(t)));
  const traced = scanOver(
    b,
    {
      length,
      turns,
      reverse,
      init: liveCarry.map((k) => given.init[k] ?? b.zeros(strong(init[k].aval))),
      xs: [...saved, ...xs, ...liveXs.map((k) => given.xs[k]!)],
      bound,
    },
    (turn, carry, elements) => {
      const [states, read] = [elements.slice(0, m), elements.slice(m, m + xs.length)];
      const { inline, linearize } = b.context.passes;
      const results = inline(b, body, [turn, ...constants, ...states, ...read]);
      const seeds = [
        ...constants.flatMap((value, k) => {
          const tangent = constantTangents[k];
          return tangent === null ? [] : [{ value, tangent }];
        }),
        ...liveCarry.map((k, i) => ({ value: states[k], tangent: carry[i] })),
        ...liveXs.map((k, i) => ({ value: read[k], tangent: elements[m + xs.length + i] })),
      ];
      const found = linearize(b, results, seeds).tangents;
      const wanted = [...liveCarry, ...liveYs.map((k) => m + k)];
      return wanted.map((k) => found[k] ?? b.zeros(strong(results[k].aval)));
    },
  );
  const result = new Array<Value | null>(outputs.length).fill(null);
  liveCarry.forEach((k, i) => (result[k] = traced.carry[i]));
  liveYs.forEach((k, i) => (result[m + k] = traced.ys[i]));
  return result;
}

/** The cotangents of a linear scan's inputs: the loop run the other way, with one more carry for each linear constant. */
export function transposeScan(
  b: Builder,
  { node, cotangents, linear, known }: TransposeSite,
): (Value | Total | null)[] {
  const loop = scanOf(node.inputs, node.attrs);
  const { body, consts, init, xs, length, turns, reverse } = loop;
  const [c, m] = [consts.length, init.length];
  const skip = turns === null ? 0 : 1;
  const isLinear = {
    consts: linear.slice(skip, skip + c),
    xs: linear.slice(skip + c + m),
  };
  const [ctCarry, ctYs] = [cotangents.slice(0, m), cotangents.slice(m)];
  let carried = ctCarry.map((ct) => ct !== null);
  let inputs: boolean[] = [];
  for (let grows = true; grows;) {
    inputs = liveInputs(body, [...carried, ...ctYs.map((ct) => ct !== null)]);
    const next = carried.map((l, k) => l || inputs[1 + c + k]);
    grows = next.some((l, k) => l !== carried[k]);
    carried = next;
  }
  const liveCarry = indicesOf(carried);
  const liveConsts = indicesOf(isLinear.consts.map((l, k) => l && inputs[1 + k]));
  const liveXs = indicesOf(isLinear.xs.map((l, k) => l && inputs[1 + c + m + k]));
  const liveYs = indicesOf(ctYs.map((ct) => ct !== null));
  const plainXs = indicesOf(isLinear.xs.map((l) => !l));
  const bound = new Map<Value, Value>();
  const constants = consts.map((x, k) => {
    const variable = b.placeholder(strong(x.aval));
    if (!isLinear.consts[k]) bound.set(variable, x);
    return variable;
  });
  const traced = scanOver(
    b,
    {
      length,
      turns,
      reverse: !reverse,
      init: [
        ...liveCarry.map((k) => ctCarry[k] ?? b.zeros(strong(init[k].aval))),
        ...liveConsts.map((k) => known(skip + k) ?? b.zeros(strong(consts[k].aval))),
      ],
      xs: [...plainXs.map((k) => xs[k]), ...liveYs.map((k) => ctYs[k]!)],
      bound,
    },
    (turn, carry, elements) => {
      const { inline, transpose } = b.context.passes;
      const states = init.map((x) => b.placeholder(strong(x.aval)));
      const read = xs.map((x) => b.placeholder(elementOf(x.aval)));
      plainXs.forEach((k, i) => (read[k] = elements[i]));
      const start = b.nodes.length;
      const results = inline(b, body, [turn, ...constants, ...states, ...read]);
      const tape = b.nodes.slice(start);
      const cts = new Array<Value | null>(results.length).fill(null);
      liveCarry.forEach((k, i) => (cts[k] = carry[i]));
      liveYs.forEach((k, i) => (cts[m + k] = elements[plainXs.length + i]));
      const variables = [...states, ...liveConsts.map((k) => constants[k]), ...liveXs.map((k) => read[k])];
      // What turns make of constants is added to what those before have made.
      const sums = carry.slice(liveCarry.length);
      const back = transpose(b, tape, variables, results, cts, [
        ...states.map(() => null),
        ...liveConsts.map((_k, i) => sums[i]),
      ]);
      return [
        ...liveCarry.map((k) => back[k] ?? b.zeros(states[k].aval)),
        ...liveConsts.map((_k, i) => back[m + i] ?? sums[i]),
        ...liveXs.map((_k, i) => back[m + liveConsts.length + i] ?? b.zeros(read[liveXs[i]].aval)),
      ];
    },
  );
  const result = new Array<Value | Total | null>(node.inputs.length).fill(null);
  liveCarry.forEach((k, i) => (result[skip + c + k] = traced.carry[i]));
  liveConsts.forEach((k, i) => (result[skip + k] = { total: traced.carry[liveCarry.length + i] }));
  liveXs.forEach((k, i) => (result[skip + c + m + k] = traced.ys[i]));
  return result;
}

/** x + y for what turns of a loop have stacked. */
export function addStacked(b: Builder, x: Value, y: Value): Value {
  const { ys } = scanOver(
    b,
    { length: null, turns: turnsOf(x), reverse: false, init: [], xs: [x, y] },
    (_turn, _carry, [p, q]) => [b.add(p, q)],
  );
  return ys[0];
}

/** How many turns have stacked a value: what the loop that made it counted, or was told. */
function turnsOf({ node }: Value): Value {
  invariant(node !== undefined, 'a stacked value comes from a loop');
  if (node.op.name === 'scan') return node.inputs[0];
  return node.outputs[whileOf(node.inputs, node.attrs).loop.init.length];
}

// -- batches -------------------------------------------------------------------------------------------------------

/** A loop's body over a batch: which carries and ys are mapped, and the body as a turn. */
function batchedTurn(
  b: Builder,
  loop: Loop,
  mapped: { readonly consts: readonly boolean[]; readonly carry: readonly boolean[]; readonly xs: readonly boolean[] },
  constants: readonly Value[],
  size: number,
  turn: Value,
  carry: readonly Value[],
  xs: readonly Value[],
): { readonly values: readonly Value[]; readonly mapped: readonly boolean[] } {
  const images = new Map<Value, Value>();
  const stand = (x: Value, isMapped: boolean): Value => {
    if (!isMapped) return x;
    const variable = b.placeholder({ dtype: x.aval.dtype, shape: x.aval.shape.slice(1) });
    images.set(variable, x);
    return variable;
  };
  const { inline, batch } = b.context.passes;
  const results = inline(b, loop.body, [
    turn,
    ...constants.map((x, k) => stand(x, mapped.consts[k])),
    ...carry.map((x, k) => stand(x, mapped.carry[k])),
    ...xs.map((x, k) => stand(x, mapped.xs[k])),
  ]);
  const batched = batch(b, results, images, size);
  return { values: results.map((y, i) => batched[i] ?? y), mapped: batched.map((y) => y !== null) };
}

/** Which carries depend on what is mapped, turn after turn. */
function mappedCarries(
  loop: Loop,
  given: { readonly consts: readonly boolean[]; readonly carry: readonly boolean[]; readonly xs: readonly boolean[] },
): boolean[] {
  let carry = given.carry;
  for (;;) {
    const { nodes, inputs, outputs } = loop.body;
    const flags = [false, ...given.consts, ...carry, ...given.xs];
    const on = new Set<Value>(inputs.flatMap(({ value }, i) => (flags[i] ? [value] : [])));
    for (const node of nodes) if (node.inputs.some((x) => on.has(x))) for (const y of node.outputs) on.add(y);
    const next = carry.map((l, k) => l || on.has(outputs[k]));
    if (next.every((l, k) => l === carry[k])) return next;
    carry = next;
  }
}

const withBatch = (aval: Aval, size: number): Aval => ({ dtype: aval.dtype, shape: [size, ...aval.shape] });
const image = (value: Value, mapped: boolean): Value | Unmapped => (mapped ? value : { unmapped: value });

/** x[batch] as an operand of where next to y[batch, …]. */
function maskOver(b: Builder, mask: Value, like: Value): Value {
  const { shape } = like.aval;
  const column = b.reshape(mask, { shape: [shape[0], ...shape.slice(1).map(() => 1)] });
  return b.broadcast(column, shape);
}

export function batchScan(b: Builder, { inputs, mapped, attrs, size }: BatchSite): (Value | Unmapped)[] {
  const loop = scanOf(inputs, attrs);
  const { length, reverse, consts, init, xs } = loop;
  const [c, m] = [consts.length, init.length];
  const skip = length === null ? 1 : 0;
  const ragged = length === null && mapped[0];
  const given = {
    consts: mapped.slice(skip, skip + c),
    carry: mapped.slice(skip + c, skip + c + m),
    xs: mapped.slice(skip + c + m),
  };
  const flags = { ...given, carry: ragged ? init.map(() => true) : mappedCarries(loop, given) };
  const bound = new Map<Value, Value>();
  const constants = [...consts, ...(ragged ? [inputs[0]] : [])].map((x) => {
    const variable = b.placeholder(x.aval);
    bound.set(variable, x);
    return variable;
  });
  let ys: readonly boolean[] = [];
  const traced = scanOver(
    b,
    {
      length,
      turns: length === null ? (ragged ? b.max(inputs[0]) : inputs[0]) : null,
      reverse,
      init: init.map((x, k) => (flags.carry[k] && !given.carry[k] ? repeatFirst(b, x, size) : x)),
      xs: xs.map((x, k) => (given.xs[k] && length !== null ? swapFirst(b, x) : x)),
      bound,
    },
    (turn, carry, elements) => {
      const done = batchedTurn(b, loop, flags, constants.slice(0, c), size, turn, carry, elements);
      ys = done.mapped.slice(m);
      // Elements whose turns are over keep what they carry.
      const active = ragged ? b.less(turn, constants[c]) : null;
      return done.values.map((y, k) => {
        if (k >= m || !flags.carry[k]) return y;
        const all = done.mapped[k] ? y : repeatFirst(b, y, size);
        return active === null ? all : b.where(maskOver(b, active, all), all, carry[k]);
      });
    },
  );
  return [
    ...traced.carry.map((y, k) => image(y, flags.carry[k])),
    ...traced.ys.map((y, k) => image(ys[k] && length !== null ? swapFirst(b, y) : y, ys[k])),
  ];
}

/** The first two axes the other way round. */
const swapFirst = (b: Builder, x: Value): Value =>
  b.permute_dims(x, { axes: [1, 0, ...x.aval.shape.slice(2).map((_d, i) => i + 2)] });

export function batchWhile(b: Builder, { inputs, mapped, attrs, size }: BatchSite): (Value | Unmapped)[] {
  const { condition, conditionConsts, loop } = whileOf(inputs, attrs);
  const { consts, init } = loop;
  const [p, c, m] = [conditionConsts.length, consts.length, init.length];
  const given = { consts: mapped.slice(p, p + c), carry: mapped.slice(p + c), xs: [] };
  let carryFlags: readonly boolean[] = mappedCarries(loop, given);
  const testReads = new Set<Value>();
  [...mapped.slice(0, p), ...carryFlags].forEach((on, i) => {
    if (on) testReads.add(condition.inputs[i].value);
  });
  for (const node of condition.nodes) {
    if (node.inputs.some((x) => testReads.has(x))) for (const y of node.outputs) testReads.add(y);
  }
  // Where each element of the batch stops by itself, all of its carries are its own.
  const ragged = testReads.has(condition.outputs[0]);
  if (ragged) carryFlags = init.map(() => true);
  const flags = { ...given, carry: carryFlags };
  const bound = new Map<Value, Value>();
  const stand = (x: Value): Value => {
    const variable = b.placeholder(x.aval);
    bound.set(variable, x);
    return variable;
  };
  const [testConstants, constants] = [conditionConsts.map(stand), consts.map(stand)];
  const test = (carry: readonly Value[]): Value => {
    const asLoop: Loop = { ...loop, body: withTurn(b, condition) };
    const testFlags = { consts: mapped.slice(0, p), carry: carryFlags, xs: [] };
    return batchedTurn(b, asLoop, testFlags, testConstants, size, b.placeholder(turnAval), carry, []).values[0];
  };
  let ys: readonly boolean[] = [];
  const counted = ragged ? [b.zeros(withBatch(turnAval, size))] : [];
  const traced = whileOver(
    b,
    {
      init: [...init.map((x, k) => (carryFlags[k] && !given.carry[k] ? repeatFirst(b, x, size) : x)), ...counted],
      bound,
    },
    (carry) => (ragged ? b.any(test(carry.slice(0, m))) : test(carry)),
    (turn, carry) => {
      const states = carry.slice(0, m);
      const done = batchedTurn(b, loop, flags, constants, size, turn, states, []);
      ys = done.mapped.slice(m);
      const active = ragged ? test(states) : null;
      const next = done.values.map((y, k) => {
        if (k >= m || !carryFlags[k]) return y;
        const all = done.mapped[k] ? y : repeatFirst(b, y, size);
        return active === null ? all : b.where(maskOver(b, active, all), all, states[k]);
      });
      if (active === null) return next;
      const count = b.add(carry[m], b.cast(active, 'int64'));
      return [...next.slice(0, m), count, ...next.slice(m)];
    },
  );
  const turns: Value | Unmapped = ragged ? traced.carry[m] : { unmapped: traced.turns };
  return [
    ...traced.carry.slice(0, m).map((y, k) => image(y, carryFlags[k])),
    turns,
    ...traced.ys.map((y, k) => image(y, ys[k])),
  ];
}

/** A condition's graph as a body's, which is told the turn first. */
const withTurn = (b: Builder, graph: Graph): Graph => ({
  ...graph,
  inputs: [{ name: 'turn', value: b.placeholder(turnAval) }, ...graph.inputs],
});

/** Floating-point operations of one turn of a body. */
export function flopsOf({ nodes }: Graph): number {
  let flops = 0;
  for (const { op, inputs, outputs, attrs } of nodes) {
    const avals = outputs.map((y) => y.aval);
    flops +=
      op.primitive!.flops?.(
        inputs.map((x) => x.aval),
        avals,
        attrs,
      ) ?? avals.reduce((n, { shape }) => n + shape.reduce((size, d) => size * d, 1), 0);
  }
  return flops;
}
