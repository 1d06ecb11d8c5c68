// Solutions of ordinary differential equations as nodes: reverse mode solves the adjoint system backwards in time, forward
// mode the sensitivities along with the solution.

import { fail } from '../errors.ts';
import { isFloat, showAval, sizeOf, strong } from '../ir/aval.ts';
import type { Aval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Graph, Value } from '../ir/graph.ts';
import type { Attrs, BatchSite, Body, JvpSite, Rule, TransposeSite } from '../op.ts';
import { subgraphsOf } from './bodies.ts';
import { batchedGraph, traceBody } from './custom.ts';
import type { StepControl } from './dopri.ts';
import { elementOf, solve } from './dopri.ts';
import { directional } from './implicit.ts';
import { scanOver } from './loops.ts';

/** ẏ = f(parameters, y, t), its parameters, and where the inputs of a node are: parameters, then y, then the times. */
interface System {
  /** (parameters…, y…, t) → ẏ…, each of the type of its y. */
  readonly field: Graph;
  readonly parameters: number;
  /** How many of the parameters, from the first on, are part of the adjoint state only where they are differentiated. */
  readonly optional: number;
  /** Parts of y. */
  readonly m: number;
  readonly control: StepControl;
}

/** What stands for the inputs of a node, by what they are. */
interface Split<T> {
  readonly parameters: readonly T[];
  readonly y: readonly T[];
  readonly ts: T;
}

const split = <T>({ parameters, m }: System, xs: readonly T[]): Split<T> => ({
  parameters: xs.slice(0, parameters),
  y: xs.slice(parameters, parameters + m),
  ts: xs[parameters + m],
});

const avalsOf = (xs: readonly Value[]): Aval[] => xs.map((x) => strong(x.aval));
const zerosOf = (b: Builder, x: Value): Value => b.zeros(strong(x.aval));
const chosen = <T>(xs: readonly T[], flags: readonly boolean[]): T[] => xs.filter((_x, k) => flags[k]);

/** The solution of a system at times ts[N] that increase, from y at the first: each part of y with a leading axis of N. */
function emitSolution(b: Builder, system: System, inputs: readonly Value[]): readonly Value[] {
  const avals = avalsOf(inputs);
  const { graph } = traceBody(b, avals, (xs) => {
    const { parameters, y, ts } = split(system, xs);
    const f = (now: readonly Value[], t: Value): readonly Value[] =>
      b.context.passes.inline(b, system.field, [...parameters, ...now, t]);
    return solve(b, f, y, ts, system.control);
  });
  const nodes = weightOf(graph);
  if (nodes > b.context.maxNodes) {
    fail(
      'E_LIMIT',
      `The solver of odeint, with all that the equation computes at its stages, has ${nodes} nodes; the limit is ${b.context.maxNodes}.`,
      'An equation whose slope solves another one is solved at every stage.',
    );
  }
  return b.emit(b.context.ops.get('odeint')!, inputs, {
    primal: { graph },
    forward: { rule: (on, live) => [sensitivities(on, system, avals, live!)] },
    backward: { rule: (on, live) => [adjoint(on, system, avals, live!)] },
  });
}

const weights = new WeakMap<Graph, number>();

/** The nodes of a graph and of those inside them, each as often as it stands there. */
function weightOf(graph: Graph): number {
  const known = weights.get(graph);
  if (known !== undefined) return known;
  const total = graph.nodes.reduce((n, { attrs }) => n + subgraphsOf(attrs).reduce((m, g) => m + weightOf(g), 1), 0);
  weights.set(graph, total);
  return total;
}

/** The types of the inputs and then of y at all times. */
function withSolution(system: System, avals: readonly Aval[]): Aval[] {
  const { y, ts } = split(system, avals);
  return [...avals, ...y.map(({ dtype, shape }) => ({ dtype, shape: [ts.shape[0], ...shape] }))];
}

// -- forward mode --------------------------------------------------------------------------------------------------

/**
 * From the inputs, the solution and tangents of the live inputs to tangents of the solution: s + f ṫ, where the
 * sensitivities ṡ = ∂f/∂y s + ∂f/∂p ṗ start at s = ẏ₀ − f ṫ₀ and take the steps that y takes (Bock 1981).
 */
