// The verifier of layouts: what nests walk through lies within arrays and scratch, pieces make up the whole, reuses fit.

import { invariant } from '../errors.ts';
import { bytesOfAval, itemBytes, sizeOf } from '../ir/aval.ts';
import { verifyPlacement } from '../optimize/verify-placement.ts';
import { verifySteps } from '../optimize/verify-steps.ts';
import type { Level } from './lay-out.ts';
import type { LoopStep } from '../optimize/fuse.ts';
import type { Nest, Walk } from './nest.ts';

/** Checks the form of every step. A failure is a bug of ours. */
export function verifyLayout({ steps, demands }: Level): void {
  // A body's own inputs are made before its first step.
  const begins = demands.steps.length - steps.length;
  steps.forEach((laid, i) => {
    const { makes, reads, reuses, scratchBytes } = demands.steps[begins + i];
    for (const { result, operand } of reuses) {
      invariant(makes.includes(result) && reads.includes(operand), 'a result is written over an operand of its step');
      invariant(
        bytesOfAval(result.aval) === bytesOfAval(operand.aval),
        'a result has the bytes of what it is written over',
      );
    }
    if (laid.kind === 'loop') verifyNest(laid.step, laid.nest);
    else if (laid.kind === 'control') {
      for (const part of laid.parts) {
        verifySteps(part.graph, part.fused);
        verifyLayout(part);
        verifyPlacement(part.demands, part.placement);
        invariant(part.at + part.placement.bytes <= scratchBytes, 'a body lies in the scratch of its loop');
      }
    } else if (laid.kind === 'kernel') {
      const { run, whole, chunks } = laid.kernel;
      const { node, operands } = laid.step;
      for (const { params } of whole === undefined ? [run] : [run, whole]) {
        invariant(
          params.length === operands.length + node.outputs.length + 2,
          `a kernel of ${node.op.name} takes its operands`,
        );
      }
      invariant(chunks >= 1, `a kernel of ${node.op.name} has pieces`);
      invariant(scratchBytes >= 0, `a kernel of ${node.op.name} has scratch`);
    }
  });
}

function verifyNest(step: LoopStep, nest: Nest): void {
  const { dims, outer, chunks, perChunk, operands, stores, folds, own, scratchBytes, arrays } = nest;
  const first = dims[0] ?? 1;
  invariant(sizeOf(dims) === sizeOf(step.domain), 'a nest has the elements of its domain');
  invariant(outer <= dims.length, 'a nest has its outer axes');
  invariant(chunks === Math.max(1, Math.ceil(first / perChunk)), 'pieces make up the first axis');
  const pieces: Pick<Walk, 'at' | 'perChunk'>[] = [];
  const check = (walk: Walk, bytes: number, what: string): void => {
    const { root, at, strides } = walk;
    invariant(strides.length === dims.length, `${what} has a stride for each axis`);
    let [low, high] = [at, at + bytes];
    strides.forEach((s, d) => {
      const reach = (dims[d] - 1) * s;
      if (reach < 0) low += reach;
      else high += reach;
    });
    if (root === null) {
      pieces.push(walk);
      const end = at + walk.perChunk;
      invariant(
        low >= at && (what === 'own' || high <= end),
        `${what} reaches from ${low} to ${high} of ${at} to ${end}`,
      );
      return;
    }
    invariant(low >= 0 && high <= bytesOfAval(root.aval), `${what} reaches from ${low} to ${high} of an array`);
    invariant(
      walk.perChunk === perChunk * (strides[0] ?? 0),
      `${what} goes from piece to piece as along the first axis`,
    );
  };
  for (const [member, walks] of operands) {
    walks.forEach((walk) => check(walk, itemBytes(walk.root!.aval.dtype), member.node.op.name));
  }
  for (const [value, walk] of stores) {
    check(walk, itemBytes(value.aval.dtype), 'a store');
    const along = walk.strides.at(-1);
    invariant(
      along === undefined || along === 0 || along === itemBytes(value.aval.dtype),
      'elements are stored side by side',
    );
  }
  for (const { member, to, partial } of folds) {
    invariant(partial === (to.root === null), 'partial results are in scratch');
    check(to, itemBytes(member.output.aval.dtype), member.node.op.name);
  }
  if (own !== null) check(own, 0, 'own');
  // Pieces of scratch lie one behind the other, but for what one after the other is kept in.
  let end = 0;
  let before: (typeof pieces)[number] | null = null;
  for (const piece of pieces.sort((a, b) => a.at - b.at)) {
    if (before !== null && before.at === piece.at) {
      invariant(before.perChunk === piece.perChunk, 'values that share scratch are as long');
    } else invariant(piece.at >= end, `scratch at ${piece.at} begins before ${end}`);
    end = piece.at + piece.perChunk * chunks;
    before = piece;
  }
  invariant(end <= scratchBytes, `scratch of ${scratchBytes} bytes is used to ${end}`);
  verifySlots(step, stores);
  for (const value of arrays) {
    invariant(
      step.members.some((m) => m.output === value),
      'a nest leaves what its members make',
    );
  }
}

/** What shares scratch is not needed at once. */
function verifySlots(step: LoopStep, stores: Nest['stores']): void {
  const until = new Map<number, number>();
  for (const { output, phase } of step.members) {
    const slot = stores.get(output);
    if (slot === undefined || slot.root !== null) continue;
    const readers = step.members.filter((m) => m.operands.some((o) => o.root === output));
    invariant((until.get(slot.at) ?? -1) < phase, 'scratch is free when it is written');
    until.set(slot.at, Math.max(phase, ...readers.map((m) => m.phase)));
  }
}
