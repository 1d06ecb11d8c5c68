// A compiled plan as text: its steps with their domains and pieces, what each phase of a loop computes, kernels as they were asked
// for, memory by name; and the module's size and digest, for what text does not show.

import { createHash } from 'node:crypto';
import { itemBytes, showAval } from '../../engine/ir/aval.ts';
import type { Value } from '../../engine/ir/graph.ts';
import type { LoopStep, Operand, Step } from '../../engine/optimize/fuse.ts';
import type { Placement } from '../../engine/optimize/place.ts';
import { productOf } from '../../engine/optimize/contraction.ts';
import type { Lowering } from '../../engine/passes.ts';
import { finish } from '../../engine/passes.ts';
import type { Laid, Level, Part } from '../../engine/wasm/lay-out.ts';
import type { BodyOf } from '../../engine/wasm/loops.ts';
import { emitLoops } from '../../engine/wasm/loops.ts';
import type { Nest, Walk } from '../../engine/wasm/nest.ts';

export function listing(planned: Lowering): string {
  return new Listing(planned).text();
}

/** Where the arrays begin. */
const startOf = ({ address }: Placement): number => Math.min(...address.values());

class Listing {
  readonly #planned: Lowering;
  readonly #names = new Map<Value, string>();

  constructor(planned: Lowering) {
    this.#planned = planned;
    for (const { name, value } of planned.graph.inputs) this.#names.set(value, name);
    for (const value of planned.layout.stored) this.#name(value, 'constant');
  }

