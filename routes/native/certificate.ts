// The wire's words for a check of derivatives, as schemas.

import { Type } from '@sinclair/typebox';
import { component, documented, oneOf, strict } from './schema.ts';

const ANumber = documented<number>({
  description: 'A number, or one of "NaN", "Infinity" and "-Infinity".',
  oneOf: [{ type: 'number' }, { type: 'string', pattern: '^(NaN|-?Infinity)$' }],
});
const Index = Type.Array(Type.Integer());

const Finding = strict(
  {
    name: Type.Optional(
      Type.String({ description: 'By what it is the derivative; absent for products with a vector.' }),
    ),
    index: Type.Optional(Index),
    of: Type.String({ description: 'Of what it is the derivative; for second derivatives a gradient.' }),
    of_index: Type.Array(Type.Integer(), { description: 'Its element; the axis of a batch comes first.' }),
    derivative: ANumber,
    difference: documented<number>({ ...ANumber, description: 'By central differences.' }),
    right: documented<number>({ ...ANumber, description: 'By differences from above alone.' }),
    left: documented<number>({ ...ANumber, description: 'By differences from below alone.' }),
    precision: documented<number>({
      ...ANumber,
      description: 'What rounding and curvature may have put on `difference`.',
    }),
    error: documented<number>({
      ...ANumber,
      description: '|derivative − difference|, relative to the larger of the two.',
    }),
  },
  component('Finding', { description: 'One number of a derivative beside differences.' }),
);

const verdict = oneOf(['ok', 'kink', 'mismatch'], {
  description:
    '`kink`: the function has no derivative there, and what was given is a choice between one-sided ones. `mismatch`: what ' +
    'was given is not the derivative.',
});

const CheckedDerivative = strict(
  {
    kind: oneOf(['gradient', 'jvp', 'jacobian', 'hessian', 'hvp']),
    of: Type.Array(Type.String()),
    wrt: Type.Array(Type.String()),
    verdict,
    elements: strict(
      { checked: Type.Integer(), total: Type.Integer() },
      { description: 'Elements that were displaced one by one; all others were together, in a random direction.' },
    ),
    worst: Type.Union([Finding, Type.Null()], { description: 'What is farthest from the differences, kinks aside.' }),
    kinks: Type.Array(Finding, { description: 'Some of the kinks.' }),
    adjoint: Type.Union([Type.Number(), Type.Null()], {
      description: 'How far forward and reverse mode are apart, relative; null where one of them has no rule.',
    }),
  },
  component('CheckedDerivative', { description: 'What a check has found about one derivative.' }),
);

const nullable = (description: string) =>
  documented<number | null>({ description, oneOf: [...ANumber.oneOf, { type: 'null' }] });

const RuleFinding = strict(
  {
    of: oneOf(['argument', 'result', 'value'], {
      description:
        'A cotangent of an argument, a tangent of a result, or a result that the reverse rule computes on its way.',
    }),
    number: Type.Integer({ description: 'Which of the float arrays among the arguments or results, from 0.' }),
    index: Index,
    given: ANumber,
    expected: ANumber,
  },
  component('RuleFinding', { description: 'One number of a rule beside what it should be.' }),
);

const CheckedRule = strict(
  {
    kind: oneOf(['custom_vjp', 'custom_jvp']),
    name: Type.String({ description: 'The function.' }),
    line: Type.Optional(Type.Integer({ description: 'Where it is applied.' })),
    column: Type.Optional(Type.Integer()),
    pointer: Type.Optional(Type.String()),
    verdict: oneOf(['ok', 'kink', 'mismatch', 'unreached'], {
      description: '`unreached`: it is applied where this request does not come by, or takes more than a check may.',
    }),
    derivative: nullable('By the rule, along a random direction of the arguments, weighted over the results.'),
    difference: nullable('The same by central differences of the function.'),
    adjoint: nullable(
      "How far ⟨w, J v⟩ by the rule and by the derivative of the function's own body are apart, relative.",
    ),
    linear: Type.Optional(Type.Boolean({ description: 'false: a forward rule that is not linear in its tangents.' })),
    worst: Type.Union([RuleFinding, Type.Null()], { description: 'What is farthest from what it should be.' }),
  },
  component('CheckedRule', { description: 'What a check has found about a rule that a function was given.' }),
);

export const certificate = {
  verdict,
  rules: Type.Array(CheckedRule, {
    description: 'Functions with a custom_vjp or custom_jvp, each where it is first applied.',
  }),
  checks: Type.Array(CheckedDerivative, {
    description: 'Gradients, JVPs, Jacobians, Hessians, then HVPs, each in the order asked for.',
  }),
};

export const Certificate = strict(
  certificate,
  component('Certificate', { description: 'What checking the answer has found.' }),
);
