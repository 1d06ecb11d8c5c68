// vmap: a function mapped over an axis of its arguments.

import { fail } from '../errors.ts';
import { normalizeAxis } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { repeatFirst } from '../families/batching.ts';
import { functionalOp, liftAll, operandsParam } from '../families/functionals.ts';
import type { Subprogram } from '../op.ts';

export const vmap = functionalOp({
  name: 'vmap',
  doc: {
    text: 'A function of every element along an axis of the operands at once; results have that axis first.',
    source: 'jax.vmap.',
  },
  params: [
    operandsParam,
    {
      name: 'in_axes',
      kind: 'any',
      default: 0,
      doc: 'The axis of each operand, null for one that is the same for all; one number for all of them.',
    },
  ],
  call(b, args) {
    const operands = liftAll(b, args, 'operands');
    const given = args['in_axes'];
    const axes = Array.isArray(given) ? (given as readonly unknown[]) : operands.map(() => given);
    if (axes.length !== operands.length || axes.some((a) => a !== null && !Number.isInteger(a))) {
      fail(
        'E_ATTRIBUTE',
        `in_axes of vmap is a number, or a list with a number or null for each of the ${operands.length} operands.`,
      );
    }
    const mapped = new Map<Value, Value>();
    let size: number | undefined;
    const variables = operands.map((x, k) => {
      const axis = axes[k] as number | null;
      if (axis === null) return x;
      const at = normalizeAxis(axis, x.aval.shape.length, 'in_axes of vmap');
      const first = b.permute_dims(x, { axes: [at, ...x.aval.shape.map((_d, i) => i).filter((i) => i !== at)] });
      const [n, ...shape] = first.aval.shape;
      if (size !== undefined && size !== n)
        fail('E_SHAPE_MISMATCH', `vmap maps axes of different sizes: ${size} and ${n}.`);
      size = n;
      const variable = b.placeholder({ dtype: x.aval.dtype, shape });
      mapped.set(variable, first);
      return variable;
    });
    if (size === undefined) fail('E_ATTRIBUTE', 'vmap maps no operand: one of in_axes must be a number.');
    const n = size;
    const outputs = (args['fun'] as Subprogram)(b, variables);
    return b.context.passes.batch(b, outputs, mapped, n).map((y, k) => y ?? repeatFirst(b, outputs[k], n));
  },
});