function sensitivities(b: Builder, system: System, avals: readonly Aval[], live: readonly boolean[]): Body {
  const { field, m } = system;
  const n = live.length;
  return traceBody(b, [...withSolution(system, avals), ...chosen(avals, live)], (xs) => {
    const { inline } = b.context.passes;
    const { parameters, y, ts } = split(system, xs.slice(0, n));
    const solution = xs.slice(n, n + m);
    let next = n + m;
    const tangents = split(
      system,
      live.map((is) => (is ? xs[next++] : null)),
    );
    const start = y.map((x, k) => tangents.y[k] ?? zerosOf(b, x));
    const moves = tangents.ts;
    const shifted =
      moves === null
        ? start
        : inline(b, field, [...parameters, ...y, elementOf(b, ts, 0)]).map((f, k) =>
            b.subtract(start[k], b.multiply(f, b.cast(elementOf(b, moves, 0), f.aval.dtype))),
          );
    const joint = jointSystem(
      b,
      system,
      avals,
      tangents.parameters.map((t) => t !== null),
    );
    const given = [...parameters, ...tangents.parameters.flatMap((t) => t ?? [])];
    const s = emitSolution(b, joint, [...given, ...y, ...shifted, ts]).slice(m);
    if (moves === null) return s;
    const frame = { length: ts.aval.shape[0], turns: null, reverse: false, init: [], xs: [...solution, ts, moves] };
    const { ys: slides } = scanOver(b, frame, (_turn, _carry, elements) => {
      const [now, t, dt] = [elements.slice(0, m), elements[m], elements[m + 1]];
      return inline(b, field, [...parameters, ...now, t]).map((f) => b.multiply(f, b.cast(dt, f.aval.dtype)));
    });
    return s.map((x, k) => b.add(x, slides[k]));
  });
}

/** y and s together: (parameters…, tangents of those that move…, y…, s…, t) → (ẏ…, ṡ…), whose steps y decides on. */
function jointSystem(b: Builder, system: System, avals: readonly Aval[], moving: readonly boolean[]): System {
  const { field, m, control } = system;
  const { parameters, y, ts } = split(system, avals);
  const tangents = chosen(parameters, moving);
  const [p, k] = [parameters.length, tangents.length];
  const { graph } = traceBody(b, [...parameters, ...tangents, ...y, ...y, { dtype: ts.dtype, shape: [] }], (xs) => {
    const values = [...xs.slice(0, p), ...xs.slice(p + k, p + k + m)];
    const t = xs[xs.length - 1];
    let at = p;
    const directions = [...moving.map((is) => (is ? xs[at++] : null)), ...xs.slice(p + k + m, -1)];
    const slopes = b.context.passes.inline(b, field, [...values, t]);
    const changes = directional(b, field, values, directions, [t]);
    return [...slopes, ...changes.map((x, i) => x ?? zerosOf(b, slopes[i]))];
  });
  const parts = Math.min(control.parts, m);
  return { field: graph, parameters: p + k, optional: 0, m: 2 * m, control: { ...control, parts } };
}

// -- reverse mode --------------------------------------------------------------------------------------------------

/**
 * From the inputs, the solution and its cotangents to cotangents of the live inputs, by the adjoint system, which is solved
 * backwards from each time of the solution to the one before (Chen, Rubanova, Bettencourt and Duvenaud 2018, appendix C).
 */
