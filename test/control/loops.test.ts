// Loops in loops on a few numbers each, and every derivative of them, compiled as interpreted.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest } from '../../engine/index.ts';
import { compute } from '../../engine/index.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { createMachine } from '../../engine/run/machine.ts';
import { createRandom } from '../calculus/random.ts';
import { context } from '../oracle/context.ts';
import { rounds, seed } from '../effort.ts';
import { LoopProgram } from './loops.ts';

const machines = [true, false].map((fma) => createMachine({ wide: false, fma }));

/** The largest number that two answers of a request differ by, relative to the largest of them, with what it is of. */
function difference(want: Record<string, Tensor>, got: Record<string, Tensor>): string | null {
  for (const [name, { data }] of Object.entries(want)) {
    const [a, b] = [
      Array.from(data as ArrayLike<number>, Number),
      Array.from(got[name].data as ArrayLike<number>, Number),
    ];
    const scale = Math.max(1, ...a.filter(Number.isFinite).map(Math.abs));
    const at = a.findIndex(
      (x, i) => !(Object.is(x, b[i]) || Math.abs(x - b[i]) <= 1e-9 * scale || (x !== x && b[i] !== b[i])),
    );
    if (at >= 0) return `${name}[${at}]: ${a[at]} interpreted, ${b[at]} compiled`;
  }
  return null;
}

function complaintOf(name: string): string | null {
  const random = createRandom(name);
  const program = new LoopProgram(random);
  const n = program.length;
  const draw = (): number => random.uniform() * 2 - 1;
  const p = Array.from({ length: n }, draw);
  const request: ComputeRequest = {
    program: program.text(),
    inputs: { p, q: draw() },
    outputs: ['y'],
    ...(random.chance(0.3) && { dtype: 'float64' }),
    gradients: [{ of: 'y', wrt: ['p', 'q'] }],
    jvps: [{ of: ['y'], tangents: { p: p.map(draw), q: 1 } }],
    ...(random.chance(0.4) && { hvps: [{ of: 'y', vectors: { p: p.map(draw), q: 0.5 } }] }),
  };
  const batched: ComputeRequest = random.chance(0.3)
    ? { ...request, inputs: { p: [p, p.map(draw)], q: [0.2, draw()] }, batch: { inputs: ['p', 'q'] }, hvps: [] }
    : request;
  const flat = (answer: ReturnType<typeof compute>): Record<string, Tensor> => ({
    y: answer.outputs['y'],
    'dy/dp': answer.gradients[0].wrt['p'],
    'dy/dq': answer.gradients[0].wrt['q'],
    jvp: answer.jvps[0].of['y'],
    ...Object.fromEntries(answer.hvps.flatMap(({ wrt }) => Object.entries(wrt).map(([x, t]) => [`hvp ${x}`, t]))),
  });
  try {
    const want = flat(compute(batched, context));
    const got = flat(compute(batched, { ...context, machine: random.pick(machines) }));
    const found = difference(want, got);
    return found === null ? null : `${name}: ${found}\n${JSON.stringify(batched)}\n${batched.program}`;
  } catch (error) {
    if (error instanceof EngineError) return `${name}: ${error.message}\n${batched.program}`;
    return `${name}: ${(error as Error).stack}\n${batched.program}`;
  }
}

const programs = rounds(60);
const perTest = 20;

describe(`loops in loops, seed ${seed}`, () => {
  test.each(Array.from({ length: Math.ceil(programs / perTest) }, (_, k) => k * perTest))('from %i', (from) => {
    const found = Array.from({ length: perTest }, (_, k) => complaintOf(`${seed}/loops/${from + k}`));
    expect(found.filter((x) => x !== null)).toEqual([]);
  });
});
