// The verifier of steps: views lie within their arrays, domains fit, and everything is made before it is read.

import { invariant } from '../errors.ts';
import { sameShape, showShape, sizeOf } from '../ir/aval.ts';
import type { Graph, Value } from '../ir/graph.ts';
import type { View } from '../ir/view.ts';
import { squeezeView, wholeView } from '../ir/view.ts';
import type { Fused, LoopStep, Member, Operand } from './fuse.ts';

/** Checks what fusion has made of a graph. A failure is a bug of ours. */
export function verifySteps(graph: Graph, { steps, results }: Fused): void {
  const made = new Set<Value>(graph.inputs.map((input) => input.value));
  for (const { op, outputs } of graph.nodes) {
    if (op.primitive!.constant !== undefined) for (const y of outputs) made.add(y);
  }
  const read = ({ root, view }: Operand, by: string): void => {
    invariant(made.has(root), `${by} reads an array before it is made`);
    verifyView(view, sizeOf(root.aval.shape), by);
  };
  const make = (value: Value, by: string): void => {
    invariant(!made.has(value), `what ${by} makes is there already`);
    made.add(value);
  };
  for (const step of steps) {
    if (step.kind === 'loop') {
      const makers = new Map<Value, Member>();
      for (const member of step.members) {
        const by = nameOf(member);
        for (const operand of member.operands) {
          read(operand, by);
          verifyOrder(member, makers.get(operand.root), by);
        }
        verifyMember(step, member, by);
        make(member.output, by);
        makers.set(member.output, member);
      }
      continue;
    }
    const { node, operands } = step;
    const { name } = node.op;
    const copies = step.kind === 'kernel' && step.request.kind === 'copy';
    invariant(copies || operands.length === node.inputs.length, `${name} has ${operands.length} operands`);
    if (copies && step.request.zeros !== true) {
      const moved = operands.reduce((n, o) => n + sizeOf(o.view.shape), 0);
      invariant(moved === sizeOf(node.outputs[0].aval.shape), `${name} moves ${moved} elements`);
    }
    operands.forEach((operand, i) => {
      read(operand, name);
      if (step.kind !== 'contract' && !copies) {
        const size = sizeOf(node.inputs[i].aval.shape);
        invariant(
          sizeOf(operand.view.shape) === size,
          `${name} reads ${sizeOf(operand.view.shape)} of ${size} elements`,
        );
      }
      const strided = step.kind === 'contract' || (step.kind === 'kernel' && 'strided' in step.request);
      invariant(strided || isContiguous(operand.view), `${name} reads elements that do not lie side by side`);
    });
    for (const y of node.outputs) make(y, name);
  }
  results.forEach(({ root, view }, i) => {
    read({ root, view }, 'the caller');
    const { aval } = graph.outputs[i];
    invariant(root.aval.dtype === aval.dtype, `output ${i} is ${aval.dtype} and lies as ${root.aval.dtype}`);
    const size = sizeOf(aval.shape);
    invariant(sizeOf(view.shape) === size && isContiguous(view), `output ${i} lies in one piece of ${size}`);
  });
}

function verifyView({ shape, strides, offset }: View, size: number, by: string): void {
  invariant(shape.length === strides.length, `${by} has ${strides.length} strides for ${showShape(shape)}`);
  if (shape.includes(0)) return;
  let [low, high] = [offset, offset];
  shape.forEach((d, i) => {
    const reach = (d - 1) * strides[i];
    if (reach < 0) low += reach;
    else high += reach;
  });
  invariant(low >= 0 && high < size, `${by} reads elements ${low} to ${high} of an array of ${size}`);
}

/** Whether elements lie in their order, side by side. */
function isContiguous(view: View): boolean {
  const { shape, strides } = squeezeView(view);
  return shape.includes(0) || sameShape(strides, wholeView(shape).strides);
}

function verifyMember(
  { domain, inner }: LoopStep,
  { role, axes, operands, output, reducer }: Member,
  by: string,
): void {
  const over = role === 'row' ? domain.slice(0, domain.length - inner) : domain;
  for (const { view } of operands) {
    invariant(sameShape(view.shape, over), `${by} over ${showShape(over)} reads ${showShape(view.shape)}`);
  }
  const reduced = role === 'reduce' ? axes! : [];
  invariant((reducer !== undefined) === (role === 'reduce'), `${by} joins elements where it reduces, and only there`);
  const kept = over.filter((_d, i) => !reduced.includes(i));
  const size = sizeOf(output.aval.shape);
  invariant(sizeOf(kept) === size, `${by} makes ${size} elements and not those of ${showShape(kept)}`);
}

/** What a reduction or a row gives is there in the next phase; for another row, at the end of the same. */
function verifyOrder(member: Member, maker: Member | undefined, by: string): void {
  if (maker === undefined) return;
  const from = maker.phase + (maker.role === 'map' || member.role === 'row' ? 0 : 1);
  invariant(member.phase >= from, `${by} in phase ${member.phase} needs what is there from phase ${from} on`);
}

const nameOf = ({ node, copy }: Member): string => (copy ? `a copy for ${node.op.name}` : node.op.name);
