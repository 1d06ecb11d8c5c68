// The engine as a participant: a process of its own, with V8's flags as the service sets them, without 256-bit vectors, or
// with a second thread.

import process from 'node:process';
import { decideVectors } from '../src/vectors.ts';
import { machineOf, prepareOurs, requestOf } from './prepare.ts';
import { read, serve } from './protocol.ts';
import { secondThread } from './second-thread.ts';

const plain = process.argv.includes('--plain');
const vectors = decideVectors(plain ? 'off' : 'auto');
if (!plain && !vectors.wide) process.stderr.write(`${vectors.detail}\n`);
const team = process.argv.includes('--two') ? await secondThread() : undefined;
const machine = typeof team === 'string' ? undefined : machineOf(vectors, team);

await serve(({ inputs, program, dtype }) => {
  if (machine === undefined) return team as string;
  const tensors = Object.fromEntries(
    inputs.map((input) => [input.name, { dtype: input.dtype, shape: input.shape, data: read(input) }]),
  );
  return prepareOurs(requestOf(program, dtype, tensors), { machine });
});
