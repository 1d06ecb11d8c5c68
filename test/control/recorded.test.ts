// Programs with loops, branches and rules of their own give what JAX gives: values, gradients and Hessian-vector products.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ComputeRequest, WireTensor } from '../../engine/index.ts';
import { compute } from '../../engine/index.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { createMachine } from '../../engine/run/machine.ts';
import { context } from '../oracle/context.ts';

interface Program {
  readonly program: readonly string[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly wrt: readonly string[];
}
interface Recorded {
  readonly value: unknown;
  readonly gradients: readonly unknown[];
  readonly vectors: readonly unknown[];
  readonly hvps: readonly unknown[] | null;
}

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
const programs = [...(read('programs.json') as Program[]), ...(read('checkpoint.json') as Program[])];
const recorded = [...(read('recorded.json') as Recorded[]), ...(read('checkpoint-recorded.json') as Recorded[])];

const flat = (x: unknown): number[] => (Array.isArray(x) ? x.flatMap(flat) : [Number(x)]);
const whole = (x: unknown): boolean => flat(x).every(Number.isInteger);
const shapeOf = (x: unknown): number[] => (Array.isArray(x) ? [x.length, ...shapeOf(x[0])] : []);

function request({ program, inputs, wrt }: Program, { vectors, hvps }: Recorded): ComputeRequest {
  const tensors = Object.entries(inputs).map(([name, data]): [string, WireTensor] => [
    name,
    // What is no variable and has no fraction is an integer to JAX.
    (!wrt.includes(name) && whole(data) ? { dtype: 'int64', shape: shapeOf(data), data } : data) as WireTensor,
  ]);
  return {
    program: program.join('\n'),
    inputs: Object.fromEntries(tensors),
    outputs: ['y'],
    gradients: [{ of: 'y', wrt }],
    hvps:
      hvps === null
        ? []
        : [{ of: 'y', vectors: Object.fromEntries(wrt.map((name, i) => [name, vectors[i] as WireTensor])) }],
  };
}

function expectClose(got: Tensor, wanted: unknown): void {
  const [found, known] = [Array.from(got.data as ArrayLike<number>, Number), flat(wanted)];
  expect(found.length).toBe(known.length);
  found.forEach((x, i) => expect(Math.abs(x - known[i])).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(known[i]))));
}

describe.each([
  ['interpreted', context],
  ['compiled', { ...context, machine: createMachine({ wide: false, fma: true }) }],
] as const)('%s', (_name, host) => {
  test.each(programs.map((program, i) => [program.program.at(-1), program, recorded[i]] as const))(
    '%s',
    (_last, program, known) => {
      const answer = compute(request(program, known), host);
      expectClose(answer.outputs['y'], known.value);
      program.wrt.forEach((name, i) => {
        expectClose(answer.gradients[0].wrt[name], known.gradients[i]);
        if (known.hvps !== null) expectClose(answer.hvps[0].wrt[name], known.hvps[i]);
      });
    },
  );
});
