// switch: one of several computations, chosen by an index that is known when it runs.

import { fail, invariant } from '../errors.ts';
import { isInteger, sameAval, showAval } from '../ir/aval.ts';
import type { Op, Operand, Subprogram } from '../op.ts';
import { batchSwitch, branchesOf, switchOver, tangentsOfSwitch, transposeSwitch } from '../families/branches.ts';
import { flopsOf } from '../families/loops.ts';
import { spreadSwitch } from '../families/spreading.ts';

export const switch_: Op = {
  name: 'switch',
  family: 'control',
  doc: {
    text:
      'The results of one of the branches, which all take the operands and give the same types; only the one that is ' +
      'chosen is computed. An index below 0 means the first, one past the end the last.',
    source: 'jax.lax.switch.',
  },
  params: [
    { name: 'index', kind: 'tensor', doc: 'An integer scalar.' },
    { name: 'branches', kind: 'functions', doc: 'Each from the operands to the results.' },
    { name: 'operands', kind: 'tensors', default: [] },
  ],
  results: 'list',
  differentiable: 'yes',
  samples: [],
  call(b, args) {
    const index = b.lift(args['index'] as Operand);
    if (!isInteger(index.aval.dtype) || index.aval.shape.length > 0) {
      fail('E_DTYPE', `The index of switch is ${showAval(index.aval)}: an integer scalar was expected.`);
    }
    const branches = args['branches'] as readonly Subprogram[];
    if (branches.length === 0) fail('E_ATTRIBUTE', 'switch has no branches: at least one was expected.');
    const operands = (args['operands'] as readonly Operand[]).map((x) => b.lift(x));
    return switchOver(
      b,
      b.cast(index, 'int64'),
      branches.map((branch) => () => branch(b, operands)),
    );
  },
  primitive: {
    infer(_inputs, attrs) {
      const [first, ...others] = branchesOf(attrs).map((graph) => graph.outputs.map((y) => y.aval));
      for (const other of others) {
        invariant(other.length === first.length, 'branches have different numbers of results');
        other.forEach((aval, i) => {
          if (sameAval(aval, first[i])) return;
          fail(
            'E_SHAPE_MISMATCH',
            `The branches give different types: ${showAval(first[i])} and ${showAval(aval)}.`,
            'All branches must give the same shapes and dtypes.',
          );
        });
      }
      return first.map((aval, i) => ({
        ...aval,
        weak: aval.weak === true && others.every((other) => other[i].weak === true),
      }));
    },
    eval([index, ...operands], attrs, _outputs, run) {
      const branches = branchesOf(attrs);
      const at = Math.min(Math.max(Number(index.data[0]), 0), branches.length - 1);
      return run!.graph(branches[at], operands);
    },
    jvp: tangentsOfSwitch,
    transpose: transposeSwitch,
    spread: spreadSwitch,
    linear: [],
    batch: batchSwitch,
    flops: (_inputs, _outputs, attrs) => Math.max(...branchesOf(attrs).map(flopsOf)),
  },
};
