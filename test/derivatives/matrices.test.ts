// Jacobians, Hessians and batches give what JAX gave (record_matrices.py), whole and sparse, interpreted and compiled.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ComputeRequest, SparseTensor, Tensor, WireTensor } from '../../engine/index.ts';
import { createMachine } from '../../engine/index.ts';
import { run } from '../engine/requests.ts';
import { differs, isSparse, whole } from './matrices.ts';

type Flat = Readonly<Record<string, readonly number[]>>;

interface Recorded {
  readonly name: string;
  readonly program: string;
  readonly inputs: Readonly<Record<string, WireTensor>>;
  readonly jacobian: Flat;
  readonly hessian: Readonly<Record<string, Flat>>;
  readonly batch?: {
    readonly inputs: readonly string[];
    readonly tensors: Readonly<Record<string, WireTensor>>;
    readonly gradient: Flat;
    readonly jacobian: Flat;
  };
}

const recorded = JSON.parse(readFileSync(new URL('matrices.json', import.meta.url), 'utf8')) as Recorded[];
const machine = createMachine({ wide: false, fma: false });

type Blocks = Readonly<Record<string, Tensor | SparseTensor>>;

function agree(found: Blocks, wanted: Flat, inputs: Recorded['inputs']): void {
  for (const [name, block] of Object.entries(wanted)) {
    const { shape } = inputs[name] as { shape: readonly number[] };
    expect([name, differs(whole(found[name], shape.length), block, 1e-12)]).toEqual([name, null]);
  }
}

describe.each(recorded.map((r) => [r.name, r] as const))(
  '%s',
  (_name, { program, inputs, jacobian, hessian, batch }) => {
    const wrt = Object.keys(jacobian);
    const asked: ComputeRequest = {
      program,
      inputs,
      outputs: [],
      jacobians: [
        { of: 'y', wrt },
        { of: 'y', wrt, mode: 'forward' },
        { of: 'y', wrt, mode: 'reverse' },
        { of: 'y', wrt, sparse: true },
        { of: 'y', wrt, sparse: 'csr' },
        { of: 'y', wrt, sparse: 'coo', mode: 'forward' },
        { of: 'y', wrt, sparse: 'coo', mode: 'reverse' },
      ],
      hessians: [
        { of: 'f', wrt },
        { of: 'f', wrt, sparse: true },
        { of: 'f', wrt, sparse: 'csr' },
      ],
    };

    test.each([
      ['interpreted', {}],
      ['compiled', { machine }],
    ])('%s', (_how, context) => {
      const { jacobians, hessians, stats } = run(asked, context);
      for (const { wrt: blocks } of jacobians) agree(blocks, jacobian, inputs);
      for (const { wrt: rows } of hessians) for (const name of wrt) agree(rows[name], hessian[name], inputs);
      expect(stats.jacobians?.map(({ mode }) => mode)).toMatchObject({
        1: 'forward',
        2: 'reverse',
        5: 'forward',
        6: 'reverse',
      });
      expect(stats.hessians?.[1].nnz).toBeGreaterThan(0);
    });

    // Where a sort puts an element its value decides, and so which branch is taken.
    test.skipIf(/sort|x\[0\] > 1/.test(program))('has no entries that are zero whatever the inputs are', () => {
      const { jacobians, hessians } = run(asked);
      const zeros = (block: Tensor | SparseTensor): number[] => {
        if (!isSparse(block)) throw new Error('a sparse tensor was asked for');
        return Array.from(block.data, Number).filter((x) => x === 0);
      };
      expect(Object.values(jacobians[3].wrt).flatMap(zeros)).toEqual([]);
      expect(Object.values(hessians[1].wrt).flatMap((row) => Object.values(row).flatMap(zeros))).toEqual([]);
    });

    if (batch === undefined) return;
    test('mapped', () => {
      const { gradients, jacobians } = run({
        program,
        inputs: { ...inputs, ...batch.tensors },
        outputs: [],
        batch: { inputs: batch.inputs },
        gradients: [{ of: 'f', wrt }],
        jacobians: [
          { of: 'y', wrt },
          { of: 'y', wrt, sparse: true },
          { of: 'y', wrt, sparse: 'csr' },
        ],
      });
      agree(gradients[0].wrt, batch.gradient, inputs);
      for (const { wrt: blocks } of jacobians) agree(blocks, batch.jacobian, inputs);
    });
  },
);
