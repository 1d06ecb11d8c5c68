// odeint: the solution of an ordinary differential equation at given times.

import type { Op, Operand, Subprogram } from '../op.ts';
import { carried } from '../families/carried.ts';
import { primalOf } from '../families/custom.ts';
import { batchSolution, integrate, tangentsOfSolution } from '../families/ode.ts';

export const odeint: Op = {
  name: 'odeint',
  family: 'control',
  doc: {
    text:
      'The solution of dy/dt = func(y…, t, args…) at the times t, which increase strictly, from y0 at the first of them: each ' +
      'part of y with a leading axis of the times. Steps adapt to the tolerances; reverse mode solves the adjoint equation ' +
      'backwards in time, forward mode the sensitivities along with the solution.',
    math: 'y(tᵢ) = y₀ + ∫ func(y, t, args) dt from t₀ to tᵢ',
    source:
      'jax.experimental.ode.odeint; Dormand and Prince 1980; Shampine 1986; the adjoint of Chen, Rubanova, Bettencourt and ' +
      'Duvenaud 2018, appendix C.',
  },
  params: [
    { name: 'func', kind: 'function', doc: 'From the parts of y, t and args to the slopes of the parts of y.' },
    { name: 'y0', kind: 'tensors', doc: 'The parts of y at the first time.' },
    { name: 't', kind: 'tensor', doc: 'Times, each later than the one before.' },
    { name: 'args', kind: 'tensors', default: [], doc: 'What func is given after y and t.' },
    { name: 'rtol', kind: 'float', default: 1.4e-8, keyword: true, doc: 'Relative local error of a step.' },
    { name: 'atol', kind: 'float', default: 1.4e-8, keyword: true, doc: 'Absolute local error of a step.' },
    { name: 'mxstep', kind: 'float', default: null, keyword: true, doc: 'Steps from one time to the next at most.' },
    { name: 'hmax', kind: 'float', default: null, keyword: true, doc: 'The longest step.' },
  ],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call(b, args) {
    const parts = (name: string) => (args[name] as readonly Operand[]).map((x) => b.lift(x));
    const number = (name: string): number => (args[name] as number | null) ?? Infinity;
    const func = args['func'] as Subprogram;
    return integrate(b, {
      field: (y, t, given) => func(b, [...y, t, ...given]),
      y0: parts('y0'),
      t: b.lift(args['t'] as Operand),
      args: parts('args'),
      control: { rtol: number('rtol'), atol: number('atol'), mxstep: number('mxstep'), hmax: number('hmax') },
    });
  },
  primitive: {
    ...carried(primalOf),
    jvp: tangentsOfSolution,
    batch: batchSolution,
  },
};
