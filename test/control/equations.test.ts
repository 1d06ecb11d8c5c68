// Differential equations beside their exact solutions, in every mode, and what cannot be solved.

import { describe, expect, test } from 'vitest';
import type { ComputeRequest } from '../../engine/index.ts';
import { compute } from '../../engine/index.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { createMachine } from '../../engine/run/machine.ts';
import { context } from '../oracle/context.ts';

const flat = (x: unknown): number[] => (Array.isArray(x) ? x.flatMap(flat) : [Number(x)]);

function expectClose(got: Tensor, wanted: readonly number[], tolerance: number): void {
  const found = Array.from(got.data as ArrayLike<number>, Number);
  expect(found.length).toBe(wanted.length);
  const size = Math.max(1, ...wanted.map(Math.abs));
  found.forEach((x, i) => expect(Math.abs(x - wanted[i])).toBeLessThanOrEqual(tolerance * size));
}

const compiled = { ...context, machine: createMachine({ wide: false, fma: true }) };

const start = 'from jax.experimental.ode import odeint\n';
const spring = `${start}y = odeint(lambda s, t, k: (s[1], -k * s[0]), (q, p), t, k, rtol=1e-11, atol=1e-11)[0]`;
const springInputs = { q: 1, p: 0.5, k: 4, t: [0, 0.3, 1.1] };

/** q cos 2t + p/2 sin 2t and its derivatives by q, p, k and t at the last time, k being 4. */
function exact(t: number): { readonly value: number; readonly slopes: Readonly<Record<string, number>> } {
  const { q, p } = springInputs;
  const [c, s] = [Math.cos(2 * t), Math.sin(2 * t)];
  const ofRoot = -q * t * s + (p * t * c) / 2 - (p * s) / 4;
  return { value: q * c + (p / 2) * s, slopes: { q: c, p: s / 2, k: ofRoot / 4, t: -2 * q * s + p * c } };
}

describe('a spring', () => {
  const { value, slopes } = exact(1.1);

  test('has tangents in forward mode, those of its times included', () => {
    const answer = compute(
      {
        program: spring,
        inputs: springInputs,
        jvps: ['q', 'p', 'k', 't'].map((name) => ({
          of: ['y'],
          tangents: { [name]: name === 't' ? [0, 0, 1] : 1 },
        })),
      },
      compiled,
    );
    expect((answer.outputs['y'].data as Float64Array)[2]).toBeCloseTo(value, 9);
    Object.values(slopes).forEach((slope, i) => {
      expect((answer.jvps[i].of['y'].data as Float64Array)[2]).toBeCloseTo(slope, 8);
    });
  });

  test('has the same Jacobian forward and backward, and a Hessian of both', () => {
    const wrt = ['q', 'p', 'k', 't'];
    const answer = compute(
      {
        program: `${spring}\nz = y[-1]`,
        inputs: springInputs,
        outputs: ['z'],
        jacobians: (['forward', 'reverse'] as const).map((mode) => ({ of: 'y', wrt, mode })),
        hessians: [{ of: 'z', wrt: ['q', 'k'] }],
      },
      context,
    );
    for (const name of wrt) {
      const [forward, reverse] = answer.jacobians.map(({ wrt: found }) => found[name]);
      expectClose(forward, flat(Array.from(reverse.data as Float64Array)), 1e-8);
    }
    // ∂²y/∂q∂k = −t sin 2t / 4.
    const mixed = (-1.1 * Math.sin(2.2)) / 4;
    expectClose(answer.hessians[0].wrt['q']['k'], [mixed], 1e-8);
    expectClose(answer.hessians[0].wrt['k']['q'], [mixed], 1e-8);
  });

  test('stands in a posted graph', () => {
    const answer = compute(
      {
        graph: {
          nodes: [
            {
              op: 'odeint',
              inputs: [['q', 'p'], 't', ['k']],
              attrs: { func: 'spring', rtol: 1e-11, atol: 1e-11 },
              outputs: ['y', 'v'],
            },
          ],
          outputs: ['y'],
          functions: {
            spring: {
              inputs: ['q', 'p', 't', 'k'].map((name) => ({ name })),
              nodes: [
                { name: 'force', op: 'multiply', inputs: ['k', 'q'] },
                { name: 'pull', op: 'negative', inputs: ['force'] },
              ],
              outputs: ['p', 'pull'],
            },
          },
        },
        inputs: springInputs,
        gradients: [{ of: 'y', wrt: ['q', 'p', 'k', 't'], cotangent: [0, 0, 1] }],
      },
      compiled,
    );
    for (const [name, slope] of Object.entries(slopes)) {
      const found = answer.gradients[0].wrt[name].data as Float64Array;
      expect(found[found.length - 1]).toBeCloseTo(slope, 8);
    }
  });
});

