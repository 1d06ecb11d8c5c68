// Loops in loops on a few numbers each, and every derivative of them, compiled as interpreted.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest } from '../../engine/index.ts';
import { compute } from '../../engine/index.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import type { Machine } from '../../engine/run/machine.ts';
import { createMachine } from '../../engine/run/machine.ts';
import { createRandom } from '../calculus/random.ts';
import { context } from '../oracle/context.ts';
import { rounds, seed } from '../effort.ts';
import { large, LoopProgram } from './loops.ts';

const machines = [true, false].map((fma) => createMachine({ wide: false, fma }));

/** The largest number that two answers of a request differ by, relative to the largest of them, with what it is of. */
function difference(want: Record<string, Tensor>, got: Record<string, Tensor>): string | null {
  for (const [name, { data }] of Object.entries(want)) {
    const [a, b] = [
      Array.from(data as ArrayLike<number>, Number),
      Array.from(got[name].data as ArrayLike<number>, Number),
    ];
    const scale = Math.max(1, ...a.filter(Number.isFinite).map(Math.abs));
    const at = a.findIndex(
      (x, i) => !(Object.is(x, b[i]) || Math.abs(x - b[i]) <= 1e-9 * scale || (x !== x && b[i] !== b[i])),
    );
    if (at >= 0) return `${name}[${at}]: ${a[at]} interpreted, ${b[at]} compiled`;
  }
  return null;
}

function complaintOf(name: string): string | null {
  const random = createRandom(name);
  const program = new LoopProgram(random);
  const n = program.length;
  const draw = (): number => random.uniform() * 2 - 1;
  const p = Array.from({ length: n }, draw);
  const r = Array.from({ length: large }, draw);
  const request: ComputeRequest = {
    program: program.text(),
    inputs: { p, q: draw(), r },
    outputs: ['y'],
    ...(random.chance(0.3) && { dtype: 'float64' }),
    gradients: [{ of: 'y', wrt: ['p', 'q', 'r'] }],
    jvps: [{ of: ['y'], tangents: { p: p.map(draw), q: 1, r: r.map(draw) } }],
    ...(random.chance(0.4) && { hvps: [{ of: 'y', vectors: { p: p.map(draw), q: 0.5, r } }] }),
  };
  const batched: ComputeRequest = random.chance(0.3)
    ? { ...request, inputs: { p: [p, p.map(draw)], q: [0.2, draw()], r }, batch: { inputs: ['p', 'q'] }, hvps: [] }
    : request;
  return complaintAbout(name, batched, random.pick(machines));
}

/** What is wrong with a request's answer by a machine, or null. */
function complaintAbout(name: string, request: ComputeRequest, machine: Machine): string | null {
  const flat = (answer: ReturnType<typeof compute>): Record<string, Tensor> => ({
    y: answer.outputs['y'],
    ...Object.fromEntries(Object.entries(answer.gradients[0].wrt).map(([x, t]) => [`dy/d${x}`, t])),
    jvp: answer.jvps[0].of['y'],
    ...Object.fromEntries(answer.hvps.flatMap(({ wrt }) => Object.entries(wrt).map(([x, t]) => [`hvp ${x}`, t]))),
  });
  try {
    const found = difference(flat(compute(request, context)), flat(compute(request, { ...context, machine })));
    return found === null ? null : `${name}: ${found}\n${request.program}`;
  } catch (error) {
    return `${name}: ${(error as Error).stack}\n${request.program}`;
  }
}

const programs = rounds(60);
const perTest = 20;

describe(`loops in loops, seed ${seed}`, () => {
  test.each(Array.from({ length: Math.ceil(programs / perTest) }, (_, k) => k * perTest))('from %i', (from) => {
    const found = Array.from({ length: perTest }, (_, k) => complaintOf(`${seed}/loops/${from + k}`));
    expect(found.filter((x) => x !== null)).toEqual([]);
  });
});

// A call makes so many turns, and leaves the rest to the next.
describe('long loops', () => {
  const turns = 'lambda c: (c[0] + 1, jnp.cos(c[1] * p[0]))';
  const scan = (rest: string): string[] => [
    'def step(c, x):',
    '  a, b = c',
    '  return (jnp.sin(a + x), b * 0.99 + a), a * b',
    `(a, b), ys = jax.lax.scan(step, (q, p[:3]), jnp.arange(700) * 0.002${rest})`,
    'y = a + jnp.sum(b) + jnp.sum(ys * ys)',
  ];
  test.each<readonly [string, readonly string[]]>([
    ['scan', scan('')],
    ['scan in reverse', scan(', reverse=True')],
    ['while_loop', [`n, y = jax.lax.while_loop(lambda c: c[0] < 600 + q, ${turns}, (0, q))`]],
    ['while_loop of two whole calls', [`n, y = jax.lax.while_loop(lambda c: c[0] < 512 + 0 * q, ${turns}, (0, q))`]],
    [
      'while_loop in while_loop',
      [
        'def outer(c):',
        '  i, s = c',
        `  _, t = jax.lax.while_loop(lambda d: d[0] < i % 5, ${turns}, (0, s))`,
        '  return i + 1, t * 0.5 + 0.1 * q',
        'n, y = jax.lax.while_loop(lambda c: c[0] < 300, outer, (0, q))',
      ],
    ],
    ...[600, 256, 0].map(
      (n) =>
        [
          `fori_loop of ${n} turns that data decides`,
          [`y = jax.lax.fori_loop(0, jnp.astype(${n} + 0 * q, int), lambda i, c: jnp.sin(c * p[1]) + q, q)`],
        ] as const,
    ),
  ])('%s', (name, lines) => {
    const p = [0.3, 0.8, -0.2, 0.1];
    const request: ComputeRequest = {
      program: lines.join('\n'),
      inputs: { p, q: 0.4 },
      outputs: ['y'],
      gradients: [{ of: 'y', wrt: ['p', 'q'] }],
      jvps: [{ of: ['y'], tangents: { p, q: 1 } }],
      hvps: [{ of: 'y', vectors: { p, q: 1 } }],
    };
    expect(complaintAbout(name, request, machines[0])).toBeNull();
  });
});
