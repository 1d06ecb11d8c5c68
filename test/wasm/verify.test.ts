// The verifiers of the compiler's forms find what is wrong with them: each fault is put into a sound form.

import { describe, expect, test } from 'vitest';
import type { Value } from '../../engine/ir/graph.ts';
import type { Fused, LoopStep } from '../../engine/optimize/fuse.ts';
import type { Demands, Placement } from '../../engine/optimize/place.ts';
import { verifyPlacement } from '../../engine/optimize/verify-placement.ts';
import { verifySteps } from '../../engine/optimize/verify-steps.ts';
import type { Level } from '../../engine/wasm/lay-out.ts';
import type { Nest } from '../../engine/wasm/nest.ts';
import { verifyLayout } from '../../engine/wasm/verify-layout.ts';
import { compile } from '../calculus/functions.ts';
import { planned } from './compiled.ts';

/** Two loops around running sums: the first in phases, the last written over what the sums leave. */
const { graph } = compile({
  inputs: [{ dtype: 'float64', shape: [40, 64] }],
  body: (b, [x]) => [b.tanh(b.cumsum(b.multiply(b.sin(x), b.softmax(x, null, { axis: 1 })), { axis: 1 }))],
});
const l = planned(graph);
const { fused, layout, placement } = l;
const { demands } = layout;

describe('steps', () => {
  const loopAt = (at: number): LoopStep => fused.steps[at] as LoopStep;
  const withLoop = (at: number, change: Partial<LoopStep>): Fused => ({
    ...fused,
    steps: fused.steps.map((step, i) => (i === at ? { ...loopAt(at), ...change } : step)),
  });
  const withMember = (change: object): Fused =>
    withLoop(0, { members: loopAt(0).members.map((m, i) => (i === 0 ? { ...m, ...change } : m)) });
  const [operand] = loopAt(0).members[0].operands;

  test.each<[string, Fused, RegExp]>([
    [
      'a view outside',
      withMember({ operands: [{ ...operand, view: { ...operand.view, offset: 1 } }] }),
      /1 to 2560 of/,
    ],
    [
      'a view below',
      withMember({ operands: [{ ...operand, view: { ...operand.view, offset: -1 } }] }),
      /-1 to 2558 of/,
    ],
    ['another domain', withLoop(0, { domain: [64, 40] }), /over \(64, 40\) reads/],
    ['an order', { ...fused, steps: [...fused.steps].reverse() }, /before it is made/],
    ['a step twice', { ...fused, steps: [...fused.steps, fused.steps[0]] }, /there already/],
    ['no reducer', withMember({ reducer: undefined }), /joins elements where it reduces/],
    [
      'a phase',
      withLoop(0, { members: loopAt(0).members.map((m) => ({ ...m, phase: 0 })) }),
      /needs what is there from/,
    ],
  ])('%s', (_name, wrong, message) => {
    expect(() => verifySteps(l.graph, wrong)).toThrow(message);
  });
  test('are sound as they are', () => verifySteps(l.graph, fused));
});

describe('layouts', () => {
  const nestOf = (change: (nest: Nest) => Partial<Nest>): Level => ({
    ...layout,
    steps: layout.steps.map((laid, i) =>
      i === 0 && laid.kind === 'loop' ? { ...laid, nest: { ...laid.nest, ...change(laid.nest) } } : laid,
    ),
  });
  const moved = (by: number) => (nest: Nest) => ({
    operands: new Map(
      [...nest.operands].map(([m, walks]) => [m, walks.map((w) => ({ ...w, at: w.at + by }))] as const),
    ),
  });
  test.each<[string, Level, RegExp]>([
    ['a walk outside', nestOf(moved(8)), /reaches from/],
    ['a walk below', nestOf(moved(-8)), /reaches from/],
    ['a domain', nestOf(() => ({ dims: [40, 63] })), /elements of its domain/],
    ['pieces', nestOf(({ chunks }) => ({ chunks: chunks + 1 })), /pieces make up/],
    ['scratch', nestOf(() => ({ scratchBytes: 0 })), /scratch of 0 bytes/],
    [
      'scratch that is needed at once',
      nestOf(({ stores }) => {
        const own = [...stores].filter(([, walk]) => walk.root === null);
        const at = Math.min(...own.map(([, walk]) => walk.at));
        return { stores: new Map([...stores].map(([v, w]) => [v, w.root === null ? { ...w, at } : w] as const)) };
      }),
      /scratch/,
    ],
    [
      'a result over too much',
      {
        ...layout,
        demands: {
          ...demands,
          steps: demands.steps.map((step, i) =>
            i === 0 ? { ...step, reuses: [{ result: step.makes[0], operand: step.makes[0] }] } : step,
          ),
        },
      },
      /over an operand of its step/,
    ],
  ])('%s', (_name, wrong, message) => {
    expect(() => verifyLayout(wrong)).toThrow(message);
  });
  test('are sound as they are', () => verifyLayout(layout));
});

describe('placements', () => {
  const [input] = demands.pinned.slice(-1);
  const made = demands.steps.map((step) => step.makes[0]);
  const at = (value: Value, address: number): Placement => ({
    ...placement,
    address: new Map(placement.address).set(value, address),
  });
  const without = (value: Value): Placement => {
    const address = new Map(placement.address);
    address.delete(value);
    return { ...placement, address };
  };
  const asking = (change: Partial<Demands>): Demands => ({ ...demands, ...change });
  test.each<[string, Demands, Placement, RegExp]>([
    ['what overlaps', demands, at(made[0], placement.address.get(input)!), /needed again|reaches to/],
    ['half a line', demands, at(made[0], placement.address.get(made[0])! + 8), /no multiple of 64/],
    ['what lies beyond', demands, at(made[0], placement.bytes), /not within the memory/],
    ['what lies among constants', demands, at(made[0], 0), /not within the memory/],
    ['no place', demands, without(made[0]), /has no address/],
    ['an order', asking({ steps: [...demands.steps].reverse() }), placement, /is not there/],
    ['what is needed again', asking({ kept: [...demands.kept, made[0]] }), placement, /needed again/],
    [
      'a result over what it must not be written over',
      asking({ steps: demands.steps.map((step) => ({ ...step, reuses: [] })) }),
      placement,
      /reaches to/,
    ],
    ['nothing kept', asking({ steps: demands.steps.slice(0, -1) }), placement, /not there in the end/],
  ])('%s', (_name, asked, wrong, message) => {
    expect(() => verifyPlacement(asked, wrong)).toThrow(message);
  });
  test('are sound as they are', () => verifyPlacement(demands, placement));
});
