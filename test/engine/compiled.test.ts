// Requests on a machine: where compiled code stops, whose mistake it is, and what is kept of it.

import { expect, test } from 'vitest';
import type { ComputeRequest, EngineContext, Trap } from '../../engine/index.ts';
import { compute, computeJson, createMachine, createPlanCache, encode } from '../../engine/index.ts';
import { Module } from '../../engine/wasm/assembler.ts';
import { context, plain, refused, run } from './requests.ts';

const machine = createMachine({ wide: false, fma: true });

function fresh(more: Partial<EngineContext> = {}): { context: EngineContext; traps: Trap[] } {
  const traps: Trap[] = [];
  const plans = createPlanCache(1e8);
  return { context: { ...context, machine, plans, onTrap: (trap) => traps.push(trap), ...more }, traps };
}

const request: ComputeRequest = {
  program: 'y = (jnp.exp(x) * w).sum()',
  inputs: { x: [0.5, 1, 2], w: [2, 3, 4] },
  gradients: [{ of: 'y', wrt: ['x'] }],
};

test('the first answer and later ones are the same code', () => {
  const { context } = fresh();
  const first = compute(request, context);
  for (let i = 0; i < 3; i++) {
    const again = compute(request, context);
    expect([again.outputs, again.gradients]).toEqual([first.outputs, first.gradients]);
  }
  expect(context.plans!.counts()).toMatchObject({ hits: 3, misses: 1, held: 1 });
});

test('answers keep what they hold when another plan runs', () => {
  const { context } = fresh();
  const { outputs } = compute(request, context);
  const [before] = outputs['y'].data;
  compute({ program: 'y = jnp.ones(1000) * x', inputs: { x: 7 } }, context);
  expect(outputs['y'].data[0]).toBe(before);
});

test('JSON is printed from memory as it is from an answer', () => {
  const { context } = fresh({ now: () => 0 });
  for (const encoding of ['json', 'base64'] as const) {
    for (let i = 0; i < 2; i++) {
      const printed = computeJson({ ...request, encoding }, context);
      const { stats: _first, ...want } = compute({ ...request, encoding }, context);
      const { stats: _again, ...got } = JSON.parse(new TextDecoder().decode(printed)) as Record<string, unknown>;
      expect(got).toEqual(JSON.parse(new TextDecoder().decode(encode(want, encoding))));
    }
  }
});

test('a mistake in the values is told as the interpreter tells it', () => {
  const { context, traps } = fresh();
  const index = { dtype: 'int64' as const, data: [0, 9] };
  const wrong: ComputeRequest = { program: 'a = x * 2\ny = a[i]', inputs: { x: [1, 2, 3], i: index } };
  const wanted = refused(wrong);
  for (let i = 0; i < 2; i++) expect(refused(wrong, context).issues).toEqual(wanted.issues);
  const right = { ...wrong, inputs: { ...wrong.inputs, i: { ...index, data: [0, 2] } } };
  expect(plain(compute(right, context).outputs['y'])).toEqual([2, 6]);
  expect(traps).toEqual([]);
});

test('loops call the interpreter from compiled code', () => {
  const { context, traps } = fresh();
  const program = 'y = jax.lax.while_loop(lambda c: c[0] < 5, lambda c: (c[0] + 1, c[1] * x), (0, 1.0))[1]';
  expect(plain(compute({ program, inputs: { x: 1.5 } }, context).outputs['y'])).toBe(1.5 ** 5);
  expect(traps).toEqual([]);
});

/** A machine whose code is replaced by code that stops. */
function broken(): NonNullable<EngineContext['machine']> {
  const module = new Module();
  module.importMemory('env', 'memory', 1, 65_536, true);
  module.function([], [], () => {}, 'init');
  module.function([], [], (code) => code.op('unreachable'), 'run');
  const stops = new WebAssembly.Module(module.finish());
  return { ...machine, load: (code, library) => machine.load({ ...code, module: stops }, library) };
}

test('code that stops for no reason is told, and the interpreter takes its place', () => {
  const { context, traps } = fresh({ machine: broken() });
  const want = run(request);
  for (let i = 0; i < 2; i++) {
    const { outputs, gradients, graph_id } = compute(request, context);
    expect({ outputs, gradients }).toEqual({ outputs: want.outputs, gradients: want.gradients });
    expect(traps).toMatchObject([{ graph_id, error: expect.stringContaining('unreachable') as string }]);
  }
});

test('plans and their code stay within their bytes, the least recently used leaving first', () => {
  const plans = createPlanCache(1e6);
  const { context } = fresh({ plans });
  const programs = Array.from({ length: 60 }, (_, i) => ({ program: `y = jnp.exp(x * ${i})`, inputs: { x: [1, 2] } }));
  for (const program of programs) {
    compute(program, context);
    expect(plans.counts().bytes).toBeLessThanOrEqual(1e6);
  }
  const { held, evictions } = plans.counts();
  expect(held).toBeGreaterThan(5);
  expect(held + evictions).toBe(60);
  expect(compute(programs[59], context).stats.plan).toBe('cached');
  expect(compute(programs[0], context).stats.plan).toBe('compiled');
});

test('a plan that is as good as another has its code, and it stays as long as either', () => {
  const plans = createPlanCache(1e8);
  let compiled = 0;
  const { context } = fresh({
    plans,
    share: {
      once: (_digest, make) => {
        compiled++;
        return make();
      },
    },
  });
  const spellings = ['y = jnp.exp(x) * 3', 'z = 3\ny = jnp.exp(x) * z # the same', 'a = x\ny = jnp.exp(a) * 3'];
  const answers = spellings.map((program) => compute({ program, inputs: { x: [0.1, 0.2] }, outputs: ['y'] }, context));
  expect(compiled).toBe(1);
  for (const { outputs } of answers) expect(outputs).toEqual(answers[0].outputs);
  compute({ program: 'y = jnp.exp(x) * 3', inputs: { x: [0.1, 0.2, 0.3] } }, context);
  compute({ program: 'y = jnp.exp(x) * 3', inputs: { x: [0.1, 0.2] }, dtype: 'float32' }, context);
  expect(compiled).toBe(3);
});

test('a memory that is much larger than what is needed is replaced, and plans go on in the new one', () => {
  const machine = createMachine({ wide: false, fma: true });
  const { context } = fresh({ machine });
  const small: ComputeRequest = { program: 'y = jnp.sum(jnp.ones(100) * x)', inputs: { x: 2 } };
  const large: ComputeRequest = { program: 'y = jnp.sum(jnp.sin(jnp.ones(10**7) * x)[::2])', inputs: { x: 2 } };
  compute(small, context);
  const before = machine.memoryBytes;
  const first = compute(large, context).outputs['y'];
  expect(machine.memoryBytes).toBeGreaterThan(5e7);
  // It is needed as long as it was needed a moment ago.
  expect(machine.trim(false)).toBe(0);
  let replaced = 0;
  for (let i = 0; i < 200 && replaced === 0; i++) {
    expect(plain(compute(small, context).outputs['y'])).toBe(200);
    replaced = machine.trim(false);
  }
  expect(replaced).toBeGreaterThan(5e7);
  expect(machine.memoryBytes).toBe(before);
  expect(plain(compute(small, context).outputs['y'])).toBe(200);
  expect(compute(large, context).outputs['y']).toEqual(first);
  // A worker without work has not needed anything of late.
  expect(machine.trim(true)).toBeGreaterThan(5e7);
  expect(machine.memoryBytes).toBe(before);
});