  /** The value's name: what makes it, and a number in the order of the steps. */
  #name(value: Value, made = value.node?.op.name ?? 'copy'): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    const name = `${made}.${this.#names.size}`;
    this.#names.set(value, name);
    return name;
  }

  text(): string {
    const { graph, layout, placement } = this.#planned;
    const emitted = finish(this.#planned);
    const digest = createHash('sha256').update(emitted.bytes).digest('hex').slice(0, 16);
    const inputs = graph.inputs.map(({ name, value }) => `${name}: ${showAval(value.aval)}`);
    return [
      `inputs ${inputs.join(', ')}`,
      ...this.#level(layout, placement),
      `${placement.bytes - startOf(placement)} bytes of memory above the constants`,
      `${emitted.bytes.length} bytes of code, sha256 ${digest}`,
      '',
    ].join('\n');
  }

  /** The steps of a graph, what they give, and where it lies. */
  #level({ steps, fused }: Level, placement: Placement): string[] {
    return [
      ...steps.flatMap((laid, i) => ['', ...this.#step(laid, i)]),
      '',
      `results ${fused.results.map((o) => this.#operand(o)).join(', ')}`,
      ...this.#memory(placement),
    ];
  }

  #memory(placement: Placement): string[] {
    const at = new Map<number, string[]>();
    for (const [value, where] of placement.address) {
      at.set(where, [...(at.get(where) ?? []), `${this.#name(value)} ${showAval(value.aval)}`]);
    }
    return [...at]
      .sort(([p], [q]) => p - q)
      .map(([where, values]) => `at ${String(where - startOf(placement)).padStart(7)}  ${values.join(', then ')}`);
  }

  #operand({ root, view }: Operand): string {
    const offset = view.offset === 0 ? '' : ` + ${view.offset * itemBytes(root.aval.dtype)}`;
    return `${this.#name(root)}${offset}`;
  }

  #step(laid: Laid, i: number): string[] {
    const title = `step ${i}, ${laid.kind}:`;
    if (laid.kind === 'loop') return [title, ...this.#loop(laid)];
    const { step } = laid;
    const operands = step.operands.map(({ root, view }) => {
      return `${this.#name(root)}[${view.shape.join()}; ${view.strides.join()}${view.offset === 0 ? '' : `; ${view.offset}`}]`;
    });
    const outputs = step.node.outputs.map((y) => `${this.#name(y)} ${showAval(y.aval)}`);
    const asked = this.#asked(step);
    const parts = laid.kind === 'control' ? laid.parts.flatMap((part, k) => this.#part(part, k)) : [];
    const pieces =
      laid.kind === 'kernel' ? [`  ${laid.kernel.chunks} pieces, ${laid.kernel.scratchBytes} bytes of scratch`] : [];
    return [
      title,
      `  ${outputs.join(', ')} = ${step.node.op.name}(${operands.join(', ')})`,
      ...asked,
      ...pieces,
      ...parts,
    ];
  }

  /** A body within its loop or branch. */
  #part(part: Part, k: number): string[] {
    const inputs = part.graph.inputs.map(({ value }) => `${this.#name(value, 'given')} ${showAval(value.aval)}`);
    const lines = [`body ${k}: ${inputs.join(', ')}`, ...this.#level(part, part.placement)];
    return lines.map((line) => (line === '' ? '' : `  ${line}`));
  }

  #asked(step: Exclude<Step, { kind: 'loop' }>): string[] {
    if (step.kind === 'kernel') return [`  ${JSON.stringify(step.request)}`];
    if (step.kind !== 'contract') return [];
    const [x, y] = step.operands;
    const axes = Object.entries(productOf(step.node, x.view, y.view)).filter(
      ([, list]) => (list as unknown[]).length > 0,
    );
    return axes.map(([name, list]) => `  ${name} ${JSON.stringify(list)}`);
  }

  #loop({ step, nest }: Extract<Laid, { kind: 'loop' }>): string[] {
    const members = step.members.map((m) => {
      const from = m.operands.map((o) => this.#operand(o)).join(', ');
      const how = m.role === 'map' ? '' : m.role === 'row' ? ', by row' : `, over ${m.axes!.join()}`;
      return `  ${this.#name(m.output)} = ${m.copy ? 'copy' : m.node.op.name}(${from})${how}, phase ${m.phase}`;
    });
    const { dims, outer, phases, chunks, perChunk, scratchBytes } = nest;
    const lines = [
      `  axes ${dims.join(' × ')}, ${outer} outside, ${phases} phases, ${chunks} pieces of ${perChunk}, ${scratchBytes} bytes of scratch`,
      ...nest.folds.map((f) => `  ${this.#fold(f)}`),
      ...nest.reuses.map((r) => `  ${this.#name(r.result)} may go over ${this.#name(r.operand)}`),
    ];
    return [...members, ...lines, ...this.#bodies(step, nest)];
  }

  #fold({ member, from, joins, partial }: Nest['folds'][number]): string {
    const where = from === null ? 'in memory' : `in registers from axis ${from} on`;
    return `${this.#name(member.output)} is accumulated ${where}${joins ? ', joined' : ''}${partial ? ', in parts' : ''}`;
  }

  #bodies(step: LoopStep, nest: Nest): string[] {
    const { target, layout } = this.#planned;
    const { draft } = layout;
    const lines: string[] = [];
    const walk = (w: Walk): string => {
      const root = w.root === null ? 'scratch' : this.#name(w.root);
      return `${root}${w.at === 0 ? '' : ` + ${w.at}`}, by ${w.strides.join(', ')}`;
    };
    emitLoops(
      {
        module: draft.module,
        fused: target.fused,
        wide: target.wide,
        // Of no interest here.
        address: () => 0,
        scratch: 0,
        constant: draft.context.constant,
        scalar: draft.context.scalar,
        known: (v) => draft.known.get(v) ?? null,
        observe: (role: 'map' | 'row', phase: number, { body, sources, targets }: BodyOf) => {
          if (targets.length === 0) return;
          lines.push(`  phase ${phase}${role === 'row' ? ', by row' : ''}`);
          sources.forEach((s, k) => lines.push(`    load #${k}: ${walk(s.walk)}`));
          targets.forEach((t, k) =>
            lines.push(
              `    store #${k}: ${t.kind === 'store' ? walk(t.port.walk) : `${t.kind} of ${this.#name(t.fold.member.output)}`}`,
            ),
          );
          lines.push(
            ...body
              .print()
              .split('\n')
              .map((line) => `    ${line}`),
          );
        },
      },
      step,
      nest,
    );
    return lines;
  }
}
