// A second thread for the engine under measurement: a team of one helper, as the service starts it.

import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { instantiate } from '../engine/index.ts';
import type { Team } from '../engine/run/team.ts';
import { joinTeam } from '../src/pool/team-caller.ts';
import { startTeam } from '../src/pool/team.ts';

/** Milliseconds that the helper may take to load the engine. */
const patience = 30_000;

/** The team, once its helper is ready; a sentence where there is no core for one. */
export async function secondThread(): Promise<Team | string> {
  if (availableParallelism() < 2) return 'there is one core';
  const log = {
    error: (details: object, message: string) => process.stderr.write(`${message} ${JSON.stringify(details)}\n`),
  };
  const team = joinTeam(startTeam({ helpers: 1, env: {}, log }).setup, instantiate);
  const deadline = performance.now() + patience;
  while (!team.idle()) {
    if (performance.now() > deadline) return 'the second thread does not start';
    await sleep(10);
  }
  return team;
}
