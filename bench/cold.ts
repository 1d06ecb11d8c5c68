// The cold start, measured in a process that has compiled nothing: prints milliseconds as one line of JSON.

import { setFlagsFromString } from 'node:v8';
import { fill, mlp } from './cases.ts';
import { median } from './statistics.ts';

setFlagsFromString('--experimental-wasm-revectorize');
const started = performance.now();
const { prepareOurs, requestOf } = await import('./prepare.ts');
const loaded = performance.now();

/** Value and gradients of a network with one hidden layer: about 30 nodes. */
const { inputs, program, dtype } = mlp([10, 32, 1], 32, 'float32');
const tensors = Object.fromEntries(inputs.map((i) => [i.name, { dtype: i.dtype, shape: i.shape, data: fill(i) }]));
const request = requestOf(program, dtype, tensors);

const asked = performance.now();
let planned = asked;
const ours = prepareOurs(request, { threads: 1, planned: () => (planned = performance.now()) });
if (typeof ours === 'string') throw new Error(ours);
ours.run();
const answered = performance.now();

// Calls until it has long been steady: groups of equal length, the first of them timed from the first answer on.
const groups: { at: number; seconds: number }[] = [];
const group = 0.001;
while (performance.now() - answered < 400) {
  const from = performance.now();
  let calls = 0;
  let now = from;
  do {
    ours.run();
    calls++;
    now = performance.now();
  } while (now - from < group * 1000);
  groups.push({ at: from, seconds: (now - from) / 1000 / calls });
}
const steady = median(groups.slice(-Math.ceil(groups.length / 4)).map((g) => g.seconds));
// Steady from the first group on after which the median of five stays within a quarter of that.
const slow = groups.findLastIndex(
  (_, i) => median(groups.slice(Math.max(0, i - 2), i + 3).map((g) => g.seconds)) > 1.25 * steady,
);
const steadyAt = groups[Math.min(groups.length - 1, slow + 1)].at;

console.log(
  JSON.stringify({
    nodes: ours.nodes,
    load: loaded - started,
    plan: planned - asked,
    prepare: answered - planned,
    steady: steadyAt - planned,
    call: steady * 1000,
  }),
);