function adjoint(b: Builder, system: System, avals: readonly Aval[], live: readonly boolean[]): Body {
  const { field, m } = system;
  const n = live.length;
  const solutions = withSolution(system, avals);
  return traceBody(b, [...solutions, ...solutions.slice(n)], (xs) => {
    const { parameters, y, ts } = split(system, xs.slice(0, n));
    const [solution, cts] = [xs.slice(n, n + m), xs.slice(n + m)];
    const times = ts.aval.shape[0];
    const inState = parameters.map((x, k) => isFloat(x.aval.dtype) && (k >= system.optional || live[k]));
    const states = chosen(parameters, inState);
    const backwards = adjointSystem(b, system, avals, inState);
    const start = [
      ...cts.map((ct) => elementOf(b, ct, times - 1)),
      b.zeros({ dtype: ts.aval.dtype, shape: [] }),
      ...states.map((x) => zerosOf(b, x)),
    ];
    const rows = (x: Value, from: number): Value => rowsOf(b, x, from, from + times - 1);
    const traced = scanOver(
      b,
      {
        length: times - 1,
        turns: null,
        reverse: true,
        init: start,
        xs: [
          ...[...solution, ...cts, ts].map((x) => rows(x, 1)),
          // What the segment ends at.
          ...[...cts, ts].map((x) => rows(x, 0)),
        ],
      },
      (_turn, carry, elements) => {
        const [now, pulls, t] = [elements.slice(0, m), elements.slice(m, 2 * m), elements[2 * m]];
        const [pullsBefore, before] = [elements.slice(2 * m + 1, -1), elements[elements.length - 1]];
        const slopes = b.context.passes.inline(b, field, [...parameters, ...now, t]);
        const ofTime = b.cast(
          slopes.map((f, k) => inner(b, f, pulls[k])).reduce((sum, x) => b.add(sum, x)),
          t.aval.dtype,
        );
        const segment = b.stack([b.negative(t), b.negative(before)]);
        const steady = parameters.filter((_x, k) => !inState[k]);
        const state = carry.map((x, k) => (k === m ? b.subtract(x, ofTime) : x));
        const solved = emitSolution(b, backwards, [...steady, ...states, ...now, ...state, segment]);
        const after = solved.slice(m).map((x) => elementOf(b, x, 1));
        return [...after.map((x, k) => (k < m ? b.add(x, pullsBefore[k]) : x)), ofTime];
      },
    );
    const ofTimes = b.concat([b.reshape(traced.carry[m], { shape: [1] }), traced.ys[0]], { axis: 0 });
    const ofStates = traced.carry.slice(m + 1);
    let at = 0;
    const all = [
      ...parameters.map((x, k) => (inState[k] ? ofStates[at++] : zerosOf(b, x))),
      ...y.map((_x, k) => traced.carry[k]),
      ofTimes,
    ];
    return chosen(all, live);
  });
}

/**
 * The adjoint system in s = −t: (others…, parameters with an adjoint…, y…, ȳ…, t̄, p̄…, s) →
 * (−f, ȳᵀ ∂f/∂y, ȳᵀ ∂f/∂t, ȳᵀ ∂f/∂p).
 */
function adjointSystem(b: Builder, system: System, avals: readonly Aval[], inState: readonly boolean[]): System {
  const { field, m, control } = system;
  const { parameters, y, ts } = split(system, avals);
  const time: Aval = { dtype: ts.dtype, shape: [] };
  const states = chosen(parameters, inState);
  const steady = parameters.filter((_x, k) => !inState[k]);
  const [p, k] = [parameters.length, states.length];
  const { graph } = traceBody(b, [...steady, ...states, ...y, ...y, time, ...states, time], (xs) => {
    const { inline, vjp } = b.context.passes;
    let [other, state] = [0, p - k];
    const given = inState.map((is) => (is ? b.identity(xs[state++]) : xs[other++]));
    const now = xs.slice(p, p + m).map((x) => b.identity(x));
    const t = b.negative(xs[xs.length - 1]);
    const slopes = inline(b, field, [...given, ...now, t]);
    const variables = [...now, t, ...chosen(given, inState)];
    const back = vjp(b, slopes, variables, xs.slice(p + m, p + 2 * m));
    return [...slopes.map((f) => b.negative(f)), ...back.map((ct, i) => ct ?? zerosOf(b, variables[i]))];
  });
  const parts = 2 * m + 1 + k;
  return { field: graph, parameters: p, optional: p - k, m: parts, control: { ...control, parts } };
}

const rowsOf = (b: Builder, x: Value, from: number, to: number): Value => {
  const rest = x.aval.shape.slice(1);
  return b.slice(x, { start: [from, ...rest.map(() => 0)], stop: [to, ...rest] });
};

const inner = (b: Builder, x: Value, y: Value): Value => {
  const product = b.multiply(x, y);
  return x.aval.shape.length === 0 ? product : b.sum(product);
};

