// Programs give what JAX gives, values and cotangents, interpreted and compiled: differential equations in the same steps,
// applications, and every spelling of what takes a function.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ComputeRequest, WireTensor } from '../../engine/index.ts';
import { compute } from '../../engine/index.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { createMachine } from '../../engine/run/machine.ts';
import { context } from '../oracle/context.ts';

interface Program {
  readonly name: string;
  readonly program: readonly string[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly wrt: readonly string[];
}
interface Recorded {
  readonly value: unknown;
  readonly cotangent: WireTensor;
  readonly gradients: readonly unknown[];
}

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
const flat = (x: unknown): number[] => (Array.isArray(x) ? x.flatMap(flat) : [Number(x)]);
const shapeOf = (x: unknown): number[] => (Array.isArray(x) ? [x.length, ...shapeOf(x[0])] : []);

/** What is no variable and has no fraction is an integer to JAX. */
const isWhole = ({ wrt }: Program, name: string, data: unknown): boolean =>
  !wrt.includes(name) && /^[\s[\],\-0-9]*$/.test(JSON.stringify(data));

function expectClose(got: Tensor, wanted: readonly number[]): void {
  const found = Array.from(got.data as ArrayLike<number>, Number);
  expect(found.length).toBe(wanted.length);
  const size = Math.max(1, ...wanted.map(Math.abs));
  found.forEach((x, i) => expect(Math.abs(x - wanted[i])).toBeLessThanOrEqual(1e-9 * size));
}

const compiled = { ...context, machine: createMachine({ wide: false, fma: true }) };

describe.each(['equations', 'applications', 'spellings'])('%s', (list) => {
  const programs = read(`${list}.json`) as readonly Program[];
  const recorded = read(`${list}-recorded.json`) as readonly Recorded[];

  test.each(programs.map((program, i) => [program.name, program, recorded[i]] as const))(
    '%s',
    (_name, given, known) => {
      const inputs = Object.entries(given.inputs).map(([name, data]): [string, WireTensor] => [
        name,
        (isWhole(given, name, data) ? { dtype: 'int64', shape: shapeOf(data), data } : data) as WireTensor,
      ]);
      const request: ComputeRequest = {
        program: given.program.join('\n'),
        inputs: Object.fromEntries(inputs),
        outputs: ['y'],
        gradients: given.wrt.length === 0 ? [] : [{ of: 'y', wrt: given.wrt, cotangent: known.cotangent }],
      };
      // What is spelt otherwise is the same graph: compiling it is tried with the rest.
      for (const host of list === 'spellings' ? [context] : [context, compiled]) {
        const answer = compute(request, host);
        expectClose(answer.outputs['y'], flat(known.value));
        given.wrt.forEach((name, i) => expectClose(answer.gradients[0].wrt[name], flat(known.gradients[i])));
      }
    },
  );
});
