// The engine as a participant: a process of its own, with V8's flags as the service sets them, or without 256-bit vectors.

import process from 'node:process';
import { decideVectors } from '../src/vectors.ts';
import { machineOf, prepareOurs, requestOf } from './prepare.ts';
import { read, serve } from './protocol.ts';

const plain = process.argv.includes('--plain');
const vectors = decideVectors(plain ? 'off' : 'auto');
if (!plain && !vectors.wide) process.stderr.write(`${vectors.detail}\n`);
const machine = machineOf(vectors, process.argv.includes('--two') ? 2 : 1);

await serve(({ inputs, program, dtype }) => {
  if (typeof machine === 'string') return machine;
  const tensors = Object.fromEntries(
    inputs.map((input) => [input.name, { dtype: input.dtype, shape: input.shape, data: read(input) }]),
  );
  return prepareOurs(requestOf(program, dtype, tensors), { machine });
});