// -- the nodes -----------------------------------------------------------------------------------------------------

const graphOf = (attrs: Attrs, name: string): Graph => (attrs[name] as { graph: Graph }).graph;
const ruleOf = (attrs: Attrs, name: string): Rule => (attrs[name] as { rule: Rule }).rule;

/** Tangents of a solution: a node of its own, whose transpose is the adjoint system and not that of what it runs. */
export function tangentsOfSolution(b: Builder, { inputs, outputs, attrs, tangents }: JvpSite): readonly Value[] {
  const live = tangents.map((t) => t !== null);
  const [{ graph }] = ruleOf(attrs, 'forward')(b, live);
  const backward: Rule = (on) => ruleOf(attrs, 'backward')(on, live);
  const constants = [...inputs, ...outputs];
  return b.emit(b.context.ops.get('odeint_tangent')!, [...constants, ...tangents.flatMap((t) => t ?? [])], {
    forward: { graph },
    backward: { rule: backward },
    constants: constants.length,
  });
}

/** A tangent is linear in the tangents it is made of; in the rest, it changes as what it runs does. */
export function tangentsOfTangent(b: Builder, { inputs, attrs, tangents }: JvpSite): readonly (Value | null)[] {
  const c = attrs['constants'] as number;
  const given = tangents.slice(c);
  const linear = given.every((t) => t === null)
    ? null
    : b.emit(
        b.context.ops.get('odeint_tangent')!,
        [...inputs.slice(0, c), ...given.map((t, k) => t ?? zerosOf(b, inputs[c + k]))],
        attrs,
      );
  const graph = graphOf(attrs, 'forward');
  const moved = tangents.slice(0, c).every((t) => t === null)
    ? null
    : directional(b, graph, inputs.slice(0, c), tangents.slice(0, c), inputs.slice(c));
  return graph.outputs.map((_y, k) => b.addAll([linear?.[k], moved?.[k]]));
}

/** Cotangents of the tangents that a solution's tangents are made of. */
export function transposeTangent(b: Builder, { node, cotangents }: TransposeSite): (Value | null)[] {
  const constants = node.inputs.slice(0, node.attrs['constants'] as number);
  const cts = node.outputs.map((y, k) => cotangents[k] ?? zerosOf(b, y));
  const [{ graph }] = ruleOf(node.attrs, 'backward')(b);
  return [...constants.map(() => null), ...b.context.passes.inline(b, graph, [...constants, ...cts])];
}

/** Solutions over a batch: each of its elements takes its own steps, and what is one for all of them stays one. */
export function batchSolution(b: Builder, { inputs, mapped, attrs, size }: BatchSite): readonly Value[] {
  const primal = graphOf(attrs, 'primal');
  const all = primal.outputs.map(() => true);
  const forward: Rule = (on, live) => {
    const [body] = ruleOf(attrs, 'forward')(on, live);
    return [{ ...body, graph: batchedGraph(on, body.graph, size, [...mapped, ...all, ...chosen(mapped, live!)]) }];
  };
  const backward: Rule = (on, live) => {
    const [body] = ruleOf(attrs, 'backward')(on, live);
    const graph = batchedGraph(on, body.graph, size, [...mapped, ...all, ...all], chosen(mapped, live!));
    return [{ ...body, graph }];
  };
  return b.emit(b.context.ops.get('odeint')!, inputs, {
    primal: { graph: batchedGraph(b, primal, size, mapped) },
    forward: { rule: forward },
    backward: { rule: backward },
  });
}

export function batchTangent(b: Builder, { inputs, mapped, attrs, size }: BatchSite): readonly Value[] {
  const c = attrs['constants'] as number;
  const forward = graphOf(attrs, 'forward');
  const backward: Rule = (on) => {
    const [body] = ruleOf(attrs, 'backward')(on);
    const flags = [...mapped.slice(0, c), ...forward.outputs.map(() => true)];
    return [{ ...body, graph: batchedGraph(on, body.graph, size, flags, mapped.slice(c)) }];
  };
  return b.emit(b.context.ops.get('odeint_tangent')!, inputs, {
    forward: { graph: batchedGraph(b, forward, size, mapped) },
    backward: { rule: backward },
    constants: c,
  });
}

