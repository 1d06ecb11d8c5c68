// Kinks and singular points as rows of a table: a program, where it is evaluated, and what must come out there.

import { expect } from 'vitest';
import type { Tensor, WireTensor } from '../../engine/index.ts';
import { plain, run } from '../engine/requests.ts';
import references from './references.json' with { type: 'json' };

/** Numbers as they are expected; NaN and infinities are themselves, -0 and 0 the same. */
export type Numbers = number | readonly Numbers[];

export interface Point {
  /** A program that defines y. */
  readonly of: string;
  readonly at: Readonly<Record<string, Numbers>>;
  readonly value: Numbers;
  /** The gradient of y with a cotangent of ones (or the one below), by input. */
  readonly slopes: Readonly<Record<string, Numbers>>;
  /** The JVP with tangents of ones; `slope` where every element of y depends on the element of x at its place alone. */
  readonly push: Numbers | 'slope';
  readonly cotangent?: Numbers;
  /** The recorded run of PyTorch and JAX at the same place, and which of them gives the same value, gradient and JVP. */
  readonly recorded?: string;
  readonly as?: 'both' | 'torch' | 'jax' | 'neither';
  /** Why we differ, or what there is to see. */
  readonly note?: string;
}

interface Run {
  readonly error?: boolean;
  readonly value?: unknown;
  readonly vjp?: readonly unknown[];
  readonly jvp?: unknown;
}
type Reference = { readonly inputs: unknown; readonly cotangent?: unknown; readonly torch: Run; readonly jax: Run };

/** Recorded numbers: the three that JSON lacks, and -0, are strings. */
function read(x: unknown): Numbers {
  if (Array.isArray(x)) return x.map(read);
  return Number(x);
}

const flat = (x: Numbers): number[] => (typeof x === 'number' ? [x] : x.flatMap(flat));
const shapeOf = (x: Numbers): number[] =>
  typeof x === 'number' ? [] : [x.length, ...(x[0] === undefined ? [] : shapeOf(x[0]))];

const close = (x: number, y: number): boolean =>
  Object.is(x, y) || x === y || Math.abs(x - y) <= 1e-12 * (1 + Math.abs(y));

export function same(x: Numbers, y: Numbers): boolean {
  const [a, b] = [flat(x), flat(y)];
  return shapeOf(x).join() === shapeOf(y).join() && a.every((u, i) => close(u, b[i]));
}

/** The same numbers to about the last three digits. */
function expectNumbers(found: Tensor, wanted: Numbers, what: string): void {
  const numbers = plain(found) as Numbers;
  if (!same(numbers, wanted)) expect(numbers, what).toEqual(wanted);
}

/** A float64 tensor whose shape the nesting says, empty ones included. */
const tensor = (x: Numbers): WireTensor => ({
  dtype: 'float64',
  shape: shapeOf(x),
  data: flat(x).map((u) => (u - u === 0 ? u : String(u))),
});

/** Numbers in the form of x that are neither equal nor zero, for the adjoint identity. */
function generic(x: Numbers, seed: number): Numbers {
  let at = seed;
  const fill = (like: Numbers): Numbers => (typeof like === 'number' ? [0.75, 1.25, 0.5, 2][at++ % 4] : like.map(fill));
  return fill(x);
}

const inner = (x: Numbers, y: Numbers): number => {
  const b = flat(y);
  return flat(x).reduce((sum, u, i) => sum + u * b[i], 0);
};

/** Value, reverse mode, forward mode, and ⟨w, Jv⟩ = ⟨Jᵀw, v⟩ in a generic direction, infinities and NaN included. */
export function expectPoint(point: Point): void {
  const { of, at, value, slopes } = point;
  const wrt = Object.keys(slopes);
  const map = (f: (name: string, i: number) => Numbers): Record<string, Numbers> =>
    Object.fromEntries(wrt.map((name, i) => [name, f(name, i)]));
  const tensors = (record: Readonly<Record<string, Numbers>>): Record<string, WireTensor> =>
    Object.fromEntries(Object.entries(record).map(([name, x]) => [name, tensor(x)]));
  const ones = (x: Numbers): Numbers => (typeof x === 'number' ? 1 : x.map(ones));
  const v = map((name, i) => generic(at[name], i));
  const w = generic(value, 3);
  const { outputs, gradients, jvps } = run({
    program: of.includes('=') && /^\s*y\b.*=/m.test(of) ? of : `y = ${of}`,
    inputs: tensors(at),
    outputs: ['y'],
    gradients: [
      { of: 'y', wrt, cotangent: tensor(point.cotangent ?? ones(value)) },
      { of: 'y', wrt, cotangent: tensor(w) },
    ],
    jvps: [
      { of: ['y'], tangents: tensors(map((name) => ones(at[name]))) },
      { of: ['y'], tangents: tensors(v) },
    ],
  });
  expectNumbers(outputs['y'], value, 'value');
  for (const name of wrt) expectNumbers(gradients[0].wrt[name], slopes[name], `gradient with respect to ${name}`);
  const push = pushOf(point);
  expectNumbers(jvps[0].of['y'], push, 'JVP');
  const forward = inner(plain(jvps[1].of['y']) as Numbers, w);
  const reverse = wrt.reduce((sum, name) => sum + inner(plain(gradients[1].wrt[name]) as Numbers, v[name]), 0);
  if (!close(forward, reverse)) expect({ forward }, 'adjoint identity').toEqual({ forward: reverse });
  if (point.recorded !== undefined) expectComparison(point, point.recorded, push);
}

const pushOf = ({ push, slopes }: Point): Numbers => (push === 'slope' ? Object.values(slopes)[0] : push);

function expectComparison(point: Point, name: string, push: Numbers): void {
  const reference = (references as unknown as Readonly<Record<string, Reference>>)[name];
  expect(reference, `the recorded case ${name}`).toBeDefined();
  expect(read(reference.inputs), 'the place of the recorded case').toEqual(Object.values(point.at).map((x) => read(x)));
  expect(read(reference.cotangent ?? 0)).toEqual(read(point.cotangent ?? 0));
  const agrees = ({ error, value, vjp, jvp }: Run): boolean =>
    error !== true &&
    same(point.value, read(value)) &&
    same(Object.values(point.slopes), read(vjp)) &&
    (jvp === undefined || same(push, read(jvp)));
  const [torch, jax] = [agrees(reference.torch), agrees(reference.jax)];
  expect(torch ? (jax ? 'both' : 'torch') : jax ? 'jax' : 'neither', 'who gives the same').toBe(point.as);
}

export const titled = (points: readonly Point[]): [string, Point][] =>
  points.map((p) => [
    `${p.of} at ${Object.entries(p.at)
      .map(([k, x]) => `${k} = ${show(x)}`)
      .join(', ')}`,
    p,
  ]);

const show = (x: Numbers): string =>
  typeof x === 'number' ? (Object.is(x, -0) ? '-0' : String(x)) : `[${x.map(show).join(', ')}]`;
