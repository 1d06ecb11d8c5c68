// A GradBench tool in front of the running service: messages on stdin, answers on stdout, one JSON object a line.

import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { EvalFunctions } from './eval.ts';
import type { EvaluateMessage, Message, Runs, Timing } from './protocol.ts';
import { bodyOf, compute } from './service.ts';

/** Where the service is: `--url`, or COTANGENT_URL in the environment. */
const url = addressOf(process.argv.slice(2)) ?? process.env['COTANGENT_URL'] ?? 'http://localhost:8080';

/** The most that one run may take, compilation included: the service's own limit for what a request may ask. */
const timeoutMs = 300_000;

/**
 * Runs are repeated until the engine has run for as long as the eval asks. Where a run is much shorter than its way
 * to the service and back this would take minutes, so it ends after so many times as long by the clock.
 */
const patience = 5;

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue;
  const message = JSON.parse(line) as Message;
  const response = await respond(message).catch((error: unknown) => ({
    success: false,
    error: error instanceof Error ? error.message : String(error),
  }));
  process.stdout.write(`${JSON.stringify({ id: message.id, ...response })}\n`);
}

async function respond(message: Message): Promise<object> {
  switch (message.kind) {
    case 'start':
      return { tool: 'cotangent' };
    case 'define':
      await functionsOf(message.module);
      return { success: true };
    case 'evaluate':
      return evaluate(message);
    default:
      return {};
  }
}

/** Throws where the module is not here: what the eval then gets is the error that says so. */
async function functionsOf(module: string): Promise<EvalFunctions<unknown>> {
  const file = new URL(`evals/${module}.ts`, import.meta.url);
  if (!/^\w+$/.test(module) || !existsSync(file)) throw new Error(`There is no module "${module}" here.`);
  const { functions } = (await import(file.href)) as { functions: EvalFunctions<unknown> };
  return functions;
}

async function evaluate({ module, function: name, input }: EvaluateMessage): Promise<object> {
  const functions = await functionsOf(module);
  if (!Object.hasOwn(functions, name)) throw new Error(`"${module}" has no function "${name}".`);
  const asked = functions[name];
  const { min_runs = 1, min_seconds = 0 } = (typeof input === 'object' && input !== null ? input : {}) as Runs;
  const body = bodyOf(asked.request(input), timeoutMs);
  const timings: Timing[] = [];
  const began = performance.now();
  let [seconds, runs] = [0, 0];
  let answer;
  do {
    answer = await compute(url, body);
    const { compile_ms, run_ms } = answer.stats;
    if (runs++ === 0) timings.push(timing('compile', compile_ms));
    timings.push(timing('evaluate', run_ms));
    seconds += run_ms / 1e3;
  } while (runs < min_runs || (seconds < min_seconds && performance.now() - began < patience * min_seconds * 1e3));
  return { success: true, output: asked.output(answer, input), timings };
}

function timing(name: string, ms: number): Timing {
  return { name, nanoseconds: Math.round(ms * 1e6) };
}

function addressOf(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--url');
  return at < 0 ? undefined : argv[at + 1];
}
