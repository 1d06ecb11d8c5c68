// Steps done again where memory is short: a layout whose arrays fit a limit, from one whose arrays do not, with the same bits.

import { flopsOf } from '../families/loops.ts';
import { bytesOfAval, sizeOf } from '../ir/aval.ts';
import type { Node, Value } from '../ir/graph.ts';
import type { Fused, LoopStep, Member, Operand } from '../optimize/fuse.ts';
import { operandsOf, outputsOf } from '../optimize/fuse.ts';
import type { Demand, Demands, Placement } from '../optimize/place.ts';
import { place } from '../optimize/place.ts';
import type { Part, Schedule, Task, Work } from '../optimize/rematerialize.ts';
import { fitting } from '../optimize/rematerialize.ts';
import type { Laid, Layout } from './lay-out.ts';
import type { Fold, Nest, Walk } from './nest.ts';
import { layOutNest } from './nest.ts';

/** A layout that fits. */
export interface Recomputed {
  readonly layout: Layout;
  readonly placement: Placement;
  /** Steps that are done again, wholly or in part. */
  readonly steps: number;
  /** Floating-point operations that this takes more. */
  readonly flops: number;
}

/**
 * The layout with steps done again, so that arrays and scratch take at most `limit` bytes; or, where there is none, the
 * least that was found. Every step has the code that it had, so results keep their bits: of a step without sums what is not
 * needed again may be left out.
 */
export function recompute(layout: Layout, limit: number): Recomputed | { readonly least: number } {
  const tasks = new Tasks(layout);
  const { work, demands } = tasks;
  const room = { limit, fixed: place({ ...demands, steps: [], kept: [] }).peak, free: place(demands).peak };
  const found = fitting(work, room, (schedule) => ({ made: null, peak: place(tasks.demandsOf(schedule)).peak }));
  if ('least' in found) return found;
  const { schedule } = found;
  const again = tasks.layoutOf(schedule);
  return {
    layout: again,
    placement: place(again.demands),
    steps: schedule.runs.length - work.tasks.length,
    flops: Math.max(0, tasks.flopsOf(schedule) - tasks.flops),
  };
}

/** A step in a form that some of its results are made by; what it reads and makes are the values of the layout given. */
interface Form {
  readonly laid: Laid;
  readonly demand: Demand;
  readonly part: Part;
  readonly flops: number;
}

/** The steps of a layout as tasks, and schedules of them as layouts. */
class Tasks {
  readonly work: Work;
  readonly demands: Demands;
  readonly flops: number;
  readonly #layout: Layout;
  readonly #numbers = new Map<Value, number>();
  readonly #arrays: Value[] = [];
  readonly #forms: ((wanted: readonly number[], given?: readonly number[]) => Form)[];

