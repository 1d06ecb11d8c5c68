// Copies of copies: what is moved into one array only to be moved into another goes there at once.

import { sizeOf, stridesOf } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { squeezeView } from '../ir/view.ts';
import type { CopyPlace } from '../wasm/kernels/copy.ts';
import type { KernelStep, Operand, Step } from './fuse.ts';

/** Operands of one copy: V8 takes no function of more than 1,000 parameters. */
const mostJoined = 512;

/** The steps without those that copy for one other copy alone, which then reads their operands in their stead. */
export function joinCopies(steps: readonly Step[], results: readonly Operand[]): readonly Step[] {
  const reads = new Map<Value, number>();
  const count = ({ root }: Operand): void => void reads.set(root, (reads.get(root) ?? 0) + 1);
  for (const step of steps) {
    if (step.kind === 'loop') for (const member of step.members) member.operands.forEach(count);
    else step.operands.forEach(count);
  }
  results.forEach(count);

  const copies = new Map<Value, KernelStep>();
  const gone = new Set<Value>();
  const joined = steps.map((step): Step => {
    const places = placesOf(step);
    if (step.kind !== 'kernel' || places === null) return step;
    const operands: Operand[] = [];
    const targets: CopyPlace[] = [];
    step.operands.forEach((operand, i) => {
      const from = reads.get(operand.root) === 1 && isRun(operand, places[i]) ? copies.get(operand.root) : undefined;
      const rest = step.operands.length - i - 1;
      if (from === undefined || operands.length + from.operands.length + rest > mostJoined) {
        operands.push(operand);
        targets.push(places[i]);
        return;
      }
      gone.add(operand.root);
      operands.push(...from.operands);
      for (const { offset, strides } of placesOf(from)!) targets.push({ offset: places[i].offset + offset, strides });
    });
    const copy: KernelStep = { ...step, request: { kind: 'copy', places: targets }, operands };
    copies.set(step.node.outputs[0], copy);
    return copy;
  });
  return gone.size === 0 ? steps : joined.filter((step) => step.kind !== 'kernel' || !gone.has(step.node.outputs[0]));
}

/** Where the operands of a copy go, if that is all there is in its result. */
function placesOf(step: Step): readonly CopyPlace[] | null {
  if (step.kind !== 'kernel' || step.request.kind !== 'copy' || step.request.zeros === true) return null;
  return step.request.places ?? null;
}

/** Whether an operand is a whole array, and its elements stay side by side where they go. */
function isRun({ root, view }: Operand, { strides }: CopyPlace): boolean {
  const whole = sizeOf(root.aval.shape);
  if (view.offset !== 0 || sizeOf(view.shape) !== whole) return false;
  const own = squeezeView({ shape: view.shape, strides, offset: 0 });
  const from = squeezeView(view);
  const dense = stridesOf(from.shape);
  return from.strides.every((s, i) => s === dense[i]) && own.strides.every((s, i) => s === dense[i]);
}
