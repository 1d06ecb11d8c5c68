// Fixtures recorded from other libraries: tensors in them, and cases checked against the engine.

import { expect } from 'vitest';
import type { Aval, DType } from '../../engine/ir/aval.ts';
import { isFloat } from '../../engine/ir/aval.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { tensorOf } from '../../engine/ir/tensor.ts';
import type { Attrs } from '../../engine/op.ts';
import { ops } from '../../engine/ops/index.ts';
import { compile, floatsIn, pullback } from '../calculus/functions.ts';
import { callOf } from './contract/cases.ts';

export interface RecordedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}

export interface RecordedCase {
  readonly op: string;
  readonly attrs: object;
  readonly operands: readonly RecordedTensor[];
  readonly outputs: readonly RecordedTensor[];
  /** Which outputs have a cotangent: 1, 1.5, 2, 2.5, 1, … through all of them. */
  readonly pulled: readonly boolean[];
  /** One for each operand; null where none was recorded. */
  readonly gradients: readonly (RecordedTensor | null)[];
}

export const tensorIn = ({ dtype, shape, data }: RecordedTensor): Tensor =>
  tensorOf(
    dtype as DType,
    shape,
    data.map((x) => (dtype === 'int64' ? BigInt(x) : Number(x))),
  );

const avalIn = ({ dtype, shape }: RecordedTensor): Aval => ({ dtype: dtype as DType, shape });

/** Equal dtype and shape, and elements within `tolerance` of each other's size; 0 asks for the same bits. */
export function expectTensor(found: Tensor, wanted: RecordedTensor, tolerance: number, what: string): void {
  expect(found.dtype, what).toBe(wanted.dtype);
  expect(found.shape, what).toEqual(wanted.shape);
  const { data } = tensorIn(wanted);
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [found.data[i], data[i]];
    if (tolerance === 0 || typeof x === 'bigint' || !Number.isFinite(y)) expect(x, `${what}[${i}]`).toBe(y);
    else {
      expect(Math.abs(x - Number(y)), `${what}[${i}]: ${x}, not ${y}`).toBeLessThanOrEqual(
        tolerance * (1 + Math.abs(Number(y))),
      );
    }
  }
}

/** The op of a case gives the outputs and gradients that were recorded. */
export function expectRecorded(c: RecordedCase, tolerance: number): void {
  const op = ops.find((o) => o.name === c.op);
  expect(op, c.op).toBeDefined();
  const at = c.operands.map(tensorIn);
  const fn = callOf(op!, { operands: [], attrs: c.attrs as Attrs }, c.operands.map(avalIn));
  const { outputs, run } = compile(fn);
  const found = run(at);
  expect(found.length).toBe(c.outputs.length);
  found.forEach((y, i) => expectTensor(y, c.outputs[i], tolerance, `output ${i}`));
  if (!c.pulled.includes(true)) return;
  let next = 0;
  const cotangents = floatsIn(outputs).map((i) =>
    tensorOf(
      outputs[i].dtype,
      outputs[i].shape,
      Array.from({ length: found[i].data.length }, () => (c.pulled[i] ? 1 + 0.5 * (next++ % 4) : 0)),
    ),
  );
  const wanted = c.gradients.filter((_g, i) => isFloat(at[i].dtype));
  const gradients = compile(pullback(fn, outputs)).run([...at, ...cotangents]);
  gradients.forEach((g, i) => {
    const recorded = wanted[i];
    if (recorded !== null) expectTensor(g, recorded, tolerance, `gradient ${i}`);
  });
}