// -- what is asked for ---------------------------------------------------------------------------------------------

/** A differential equation as it is posed. */
export interface Equation {
  /** ẏ for y, t and args: as many numbers as y has, in its order. */
  readonly field: (y: readonly Value[], t: Value, args: readonly Value[]) => readonly Value[];
  readonly y0: readonly Value[];
  readonly t: Value;
  readonly args: readonly Value[];
  readonly control: Omit<StepControl, 'parts'>;
}

/** y at the times t, from y0 at the first: each part of y with a leading axis of the times. */
export function integrate(b: Builder, { field, y0, t, args, control }: Equation): readonly Value[] {
  const { rtol, atol, mxstep, hmax } = control;
  for (const [name, value] of Object.entries({ rtol, atol, mxstep, hmax })) {
    if (!(value >= 0)) fail('E_ATTRIBUTE', `${name} of odeint is ${value}: a number from 0 on was expected.`);
  }
  if (y0.length === 0 || y0.some((x) => !isFloat(x.aval.dtype))) {
    fail(
      'E_DTYPE',
      `y0 of odeint is ${show(y0)}: floats were expected.`,
      y0.length === 0 ? undefined : '1.0 is a float where 1 is an int.',
    );
  }
  if (!isFloat(t.aval.dtype)) fail('E_DTYPE', `t of odeint is ${showAval(t.aval)}: floats were expected.`);
  if (t.aval.shape.length !== 1 || t.aval.shape[0] === 0) {
    fail(
      'E_SHAPE_MISMATCH',
      `t of odeint is ${showAval(t.aval)}: a vector of times was expected, the first that of y0.`,
    );
  }
  const y = y0.map((x) => b.cast(x, x.aval.dtype));
  const time: Aval = { dtype: t.aval.dtype, shape: [] };
  const given = args.map((x) => b.cast(x, x.aval.dtype));
  const m = y.length;
  const { graph, captures } = traceBody(b, [...avalsOf(y), time, ...avalsOf(given)], (xs) =>
    like(b, field(xs.slice(0, m), xs[m], xs.slice(m + 1)), y),
  );
  const c = captures.length;
  // (captures…, y…, t, args…) in the order of a system.
  const { inputs } = graph;
  const ordered = [...inputs.slice(0, c), ...inputs.slice(c + m + 1), ...inputs.slice(c, c + m + 1)];
  const system: System = {
    field: { ...graph, inputs: ordered },
    parameters: c + given.length,
    optional: c,
    m,
    control: { ...control, parts: m },
  };
  const times = b.emitOne(b.context.ops.get('increasing')!, [b.cast(t, t.aval.dtype)]);
  return emitSolution(b, system, [...captures, ...given, ...y, times]);
}

const show = (xs: readonly Value[]): string => xs.map((x) => showAval(x.aval)).join(', ') || 'nothing';

/** Slopes as parts of y: one for each, or as many numbers in the same order. */
function like(b: Builder, slopes: readonly Value[], y: readonly Value[]): Value[] {
  const shapeOf = (x: Value): string => x.aval.shape.join();
  if (slopes.length === y.length && slopes.every((f, k) => shapeOf(f) === shapeOf(y[k]))) {
    return slopes.map((f, k) => b.cast(f, y[k].aval.dtype));
  }
  const count = (xs: readonly Value[]): number => xs.reduce((n, x) => n + sizeOf(x.aval.shape), 0);
  if (count(slopes) !== count(y)) {
    fail(
      'E_SHAPE_MISMATCH',
      `The function of odeint gives ${show(slopes)} where y is ${show(y)}: it must give the slope of each number of y.`,
    );
  }
  const flat = b.concat(
    b.promote(slopes).map((f) => b.reshape(f, { shape: [sizeOf(f.aval.shape)] })),
    { axis: 0 },
  );
  let at = 0;
  return y.map((x) => {
    const size = sizeOf(x.aval.shape);
    const part = rowsOf(b, flat, at, (at += size));
    return b.cast(b.reshape(part, { shape: x.aval.shape }), x.aval.dtype);
  });
}
