// npm run leak: 100,000 requests over 1,000 distinct graphs on a server of its own, and its resident set over time.

import { parseArgs } from 'node:util';
import { judge, residentUnder } from '../test/leak/load.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    graphs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean' },
  },
});
if (values.help === true) {
  console.log(`npm run leak -- [--requests 100000] [--graphs 1000] [--seed 1]
Prints the megabytes of the server's resident set on the way, then the medians of the second and of the last quarter of the
samples; ends with 1 where the last is larger by more than 5 % and 400 bytes a request.`);
  process.exit(0);
}
const requests = Number(values.requests);
const graphs = Number(values.graphs);
if (!(requests >= 200) || !(graphs >= 1))
  throw new Error('--requests is a number from 200 on, --graphs one from 1 on.');

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1).padStart(7);
const started = performance.now();
const end = new AbortController();
process.once('SIGINT', () => end.abort());
let count = 0;
const sizes = await residentUnder({
  requests,
  graphs,
  seed: values.seed,
  signal: end.signal,
  sampled(bytes, sent) {
    if (count++ % 10 !== 0) return;
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(`${String(sent).padStart(8)} requests, ${String(seconds).padStart(5)} s ${megabytes(bytes)} MB`);
  },
});
const { before, after, most } = judge(sizes, requests);
console.log(
  `second quarter ${megabytes(before)} MB, last quarter ${megabytes(after)} MB, at most ${megabytes(most)} MB`,
);
process.exitCode = after < most ? 0 : 1;