describe('what cannot be solved is told', () => {
  const messageOf = (program: string, inputs: ComputeRequest['inputs'], host = compiled): string => {
    try {
      compute({ program: start + program, inputs }, host);
    } catch (error) {
      if (error instanceof EngineError) return error.issues.map(({ message }) => message).join('\n');
      throw error;
    }
    return 'nothing was wrong';
  };

  test.each<[string, string, ComputeRequest['inputs'], RegExp]>([
    ['times that go back', 'y = odeint(lambda y, t: -y, y0, t)', { y0: [1], t: [0, 1, 0.5] }, /time 2 is 0\.5 after 1/],
    ['a time twice', 'y = odeint(lambda y, t: -y, y0, t)', { y0: [1], t: [0, 0] }, /time 1 is 0 after 0/],
    [
      'one of several rows',
      'y = jax.vmap(lambda t: odeint(lambda y, t: -y, y0, t))(t)',
      {
        y0: [1],
        t: [
          [0, 1],
          [1, 0],
        ],
      },
      /time 1 is 0 after 1/,
    ],
    ['whole times', 'y = odeint(lambda y, t: -y, y0, jnp.array([0, 1]))', { y0: [1] }, /t of odeint is int64\[2\]/],
    ['a list of times', 'y = odeint(lambda y, t: -y, y0, [0.0, 1.0])', { y0: [1] }, /a list of 2/],
    ['one time alone', 'y = odeint(lambda y, t: -y, y0, t)', { y0: [1], t: 1 }, /a vector of times/],
    ['a whole state', 'y = odeint(lambda y, t: -y, 1, t)', { t: [0, 1] }, /y0 of odeint is int64\[\]/],
    [
      'other slopes',
      'y = odeint(lambda y, t: jnp.zeros(3), y0, t)',
      { y0: [1], t: [0, 1] },
      /gives float64\[3\] where/,
    ],
    ['an unknown keyword', 'y = odeint(lambda y, t: -y, y0, t, k=1.0)', { y0: [1], t: [0, 1] }, /no parameter "k"/],
    ['a tolerance of data', 'y = odeint(lambda y, t: -y, y0, t, rtol=y0)', { y0: [1], t: [0, 1] }, /rtol of odeint/],
    ['a tolerance below 0', 'y = odeint(lambda y, t: -y, y0, t, rtol=-1.0)', { y0: [1], t: [0, 1] }, /rtol of odeint/],
  ])('%s', (_case, program, inputs, message) => {
    expect(messageOf(program, inputs)).toMatch(message);
  });

  test('an equation whose slope solves another, and so on, is refused before anything is compiled', () => {
    const nested = 'f = (lambda g: lambda y, t: odeint(g, y, jnp.array([0.0, 1.0]))[-1])(f)\n'.repeat(30);
    expect(messageOf(`f = lambda y, t: -y\n${nested}y = f(y0, 0.0)`, { y0: 1 })).toMatch(/nodes; the limit is/);
  });

  test('steps without end are stopped by the number of turns', () => {
    const limits = { ...context.limits, loop_turns: 1000 };
    const fast = 'y = odeint(lambda y, t: jnp.cos(1e6 * t), y0, t)';
    expect(messageOf(fast, { y0: 1, t: [0, 1] }, { ...compiled, limits })).toMatch(/turns/);
  });
});