  constructor(layout: Layout) {
    this.#layout = layout;
    this.demands = layout.demands;
    const maker: number[] = [];
    layout.demands.steps.forEach(({ makes }, at) => {
      for (const value of makes) {
        this.#numbers.set(value, this.#arrays.length);
        this.#arrays.push(value);
        maker.push(at);
      }
    });
    this.#forms = layout.steps.map((laid, at) => this.#formsOf(laid, layout.demands.steps[at]));
    const { slack, kept } = layout.demands;
    this.work = {
      tasks: layout.demands.steps.map(({ makes }, at): Task => {
        const numbers = this.#numbered(makes);
        return { makes: numbers, part: (wanted, given) => this.#forms[at](wanted, given).part };
      }),
      bytes: this.#arrays.map((value) => aligned(bytesOfAval(value.aval) + slack)),
      maker,
      kept: new Set(this.#numbered(kept)),
    };
    this.flops = this.work.tasks.reduce((n, { makes }, at) => n + this.#forms[at](makes).flops, 0);
  }

  flopsOf = ({ runs }: Schedule): number =>
    runs.reduce((n, { task, makes, given }) => n + this.#forms[task](makes, given).flops, 0);

  /** What a schedule asks of memory. */
  demandsOf({ runs }: Schedule): Demands {
    const names = new Renaming();
    const steps = runs.map(({ task, makes, given }) => {
      const { demand } = this.#forms[task](makes, given);
      return names.within(demand.makes, this.#values(makes), (now) => renamedDemand(demand, now));
    });
    return { ...this.demands, steps, kept: this.demands.kept.map(names.latest) };
  }

  layoutOf({ runs }: Schedule): Layout {
    const names = new Renaming();
    const demands: Demand[] = [];
    const steps = runs.map(({ task, makes, given }) => {
      const { demand, laid } = this.#forms[task](makes, given);
      return names.within(outputsOf(laid.step), this.#values(makes), (now) => {
        demands.push(renamedDemand(demand, now));
        return renamedStep(laid, now);
      });
    });
    const { fused } = this.#layout;
    const renamed: Fused = {
      steps: steps.map((laid) => laid.step),
      results: fused.results.map(({ root, view }) => ({ root: names.latest(root), view })),
    };
    return {
      ...this.#layout,
      fused: renamed,
      steps,
      demands: { ...this.demands, steps: demands, kept: this.demands.kept.map(names.latest) },
    };
  }

  #numbered = (values: readonly Value[]): number[] => values.flatMap((value) => this.#numbers.get(value) ?? []);
  #values = (numbers: readonly number[]): Value[] => numbers.map((x) => this.#arrays[x]);

  /** The forms of a step by what is wanted of it. */
  #formsOf(laid: Laid, demand: Demand): (wanted: readonly number[], given?: readonly number[]) => Form {
    const known = new Map<string, Form>();
    const whole = this.#formOf(laid, demand);
    if (laid.kind !== 'loop' || demand.makes.length === 1) return () => whole;
    const { step } = laid;
    return (wanted, given = []) => {
      if (wanted.length === demand.makes.length) return whole;
      const key = [wanted, given].map((list) => [...list].sort((a, b) => a - b).join()).join(' ');
      let form = known.get(key);
      if (form === undefined) {
        const part = partOf(step, new Set(this.#values(wanted)), new Set(this.#values(given)));
        // How a nest adds up depends on all that is in it.
        const adds = part.members.some((m) => m.role === 'reduce');
        known.set(key, (form = adds ? whole : this.#formOfPart(part, this.#values(wanted), demand)));
      }
      return form;
    };
  }

  #formOf(laid: Laid, demand: Demand): Form {
    const { step } = laid;
    const nodes = step.kind === 'loop' ? step.members.flatMap((m) => (m.copy ? [] : [m.node])) : [step.node];
    const flops = flopsOf({ inputs: [], nodes, outputs: [] });
    const moved = [...operandsOf(step).map((o) => o.root), ...outputsOf(step)];
    const elements = step.kind === 'loop' ? sizeOf(step.domain) : 0;
    const reads = this.#numbered(demand.reads);
    const reuses = demand.reuses.flatMap(({ result, operand }): [number, number][] =>
      this.#numbered([result, operand]).length < 2 ? [] : [[this.#numbers.get(result)!, this.#numbers.get(operand)!]],
    );
    const work =
      flops + elements + (step.kind === 'loop' ? 0 : moved.reduce((n, { aval }) => n + sizeOf(aval.shape), 0));
    const part = {
      reads,
      makes: this.#numbered(demand.makes),
      scratchBytes: aligned(demand.scratchBytes),
      reuses,
      work,
    };
    return { laid, demand, part, flops };
  }

  /** A loop nest that joins nothing, as part of another: its elements are what they were. */
  #formOfPart(part: LoopStep, wanted: readonly Value[], whole: Demand): Form {
    const nest = layOutNest(part, new Set(wanted), this.#layout.draft.context.fused);
    const made = new Set(outputsOf(part));
    const read = new Set(operandsOf(part).flatMap(({ root }) => (made.has(root) ? [] : [root])));
    const reads = [...whole.reads, ...whole.makes].filter((x) => read.has(x));
    const reuses = nest.reuses.filter(({ operand }) => reads.includes(operand));
    const { arrays: makes, scratchBytes } = nest;
    return this.#formOf({ kind: 'loop', step: part, nest }, { reads, makes, scratchBytes, reuses });
  }
}

/** A loop nest without what some of its results do not need where others of them are given. */
function partOf(step: LoopStep, wanted: ReadonlySet<Value>, given: ReadonlySet<Value>): LoopStep {
  const needed = new Set<Value>(wanted);
  for (const { output, operands } of [...step.members].reverse()) {
    if (needed.has(output) && !given.has(output)) for (const { root } of operands) needed.add(root);
  }
  const members = step.members.filter((m) => needed.has(m.output) && !given.has(m.output));
  const phases = [...new Set(members.map((m) => m.phase))].sort((a, b) => a - b);
  return { ...step, members: members.map((m) => ({ ...m, phase: phases.indexOf(m.phase) })) };
}

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

type Name = (value: Value) => Value;

/** The values that stand for those of the layout given, as runs make them anew. */
class Renaming {
  readonly #latest = new Map<Value, Value>();

  readonly latest: Name = (value) => this.#latest.get(value) ?? value;

  /** Something of a run by the names that it reads and makes; what is wanted of it is called by its new name from then on. */
  within<T>(made: readonly Value[], wanted: readonly Value[], use: (now: Name) => T): T {
    const fresh = new Map<Value, Value>(made.map((value) => [value, { ...value }]));
    const result = use((value) => fresh.get(value) ?? this.latest(value));
    for (const value of wanted) this.#latest.set(value, fresh.get(value)!);
    return result;
  }
}

const renamedDemand = ({ reads, makes, scratchBytes, reuses }: Demand, now: Name): Demand => ({
  reads: reads.map(now),
  makes: makes.map(now),
  scratchBytes,
  reuses: reuses.map(({ result, operand }) => ({ result: now(result), operand: now(operand) })),
});

const renamedNode = (node: Node, now: Name): Node => ({ ...node, outputs: node.outputs.map(now) });

/** The same code on other arrays. */
function renamedStep(laid: Laid, now: Name): Laid {
  const operand = ({ root, view }: Operand): Operand => ({ root: now(root), view });
  if (laid.kind === 'loop') {
    const members = new Map<Member, Member>(
      laid.step.members.map((m) => [m, { ...m, operands: m.operands.map(operand), output: now(m.output) }]),
    );
    return {
      kind: 'loop',
      step: { ...laid.step, members: [...members.values()] },
      nest: renamedNest(laid.nest, (m) => members.get(m)!, now),
    };
  }
  const { node, operands } = laid.step;
  const step = { ...laid.step, node: renamedNode(node, now), operands: operands.map(operand) };
  return { ...laid, step } as Laid;
}

function renamedNest(nest: Nest, member: (m: Member) => Member, now: Name): Nest {
  const walk = (w: Walk): Walk => (w.root === null ? w : { ...w, root: now(w.root) });
  const fold = (f: Fold): Fold => ({ ...f, member: member(f.member), to: walk(f.to) });
  return {
    ...nest,
    operands: new Map([...nest.operands].map(([m, walks]) => [member(m), walks.map(walk)])),
    stores: new Map([...nest.stores].map(([value, to]) => [now(value), walk(to)])),
    folds: nest.folds.map(fold),
    arrays: nest.arrays.map(now),
    reuses: nest.reuses.map(({ result, operand }) => ({ result: now(result), operand: now(operand) })),
  };
}
