// Evenly spaced numbers by their step.

import type { DType } from '../ir/aval.ts';
import { isFloat, promote } from '../ir/aval.ts';
import { tensorOf } from '../ir/tensor.ts';
import { composite } from '../families/composite.ts';
import { requireSize } from '../families/creation.ts';
import { knownTensor } from '../families/known.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const arange = composite({
  name: 'arange',
  family: 'creation',
  doc: {
    text: 'Numbers from start (0) in steps of step (1) up to stop, which is left out. Integers give int64, floats the default float. The numbers must be known: they make the shape.',
    source: 'Array API 2024.12, arange',
  },
  params: [
    { name: 'start', kind: 'tensor' },
    { name: 'stop', kind: 'tensor', default: null },
    { name: 'step', kind: 'tensor', default: null },
    { name: 'dtype', kind: 'dtype', default: null },
  ],
  differentiable: 'no',
  samples: [
    { operands: [], attrs: { start: 5 } },
    { operands: [], attrs: { start: 1, stop: 0, step: -0.25 } },
    { operands: [], attrs: { start: 3, stop: 1 } },
    { operands: [], attrs: { start: 0, stop: 7, step: 2, dtype: 'int32' } },
  ],
  body(b, args) {
    const by = args['step'] as Operand | null;
    const written = [args['start'], args['stop'], by].filter((v) => v !== null) as Operand[];
    const [low, high] = args['stop'] === null ? [0n, args['start']] : [args['start'], args['stop']];
    const start = numberOf(low as Operand, 'start');
    const stop = numberOf(high as Operand, 'stop');
    const step = numberOf(by ?? 1n, 'step');
    if (step === 0) fail('E_ATTRIBUTE', 'arange needs a step other than 0.');
    const natural = promote(
      written.map((v) => b.avalOf(v)),
      b.context.defaultFloat,
    ).dtype;
    const dtype = (args['dtype'] as DType | null) ?? (isFloat(natural) ? natural : 'int64');
    const n = Math.max(0, Math.ceil((stop - start) / step));
    if (!Number.isFinite(n)) fail('E_ATTRIBUTE', `arange from ${start} to ${stop} in steps of ${step} has no end.`);
    requireSize(b, n, `arange from ${start} to ${stop} in steps of ${step}`);
    const whole = isFloat(dtype) || dtype === 'bool' ? (x: number): number => x : Math.trunc;
    return b.constant(
      tensorOf(
        dtype,
        [n],
        Array.from({ length: n }, (_, i) => whole(start + i * step)),
      ),
    );
  },
});

function numberOf(operand: Operand, name: string): number {
  if (typeof operand !== 'object') return Number(operand);
  const known = operand.aval.shape.length === 0 ? knownTensor(operand) : null;
  if (known !== null) return Number(known.data[0]);
  fail(
    'E_ATTRIBUTE',
    `arange: ${name} must be a number that is known before anything runs, since it makes the shape.`,
    'linspace(start, stop, num) has a fixed shape and takes arrays.',
  );
}
