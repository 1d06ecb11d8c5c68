// Jacobians and Hessians of the recorded random programs: forward, reverse and sparse all give the same matrix.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ComputeRequest, SparseTensor, Tensor, WireTensor } from '../../engine/index.ts';
import { run } from '../engine/requests.ts';
import { differs, whole } from './matrices.ts';

interface Recorded {
  readonly kind: 'full' | 'plain' | 'single';
  readonly program: string;
  readonly inputs: Readonly<Record<string, WireTensor>>;
  readonly outputs: Readonly<Record<string, { readonly dtype: string }>>;
  readonly gradient: Readonly<Record<string, readonly number[]>>;
}

const file = new URL('../oracle/random.json', import.meta.url);
const programs = (JSON.parse(readFileSync(file, 'utf8')) as Recorded[])
  .filter(({ kind }) => kind !== 'single')
  // COTANGENT_ALL takes them all, which takes a minute.
  .filter((_p, i) => i % 7 === 0 || process.env['COTANGENT_ALL'] !== undefined);

type Blocks = Readonly<Record<string, Tensor | SparseTensor>>;

function compare(what: string, found: Blocks, wanted: Blocks): string[] {
  return Object.entries(wanted).flatMap(([name, block]) => {
    const complaint = differs(whole(found[name]), whole(block), 1e-9);
    return complaint === null ? [] : [`${what} by ${name}: ${complaint}`];
  });
}

test.each(programs.map((p, i) => [i, p] as const))('program %i', (_i, { program, inputs, outputs, gradient }) => {
  const wrt = Object.keys(gradient);
  const of = Object.keys(outputs)
    .filter((name) => outputs[name].dtype === 'float64')
    .slice(0, 2);
  const request: ComputeRequest = {
    program,
    inputs,
    outputs: [],
    jacobians: of.flatMap((name) => [
      { of: name, wrt, mode: 'reverse' },
      { of: name, wrt, mode: 'forward' },
      { of: name, wrt },
      { of: name, wrt, sparse: true },
      { of: name, wrt, sparse: 'coo', mode: 'forward' },
      { of: name, wrt, sparse: 'coo', mode: 'reverse' },
    ]),
    hessians: [
      { of: 'loss', wrt },
      { of: 'loss', wrt, sparse: true },
    ],
  };
  const { jacobians, hessians } = run(request);
  const complaints = of.flatMap((name, k) =>
    [1, 2, 3, 4, 5].flatMap((way) =>
      compare(`way ${way} to the Jacobian of ${name}`, jacobians[6 * k + way].wrt, jacobians[6 * k].wrt),
    ),
  );
  for (const name of wrt) complaints.push(...compare(`Hessian, ${name}`, hessians[1].wrt[name], hessians[0].wrt[name]));
  if (complaints.length > 0) expect.fail(`${complaints.join('\n')}\n${program}`);
});
