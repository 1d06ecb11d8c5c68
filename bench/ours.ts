// The engine as a participant: a process of its own, with V8's flag for 256-bit vectors unless told otherwise.

import { setFlagsFromString } from 'node:v8';
import { read, serve } from './protocol.ts';

// Before the engine is loaded, which may compile WebAssembly.
if (!process.argv.includes('--plain')) setFlagsFromString('--experimental-wasm-revectorize');
const { prepareOurs, requestOf } = await import('./prepare.ts');
const threads = process.argv.includes('--two') ? 2 : 1;

await serve(({ inputs, program, dtype }) => {
  const tensors = Object.fromEntries(
    inputs.map((input) => [input.name, { dtype: input.dtype, shape: input.shape, data: read(input) }]),
  );
  return prepareOurs(requestOf(program, dtype, tensors), { threads });
});
