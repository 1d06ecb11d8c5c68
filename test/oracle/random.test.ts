// Random programs give the numbers that JAX gave (and PyTorch, for a part): recorded by record_random.py.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compute } from '../../engine/index.ts';
import type { ComputeRequest, Tensor, WireTensor } from '../../engine/index.ts';
import { context } from './context.ts';

interface Wire {
  readonly dtype: Tensor['dtype'];
  readonly shape: readonly number[];
  readonly data: readonly (number | boolean)[];
}
type Flat = Readonly<Record<string, readonly number[]>>;

interface Recorded {
  /** `single` programs round to float32 on the way. */
  readonly kind: 'full' | 'plain' | 'single';
  readonly program: string;
  readonly inputs: Readonly<Record<string, Wire>>;
  readonly outputs: Readonly<Record<string, Wire>>;
  readonly gradient: Flat;
  readonly jvp: Flat;
  readonly hvp?: Flat;
}

const programs = JSON.parse(readFileSync(new URL('random.json', import.meta.url), 'utf8')) as Recorded[];

/** The direction that record_random.py took for input j. */
const direction = (j: number, { dtype, shape, data }: Wire): WireTensor => ({
  dtype,
  shape,
  data: data.map((_x, k) => ((7 * k + 3 * j) % 11) / 4 - 1.25),
});

function requestFor(p: Recorded): ComputeRequest {
  const floats = Object.keys(p.gradient);
  const order = Object.keys(p.inputs).filter((name) => floats.includes(name));
  const directions = Object.fromEntries(order.map((name, j) => [name, direction(j, p.inputs[name])]));
  return {
    program: p.program,
    inputs: p.inputs,
    outputs: Object.keys(p.outputs),
    gradients: [{ of: 'loss', wrt: order }],
    jvps: [{ of: Object.keys(p.jvp), tangents: directions }],
    hvps: p.hvp === undefined ? [] : [{ of: 'loss', vectors: directions }],
  };
}

/** What differs, in words; nothing where all is as recorded. */
function differences(what: string, found: Readonly<Record<string, Tensor>>, wanted: Flat, tolerance: number): string[] {
  return Object.entries(wanted).flatMap(([name, list]) => {
    const { data } = found[name];
    const scale = Math.max(1e-6, ...list.map(Math.abs));
    const at = list.findIndex((x, i) => !(Math.abs(Number(data[i]) - x) <= tolerance * scale));
    if (data.length === list.length && at < 0) return [];
    return [
      `${what} of ${name} is ${String(data[at])} at ${at}, and ${list[at]} was recorded (${data.length} of ${list.length})`,
    ];
  });
}

test.each(programs.map((p, i) => [i, p] as const))('program %i', (_i, p) => {
  const answer = compute(requestFor(p), context);
  const tolerance = p.kind === 'single' ? 1e-4 : 1e-9;
  const numbers = Object.fromEntries(Object.entries(p.outputs).map(([name, y]) => [name, y.data.map(Number)]));
  const types = Object.entries(p.outputs).flatMap(([name, { dtype, shape }]) => {
    const y = answer.outputs[name];
    return y.dtype === dtype && y.shape.join() === shape.join()
      ? []
      : [`${name} is ${y.dtype}[${y.shape.join()}], and ${dtype}[${shape.join()}] was recorded`];
  });
  const complaints = [
    ...types,
    ...differences('the value', answer.outputs, numbers, tolerance),
    ...differences('the gradient', answer.gradients[0].wrt, p.gradient, tolerance),
    ...differences('the tangent', answer.jvps[0].of, p.jvp, tolerance),
    ...(p.hvp === undefined ? [] : differences('the Hessian-vector product', answer.hvps[0].wrt, p.hvp, tolerance)),
  ];
  if (complaints.length > 0) expect.fail(`${complaints.join('\n')}\n${p.program}`);
});
