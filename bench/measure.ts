// One case: everyone prepares it and is checked, then rounds in which all take turns; what counts is the median of the rounds' ratios.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case, PeerName } from './cases.ts';
import { difference, fill } from './cases.ts';
import type { Child, Prepared } from './child.ts';
import { NoAnswer } from './child.ts';
import type { PreparedCase, Timing } from './protocol.ts';
import type { Row } from './report.ts';
import type { Participant } from './roster.ts';
import { labels } from './roster.ts';
import { median, quantile } from './statistics.ts';

const rounds = 9;
/** Milliseconds of calls before anything counts: V8 optimises WebAssembly in the background after 10 to 20. */
const warmUp = 250;
/** Seconds that one turn of a round should take. */
const turn = 0.012;

interface Runner {
  readonly participant: Participant;
  readonly child: Child;
  readonly calls: number;
  readonly timings: Timing[];
  /** Rounds for which it has time: one that takes long for a call takes part in fewer. */
  readonly rounds: number;
}

/** By the clock, or by processor time, which other processes disturb less. */
export type Clock = 'seconds' | 'cpu';

export async function measureCase(c: Case, participants: readonly Participant[], clock: Clock): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cotangent-bench-'));
  try {
    return await measureIn(folder, c, participants, clock);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Seconds from a case's inputs to the first results in a process that has computed nothing yet. */
export async function measureCold(c: Case, child: Child): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'cotangent-bench-'));
  try {
    return (await child.prepare(store(c, join(folder, 'inputs')))).first!;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureIn(folder: string, c: Case, participants: readonly Participant[], clock: Clock): Promise<Row[]> {
  const prepared = store(c, join(folder, 'inputs'));
  const [ours, ...peers] = participants;
  const failures: Row[] = [];
  const row = (name: PeerName, note: string): Row => ({
    case: c.id,
    peer: labels[name],
    target: c.targets[name],
    note,
  });
  const reference = await ours.variants[0].prepare(prepared);
  const runners = [await warmed(ours, ours.variants)];
  for (const peer of peers) {
    const name = peer.name as PeerName;
    // Of the engine's own forms, threads are of interest only where a target says so.
    if (name === 'two' && c.targets.two === undefined) continue;
    try {
      for (const child of peer.variants) checkResults(reference, await child.prepare(prepared), toleranceOf(c, name));
      runners.push(await warmed(peer, peer.variants));
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      // What a peer cannot do is no row, unless something was to be reached there.
      if (!error.unsupported || c.targets[name] !== undefined) failures.push(row(name, error.message));
    }
  }
  await takeTurns(runners);
  for (const child of participants.flatMap((p) => p.variants)) await child.release().catch(() => undefined);
  const [mine, ...theirs] = runners;
  return [...theirs.map((runner) => compare(c, mine, runner, clock)), ...failures];
}

/** Writes the inputs where every participant can read them. */
function store(c: Case, folder: string): PreparedCase {
  mkdirSync(folder);
  const inputs = c.inputs.map((spec) => {
    const file = join(folder, spec.name);
    writeFileSync(file, fill(spec));
    return { name: spec.name, dtype: spec.dtype, shape: spec.shape, file };
  });
  return { id: c.id, dtype: c.dtype, work: c.work, inputs, program: c.program };
}

/** jax-js computes the elementary functions of float64 to the seven digits of float32. */
const toleranceOf = (c: Case, name: PeerName): number => (name === 'jaxjs' ? Math.max(c.tolerance, 1e-6) : c.tolerance);

function checkResults(mine: Prepared, theirs: Prepared, tolerance: number): void {
  const wrong = difference(mine.results, theirs.results, tolerance);
  if (wrong !== undefined) throw new NoAnswer(`computes something else: ${wrong}`, false);
}

async function warmed(participant: Participant, variants: readonly Child[]): Promise<Runner> {
  let best: { child: Child; timing: Timing } | undefined;
  for (const child of variants) {
    const timing = await child.warm(warmUp);
    if (best === undefined || timing.seconds < best.timing.seconds) best = { child, timing };
  }
  const { child, timing } = best!;
  // Where a call takes seconds, the one just made is enough.
  if (timing.seconds > 2) return { participant, child, calls: 1, timings: [timing], rounds: 0 };
  return {
    participant,
    child,
    calls: Math.max(1, Math.round(turn / timing.seconds)),
    timings: [],
    rounds: timing.seconds > 0.2 ? 3 : rounds,
  };
}

/**
 * Rounds, each with a turn for everyone. Where someone had clearly less of the processor than in its best turn, another
 * process was running: the round does not count and is repeated, as many times at most as there are rounds.
 */
async function takeTurns(runners: readonly Runner[]): Promise<void> {
  const best = new Map<Runner, number>();
  let spare = rounds;
  for (let round = 0; round < rounds;) {
    const took = new Map<Runner, Timing>();
    for (const runner of runners) {
      if (round < runner.rounds) took.set(runner, await runner.child.run(runner.calls));
    }
    let disturbed = false;
    for (const [runner, { seconds, cpu }] of took) {
      const share = cpu / seconds;
      if (share < 0.85 * (best.get(runner) ?? 0)) disturbed = true;
      best.set(runner, Math.max(share, best.get(runner) ?? 0));
    }
    if (disturbed && spare-- > 0) continue;
    for (const [runner, timing] of took) runner.timings.push(timing);
    round++;
  }
}

function compare(c: Case, mine: Runner, theirs: Runner, clock: Clock): Row {
  const name = theirs.participant.name as PeerName;
  // Two threads take no less of the processors.
  const by = name === 'two' ? 'seconds' : clock;
  const times = (runner: Runner): number[] => runner.timings.map((t) => t[by]);
  // For the engine's own forms it is their speed against ours, for peers ours against theirs.
  const n = Math.min(mine.timings.length, theirs.timings.length);
  const ratios = Array.from({ length: n }, (_, i) => {
    const ratio = theirs.timings[i][by] / mine.timings[i][by];
    return name === 'plain' || name === 'two' ? 1 / ratio : ratio;
  });
  const notes = [];
  if (n < rounds) notes.push(`${n} round${n === 1 ? '' : 's'}`);
  for (const { participant, timings } of [mine, theirs]) {
    const used = median(timings.map((t) => t.cpu / t.seconds));
    if (used > participant.threads + 0.25) notes.push(`${participant.label} used ${used.toFixed(1)} cores`);
  }
  return {
    case: c.id,
    peer: theirs.participant.label,
    ours: median(times(mine)),
    theirs: median(times(theirs)),
    least: [Math.min(...times(mine)), Math.min(...times(theirs))],
    ratio: median(ratios),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    target: c.targets[name],
    note: notes.length > 0 ? notes.join(', ') : undefined,
  };
}
