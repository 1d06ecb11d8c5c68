// A helper thread: computes chunks of whatever kernel a worker posts to it, and sleeps in between.
//
// It keeps out of its event loop: it is woken through the words of team-control.ts, and reads messages itself.

import { BroadcastChannel, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { ScalarFunctions } from '../../engine/run/instantiate.ts';
import { importsScalars, instantiate } from '../../engine/run/instantiate.ts';
import { collectGarbage } from './garbage.ts';
import type { HelperSetup, Phase, TeamMessage } from './team-control.ts';
import {
  block,
  callerOf,
  channelOf,
  functionsOf,
  helper,
  phase,
  phaseOf,
  state,
  stateOf,
  team,
  wordsOf,
} from './team-control.ts';

/** How long to look for more work before sleeping: kernels follow one another closely. */
const spinMs = 0.05;
/** Kernels that are kept; a caller whose kernel was let go of sends it again. */
const mostKept = 64;

const setup = workerData as HelperSetup;
const { control } = setup;
const at = (word: keyof typeof helper): number => wordsOf(setup.index) + helper[word];
const channel = new BroadcastChannel(channelOf(setup, setup.index));

type Sent = Extract<TeamMessage, { readonly kernel: number }>;

/** What a caller has sent; the functions once they were needed. */
interface Kept extends Sent {
  functions?: readonly ((chunk: number) => void)[];
}

/** The one used last stands last. */
const kept = new Map<string, Kept>();

/** Whether memory may have been let go of since the last collection. */
let garbage = false;

/** The ops' scalar functions: few kernels call any, and they take the whole engine, which is loaded when one does. */
let scalars: ScalarFunctions | undefined;
let wanted = false;

function take(message: TeamMessage): void {
  if ('forget' in message) {
    garbage = true;
    for (const [key, { caller, place }] of kept) {
      if (caller === message.forget && (message.place ?? place) === place) kept.delete(key);
    }
  } else {
    kept.set(keyOf(message.caller, message.kernel), { ...message });
    if (kept.size > mostKept) kept.delete(kept.keys().next().value!);
  }
}

/** Reads what has come. */
function read(): void {
  for (;;) {
    // Node takes a channel here too (its documentation says so; its types do not).
    const received = receiveMessageOnPort(channel as never);
    if (received === undefined) return;
    take(received.message as TeamMessage);
  }
}
// What comes while the thread is in its event loop, which it is to collect garbage.
channel.addEventListener('message', (event) => take((event as MessageEvent<TeamMessage>).data));

const keyOf = (caller: number, kernel: number): string => `${caller} ${kernel}`;

function find(caller: number, kernel: number): Kept | undefined {
  const key = keyOf(caller, kernel);
  if (!kept.has(key)) read();
  const entry = kept.get(key);
  if (entry === undefined) return undefined;
  kept.delete(key);
  kept.set(key, entry);
  return entry;
}

/** Null where it cannot do that yet. */
function functionsIn({ module, memory }: Sent): ((chunk: number) => void)[] | null {
  if (scalars === undefined && importsScalars(module)) {
    wanted = true;
    return null;
  }
  const { exports } = instantiate(module, memory, scalars ?? noScalars);
  return functionsOf(module).map((name) => exports[name] as (chunk: number) => void);
}

const noScalars: ScalarFunctions = (name) => {
  throw new Error(`invariant: ${name} was not asked for`);
};

/** Computes chunks as long as there are any, and as long as somebody wants them from this thread. */
function work(running: number): Phase {
  const job = Atomics.load(control, at('job'));
  const most = Atomics.load(control, at('most'));
  try {
    const entry = find(callerOf(running), Atomics.load(control, at('kernel')));
    if (entry === undefined) return phase.unknown;
    const functions = (entry.functions ??= functionsIn(entry) ?? undefined);
    // The others do it this time.
    if (functions === undefined) return phase.done;
    const chunk = functions[Atomics.load(control, at('function'))];
    const total = Atomics.load(entry.block, block.total);
    while (
      Atomics.load(control, at('state')) === running &&
      Atomics.load(control, at('cancelled')) !== job &&
      Atomics.load(control, team.busy) <= most
    ) {
      const i = Atomics.add(entry.block, block.next, 1);
      if (i >= total) break;
      chunk(i);
    }
    return phase.done;
  } catch (error) {
    parentPort!.postMessage(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return phase.failed;
  }
}

/** Waits until there is something to do, and returns the state that says so; undefined where it is to collect garbage. */
function next(): number | undefined {
  const where = at('state');
  const deadline = performance.now() + spinMs;
  for (;;) {
    const word = Atomics.load(control, where);
    if (word === state.drain || phaseOf(word) === phase.posted) return word;
    // Nobody is to claim a helper that is loading.
    if (wanted && Atomics.compareExchange(control, where, state.free, state.drain) === state.free) return state.drain;
    if (performance.now() < deadline) continue;
    read();
    if (garbage) return undefined;
    // A caller that is done with it does not wake it.
    Atomics.wait(control, where, word, wanted ? 1 : Infinity);
  }
}

function serve(posted: number): void {
  const running = stateOf(callerOf(posted), phase.running);
  // Where this fails it was taken back in the meantime.
  if (Atomics.compareExchange(control, at('state'), posted, running) !== posted) return;
  const over = stateOf(callerOf(posted), work(running));
  if (Atomics.compareExchange(control, at('state'), running, over) !== running) {
    // The caller is gone.
    Atomics.compareExchange(control, at('state'), state.orphan, state.free);
  }
  Atomics.notify(control, at('state'));
}

Atomics.compareExchange(control, at('state'), state.dead, state.free);
for (;;) {
  const word = next();
  if (word !== undefined && word !== state.drain) {
    serve(word);
    continue;
  }
  read();
  if (wanted) {
    wanted = false;
    scalars = (await import('../../engine/index.ts')).scalarFunction;
  }
  if (garbage) {
    garbage = false;
    collectGarbage();
  }
  Atomics.compareExchange(control, at('state'), state.drain, state.free);
}
